/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inventory of devices: of the running machine by libudev, of a record by the
 * links in its /sys. Both give the same devices, with the same names and paths.
 */
#ifndef VMS_DEVICES_H
#define VMS_DEVICES_H

#include "machine.h"

/* As vms_live.devices and vms_live.tty: by the root's /sys alone. -ENOENT: no such
 * class, bus or tty. */
int vms_devices_by_links(struct vms_machine *m, const char *subsystem, struct vms_device **ret,
			 size_t *ret_n);
int vms_tty_by_link(struct vms_machine *m, const char *name, char **ret);

/* The same by libudev; by links where there is none. */
int vms_devices_by_udev(struct vms_machine *m, const char *subsystem, struct vms_device **ret, size_t *ret_n);
/* Begin with it, in a thread; -ENOMEM alone is returned. */
int vms_devices_ahead(struct vms_machine *m);
int vms_tty_by_udev(struct vms_machine *m, const char *name, char **ret);

/* Add what the folder of a class or bus lists and *devices lacks, and sort by name.
 * *devices and *n are the caller's also after an error. */
int vms_devices_complete(struct vms_machine *m, const char *subsystem, struct vms_device **devices,
			 size_t *n);

#endif
