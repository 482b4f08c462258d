/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live inventory of devices, by libudev: one scan for all classes and buses that
 * are asked for, and of each device no more than the list of the scan says (a
 * udev_device costs 25 system calls, and the scan made one already). Consoles are
 * looked up one by one: most ttys are none.
 */
#include <errno.h>
#include <libudev.h>

#include "devices.h"
#include "dl.h"
#include "thread.h"

VMS_DLOPEN_NOTE(libudev, "{\"feature\":\"devices\",\"description\":\"inventory of the machine's devices\","
			 "\"priority\":\"recommended\",\"soname\":[\"libudev.so.1\"]}");

static const char *const subsystems[] = { "rtc", "block", "net", "virtio", "xen" };

static struct {
	void *handle;
	__typeof__(udev_new) *new;
	__typeof__(udev_unref) *unref;
	__typeof__(udev_enumerate_new) *enumerate_new;
	__typeof__(udev_enumerate_unref) *enumerate_unref;
	__typeof__(udev_enumerate_add_match_subsystem) *add_match;
	__typeof__(udev_enumerate_scan_devices) *scan;
	__typeof__(udev_enumerate_get_list_entry) *first;
	__typeof__(udev_list_entry_get_next) *next;
	__typeof__(udev_list_entry_get_name) *name;
	__typeof__(udev_device_new_from_subsystem_sysname) *device_new;
	__typeof__(udev_device_get_syspath) *device_syspath;
	__typeof__(udev_device_unref) *device_unref;
} dl;

static int load(void)
{
	static const struct vms_dl_symbol symbols[] = {
		{ "udev_new", &dl.new },
		{ "udev_unref", &dl.unref },
		{ "udev_enumerate_new", &dl.enumerate_new },
		{ "udev_enumerate_unref", &dl.enumerate_unref },
		{ "udev_enumerate_add_match_subsystem", &dl.add_match },
		{ "udev_enumerate_scan_devices", &dl.scan },
		{ "udev_enumerate_get_list_entry", &dl.first },
		{ "udev_list_entry_get_next", &dl.next },
		{ "udev_list_entry_get_name", &dl.name },
		{ "udev_device_new_from_subsystem_sysname", &dl.device_new },
		{ "udev_device_get_syspath", &dl.device_syspath },
		{ "udev_device_unref", &dl.device_unref },
		{ NULL, NULL },
	};

	return vms_dl_open(&dl.handle, "libudev.so.1", symbols);
}

/* What one scan found; empty where libudev is not there or could not look. */
struct inventory {
	enum { UNASKED, SCANNING, SCANNED, READY } state;
	pthread_t thread; /* SCANNING: has all that follows */
	int err;
	struct udev *udev;
	struct vms_device *devices;
	size_t n;
	const char **subsystem; /* of each; NULL: gone since */
};

static int take_list(struct udev_list_entry *first, struct inventory *v)
{
	size_t n = 0;

	for (struct udev_list_entry *e = first; e; e = dl.next(e))
		n++;
	v->devices = calloc(n + 1, sizeof(*v->devices));
	if (!v->devices)
		return -ENOMEM;
	for (struct udev_list_entry *e = first; e && v->n < n; e = dl.next(e)) {
		const char *syspath = dl.name(e), *name = strrchr(syspath, '/');
		struct vms_device *d = &v->devices[v->n++];

		*d = (struct vms_device){ strdup(name ? name + 1 : syspath), strdup(syspath) };
		if (!d->sysname || !d->syspath)
			return -ENOMEM;
	}
	return 0;
}

/* Asks nothing of the machine's own root and facts: also for a thread. */
static void *scan(void *arg)
{
	struct inventory *v = arg;
	struct udev_enumerate *e;

	if (load() < 0)
		return NULL;
	v->udev = dl.new();
	e = v->udev ? dl.enumerate_new(v->udev) : NULL;
	v->err = e ? 0 : -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(subsystems) && !v->err; i++)
		v->err = dl.add_match(e, subsystems[i]) < 0 ? -ENOMEM : 0;
	if (!v->err && dl.scan(e) >= 0)
		v->err = take_list(dl.first(e), v);
	if (e)
		dl.enumerate_unref(e);
	return NULL;
}

/* The word of `subsystems` that a device's own link names. */
static const char *subsystem_of(struct vms_machine *m, const char *syspath)
{
	_cleanup_free_ char *path = vms_asprintf("%s/subsystem", syspath), *link = NULL;
	const char *name;

	if (!path || vms_root_readlink(m->root, path, &link) < 0 || !(name = strrchr(link, '/')))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(subsystems); i++)
		if (streq(name + 1, subsystems[i]))
			return subsystems[i];
	return NULL;
}

static int unasked(_unused_ struct vms_machine *m, _unused_ void *facts)
{
	return 0;
}

static void clear_inventory(void *facts)
{
	struct inventory *v = facts;

	if (v->state == SCANNING)
		pthread_join(v->thread, NULL);
	if (v->udev)
		dl.unref(v->udev);
	vms_devices_free(v->devices, v->n);
	free(v->subsystem);
}

static struct inventory *inventory_fact(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_DEVICES, sizeof(struct inventory), unasked, clear_inventory);
}

int vms_devices_ahead(struct vms_machine *m)
{
	struct inventory *v = inventory_fact(m);

	if (!v)
		return -ENOMEM;
	if (v->state == UNASKED && vms_thread_start(&v->thread, scan, v) == 0)
		v->state = SCANNING;
	return 0;
}

static int name_subsystems(struct vms_machine *m, struct inventory *v)
{
	v->subsystem = calloc(v->n + 1, sizeof(*v->subsystem));
	if (!v->subsystem)
		return -ENOMEM;
	for (size_t i = 0; i < v->n; i++)
		v->subsystem[i] = subsystem_of(m, v->devices[i].syspath);
	return 0;
}

/* NULL: -ENOMEM. */
static const struct inventory *inventory(struct vms_machine *m)
{
	struct inventory *v = inventory_fact(m);

	if (!v)
		return NULL;
	if (v->state == UNASKED)
		scan(v);
	else if (v->state == SCANNING)
		pthread_join(v->thread, NULL);
	if (v->state != READY)
		v->state = SCANNED;
	if (v->err < 0)
		return NULL;
	if (v->state == SCANNED && name_subsystems(m, v) == 0)
		v->state = READY;
	return v->state == READY ? v : NULL;
}

static int devices_of(const struct inventory *v, const char *subsystem, struct vms_device *devices, size_t *n)
{
	for (size_t i = 0; i < v->n; i++) {
		struct vms_device *d = &devices[*n];

		if (!v->subsystem[i] || !streq(v->subsystem[i], subsystem))
			continue;
		*d = (struct vms_device){ strdup(v->devices[i].sysname), strdup(v->devices[i].syspath) };
		(*n)++;
		if (!d->sysname || !d->syspath)
			return -ENOMEM;
	}
	return 0;
}

/* libudev does not say why it saw nothing, and leaves out what it could not look at:
 * the folder does, and completes it. */
int vms_devices_by_udev(struct vms_machine *m, const char *subsystem, struct vms_device **ret, size_t *ret_n)
{
	const struct inventory *v = inventory(m);
	struct vms_device *devices = v ? calloc(v->n + 1, sizeof(*devices)) : NULL;
	size_t n = 0;
	int err = devices ? devices_of(v, subsystem, devices, &n) : -ENOMEM;

	if (!err)
		err = vms_devices_complete(m, subsystem, &devices, &n);
	if (err < 0) {
		vms_devices_free(devices, n);
		return err;
	}
	*ret = devices;
	*ret_n = n;
	return 0;
}

int vms_tty_by_udev(struct vms_machine *m, const char *name, char **ret)
{
	const struct inventory *v = inventory(m);
	struct udev_device *d = v && v->udev ? dl.device_new(v->udev, "tty", name) : NULL;
	char *syspath;

	if (!v)
		return -ENOMEM;
	/* why not: the link says it */
	if (!d)
		return vms_tty_by_link(m, name, ret);
	syspath = strdup(dl.device_syspath(d));
	dl.device_unref(d);
	if (!syspath)
		return -ENOMEM;
	*ret = syspath;
	return 0;
}
