/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run over the persistence state; see session.h. */
#include <errno.h>

#include "core/result.h"
#include "session.h"

static void session_close(struct session *s)
{
	vms_observed_clear(&s->seen);
	if (s->dir_fd >= 0)
		close(s->dir_fd);
	s->dir_fd = -1;
}

int session_end(struct session *s, struct vms_cycle_report *ret)
{
	ret->phase = s->state.phase;
	if (s->state.phase == VMS_PERSIST_ARMED || s->state.phase == VMS_PERSIST_JUDGED)
		ret->armed_at = s->state.time;
	session_close(s);
	return ret->result.err;
}

/* `what` could not be done: unknown. Returns 1. */
static int refuse(struct vms_result *r, const char *dir, const char *why)
{
	vms_unknown(r, "%s: %s", dir, why);
	return 1;
}

static int open_dir(struct session *s, enum session_mode mode, struct vms_result *r)
{
	const char *dir = s->c->state_dir, *fs = NULL;
	int err = vms_state_open(dir, mode == SESSION_ARM, &s->dir_fd);

	if (err == -ENOENT && mode != SESSION_ARM)
		return 0;
	if (err == -ENOENT)
		return refuse(r, dir, "the state directory cannot be made: its parent is not there");
	if (err == -EROFS)
		return refuse(r, dir, "the state directory cannot be made: the file system is read-only");
	if (err == -ENOTDIR || err == -ELOOP)
		return refuse(r, dir, "no directory (a symbolic link is not followed)");
	if (err == -EUCLEAN) {
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "give it to root and let nobody else write there, or name another one: "
			   "--state-dir DIR");
		return refuse(r, dir,
			      "the state directory belongs to somebody else, or others may write there: "
			      "they may write any state");
	}
	if (err < 0)
		return refuse(r, dir, vms_blocker(err));
	if (mode != SESSION_ARM)
		return 0;
	err = vms_state_durable(s->dir_fd, &fs);
	if (err == -EMEDIUMTYPE) {
		vms_unknown(r, "%s is on %s: the state would not survive the reboot", dir, fs);
		vms_remedy(r, VMS_GUEST_ADMIN, "name a directory on a disk: --state-dir DIR");
		return 1;
	}
	if (err == -EROFS)
		return refuse(r, dir, "the file system is read-only");
	return err < 0 ? refuse(r, dir, vms_blocker(err)) : 0;
}

/*
 * Two copies are kept apart by the state directory; two copies with two state
 * directories by the store, which they share whatever else they see: units have
 * a /run that is read-only, a /sys of their own network namespace and a /dev of
 * their own. A folder that others may read (efivarfs; a state directory that is
 * not 0700) they may lock, too: then nothing is decided and nothing is written.
 */
static const char *lock_blocker(int err)
{
	return err == -EBUSY ? "another vmspec is at work there, or somebody else holds its lock (flock)"
			     : vms_error_text(err);
}

static int lock(struct session *s, struct vms_result *r)
{
	int err = s->dir_fd >= 0 ? vms_state_lock(s->dir_fd) : 0;

	if (err < 0)
		return refuse(r, s->c->state_dir, lock_blocker(err));
	return 0;
}

static int lock_store(struct session *s, struct vms_result *r)
{
	int err = s->seen.store_fd >= 0 ? vms_state_lock(s->seen.store_fd) : 0;

	if (err < 0)
		return refuse(r, s->c->store->dir, lock_blocker(err));
	/* what it was before the lock may not be what it is */
	if (s->seen.store_fd >= 0 && !s->seen.store_err) {
		err = vms_observe_variable(&s->seen);
		if (err < 0 && err != -ENOENT)
			s->seen.store_err = err;
	}
	return 0;
}

int session_open(struct session *s, const struct vms_cycle *c, enum session_mode mode, struct vms_result *r)
{
	int err;

	*s = (struct session){ .c = c, .dir_fd = -1, .seen.store_fd = -1 };
	if (open_dir(s, mode, r))
		return 1;
	if (mode != SESSION_LOOK && lock(s, r))
		return 1;
	err = s->dir_fd >= 0 ? vms_state_load(s->dir_fd, &s->state) : 0;
	if (err < 0)
		return refuse(r, VMS_STATE_FILE, vms_blocker(err));
	if (mode == SESSION_LOOK && s->state.phase == VMS_PERSIST_ABSENT)
		vms_observe_never_armed(c, &s->seen);
	else
		vms_observe(c, s->dir_fd, &s->seen);
	if (s->state.phase == VMS_PERSIST_ARMED || s->state.phase == VMS_PERSIST_JUDGED)
		vms_observe_known_identity(&s->state, &s->seen);
	return mode != SESSION_LOOK ? lock_store(s, r) : 0;
}

int session_store(struct session *s, const struct vms_persist_state *next, struct vms_result *r)
{
	int err = s->dir_fd >= 0 ? vms_state_store(s->dir_fd, next) : -ENOENT;

	if (err < 0) {
		vms_unknown(r, "%s/%s could not be written: %s", s->c->state_dir, VMS_STATE_FILE,
			    vms_error_text(err));
		vms_remedy(r, VMS_GUEST_ADMIN, "make the state directory writable and run it again");
		return 1;
	}
	s->state = *next;
	return 0;
}

int session_delete(struct session *s)
{
	int err;

	if (s->seen.seen.variable == VMS_PVAR_GONE)
		return 0;
	if (s->seen.store_err)
		return s->seen.store_err;
	err = s->c->store->del(s->c->store);
	if (err < 0 && err != -ENOENT)
		return err;
	err = vms_observe_variable(&s->seen);
	if (err == -ENOENT)
		return 0;
	return err < 0 ? err : -EEXIST;
}
