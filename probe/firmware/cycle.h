/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The persistence cycle: arm, reboot, check. Around the table of persistence.h
 * stand the state file, the observations and our variable; here they meet.
 *
 * Arming goes: intent to disk, SetVariable, read back, armed to disk. Ending goes:
 * result to disk, delete, "deleted" to disk. Whoever is killed in between leaves
 * at most our one variable, and a state under which it is never taken for proof.
 */
#ifndef VMS_CYCLE_H
#define VMS_CYCLE_H

#include "observe.h"

struct vms_cycle_report {
	bool done;		      /* arm, disarm, status: what was asked for holds now */
	enum vms_persist_phase phase; /* the state afterwards */
	int64_t armed_at;	      /* 0: not armed */
	struct vms_result result;     /* of the cycle, or why it was not done */
};
void vms_cycle_report_clear(struct vms_cycle_report *r);

/* All return 0, or -ENOMEM; what went wrong stands in the report. */
int vms_cycle_arm(const struct vms_cycle *c, struct vms_cycle_report *ret);
int vms_cycle_disarm(const struct vms_cycle *c, struct vms_cycle_report *ret);
int vms_cycle_status(const struct vms_cycle *c, struct vms_cycle_report *ret);
/* Decide and do what the decision asks for. `rearm`: arm anew where the table says so. */
int vms_cycle_check(const struct vms_cycle *c, bool rearm, struct vms_cycle_report *ret);
/* This boot is about to kexec. */
int vms_cycle_note_kexec(const struct vms_cycle *c, struct vms_cycle_report *ret);

/*
 * VMSPEC-EFIVARIABLE-WRITE, judged in `r`: by what a cycle's own write has shown, or,
 * as far as `policy` allows, by creating our variable, reading it back and deleting it.
 * While a cycle is armed, and where the store hardly has room, nothing is tried.
 * 0 or -ENOMEM.
 */
int vms_cycle_write(const struct vms_cycle *c, enum vms_write_policy policy, struct vms_result *r);

/* The state as it is on disk. 0, -ENOENT: no such directory, -errno: could not look. */
int vms_cycle_state(const struct vms_cycle *c, struct vms_persist_state *ret);

#endif
