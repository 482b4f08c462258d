/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMSPEC-EFI-RTC: GetTime answers, its time is sane and moves on.
 */
#include <errno.h>

#include "firmware/rtc.h"
#include "fixture.h"

#define RTC "VMSPEC-EFI-RTC"
#define EFI "/sys/devices/platform/rtc-efi.0/rtc/rtc0/"
#define SET "[    2.500000] rtc-efi rtc-efi.0: setting system clock to 2026-11-20T23:38:16 UTC (1795217896)\n"
#define NOW "1795217926\n" /* 30 s later */

static void bind_efi(struct fixture *f, const char *since_epoch)
{
	fixture_link(f, "/sys/class/rtc/rtc0", "../../devices/platform/rtc-efi.0/rtc/rtc0");
	fixture_write(f, EFI "name", "rtc-efi rtc-efi.0\n");
	fixture_write(f, EFI "hctosys", "1\n");
	fixture_write(f, EFI "since_epoch", since_epoch);
}

static void good(struct fixture *f)
{
	bind_efi(f, NOW);
	fixture_kmsg(f, true, SET "[   32.500000] late\n");
	fixture_write(f, "/proc/uptime", "32.5 1.0\n");
}

static void test_pass(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_check_evidence(f, RTC, VMS_PASS, "the time moves on", "rtc0 reads 1795217926");
	/* kernels before 5.x name the device without a number */
	fixture_kmsg(
		f, true,
		"[    2.5] rtc-efi rtc-efi: setting system clock to 2026-11-20T23:38:16 UTC (1795217896)\n");
	fixture_check(f, RTC, VMS_PASS, NULL);
	/* date and time alone */
	fixture_remove(f, EFI "since_epoch");
	fixture_write(f, EFI "date", "2026-11-20\n");
	fixture_write(f, EFI "time", "23:38:46\n");
	fixture_check_evidence(f, RTC, VMS_PASS, "moves on", "rtc0 reads 1795217926");
}

/* The log is gone: a clock that keeps pace with the system's moves. */
static void test_pass_by_system_clock(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_write(f, "/.vmspec/clock", "1795217927\n");
	fixture_write(f, "/.vmspec/uptime", "90.0\n");
	fixture_check(f, RTC, VMS_PASS, "keeps pace");
	fixture_write(f, "/.vmspec/uptime", "30.0\n");
	fixture_check(f, RTC, VMS_UNKNOWN, "kernel log");
	fixture_write(f, "/.vmspec/uptime", "90.0\n");
	fixture_write(f, "/.vmspec/clock", "1795219999\n");
	fixture_check(f, RTC, VMS_UNKNOWN, "kernel log");
	/* the log is there, and another clock set the system's */
	fixture_kmsg(f, true,
		     "[    2.5] rtc-pl031 1.pl031: setting system clock to 2026-11-20T23:38:16 UTC (1)\n");
	fixture_check(f, RTC, VMS_UNKNOWN, "no reading of the UEFI clock at boot, and it is 2073 s off");
	fixture_remove(f, "/.vmspec/clock");
	fixture_check(f, RTC, VMS_UNKNOWN, "too soon to see it move on");
}

/* 1000 s went by, and `moved` on the UEFI clock, which is `off` the system's now. */
static void expect_after_1000_s(struct fixture *f, int moved, int64_t off, enum vms_status status,
				const char *reason)
{
	char text[32];

	snprintf(text, sizeof(text), "%d\n", 1795217896 + moved);
	bind_efi(f, text);
	snprintf(text, sizeof(text), "%lld\n", (long long)(1795217896 + moved + off));
	fixture_write(f, "/.vmspec/clock", text);
	fixture_write(f, "/.vmspec/uptime", "1002.5\n");
	fixture_check(f, RTC, status, reason);
}

static void test_slow(void **state)
{
	struct fixture *f = *state;

	good(f);
	expect_after_1000_s(f, 1000, 0, VMS_PASS, "moves on");
	expect_after_1000_s(f, 500, 500, VMS_PASS, "moves on");
	expect_after_1000_s(f, 499, 501, VMS_FAIL, "hardly moves: it went on by 499 s in 1000.0 s");
	expect_after_1000_s(f, 1, 999, VMS_FAIL, "hardly moves");
	expect_after_1000_s(f, 0, 1000, VMS_FAIL, "stands still");
	/* the kernel set it by NTP's time, every 11 minutes */
	expect_after_1000_s(f, 400, 0, VMS_UNKNOWN, "was set since boot");
	expect_after_1000_s(f, -400, 1, VMS_UNKNOWN, "set back since");
	expect_after_1000_s(f, 938, 2, VMS_PASS, "moves on");
	expect_after_1000_s(f, 1062, 2, VMS_PASS, "moves on");
	expect_after_1000_s(f, 200 * 86400, 2, VMS_UNKNOWN, "was set since boot");
	expect_after_1000_s(f, -400, 3, VMS_UNKNOWN, "set back since");
	/* hwclock --localtime */
	expect_after_1000_s(f, 400, -5 * 3600 - 1800, VMS_UNKNOWN, "set to local time");
	expect_after_1000_s(f, 400, -5 * 3600 - 1804, VMS_FAIL, "hardly moves");
	/* the VM was paused, the clock went on */
	expect_after_1000_s(f, 9000, 0, VMS_PASS, "moves on");
	expect_after_1000_s(f, 9000, -8000, VMS_PASS, "moves on");
	fixture_check_evidence(f, RTC, VMS_PASS, "moves on", "8000 s less went by than on the UEFI clock");
	/* a log without time stamps: when the clock was read is not known */
	fixture_kmsg(f, true,
		     "rtc-efi rtc-efi.0: setting system clock to 2026-11-20T23:38:16 UTC (1795217896)\n");
	expect_after_1000_s(f, 1000, 0, VMS_PASS, "moves on");
	expect_after_1000_s(f, 500, 500, VMS_PASS, "moves on");
	expect_after_1000_s(f, 1, 999, VMS_UNKNOWN, "has no time stamps");
	expect_after_1000_s(f, 0, 1000, VMS_UNKNOWN, "has no time stamps");
}

static void test_years_off(void **state)
{
	struct fixture *f = *state;

	good(f);
	expect_after_1000_s(f, 1000, 86400, VMS_PASS, NULL);
	expect_after_1000_s(f, 1000, 86401, VMS_UNKNOWN, "1 days off the system clock");
	fixture_write(f, VMS_RECORD_TIMEX, "unsynchronized\n");
	expect_after_1000_s(f, 1000, -864000, VMS_UNKNOWN, "10 days off the system clock");
	fixture_write(f, VMS_RECORD_TIMEX, "synchronized\n");
	expect_after_1000_s(f, 1000, -864000, VMS_FAIL, "10 days off the system clock, which is kept right");
	expect_after_1000_s(f, 1000, 864000, VMS_FAIL, "10 days off the system clock, which is kept right");
	expect_after_1000_s(f, 1000, 14 * 3600, VMS_PASS, NULL);
	fixture_write(f, VMS_RECORD_TIMEX, "garbage\n");
	expect_after_1000_s(f, 1000, 864000, VMS_UNKNOWN, "which of them is right");
	fixture_write(f, VMS_RECORD_TIMEX, "");
	expect_after_1000_s(f, 1000, 864000, VMS_UNKNOWN, "which of them is right");
}

static void test_standing_still(void **state)
{
	struct fixture *f = *state;

	good(f);
	bind_efi(f, "1795217896\n");
	fixture_check(f, RTC, VMS_FAIL, "stands still at 1795217896");
	/* no uptime in the record: it was made after its last log line */
	fixture_remove(f, "/proc/uptime");
	fixture_check(f, RTC, VMS_FAIL, "stands still");
	/* too soon: GetTime counts whole seconds */
	fixture_write(f, "/proc/uptime", "3.9 1.0\n");
	fixture_check(f, RTC, VMS_UNKNOWN, "too soon");
	fixture_write(f, "/proc/uptime", "garbage");
	fixture_kmsg(f, true, SET);
	fixture_check(f, RTC, VMS_UNKNOWN, "too soon");
	/* set back since: one reading tells nothing */
	bind_efi(f, "1795217000\n");
	fixture_check(f, RTC, VMS_UNKNOWN, "set back");
}

static void test_insane_times(void **state)
{
	static const struct {
		const char *since_epoch;
		enum vms_status status;
		const char *reason;
	} cases[] = {
		{ "1421770011\n", VMS_FAIL, "outside of 2016 to 2100" }, /* EDK II on Xen: 2015 for ever */
		{ "0\n", VMS_FAIL, "outside of 2016 to 2100" },
		{ "-1\n", VMS_FAIL, "outside of 2016 to 2100" },
		{ "1451606399\n", VMS_FAIL, "outside of 2016 to 2100" },
		{ "4133980800\n", VMS_FAIL, "outside of 2016 to 2100" },
		{ "9223372036854775807\n", VMS_FAIL, "outside of 2016 to 2100" },
		{ "9223372036854775808\n", VMS_UNKNOWN, "could not be understood" },
		{ "\n", VMS_UNKNOWN, "cut short" },
		{ "17952", VMS_UNKNOWN, "cut short" },
		{ "garbage\n", VMS_UNKNOWN, "could not be understood" },
		{ "1795217926 x\n", VMS_UNKNOWN, "could not be understood" },
		{ "1795217926\n", VMS_PASS, "moves on" },
	};
	struct fixture *f = *state;

	good(f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		bind_efi(f, cases[i].since_epoch);
		fixture_check(f, RTC, cases[i].status, cases[i].reason);
	}
	fixture_kmsg(
		f, true,
		"[    2.5] rtc-efi rtc-efi.0: setting system clock to 2015-01-20T16:06:51 UTC (1421770011)\n");
	bind_efi(f, "1421770011\n");
	fixture_check(f, RTC, VMS_FAIL, "stands still at 1421770011, outside of 2016 to 2100");
}

static void test_odd_dates(void **state)
{
	static const char *const dates[][2] = {
		{ "-2147483648-01-01", "00:00:00" },
		{ "99999999999-99999999999-9999999999", "00:00:00" },
		{ "x", "y" },
		{ "", "" },
		{ "2026-11-20", "" },
		{ "2026-11", "10:10" },
		{ "2026-00-00", "99:99:99" },
	};
	struct fixture *f = *state;

	good(f);
	fixture_remove(f, EFI "since_epoch");
	for (size_t i = 0; i < ARRAY_SIZE(dates); i++) {
		const struct rtc_facts *facts;

		fixture_write(f, EFI "date", dates[i][0]);
		fixture_write(f, EFI "time", dates[i][1]);
		facts = rtc_read(fixture_machine(f));
		assert_non_null(facts);
		assert_true(facts->now_err < 0 || facts->now < INT64_C(5000000000));
	}
}

static int planted_err;
static int faulty_devices(struct vms_machine *m, const char *subsystem, struct vms_device **ret,
			  size_t *ret_n)
{
	(void)m, (void)subsystem, (void)ret, (void)ret_n;
	return planted_err;
}

static void test_unreadable(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_remove(f, EFI "since_epoch");
	fixture_check(f, RTC, VMS_UNKNOWN, "not there");
	fixture_dir(f, EFI "since_epoch");
	fixture_check(f, RTC, VMS_UNKNOWN, "a directory where a file should be");
	planted_err = -EACCES;
	f->live.devices = faulty_devices;
	fixture_check(f, RTC, VMS_UNKNOWN, "cannot read /sys/class/rtc: permission denied");
}

/* No rtc-efi: is it the firmware or the kernel? */
static void test_no_device(void **state)
{
	struct fixture *f = *state;

	fixture_dir(f, "/sys/class/rtc");
	fixture_dir(f, "/sys/devices/platform");
	fixture_check(f, RTC, VMS_UNKNOWN, "can't be seen whether the kernel has its driver");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-test\n");
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_RTC_CLASS=y\nCONFIG_RTC_DRV_EFI=y\n");
	fixture_kmsg(f, true, "[    0.0] efi: SMBIOS 3.0=0x1\n");
	fixture_check(f, RTC, VMS_FAIL, "GetTime is not offered at run time");
	/* before 6.3 the alarm's services are asked for as well */
	fixture_kmsg(f, true, "[    0.0] efi: SMBIOS 3.0=0x1 RTPROP=0x2 MEMATTR=0x3\n");
	fixture_check_evidence(f, RTC, VMS_UNKNOWN, "which of them the firmware left out is not shown",
			       "RTPROP=0x2:");
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_check(f, RTC, VMS_UNKNOWN, "the kernel log cannot tell whether");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.3.0-test\n");
	fixture_write(f, "/boot/config-6.3.0-test", "CONFIG_RTC_CLASS=y\nCONFIG_RTC_DRV_EFI=y\n");
	fixture_check(f, RTC, VMS_FAIL, "GetTime is not offered at run time");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-test\n");
	fixture_dir(f, "/sys/devices/platform/rtc-efi.0");
	fixture_check(f, RTC, VMS_FAIL, "the kernel's driver could not bind");
	/* a module that is not loaded, then one that is */
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_RTC_CLASS=y\nCONFIG_RTC_DRV_EFI=m\n");
	fixture_write(f, "/proc/modules", "xrtc_efi 16384 0 - Live 0x0\n");
	fixture_check(f, RTC, VMS_UNKNOWN, "a module that is not loaded");
	fixture_write(f, "/proc/modules", "ext4 1 0\nrtc_efi 16384 0 - Live 0x0000000000000000\n");
	fixture_check(f, RTC, VMS_FAIL, "could not bind");
	fixture_remove(f, "/sys/devices");
	fixture_check(f, RTC, VMS_UNKNOWN, "/sys/devices/platform");
}

/* No configuration to be read: depmod's lists tell it as well. */
static void test_no_config(void **state)
{
	static const struct {
		const char *builtin, *dep;
		enum vms_status status;
		const char *reason;
	} cases[] = {
		{ "kernel/drivers/rtc/rtc-efi.ko\n", "kernel/a.ko:\n", VMS_FAIL, "could not bind" },
		{ "kernel/a.ko\n", "kernel/drivers/rtc/rtc-efi.ko.xz:\n", VMS_UNKNOWN,
		  "a module that is not loaded" },
		{ "kernel/a.ko\n", "kernel/b.ko:\n", VMS_UNKNOWN, "built without CONFIG_RTC_DRV_EFI" },
		{ "", "kernel/b.ko:\n", VMS_UNKNOWN, "can't be seen whether" },
	};
	struct fixture *f = *state;

	fixture_dir(f, "/sys/class/rtc");
	fixture_dir(f, "/sys/devices/platform/rtc-efi.0");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-test\n");
	fixture_write(f, "/proc/modules", "ext4 1 0\n");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fixture_write(f, "/lib/modules/6.1.0-test/modules.builtin", cases[i].builtin);
		fixture_write(f, "/lib/modules/6.1.0-test/modules.dep", cases[i].dep);
		fixture_check(f, RTC, cases[i].status, cases[i].reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_pass),	   fixture_test(test_pass_by_system_clock),
		fixture_test(test_standing_still), fixture_test(test_insane_times),
		fixture_test(test_odd_dates),	   fixture_test(test_unreadable),
		fixture_test(test_no_device),	   fixture_test(test_no_config),
		fixture_test(test_slow),	   fixture_test(test_years_off),
	};

	return cmocka_run_group_tests_name("rtc", tests, NULL, NULL);
}
