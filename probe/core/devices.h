/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inventory of devices, of the running machine and of a record alike: the links in /sys. */
#ifndef VMS_DEVICES_H
#define VMS_DEVICES_H

#include "machine.h"

/* As vms_live.devices and vms_live.tty. -ENOENT: no such class, bus or tty. */
int vms_devices_by_links(struct vms_machine *m, const char *subsystem, struct vms_device **ret,
			 size_t *ret_n);
int vms_tty_by_link(struct vms_machine *m, const char *name, char **ret);

#endif
