/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices of a class, by the links in /sys/class, live and replayed alike. libudev
 * costs 25 system calls a device for the same list, and leaves out what udev has not
 * handled yet, or has no database of (a container).
 */
#include <errno.h>

#include "machine.h"

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

static int class_device(struct vms_machine *m, const char *dir, const char *name, struct vms_device *ret)
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

int vms_devices_of_class(struct vms_machine *m, const char *subsystem, struct vms_device **ret, size_t *ret_n)
{
	_cleanup_free_ char *dir = vms_asprintf("/sys/class/%s", subsystem);
	_cleanup_strv_ char **names = NULL;
	struct vms_device *devices;
	size_t n = 0, count = 0;
	int err = dir ? vms_root_list(m->root, dir, &names) : -ENOMEM;

	if (err < 0)
		return err;
	while (names[count])
		count++;
	devices = calloc(count + 1, sizeof(*devices));
	if (!devices)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		err = class_device(m, dir, names[i], &devices[n]);
		/* /sys/class/net/bonding_masters; unplugged in this moment */
		if (err == -ENOTDIR || err == -ENOENT)
			continue;
		if (err < 0) {
			vms_devices_free(devices, n);
			return err;
		}
		n++;
	}
	*ret = devices;
	*ret_n = n;
	return 0;
}

void vms_devices_free(struct vms_device *devices, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(devices[i].sysname);
		free(devices[i].syspath);
	}
	free(devices);
}
