/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run over the persistence state: locked, loaded, looked at. For the cycle alone. */
#ifndef VMS_SESSION_H
#define VMS_SESSION_H

#include "cycle.h"

struct session {
	const struct vms_cycle *c;
	int dir_fd;
	struct vms_persist_state state;
	struct vms_observed seen;
};

/* Close it; the report gets the phase that it ended in. Returns 0 or -ENOMEM. */
int session_end(struct session *s, struct vms_cycle_report *ret);

enum session_mode {
	SESSION_LOOK, /* no lock */
	SESSION_LOCK, /* the directory need not be there: then dir_fd is -1 */
	SESSION_ARM,  /* made where missing; must survive a reboot */
};

/*
 * Open, lock, load, look. 0; 1: it cannot be done, and `r` says why (unknown).
 * A state directory that is not there is a state that is absent.
 */
int session_open(struct session *s, const struct vms_cycle *c, enum session_mode mode, struct vms_result *r);

/* Write `next`; on success it is the state. 0; 1: it could not be written, and `r` says so. */
int session_store(struct session *s, const struct vms_persist_state *next, struct vms_result *r);

/* Delete our variable, if it is there, and see that it is gone. */
int session_delete(struct session *s);

/* Arm, whatever there is. 0, and `r` is pending; 1: refused, and `r` says why. `again`:
 * for the boot unit, which tries it in the next boot, too. */
int session_arm(struct session *s, bool again, struct vms_result *r);

/* The store is mounted read-only: who made it so is evidence, and who can mend that its remedy. True: the
 * firmware, which offers no SetVariable at run time. */
bool session_read_only(const struct vms_cycle *c, struct vms_result *r);
/* The same, and unknown for it. Returns 1. */
int session_refuse_read_only(const struct vms_cycle *c, struct vms_result *r);

#endif
