/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device model: classes and buses that checks ask about, the devices in them,
 * and all folders above these. Of each folder only attributes that are known to
 * have no effect when they are read.
 */
#include <errno.h>
#include <time.h>

#include "record_copy.h"

#define ATTRIBUTE_MAX 65536 /* sysfs gives a page */

static const char *const links[] = {
	"subsystem", "driver", "device", "of_node", "firmware_node", "physical_node", "bdi",
};

static const struct {
	const char *name;
	scrub_fn fn;
} attributes[] = {
	{ "uevent", scrub_as_text },
	{ "modalias", scrub_as_text },
	{ "class", scrub_as_text },
	{ "vendor", scrub_as_text },
	{ "revision", scrub_as_text },
	{ "subsystem_vendor", scrub_as_text },
	{ "subsystem_device", scrub_as_text },
	{ "device", scrub_as_text },
	{ "config", scrub_pci_config },
	{ "name", scrub_as_text },
	{ "type", scrub_as_text },
	{ "dev", scrub_as_text },
	{ "size", scrub_as_text },
	{ "start", scrub_as_text },
	{ "partition", scrub_as_text },
	{ "ro", scrub_as_text },
	{ "removable", scrub_as_text },
	{ "hidden", scrub_as_text },
	{ "since_epoch", scrub_as_text },
	{ "date", scrub_as_text },
	{ "time", scrub_as_text },
	{ "hctosys", scrub_as_text },
	{ "address", scrub_as_text },
	{ "addr_assign_type", scrub_as_text },
	{ "iomem_base", scrub_as_text },
	{ "iomem_reg_shift", scrub_as_text },
	{ "io_type", scrub_as_text },
	{ "irq", scrub_as_text },
	{ "line", scrub_as_text },
	{ "port", scrub_as_text },
	{ "flags", scrub_as_text },
	{ "console", scrub_as_text },
	{ "active", scrub_as_text },
	{ "state", scrub_as_text },
	{ "nodename", scrub_as_text },
	{ "devtype", scrub_as_text },
	{ "features", scrub_as_text },
	{ "status", scrub_as_text },
	{ "hid", scrub_as_text },
	{ "uid", scrub_as_text },
	{ "path", scrub_as_text },
	{ "operstate", scrub_as_text },
	{ "ifindex", scrub_as_text },
	{ "serial", scrub_as_serial },
	{ "power", NULL },
	/* DMI */
	{ "bios_date", scrub_as_text },
	{ "bios_vendor", scrub_as_text },
	{ "bios_version", scrub_as_text },
	{ "bios_release", scrub_as_text },
	{ "board_name", scrub_as_text },
	{ "board_vendor", scrub_as_text },
	{ "board_version", scrub_as_text },
	{ "chassis_type", scrub_as_text },
	{ "chassis_vendor", scrub_as_text },
	{ "chassis_version", scrub_as_text },
	{ "product_family", scrub_as_text },
	{ "product_name", scrub_as_text },
	{ "product_version", scrub_as_text },
	{ "sys_vendor", scrub_as_text },
	{ "product_sku", scrub_as_text },
	{ "product_uuid", scrub_as_text },
	{ "product_serial", scrub_as_serial },
	{ "board_serial", scrub_as_serial },
	{ "chassis_serial", scrub_as_serial },
	{ "board_asset_tag", scrub_as_serial },
	{ "chassis_asset_tag", scrub_as_serial },
};

static bool has(char **names, const char *name)
{
	for (char **n = names; n && *n; n++)
		if (streq(*n, name))
			return true;
	return false;
}

static int copy_attributes(struct recording *r, const char *dir, char **names)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(links) && !err; i++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, links[i]);

		if (has(names, links[i]))
			err = path ? copy_link(r, path) : -ENOMEM;
	}
	for (size_t i = 0; i < ARRAY_SIZE(attributes) && !err; i++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, attributes[i].name), *target = NULL;

		if (!attributes[i].fn || !has(names, attributes[i].name))
			continue;
		if (!path)
			return -ENOMEM;
		/* "device" is an attribute in one place and a symlink in another */
		if (!streq(attributes[i].name, "device") || vms_root_readlink(r->m->root, path, &target) != 0)
			err = copy_file(r, path, ATTRIBUTE_MAX, attributes[i].fn);
	}
	return err;
}

/* The folder of a device, and those above it. `dir` has no symlinks. */
static int copy_device(struct recording *r, const char *dir)
{
	_cleanup_free_ char *at = strdup(dir);
	int err = at ? 0 : -ENOMEM;

	while (!err && startswith(at, "/sys/devices/")) {
		_cleanup_strv_ char **names = NULL;

		if (!first_time(&r->done, at, &err))
			break;
		err = copy_dir(r, at, &names);
		if (!err)
			err = copy_attributes(r, at, names);
		*strrchr(at, '/') = '\0';
	}
	return err;
}

/* A device by a symlink to it, or its folder itself. */
static int copy_member(struct recording *r, const char *dir, const char *name)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, name), *real = NULL;
	int err = path ? copy_way(r, path, &real) : -ENOMEM;

	if (err || !real)
		return err;
	if (startswith(real, "/sys/devices/"))
		return copy_device(r, real);
	return 0;
}

static int copy_members(struct recording *r, const char *dir)
{
	_cleanup_strv_ char **names = NULL;
	int err = copy_dir(r, dir, &names);

	for (char **name = names; name && *name && !err; name++)
		err = copy_member(r, dir, *name);
	return err;
}

/* Names only: drivers, slots. */
static int copy_folder_names(struct recording *r, const char *dir, const char *presence)
{
	_cleanup_strv_ char **names = NULL;
	int err = copy_dir(r, dir, &names);

	for (char **name = names; name && *name && !err; name++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, *name);
		_cleanup_free_ char *inside =
			presence ? vms_asprintf("%s/%s/%s", dir, *name, presence) : NULL;
		_cleanup_strv_ char **ignored = NULL;

		err = path ? copy_dir(r, path, &ignored) : -ENOMEM;
		if (!err && inside && has(ignored, presence))
			err = copy_presence(r, inside);
	}
	return err;
}

static int copy_bus(struct recording *r, const char *bus)
{
	_cleanup_free_ char *devices = vms_asprintf("/sys/bus/%s/devices", bus);
	_cleanup_free_ char *drivers = vms_asprintf("/sys/bus/%s/drivers", bus);
	int err = devices && drivers ? copy_members(r, devices) : -ENOMEM;

	return err ? err : copy_folder_names(r, drivers, NULL);
}

int record_clock_now(struct recording *r)
{
	char text[64];
	double uptime;
	time_t now;
	bool kept;
	int err = 0;

	if (r->m->live->uptime(r->m, &uptime) == 0) {
		snprintf(text, sizeof(text), "%.2f\n", uptime);
		err = write_text(r, "/.vmspec/uptime", text, strlen(text));
	}
	if (!err && r->m->live->clock(r->m, &now) == 0) {
		snprintf(text, sizeof(text), "%lld\n", (long long)now);
		err = write_text(r, "/.vmspec/clock", text, strlen(text));
	}
	if (!err && r->m->live->clock_kept(r->m, &kept) == 0) {
		snprintf(text, sizeof(text), "%ssynchronized\n", kept ? "" : "un");
		err = write_text(r, VMS_RECORD_TIMEX, text, strlen(text));
	}
	return err;
}

static int copy_system(struct recording *r)
{
	static const char *const files[] = {
		"/sys/devices/system/cpu/enabled",
		"/sys/devices/system/cpu/online",
		"/sys/devices/system/cpu/possible",
		"/sys/devices/system/cpu/present",
		"/sys/devices/system/clocksource/clocksource0/current_clocksource",
		"/sys/devices/system/clocksource/clocksource0/available_clocksource",
	};
	_cleanup_strv_ char **ignored = NULL;
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !err; i++)
		err = copy_file(r, files[i], ATTRIBUTE_MAX, scrub_as_text);
	return err ? err : copy_dir(r, "/sys/devices/system/xen_memory", &ignored);
}

/* Its names alone: a device that no driver is bound to. */
static int copy_platform(struct recording *r)
{
	_cleanup_strv_ char **names = NULL;
	int err = copy_dir(r, "/sys/devices/platform", &names);

	for (char **name = names; name && *name && !err; name++)
		if (strchr(*name, '.') || startswith(*name, "rtc"))
			err = copy_member(r, "/sys/devices/platform", *name);
	return err;
}

/* Of PMUs the names, and whether the CPU's counts cycles. */
static int copy_pmus(struct recording *r)
{
	const char *sources = "/sys/bus/event_source/devices";
	_cleanup_strv_ char **names = NULL;
	int err = copy_dir(r, sources, &names);

	for (char **name = names; name && *name && !err; name++) {
		_cleanup_free_ char *events = vms_asprintf("%s/%s/events", sources, *name);
		_cleanup_free_ char *cycles = vms_asprintf("%s/%s/events/cpu_cycles", sources, *name);

		err = events && cycles ? copy_member(r, sources, *name) : -ENOMEM;
		if (!err && startswith(*name, "armv") && vms_root_probe(r->m->root, events) == 0)
			err = copy_presence(r, cycles);
	}
	return err;
}

int record_devices(struct recording *r)
{
	static const char *const classes[] = {
		"rtc", "block", "net", "tty", "dmi", "virtio-ports", "watchdog"
	};
	static const char *const buses[] = { "platform",    "amba",   "acpi", "pci",
					     "pci_express", "virtio", "xen",  "vmbus" };
	_cleanup_strv_ char **ignored = NULL;
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(classes) && !err; i++) {
		_cleanup_free_ char *dir = vms_asprintf("/sys/class/%s", classes[i]);

		err = dir ? copy_members(r, dir) : -ENOMEM;
		/* the RTC's reading is held against these */
		if (!err && i == 0)
			err = record_clock_now(r);
	}
	for (size_t i = 0; i < ARRAY_SIZE(buses) && !err; i++)
		err = copy_bus(r, buses[i]);
	if (!err)
		err = copy_folder_names(r, "/sys/bus/pci/slots", "power");
	if (!err)
		err = copy_dir(r, "/sys/firmware/qemu_fw_cfg", &ignored);
	if (!err)
		err = copy_platform(r);
	if (!err)
		err = copy_pmus(r);
	return err ? err : copy_system(r);
}
