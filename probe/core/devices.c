/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices of a class or a bus, by the links in /sys/class/CLASS and /sys/bus/BUS/devices. */
#include <errno.h>

#include "devices.h"

/* "../../devices/x" as seen from /sys/class/CLASS, without asking the file system:
 * the folders under /sys/devices are no symlinks. */
static char *class_link_target(const char *dir, const char *link)
{
	_cleanup_free_ char *base = vms_strdup(dir);

	if (!base)
		return NULL;
	if (link[0] == '/')
		return vms_strdup(link);
	while (startswith(link, "../")) {
		char *slash = strrchr(base, '/');

		if (slash)
			*slash = '\0';
		link += 3;
	}
	return vms_asprintf("%s/%s", base, link);
}

static int linked_device(struct vms_machine *m, const char *dir, const char *name, struct vms_device *ret)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, name), *link = NULL;
	struct vms_device there = { 0 };
	int err = path ? vms_root_readlink(m->root, path, &link) : -ENOMEM;

	if (err == -EINVAL) {
		_cleanup_strv_ char **attributes = NULL;

		/* a folder in old kernels; -ENOTDIR: an attribute of the class */
		err = vms_root_list(m->root, path, &attributes);
	}
	if (err < 0)
		return err;
	there.syspath = link ? class_link_target(dir, link) : vms_strdup(path);
	there.sysname = vms_strdup(name);
	if (there.syspath && there.sysname) {
		*ret = there;
		return 0;
	}
	free(there.syspath);
	free(there.sysname);
	return vms_no_memory();
}

static bool is_bus(const char *subsystem)
{
	return streq(subsystem, "pci") || streq(subsystem, "virtio") || streq(subsystem, "xen");
}

/* The devices that `names` of the folder `dir` stand for, in that order. */
static int devices_named(struct vms_machine *m, const char *dir, char *const *names,
			 struct vms_device *devices, size_t *ret_n)
{
	for (char *const *name = names; *name; name++) {
		int err = linked_device(m, dir, *name, &devices[*ret_n]);

		if (err == 0)
			(*ret_n)++;
		/* unplugged in this moment; an attribute of the class, the only one of those that we ask
		 * for */
		else if (err != -ENOENT && !(err == -ENOTDIR && streq(*name, "bonding_masters")))
			return err;
	}
	return 0;
}

int vms_devices_by_links(struct vms_machine *m, const char *subsystem, struct vms_device **ret, size_t *ret_n)
{
	_cleanup_free_ char *dir =
		vms_asprintf(is_bus(subsystem) ? "/sys/bus/%s/devices" : "/sys/class/%s", subsystem);
	char *const *names = NULL;
	struct vms_device *devices;
	size_t n = 0;
	int err = dir ? vms_root_names(m->root, dir, &names) : -ENOMEM;

	if (err < 0)
		return err;
	while (names[n])
		n++;
	devices = calloc(n + 1, sizeof(*devices));
	if (!devices)
		return vms_no_memory();
	n = 0;
	err = devices_named(m, dir, names, devices, &n);
	if (err < 0) {
		vms_devices_free(devices, n);
		return err;
	}
	*ret = devices;
	*ret_n = n;
	return 0;
}

int vms_tty_by_link(struct vms_machine *m, const char *name, char **ret)
{
	_cleanup_free_ char *path = vms_asprintf("/sys/class/tty/%s", name);

	return path ? vms_root_realpath(m->root, path, ret) : -ENOMEM;
}

void vms_devices_free(struct vms_device *devices, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(devices[i].sysname);
		free(devices[i].syspath);
	}
	free(devices);
}
