/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arming: intent to disk, SetVariable, read back, armed to disk. After each step
 * the process may be gone: then the state says intent, and the next boot takes
 * our variable away again and proves nothing by it.
 */
#include <errno.h>
#include <time.h>

#include "core/result.h"
#include "kernel/remedy.h"
#include "session.h"

bool session_read_only(const struct vms_cycle *c, struct vms_result *r)
{
	bool firmware = vms_store_read_only_by_firmware(c->m) == 1;

	vms_evidence(r, c->store->dir, "mounted read-only");
	if (firmware) {
		vms_evidence(r, "kernel log", "RTPROP= : the firmware says which run-time services it has");
		vms_remedy_for(c->m, r, REMEDY_SETVARIABLE);
	} else {
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "remount efivarfs read-write, or run outside of the container or sandbox");
	}
	return firmware;
}

int session_refuse_read_only(const struct vms_cycle *c, struct vms_result *r)
{
	vms_unknown(r, session_read_only(c, r)
			       ? "the firmware offers no SetVariable at run time: the kernel mounts "
				 "efivarfs read-only"
			       : "efivarfs is mounted read-only");
	return 1;
}

static void advise_full(struct vms_result *r)
{
	vms_remedy(r, VMS_HYPERVISOR,
		   "make the variable store larger, or start it anew; nothing was deleted from it");
}

/* It cannot be done now. Where nothing better is known, the state remembers that. */
static int refuse(struct session *s, struct vms_result *r, int err, const char *why)
{
	struct vms_persist_state next = s->state;

	vms_unknown(r, "%s", why);
	if (s->state.phase == VMS_PERSIST_ABSENT || s->state.phase == VMS_PERSIST_UNARMED) {
		next.phase = VMS_PERSIST_UNARMED;
		next.why = VMS_ROW_REFUSED;
		next.err = err;
		next.identity = s->seen.seen.identity;
		if (s->dir_fd >= 0 && vms_state_store(s->dir_fd, &next) == 0)
			s->state = next;
	}
	return 1;
}

static int arm_possible(struct session *s, struct vms_result *r)
{
	const struct vms_observed *o = &s->seen;
	int err;

	if (o->store_err) {
		vms_evidence(r, s->c->store->dir, "%s", vms_store_blocker(s->c->m, o->store_err));
		return refuse(s, r, o->store_err, vms_store_blocker(s->c->m, o->store_err));
	}
	if (o->boot_err)
		return refuse(s, r, o->boot_err, "/proc/sys/kernel/random/boot_id could not be read");
	err = vms_varstore_writable(o->store_fd);
	if (err == -EROFS)
		return session_refuse_read_only(s->c, r);
	if (err == -ENOSPC) {
		advise_full(r);
		return refuse(s, r, err,
			      "the variable store is full, or hardly has room: nothing was written");
	}
	if (o->seen.variable == VMS_PVAR_THERE && *o->seen.nonce &&
	    strcmp(o->seen.variable_boot, o->seen.boot_id) == 0 &&
	    strcmp(o->seen.nonce, s->state.nonce) != 0) {
		vms_unknown(r, "another copy of vmspec, with another state directory, armed in this boot");
		vms_remedy(r, VMS_GUEST_ADMIN, "disarm that one, or this one to take over");
		return 1;
	}
	return 0;
}

static int new_state(struct session *s, struct vms_persist_state *ret, struct vms_result *r)
{
	struct vms_persist_state next = {
		.phase = VMS_PERSIST_INTENT,
		.identity = s->seen.seen.identity,
		.firmware = s->seen.seen.firmware,
		.time = time(NULL),
	};
	int err = vms_nonce(next.nonce);

	if (err < 0) {
		vms_unknown(r, "no random numbers for a nonce: %s", vms_error_text(err));
		return 1;
	}
	memcpy(next.boot_id, s->seen.seen.boot_id, sizeof(next.boot_id));
	*ret = next;
	return 0;
}

/* Variables cannot change their attributes: one of ours with others must go first. */
static int set_variable(struct session *s, const char *nonce)
{
	char text[VMS_VARIABLE_MAX + 1];
	int err = 0;

	vms_variable_format(VMS_VARIABLE_ARMED, nonce, s->seen.seen.boot_id, text);
	if (s->seen.seen.variable == VMS_PVAR_THERE && s->seen.seen.attrs != VMS_PERSIST_ATTRS)
		err = session_delete(s);
	if (!err)
		err = s->c->store->set(s->c->store, (const uint8_t *)text, strlen(text), VMS_PERSIST_ATTRS);
	return err;
}

/* What the firmware keeps of it: 0, 1: something else, or nothing; -errno: could not look. */
static int read_back(struct session *s, const char *nonce)
{
	int err = vms_observe_variable(&s->seen);

	if (err == -ENOENT)
		return 1;
	if (err < 0)
		return err;
	return s->seen.variable.attrs == VMS_PERSIST_ATTRS && strcmp(s->seen.seen.nonce, nonce) == 0 &&
			       strcmp(s->seen.seen.variable_boot, s->seen.seen.boot_id) == 0
		       ? 0
		       : 1;
}

/* The variable was not written as it should be: remember that, then take away what is there. */
static int give_up(struct session *s, struct vms_persist_state next, enum vms_persist_row why, int err,
		   struct vms_result *r)
{
	next.phase = VMS_PERSIST_UNARMED;
	next.why = why;
	next.err = err;
	if (vms_state_store(s->dir_fd, &next) == 0) {
		s->state = next;
		(void)vms_observe_variable(&s->seen);
		(void)session_delete(s);
	}
	if (why == VMS_ROW_NOT_STORED) {
		vms_unknown(r, "%s", vms_persist_reason(why));
	} else {
		vms_unknown(r, "arming failed: %s", vms_setvariable_error(err));
		vms_evidence(r, "SetVariable", "%s", vms_error_name(err));
	}
	if (err == -ENOSPC)
		advise_full(r);
	return 1;
}

static int set_aside(struct session *s, struct vms_result *r)
{
	_cleanup_free_ char *name = NULL;
	int err;

	if (s->state.phase != VMS_PERSIST_DAMAGED && s->state.phase != VMS_PERSIST_NEWER)
		return 0;
	err = vms_state_set_aside(s->dir_fd, &name);
	if (err < 0) {
		vms_unknown(r, "%s, and could not be kept aside: %s",
			    s->state.phase == VMS_PERSIST_NEWER ? "the state file is a newer version's"
								: "the state file is damaged",
			    vms_error_text(err));
		return 1;
	}
	vms_evidence(r, VMS_STATE_FILE, "kept aside as %s", name);
	return 0;
}

int session_arm(struct session *s, bool again, struct vms_result *r)
{
	struct vms_persist_state next;
	int err;

	s->state.rearm = again;
	if (arm_possible(s, r) || set_aside(s, r) || new_state(s, &next, r))
		return 1;
	next.rearm = again;
	if (session_store(s, &next, r))
		return 1;
	err = set_variable(s, next.nonce);
	if (err < 0)
		return give_up(s, next, VMS_ROW_REFUSED, err, r);
	err = read_back(s, next.nonce);
	if (err == 1)
		return give_up(s, next, VMS_ROW_NOT_STORED, 0, r);
	if (err < 0)
		return give_up(s, next, VMS_ROW_REFUSED, err, r);
	next.phase = VMS_PERSIST_ARMED;
	next.rearm = false;
	/*
	 * Where this fails, the file says intent or armed. Neither allows to delete the
	 * variable: the one needs nothing, the other would take it for lost.
	 */
	if (session_store(s, &next, r))
		return 1;
	vms_evidence(r, VMS_VARIABLE_FILE, "written and read back: attributes 0x%x, nonce %s",
		     VMS_PERSIST_ATTRS, next.nonce);
	return vms_pending(r, "armed: reboot, then `vmspec-verify --persistence check`");
}
