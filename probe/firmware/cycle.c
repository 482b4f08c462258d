/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arm, check, status, disarm; see cycle.h. */
#include <dirent.h>
#include <errno.h>

#include "core/result.h"
#include "session.h"

void vms_cycle_report_clear(struct vms_cycle_report *r)
{
	vms_result_clear(&r->result);
}

/* Is it armed already, so that nothing is to be done? */
static bool armed_already(struct session *s, struct vms_result *r)
{
	const struct vms_persist_seen *se = &s->seen.seen;
	struct vms_persist_decision d;

	if (s->state.phase != VMS_PERSIST_ARMED)
		return false;
	vms_persist_decide(&s->state, se, &d);
	if (d.row == VMS_ROW_COPIED || d.row == VMS_ROW_OVERWRITTEN)
		return false;
	if (d.row == VMS_ROW_PENDING) {
		/* somebody may have deleted it meanwhile: the next check would call it lost */
		if (se->variable != VMS_PVAR_UNSEEN &&
		    (se->variable == VMS_PVAR_GONE || strcmp(se->nonce, s->state.nonce) != 0 ||
		     se->attrs != VMS_PERSIST_ATTRS))
			return false;
		vms_pending(r,
			    "armed already, in this boot: reboot, then `vmspec-verify --persistence check`");
		return true;
	}
	if (d.row == VMS_ROW_NO_FIRMWARE)
		vms_pending(r,
			    "armed already; the firmware has not run since (kexec): a real reboot is needed");
	else
		vms_pending(
			r,
			"armed already, in an earlier boot: `vmspec-verify --persistence check` judges it");
	return true;
}

/* Nothing is made on disk where there are no variables to write. */
static bool has_store(const struct vms_cycle *c, struct vms_result *r)
{
	int fd, err = vms_varstore_open(c->store, &fd);

	if (err < 0) {
		vms_unknown(r, "%s", vms_store_blocker(c->m, err));
		return false;
	}
	err = vms_varstore_writable(fd);
	close(fd);
	return err != -EROFS || !session_refuse_read_only(c, r);
}

int vms_cycle_arm(const struct vms_cycle *c, struct vms_cycle_report *ret)
{
	struct session s;

	if (!has_store(c, &ret->result))
		return ret->result.err;
	if (session_open(&s, c, SESSION_ARM, &ret->result) == 0)
		ret->done = armed_already(&s, &ret->result) || session_arm(&s, false, &ret->result) == 0;
	return session_end(&s, ret);
}

/* First the state: a variable that is gone while it says armed would be called lost.
 * 0; 1: it could not be written, and `r` says so. */
static int say_disarmed(struct session *s, struct vms_result *r)
{
	struct vms_persist_state next = s->state;
	_cleanup_free_ char *name = NULL;
	int err;

	if (s->state.phase == VMS_PERSIST_ABSENT)
		return 0;
	next.phase = VMS_PERSIST_UNARMED;
	next.why = VMS_ROW_DISARMED;
	next.rearm = false;
	if (s->state.phase != VMS_PERSIST_DAMAGED && s->state.phase != VMS_PERSIST_NEWER)
		return session_store(s, &next, r);
	err = vms_state_set_aside(s->dir_fd, &name);
	if (err < 0) {
		vms_unknown(r, "%s could not be kept aside: %s", VMS_STATE_FILE, vms_error_text(err));
		return 1;
	}
	vms_evidence(r, VMS_STATE_FILE, "kept aside as %s", name);
	return 0;
}

static int take_away(struct session *s, struct vms_result *r)
{
	bool never = s->state.phase == VMS_PERSIST_ABSENT;
	int err = s->seen.store_err;

	/* where there is no EFI there is no variable, and what was never armed has none */
	if (err && (err == -ENOENT || never))
		err = 0;
	else if (!err)
		err = session_delete(s);
	if (err < 0) {
		vms_unknown(r, "%s could not be deleted: %s", VMS_VARIABLE_FILE,
			    s->seen.store_err ? vms_store_blocker(s->c->m, err) : vms_setvariable_error(err));
		return 1;
	}
	err = s->dir_fd >= 0 ? vms_state_remove(s->dir_fd) : 0;
	if (err < 0) {
		vms_unknown(r, "%s/%s could not be deleted: %s", s->c->state_dir, VMS_STATE_FILE,
			    vms_error_text(err));
		return 1;
	}
	s->state = (struct vms_persist_state){ .phase = VMS_PERSIST_ABSENT };
	return 0;
}

/* A damaged state was kept aside, now or before: nobody but the admin takes that away. */
static void say_what_is_left(const struct vms_cycle *c, struct vms_result *r)
{
	DIR *dir = opendir(c->state_dir);
	struct dirent *entry;
	unsigned n = 0;

	while (dir && (entry = readdir(dir)))
		if (startswith(entry->d_name, VMS_STATE_FILE ".kept")) {
			vms_evidence(r, c->state_dir, "%s: a state that could not be read", entry->d_name);
			n++;
		}
	if (dir)
		closedir(dir);
	if (n)
		vms_skip(r,
			 "disarmed: nothing is left in the firmware; in %s %u kept %s of a damaged state, to "
			 "be "
			 "deleted by hand",
			 c->state_dir, n, n == 1 ? "copy is left" : "copies are left");
	else
		vms_skip(r, "disarmed: nothing is left in the firmware or in %s", c->state_dir);
}

int vms_cycle_disarm(const struct vms_cycle *c, struct vms_cycle_report *ret)
{
	struct vms_result *r = &ret->result;
	struct session s;

	if (session_open(&s, c, SESSION_LOCK, r) == 0 && !say_disarmed(&s, r) && !take_away(&s, r)) {
		ret->done = true;
		say_what_is_left(c, r);
	}
	return session_end(&s, ret);
}

int vms_cycle_state(const struct vms_cycle *c, struct vms_persist_state *ret)
{
	int fd, err = vms_state_open(c->state_dir, false, &fd);

	if (err < 0)
		return err;
	err = vms_state_load(fd, ret);
	close(fd);
	return err;
}

int vms_cycle_note_kexec(const struct vms_cycle *c, struct vms_cycle_report *ret)
{
	struct vms_result *r = &ret->result;
	struct session s;
	int err;

	if (session_open(&s, c, SESSION_LOCK, r))
		return session_end(&s, ret);
	if (s.dir_fd < 0 || s.state.phase == VMS_PERSIST_ABSENT) {
		vms_skip(r, "not armed: nothing to note");
		ret->done = true;
		return session_end(&s, ret);
	}
	err = *s.seen.seen.boot_id ? vms_state_note_kexec(s.dir_fd, s.seen.seen.boot_id) : s.seen.boot_err;
	ret->done = err == 0;
	if (err < 0)
		vms_unknown(r, "the kexec could not be noted in %s: %s", c->state_dir, vms_error_text(err));
	else
		vms_skip(r, "noted in %s: the next boot comes without the firmware", c->state_dir);
	return session_end(&s, ret);
}
