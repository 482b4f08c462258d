/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The recorded twin of the live table: .vmspec/ and what stands in for it. */
#include <errno.h>

#include "fixture.h"

static void test_kernel_log(void **state)
{
	struct fixture *f = *state;

	for (int partial = 0; partial < 2; partial++) {
		_cleanup_buf_ struct vms_buf log = { NULL, 0 };
		bool whole = partial;

		fixture_write(f, "/.vmspec/kmsg", "[    0.000000] Booting Linux on physical CPU 0x0\n");
		if (partial)
			fixture_write(f, VMS_RECORD_KMSG_PARTIAL, "");
		assert_int_equal(vms_live_record.kernel_log(fixture_machine(f), &log, &whole), 0);
		assert_int_equal(whole, !partial);
		assert_string_equal(log.data, "[    0.000000] Booting Linux on physical CPU 0x0\n");
	}
}

static void test_kernel_log_odd(void **state)
{
	_cleanup_buf_ struct vms_buf log = { NULL, 0 };
	struct vms_buf none = { NULL, 7 };
	struct fixture *f = *state;
	bool whole = false;

	/* NULs must not hide what follows them */
	fixture_write_bytes(f, "/.vmspec/kmsg", "a\0b\n", 4);
	assert_int_equal(vms_live_record.kernel_log(fixture_machine(f), &log, &whole), 0);
	assert_string_equal(log.data, "a?b\n");
	fixture_remove(f, "/.vmspec/kmsg");
	assert_int_equal(vms_live_record.kernel_log(fixture_machine(f), &none, &whole), -ENOENT);
	fixture_fifo(f, "/.vmspec/kmsg");
	assert_int_equal(vms_live_record.kernel_log(fixture_machine(f), &none, &whole), -ENXIO);
	assert_true(none.data == NULL && none.len == 7);
}

static void test_devices(void **state)
{
	struct vms_device *devices = NULL;
	struct fixture *f = *state;
	size_t n = 99;

	fixture_link(f, "/sys/class/rtc/rtc1", "../../devices/platform/rtc-efi.0/rtc/rtc1");
	fixture_link(f, "/sys/class/rtc/rtc0", "/sys/devices/platform/9010000.pl031/rtc/rtc0");
	fixture_dir(f, "/sys/class/rtc/odd");
	/* the attribute of a class that we ask for; any other file is a device that was not kept */
	fixture_write(f, "/sys/class/rtc/bonding_masters", "x\n");
	assert_int_equal(vms_live_record.devices(fixture_machine(f), "rtc", &devices, &n), 0);
	assert_int_equal(n, 3);
	assert_string_equal(devices[0].sysname, "odd");
	assert_string_equal(devices[0].syspath, "/sys/class/rtc/odd");
	assert_string_equal(devices[1].syspath, "/sys/devices/platform/9010000.pl031/rtc/rtc0");
	assert_string_equal(devices[2].sysname, "rtc1");
	assert_string_equal(devices[2].syspath, "/sys/devices/platform/rtc-efi.0/rtc/rtc1");
	vms_devices_free(devices, n);
	fixture_write(f, "/sys/class/rtc/rtc2", "");
	assert_int_equal(vms_live_record.devices(fixture_machine(f), "rtc", &devices, &n), -ENOTDIR);
	fixture_remove(f, "/sys/class/rtc/rtc2");
}

static void test_no_devices(void **state)
{
	struct vms_device *devices = NULL;
	struct fixture *f = *state;
	size_t n = 99;

	assert_int_equal(vms_live_record.devices(fixture_machine(f), "rtc", &devices, &n), -ENODATA);
	fixture_dir(f, "/sys/class");
	assert_int_equal(vms_live_record.devices(fixture_machine(f), "rtc", &devices, &n), -ENOENT);
	fixture_dir(f, "/sys/class/rtc");
	assert_true(devices == NULL && n == 99);
	assert_int_equal(vms_live_record.devices(fixture_machine(f), "rtc", &devices, &n), 0);
	assert_int_equal(n, 0);
	vms_devices_free(devices, n);
	/* climbs out as far as it likes: stays a path of the machine */
	fixture_link(f, "/sys/class/rtc/rtc0", "../../../../../../../../etc/passwd");
	assert_int_equal(vms_live_record.devices(fixture_machine(f), "rtc", &devices, &n), 0);
	assert_string_equal(devices[0].syspath, "/etc/passwd");
	vms_devices_free(devices, n);
}

static void test_uptime(void **state)
{
	static const struct {
		const char *text;
		int err;
		double seconds;
	} cases[] = {
		{ "12.5\n", 0, 12.5 }, { "12.5 99.1\n", 0, 12.5 }, { "0", 0, 0 },
		{ "", -EINVAL, 0 },    { "x", -EINVAL, 0 },	   { "-1", -EINVAL, 0 },
		{ "nan", -EINVAL, 0 }, { "inf", -EINVAL, 0 },	   { "1e300", -EINVAL, 0 },
	};
	struct fixture *f = *state;
	double seconds;

	assert_int_equal(vms_live_record.uptime(fixture_machine(f), &seconds), -ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		seconds = -7;
		fixture_write(f, "/proc/uptime", cases[i].text);
		assert_int_equal(vms_live_record.uptime(fixture_machine(f), &seconds), cases[i].err);
		assert_true(seconds == (cases[i].err ? -7 : cases[i].seconds));
	}
	fixture_write(f, "/proc/uptime", "12.5 99.1\n");
	fixture_write(f, "/.vmspec/uptime", "13.25\n");
	assert_int_equal(vms_live_record.uptime(fixture_machine(f), &seconds), 0);
	assert_true(seconds == 13.25);
}

static void test_clock_and_counter(void **state)
{
	struct fixture *f = *state;
	struct vms_counter counter;
	time_t t = 7;

	assert_int_equal(vms_live_record.clock(fixture_machine(f), &t), -ENOENT);
	fixture_write(f, "/.vmspec/clock", "garbage");
	assert_int_equal(vms_live_record.clock(fixture_machine(f), &t), -EINVAL);
	assert_int_equal(t, 7);
	fixture_write(f, "/.vmspec/clock", "1795217896\n");
	assert_int_equal(vms_live_record.clock(fixture_machine(f), &t), 0);
	assert_int_equal(t, 1795217896);
	assert_int_equal(vms_live_record.counter(f->m, &counter), -EOPNOTSUPP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_kernel_log), fixture_test(test_kernel_log_odd),
		fixture_test(test_devices),    fixture_test(test_no_devices),
		fixture_test(test_uptime),     fixture_test(test_clock_and_counter),
	};

	return cmocka_run_group_tests_name("live_record", tests, NULL, NULL);
}
