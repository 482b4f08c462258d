/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this boot shows of the persistence cycle: boot_id, who the machine is,
 * what changes when the firmware runs, and our variable.
 *
 *   /proc/sys/kernel/random/boot_id, /etc/machine-id, /sys/class/dmi/id/product_uuid,
 *   /run/cloud-init/.instance-id, /var/lib/cloud/data/instance-id, efivarfs
 */
#ifndef VMS_OBSERVE_H
#define VMS_OBSERVE_H

#include "core/machine.h"
#include "efivarwrite.h"
#include "state.h"

/* A machine, its variables and its state directory. */
struct vms_cycle {
	struct vms_machine *m;
	const struct vms_varstore *store;
	const char *state_dir;
};

struct vms_observed {
	struct vms_persist_seen seen;
	struct vms_variable variable; /* where seen.variable is VMS_PVAR_THERE */
	int store_fd;		      /* the store's directory; -1 */
	int store_err;		      /* why nothing is seen of it; 0 */
	int boot_err;		      /* why boot_id is not known; 0 */
	/* why each identity is not known, where it may well be there; 0 */
	int machine_id_err, dmi_uuid_err, instance_id_err;
};

/* Look, without writing anywhere. `state_fd` < 0: no kexec note to read. */
void vms_observe(const struct vms_cycle *c, int state_fd, struct vms_observed *ret);
/* The same without what only an armed cycle is compared with: boot, identity, counters. */
void vms_observe_never_armed(const struct vms_cycle *c, struct vms_observed *ret);
void vms_observed_clear(struct vms_observed *o);

/*
 * An identity that was known when `st` was armed, and that is there but cannot be read
 * now, leaves open whether this is another machine: then nothing is seen. */
void vms_observe_known_identity(const struct vms_persist_state *st, struct vms_observed *o);

/* Look at our variable again. 0, -ENOENT, or could not look. */
int vms_observe_variable(struct vms_observed *o);

/* Why the variables could not be asked, in words. Constant string. */
const char *vms_store_blocker(struct vms_machine *m, int err);

/*
 * Why a store that is mounted read-only is so: 1: the firmware offers no
 * SetVariable at run time; 0: something else, or it cannot be told. The kernel
 * mounts efivarfs read-only then, and logs RTPROP (the table that says so).
 */
int vms_store_read_only_by_firmware(struct vms_machine *m);

/* Evidence for a decision: the variable, the boots, the firmware's counters, the identity. */
void vms_observe_evidence(struct vms_machine *m, const struct vms_persist_state *st,
			  const struct vms_observed *o, struct vms_result *r);

#endif
