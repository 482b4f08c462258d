/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walking up the device model; see bus.h. */
#include <errno.h>

#include "bus.h"

#define DEVICES "/sys/devices"

const char *bus_anchor_name(enum bus_anchor a)
{
	static const char *const names[] = { "software", "FDT", "ACPI", "a bus that enumerates", "Xen", "nowhere" };

	return names[a];
}

bool bus_is_xen(struct vms_machine *m)
{
	_cleanup_buf_ struct vms_buf type = { NULL, 0 };
	_cleanup_strv_ char **devices = NULL;

	if (vms_root_read_line(m->root, "/sys/hypervisor/type", &type) == 0)
		return streq(type.data, "xen");
	/* the bus stands empty on other hypervisors; with devices on it, it is Xen's */
	return vms_root_list(m->root, "/sys/bus/xen/devices", &devices) == 0 && devices[0];
}

char *bus_link_name(struct vms_machine *m, const char *syspath, const char *link)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", syspath, link), *target = NULL;
	const char *name;

	if (!path || vms_root_readlink(m->root, path, &target) < 0)
		return NULL;
	name = strrchr(target, '/');
	return strdup(name ? name + 1 : target);
}

bool bus_virtio_has_driver(struct vms_machine *m, const char *driver)
{
	_cleanup_strv_ char **names = NULL;

	if (vms_root_list(m->root, "/sys/bus/virtio/devices", &names) < 0)
		return false;
	for (char **name = names; *name; name++) {
		_cleanup_free_ char *dir = vms_asprintf("/sys/bus/virtio/devices/%s", *name);
		_cleanup_free_ char *bound = dir ? bus_link_name(m, dir, "driver") : NULL;

		if (bound && streq(bound, driver))
			return true;
	}
	return false;
}

static bool has_link(struct vms_machine *m, const char *dir, const char *name)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, name), *target = NULL;

	return path && vms_root_readlink(m->root, path, &target) == 0;
}

/* What one folder on the way up says; BUS_NOWHERE: nothing. */
static enum bus_anchor anchor_here(struct vms_machine *m, const char *dir)
{
	_cleanup_free_ char *subsystem = NULL;
	const char *name = strrchr(dir, '/') + 1;

	if (has_link(m, dir, "of_node"))
		return BUS_FDT;
	if (has_link(m, dir, "firmware_node") || startswith(name, "LNXSYSTM:"))
		return BUS_ACPI;
	subsystem = bus_link_name(m, dir, "subsystem");
	if (startswith(name, "pci") && strchr(name, ':'))
		return BUS_ENUMERATES;
	if (!subsystem)
		return BUS_NOWHERE;
	if (streq(subsystem, "pci"))
		return BUS_ENUMERATES;
	return streq(subsystem, "xen") ? BUS_XEN : BUS_NOWHERE;
}

int bus_anchor(struct vms_machine *m, const char *syspath, enum bus_anchor *ret, char **ret_at)
{
	_cleanup_free_ char *dir = strdup(syspath);
	enum bus_anchor found = BUS_NOWHERE;
	char *slash;
	int err;

	if (!dir)
		return -ENOMEM;
	if (startswith(dir, DEVICES "/virtual/")) {
		*ret_at = strdup(DEVICES "/virtual");
		*ret = BUS_SOFTWARE;
		return *ret_at ? 0 : -ENOMEM;
	}
	/* a device that can't be looked at says nothing about where it hangs */
	err = vms_root_probe(m->root, dir);
	if (err < 0)
		return err;
	while (found == BUS_NOWHERE && startswith(dir, DEVICES "/")) {
		found = anchor_here(m, dir);
		if (found != BUS_NOWHERE)
			break;
		slash = strrchr(dir, '/');
		*slash = '\0';
	}
	*ret_at = strdup(found == BUS_NOWHERE ? syspath : dir);
	*ret = found;
	return *ret_at ? 0 : -ENOMEM;
}
