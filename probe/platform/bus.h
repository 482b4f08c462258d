/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what does a device hang? Its path in /sys/devices is walked upwards until
 * something that was described (of_node: FDT, firmware_node: ACPI), a bus that
 * enumerates, or Xen's.
 */
#ifndef VMS_BUS_H
#define VMS_BUS_H

#include "core/machine.h"

enum bus_anchor {
	BUS_SOFTWARE, /* under /sys/devices/virtual, an iSCSI session ...: no hardware */
	BUS_FDT,
	BUS_ACPI,
	BUS_ENUMERATES, /* PCI, VMBus */
	BUS_XEN,
	BUS_NOWHERE, /* on the platform bus, none of these */
	BUS_UNKNOWN, /* under a root that we do not know */
};

const char *bus_anchor_name(enum bus_anchor a);

/* `syspath` as "/sys/devices/..."; *ret_at: the folder that decided, owned by the
 * caller. 0, or -errno: could not look. */
int bus_anchor(struct vms_machine *m, const char *syspath, enum bus_anchor *ret, char **ret_at);

/* /sys/hypervisor/type is "xen", or where it is not shown, /sys/bus/xen holds devices
 * (it stands empty on others too): 1, 0, or -errno: could not look. */
int bus_is_xen(struct vms_machine *m);

/* Does a device on the virtio bus have that driver? 1, 0, or -errno: could not look. */
int bus_virtio_has_driver(struct vms_machine *m, const char *driver);

/* The first device of that bus ("pci", "virtio") with those attributes `vendor` (NULL: any) and `device`, as
 * sysfs writes them: "0x1af4"; *ret its name, owned. 1, 0, or -errno: could not look. */
int bus_find_id(struct vms_machine *m, const char *bus, const char *vendor, const char *device, char **ret);

/* The last component of a device's "driver" or "subsystem" link. -ENOENT: it has
 * none; else could not look. */
int bus_link_name(struct vms_machine *m, const char *syspath, const char *link, char **ret);

#endif
