/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drivers that are seen at work: what the kernel lists in /proc/interrupts,
 * /proc/modules, /proc/tty and on its virtio and Xen buses. The best proof that
 * a driver is there, and the only one where no kernel configuration is.
 */
#ifndef VMS_RUNNING_H
#define VMS_RUNNING_H

#include "core/machine.h"

/* One driver, and where it was seen. */
struct running_proof {
	char *driver; /* RUNNING_..., or a bus's name for it: "virtio_blk", "virtio-pci", "vbd" */
	char *source;
	char *value;
};

#define RUNNING_GICV2	    "GICv2"
#define RUNNING_GICV3	    "GICv3"
#define RUNNING_XEN_CONSOLE "hvc_xen"
#define RUNNING_PL011	    "amba-pl011"
#define RUNNING_SBSA	    "sbsa-uart"
#define RUNNING_XEN_BALLOON "xen_memory"

#define RUNNING_MAX 32

struct running {
	struct running_proof proofs[RUNNING_MAX];
	size_t n;
	int modules_err; /* of /proc/modules */
	struct vms_buf modules;
	bool monolithic; /* a kernel without modules: /proc/modules is not there, and the rest of /proc is */
	/* "/" is still the initial ramdisk: what is loaded came from it. */
	bool root_is_ramdisk;
};

/* What cannot be looked at proves nothing and is left out. -ENOMEM alone. */
int running_read(struct vms_machine *m, struct running *ret) _must_check_;
void running_clear(struct running *r);

/* The proof that `driver` is at work, or NULL. */
const struct running_proof *running_find(const struct running *r, const char *driver);

/* Does /proc/modules list it (name with '_')? False also where it could not be read. */
/* Does the disk with the root file system hang off a device that `driver` drives, by its name
 * in sysfs? Then that driver was there before the root was. 1: it does, and *ret is the
 * device's folder (owned); 0: not to be seen; -ENOMEM. */
int running_root_lies_on(struct vms_machine *m, const char *driver, char **ret) _must_check_;

bool running_loaded(const struct running *r, const char *module);

#endif
