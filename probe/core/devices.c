/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices of a class or a bus, by the links in /sys/class/CLASS and
 * /sys/bus/BUS/devices: how a record is looked at, and what the live inventory
 * (live_devices.c) is held against.
 */
#include <errno.h>

#include "devices.h"

/* "../../devices/x" as seen from /sys/class/CLASS, without asking the file system:
 * the folders under /sys/devices are no symlinks. */
static char *class_link_target(const char *dir, const char *link)
{
	_cleanup_free_ char *base = strdup(dir);

	if (!base)
		return NULL;
	if (link[0] == '/')
		return strdup(link);
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
	int err = path ? vms_root_readlink(m->root, path, &link) : -ENOMEM;

	if (err == -EINVAL) {
		_cleanup_strv_ char **attributes = NULL;

		/* a folder in old kernels; -ENOTDIR: an attribute of the class */
		err = vms_root_list(m->root, path, &attributes);
	}
	if (err < 0)
		return err;
	ret->syspath = link ? class_link_target(dir, link) : strdup(path);
	ret->sysname = strdup(name);
	if (ret->syspath && ret->sysname)
		return 0;
	free(ret->syspath);
	free(ret->sysname);
	return -ENOMEM;
}

static bool is_bus(const char *subsystem)
{
	return streq(subsystem, "virtio") || streq(subsystem, "xen");
}

static bool is_known(const struct vms_device *devices, size_t n, const char *name)
{
	while (n > 0 && !streq(devices[n - 1].sysname, name))
		n--;
	return n > 0;
}

static int by_sysname(const void *a, const void *b)
{
	const struct vms_device *x = a, *y = b;

	return strcmp(x->sysname, y->sysname);
}

static int add_unknown(struct vms_machine *m, const char *dir, char **names, struct vms_device *devices,
		       size_t *n)
{
	size_t n_known = *n;

	for (char **name = names; *name; name++) {
		int err;

		if (is_known(devices, n_known, *name))
			continue;
		err = linked_device(m, dir, *name, &devices[*n]);
		if (err == 0)
			(*n)++;
		/* /sys/class/net/bonding_masters; unplugged in this moment */
		else if (err != -ENOTDIR && err != -ENOENT)
			return err;
	}
	return 0;
}

int vms_devices_complete(struct vms_machine *m, const char *subsystem, struct vms_device **devices, size_t *n)
{
	_cleanup_free_ char *dir =
		vms_asprintf(is_bus(subsystem) ? "/sys/bus/%s/devices" : "/sys/class/%s", subsystem);
	_cleanup_strv_ char **names = NULL;
	struct vms_device *grown;
	size_t count = 0;
	int err = dir ? vms_root_list(m->root, dir, &names) : -ENOMEM;

	if (err < 0)
		return err;
	while (names[count])
		count++;
	grown = reallocarray(*devices, *n + count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	*devices = grown;
	err = add_unknown(m, dir, names, grown, n);
	if (*n)
		qsort(grown, *n, sizeof(*grown), by_sysname);
	return err;
}

int vms_devices_by_links(struct vms_machine *m, const char *subsystem, struct vms_device **ret, size_t *ret_n)
{
	struct vms_device *devices = NULL;
	size_t n = 0;
	int err = vms_devices_complete(m, subsystem, &devices, &n);

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
