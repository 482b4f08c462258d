/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inventory of devices: by the links in /sys it is the one that libudev gives. */
#include <errno.h>
#include <libudev.h>

#include "core/devices.h"
#include "fixture.h"

static const char *const subsystems[] = { "rtc", "block", "net", "virtio", "xen" };

/* What libudev lists, and each of it is found by name in `devices`. */
static size_t expect_all_of_udev(struct udev *udev, const char *subsystem, const struct vms_device *devices,
				 size_t n)
{
	struct udev_enumerate *e = udev_enumerate_new(udev);
	struct udev_list_entry *entry;
	size_t seen = 0;

	assert_non_null(e);
	assert_true(udev_enumerate_add_match_subsystem(e, subsystem) >= 0);
	assert_true(udev_enumerate_scan_devices(e) >= 0);
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(e))
	{
		const char *syspath = udev_list_entry_get_name(entry);
		size_t i = 0;

		while (i < n && strcmp(devices[i].syspath, syspath) != 0)
			i++;
		if (i == n)
			fail_msg("%s of %s is missing", syspath, subsystem);
		assert_string_equal(devices[i].sysname, strrchr(syspath, '/') + 1);
		seen++;
	}
	udev_enumerate_unref(e);
	return seen;
}

/* Of this machine, whatever it has. */
static void test_same_devices(void **state _unused_)
{
	struct udev *udev = udev_new();
	struct vms_machine *m;

	assert_non_null(udev);
	assert_int_equal(vms_machine_open_live(&m), 0);
	for (size_t i = 0; i < ARRAY_SIZE(subsystems); i++) {
		struct vms_device *devices = NULL;
		size_t n = 0;
		int err = m->live->devices(m, subsystems[i], &devices, &n);

		assert_true(err == 0 || n == 0);
		assert_int_equal(expect_all_of_udev(udev, subsystems[i], devices, n), n);
		vms_devices_free(devices, n);
	}
	vms_machine_free(m);
	udev_unref(udev);
}

static void test_same_ttys(void **state _unused_)
{
	_cleanup_strv_ char **names = NULL;
	struct udev *udev = udev_new();
	struct vms_machine *m;
	char *none = NULL;

	assert_non_null(udev);
	assert_int_equal(vms_machine_open_live(&m), 0);
	if (vms_root_list(m->root, "/sys/class/tty", &names) < 0)
		names = NULL;
	for (size_t i = 0; names && names[i] && i < 4; i++) {
		struct udev_device *d = udev_device_new_from_subsystem_sysname(udev, "tty", names[i]);
		_cleanup_free_ char *link = NULL;

		assert_non_null(d);
		assert_int_equal(m->live->tty(m, names[i], &link), 0);
		assert_string_equal(udev_device_get_syspath(d), link);
		udev_device_unref(d);
	}
	assert_true(m->live->tty(m, "ttyNONE", &none) < 0);
	assert_null(none);
	vms_machine_free(m);
	udev_unref(udev);
}

static void test_bus(void **state)
{
	struct vms_device *devices = NULL;
	struct fixture *f = *state;
	size_t n = 0;

	fixture_link(f, "/sys/bus/virtio/devices/virtio0",
		     "../../../devices/pci0000:00/0000:00:01.0/virtio0");
	assert_int_equal(vms_devices_by_links(fixture_machine(f), "virtio", &devices, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(devices[0].syspath, "/sys/devices/pci0000:00/0000:00:01.0/virtio0");
	vms_devices_free(devices, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_devices),
		cmocka_unit_test(test_same_ttys),
		fixture_test(test_bus),
	};

	return cmocka_run_group_tests_name("devices", tests, NULL, NULL);
}
