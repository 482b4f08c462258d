/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inventory of devices: by libudev and by links it is the same, and libudev's is completed. */
#include <dlfcn.h>
#include <errno.h>

#include "core/devices.h"
#include "fixture.h"

static const char *const subsystems[] = { "rtc", "block", "net", "virtio", "xen" };

static void expect_same(struct vms_machine *m, const char *subsystem)
{
	struct vms_device *live = NULL, *links = NULL;
	size_t n_live = 0, n_links = 0;
	int err = vms_devices_by_udev(m, subsystem, &live, &n_live);

	assert_int_equal(err, vms_devices_by_links(m, subsystem, &links, &n_links));
	assert_int_equal(n_live, n_links);
	for (size_t i = 0; i < n_live; i++) {
		assert_string_equal(live[i].sysname, links[i].sysname);
		assert_string_equal(live[i].syspath, links[i].syspath);
	}
	vms_devices_free(live, n_live);
	vms_devices_free(links, n_links);
}

/* Of this machine, whatever it has. */
static void inventory_of_this_machine(bool ahead)
{
	struct vms_machine *m;
	void *udev;

	assert_int_equal(vms_machine_open_live(&m), 0);
	assert_ptr_equal(m->live->devices, vms_devices_by_udev);
	assert_ptr_equal(m->live->tty, vms_tty_by_udev);
	if (ahead)
		assert_int_equal(vms_devices_ahead(m), 0);
	for (size_t i = 0; i < ARRAY_SIZE(subsystems); i++)
		expect_same(m, subsystems[i]);
	vms_machine_free(m);
	udev = dlopen("libudev.so.1", RTLD_NOW | RTLD_NOLOAD);
	assert_non_null(udev);
	dlclose(udev);
}

static void test_same_devices(void **state _unused_)
{
	inventory_of_this_machine(false);
}

static void test_same_devices_by_thread(void **state _unused_)
{
	struct vms_machine *m;

	inventory_of_this_machine(true);
	/* begun twice, and never asked for */
	assert_int_equal(vms_machine_open_live(&m), 0);
	assert_int_equal(vms_devices_ahead(m), 0);
	assert_int_equal(vms_devices_ahead(m), 0);
	vms_machine_free(m);
}

static void test_same_ttys(void **state _unused_)
{
	_cleanup_strv_ char **names = NULL;
	struct vms_machine *m;
	char *none = NULL;

	assert_int_equal(vms_machine_open_live(&m), 0);
	if (vms_root_list(m->root, "/sys/class/tty", &names) < 0)
		names = NULL;
	for (size_t i = 0; names && names[i] && i < 4; i++) {
		_cleanup_free_ char *live = NULL, *link = NULL;

		assert_int_equal(vms_tty_by_udev(m, names[i], &live), 0);
		assert_int_equal(vms_tty_by_link(m, names[i], &link), 0);
		assert_string_equal(live, link);
	}
	assert_int_equal(vms_tty_by_udev(m, "ttyNONE", &none), vms_tty_by_link(m, "ttyNONE", &none));
	assert_null(none);
	vms_machine_free(m);
}

/* What libudev told stands; what it left out is added. */
static void test_completed(void **state)
{
	struct vms_device *devices = calloc(1, sizeof(*devices));
	struct fixture *f = *state;
	size_t n = 1;

	assert_non_null(devices);
	devices[0] = (struct vms_device){ strdup("vdb"), strdup("/sys/devices/known/vdb") };
	assert_int_equal(vms_devices_complete(fixture_machine(f), "block", &devices, &n), -ENODATA);
	assert_int_equal(n, 1);
	fixture_link(f, "/sys/class/block/vda", "../../devices/pci0000:00/vda");
	fixture_link(f, "/sys/class/block/vdb", "../../devices/elsewhere/vdb");
	assert_int_equal(vms_devices_complete(fixture_machine(f), "block", &devices, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(devices[0].syspath, "/sys/devices/pci0000:00/vda");
	assert_string_equal(devices[1].syspath, "/sys/devices/known/vdb");
	vms_devices_free(devices, n);
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
		cmocka_unit_test(test_same_devices_by_thread),
		cmocka_unit_test(test_same_ttys),
		fixture_test(test_completed),
		fixture_test(test_bus),
	};

	return cmocka_run_group_tests_name("devices", tests, NULL, NULL);
}
