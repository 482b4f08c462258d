/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walking up the device model; see bus.h. */
#include <errno.h>

#include "bus.h"
#include "kernel/platform.h"

#define DEVICES "/sys/devices"

const char *bus_anchor_name(enum bus_anchor a)
{
	static const char *const names[] = { "software", "FDT",	    "ACPI",   "a bus that enumerates",
					     "Xen",	 "nowhere", "unknown" };

	return names[a];
}

/* `err` of a look below `parent`: 0 when it is absent for certain. */
static int absent_is_no(struct vms_machine *m, const char *parent, int err)
{
	if (err == -VMS_ENOPARENT)
		err = vms_root_probe(m->root, parent);
	return err == -ENOENT ? 0 : err == 0 ? -VMS_ENOPARENT : err;
}

int bus_is_xen(struct vms_machine *m)
{
	_cleanup_buf_ struct vms_buf type = { NULL, 0 };
	struct vms_device *devices = NULL;
	enum platform platform;
	size_t n = 0;
	int err = vms_root_read_attribute(m->root, "/sys/hypervisor/type", &type);

	if (err == 0)
		return streq(type.data, "xen");
	/* the bus stands empty on other hypervisors; with devices on it, it is Xen's */
	if (m->live->devices(m, "xen", &devices, &n) == 0)
		vms_devices_free(devices, n);
	platform = platform_of(m);
	if (n > 0 || platform == PLATFORM_XEN || platform == PLATFORM_XEN_CONTROL)
		return 1;
	return absent_is_no(m, "/sys/hypervisor", err);
}

int bus_link_name(struct vms_machine *m, const char *syspath, const char *link, char **ret)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", syspath, link), *target = NULL;
	const char *slash;
	char *name;
	int err = path ? vms_root_readlink(m->root, path, &target) : -ENOMEM;

	if (err < 0)
		return err;
	slash = strrchr(target, '/');
	name = vms_strdup(slash ? slash + 1 : target);
	if (!name)
		return -ENOMEM;
	*ret = name;
	return 0;
}

int bus_virtio_has_driver(struct vms_machine *m, const char *driver)
{
	struct vms_device *devices = NULL;
	size_t n = 0;
	int err = m->live->devices(m, "virtio", &devices, &n), unseen = 0;
	bool found = false;

	if (err < 0)
		return absent_is_no(m, "/sys/bus/virtio", err);
	for (size_t i = 0; i < n && !found; i++) {
		_cleanup_free_ char *bound = NULL;

		err = bus_link_name(m, devices[i].syspath, "driver", &bound);
		found = err == 0 && streq(bound, driver);
		if (err < 0 && err != -ENOENT)
			unseen = err;
	}
	vms_devices_free(devices, n);
	return found ? 1 : unseen;
}

/* 1, 0, or could not look. */
static int has_id(struct vms_machine *m, const char *syspath, const char *attribute, const char *id)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", syspath, attribute);
	_cleanup_buf_ struct vms_buf line = { NULL, 0 };
	int err = path ? vms_root_read_line(m->root, path, &line) : -ENOMEM;

	if (err < 0)
		return err == -ENOENT ? 0 : err;
	return streq(line.data, id);
}

int bus_find_id(struct vms_machine *m, const char *bus, const char *vendor, const char *device, char **ret)
{
	_cleanup_free_ char *dir = vms_asprintf("/sys/bus/%s", bus);
	struct vms_device *devices = NULL;
	size_t n = 0;
	int err = dir ? m->live->devices(m, bus, &devices, &n) : -ENOMEM, found = 0, unseen = 0;

	if (err < 0)
		return dir ? absent_is_no(m, dir, err) : err;
	for (size_t i = 0; i < n && found <= 0 && unseen != -ENOMEM; i++) {
		found = has_id(m, devices[i].syspath, "device", device);
		if (found > 0 && vendor)
			found = has_id(m, devices[i].syspath, "vendor", vendor);
		if (found < 0)
			unseen = found;
		if (found > 0 && !(*ret = strdup(devices[i].sysname)))
			unseen = found = -ENOMEM;
	}
	vms_devices_free(devices, n);
	return found > 0 ? 1 : unseen;
}

/* `names`: the listing of `dir`; NULL: it could not be listed. -ENOENT: not in it. */
static int listed_link(struct vms_machine *m, const char *dir, char *const *names, const char *link,
		       char **ret)
{
	char *const *name = names;

	while (name && *name && !streq(*name, link))
		name++;
	return name && !*name ? -ENOENT : bus_link_name(m, dir, link, ret);
}

/* 1, 0, or could not look; -EINVAL: it is there, and is no link, which the kernel never makes. */
static int has_link(struct vms_machine *m, const char *dir, char *const *names, const char *link)
{
	_cleanup_free_ char *target = NULL;
	int err = listed_link(m, dir, names, link, &target);

	return err == 0 ? 1 : err == -ENOENT ? 0 : err;
}

/* What one folder on the way up says; BUS_NOWHERE: nothing. One listing instead of a
 * look for each link, that would have to list the folder to prove the link absent. */
static int anchor_here(struct vms_machine *m, const char *dir, enum bus_anchor *ret)
{
	_cleanup_free_ char *subsystem = NULL;
	char *const *names = NULL;
	const char *name = strrchr(dir, '/') + 1;
	int fdt, acpi, err = vms_root_names(m->root, dir, &names);

	if (err == -ENOMEM)
		return err;
	fdt = has_link(m, dir, names, "of_node");
	acpi = fdt == 0 ? has_link(m, dir, names, "firmware_node") : 0;
	*ret = fdt > 0 ? BUS_FDT : acpi > 0 || startswith(name, "LNXSYSTM:") ? BUS_ACPI : BUS_NOWHERE;
	if (*ret == BUS_NOWHERE && startswith(name, "pci") && strchr(name, ':'))
		*ret = BUS_ENUMERATES;
	if (*ret != BUS_NOWHERE)
		return 0;
	err = listed_link(m, dir, names, "subsystem", &subsystem);
	if (err == 0 && (streq(subsystem, "pci") || streq(subsystem, "vmbus")))
		*ret = BUS_ENUMERATES;
	/* what the control domain serves its guests by hangs off xen-backend */
	else if (err == 0 && (streq(subsystem, "xen") || streq(subsystem, "xen-backend")))
		*ret = BUS_XEN;
	if (*ret != BUS_NOWHERE)
		return 0;
	if (fdt < 0 || acpi < 0)
		return fdt < 0 ? fdt : acpi;
	return err == -ENOENT || err == -EINVAL ? 0 : err;
}

/* `name` is `word` and a number: "host2". */
static bool is_numbered(const char *name, size_t len, const char *word)
{
	size_t n = strlen(word);

	if (len <= n || strncmp(name, word, n) != 0)
		return false;
	return strspn(name + n, "0123456789.") == len - n;
}

/*
 * A path that nothing on the way anchors: what is at its root? Drivers of network
 * storage and test devices make roots of their own, or put their hosts on the
 * platform bus; what else stands there was put there by a board file or an option
 * of the kernel ("virtio_mmio.device="), and described by nobody.
 */
static enum bus_anchor unanchored(const char *syspath)
{
	static const char *const software[] = { "host",	     "vhci_hcd.", "dummy_hcd.", "dummy_udc.",
						"tcm_loop_", "pseudo_",	  "netdevsim",	"nfit_test.",
						"e820_pmem", "vdpa" };
	const char *top = startswith(syspath, DEVICES "/"), *name = startswith(syspath, DEVICES "/platform/");
	size_t len;

	if (!top)
		return BUS_UNKNOWN;
	if (!name)
		name = top;
	len = strcspn(name, "/");
	for (size_t i = 0; i < ARRAY_SIZE(software); i++)
		if (is_numbered(name, len, software[i]))
			return BUS_SOFTWARE;
	/* faux (6.14 and later): the bus of devices that are none */
	if (startswith(top, "rbd/") || startswith(top, "faux/"))
		return BUS_SOFTWARE;
	return name != top || startswith(top, "virtio-mmio-cmdline/") ? BUS_NOWHERE : BUS_UNKNOWN;
}

/* "pci0000:00", as the PCI core names its host bridges: the length of the path up to
 * the end of it; 0: not in there. */
static size_t below_pci_root(const char *syspath)
{
	const char *p = syspath;

	while ((p = strstr(p, "/pci"))) {
		size_t domain = strspn(p + 4, "0123456789abcdef"), bus;

		p += 4 + domain;
		bus = *p == ':' ? strspn(p + 1, "0123456789abcdef") : 0;
		if (domain >= 4 && bus == 2 && (p[3] == '/' || p[3] == '\0'))
			return (size_t)(p + 3 - syspath);
	}
	return 0;
}

int bus_anchor(struct vms_machine *m, const char *syspath, enum bus_anchor *ret, char **ret_at)
{
	_cleanup_free_ char *dir = vms_strdup(syspath);
	enum bus_anchor found = BUS_NOWHERE;
	size_t len;
	int err;

	if (!dir)
		return vms_no_memory();
	if (startswith(dir, DEVICES "/virtual/")) {
		*ret_at = vms_strdup(DEVICES "/virtual");
		*ret = BUS_SOFTWARE;
		return *ret_at ? 0 : -ENOMEM;
	}
	/* a device that can't be looked at says nothing about where it hangs */
	err = vms_root_probe(m->root, dir);
	if (err < 0)
		return err;
	/* of what is on it, no more need be looked at */
	len = startswith(dir, DEVICES "/") ? below_pci_root(dir) : 0;
	if (len) {
		dir[len] = '\0';
		found = BUS_ENUMERATES;
	}
	while (found == BUS_NOWHERE && startswith(dir, DEVICES "/")) {
		err = anchor_here(m, dir, &found);
		if (err < 0)
			return err;
		if (found == BUS_NOWHERE)
			*strrchr(dir, '/') = '\0';
	}
	*ret_at = vms_strdup(found == BUS_NOWHERE ? syspath : dir);
	if (found == BUS_NOWHERE)
		found = unanchored(syspath);
	*ret = found;
	return *ret_at ? 0 : -ENOMEM;
}
