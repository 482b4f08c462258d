/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-OS-EFI-RTC: which clock was the system's set from? */
#include "fixture.h"

#define OS_RTC "VMSPEC-OS-EFI-RTC"
#define EFI    "/sys/devices/platform/rtc-efi.0/rtc/rtc0/"
#define PL031  "/sys/devices/platform/9010000.pl031/rtc/rtc1/"
#define SET    "[    2.500000] rtc-efi rtc-efi.0: setting system clock to 2026-11-20T23:38:16 UTC (1795217896)\n"
#define NOW    "1795217926\n" /* 30 s later */

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

static void test_os_pass(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_check(f, OS_RTC, VMS_PASS, "set from the UEFI RTC");
	/* the log is gone, sysfs tells as well */
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_check_evidence(f, OS_RTC, VMS_PASS, "set from the UEFI RTC", "hctosys is 1");
}

static void test_os_fail(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_write(f, EFI "hctosys", "0\n");
	fixture_link(f, "/sys/class/rtc/rtc1", "../../devices/platform/9010000.pl031/rtc/rtc1");
	fixture_write(f, PL031 "name", "rtc-pl031 9010000.pl031\n");
	fixture_write(f, PL031 "hctosys", "1\n");
	fixture_kmsg(f, false, "[   99.0] late\n");
	fixture_check(f, OS_RTC, VMS_FAIL, "set from rtc-pl031 9010000.pl031, not from the UEFI RTC");
	fixture_kmsg(f, true, "[    2.5] rtc-pl031 9010000.pl031: setting system clock to 2026-11-20T23:38:16 UTC (1)\n");
	fixture_check(f, OS_RTC, VMS_FAIL, "set from rtc-pl031 9010000.pl031");
}

static void test_os_unknown(void **state)
{
	struct fixture *f = *state;

	fixture_dir(f, "/sys/class/rtc");
	fixture_check(f, OS_RTC, VMS_UNKNOWN, "no rtc-efi is bound");
	/* a module: the kernel's clock was set by no RTC that it tells of */
	good(f);
	fixture_write(f, EFI "hctosys", "0\n");
	fixture_kmsg(f, true, "[    2.5] nothing about clocks\n");
	fixture_check(f, OS_RTC, VMS_UNKNOWN, "it can't be seen which clock");
	fixture_remove(f, EFI "hctosys");
	fixture_check(f, OS_RTC, VMS_UNKNOWN, "it can't be seen which clock");
	fixture_fifo(f, EFI "hctosys");
	fixture_check(f, OS_RTC, VMS_UNKNOWN, "not a regular file");
	/* the log's number is garbage */
	fixture_kmsg(f, true, "[    2.5] rtc-efi rtc-efi.0: setting system clock to x (y)\n");
	fixture_check(f, OS_RTC, VMS_UNKNOWN, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_os_pass), fixture_test(test_os_fail), fixture_test(test_os_unknown),
	};

	return cmocka_run_group_tests_name("os_rtc", tests, NULL, NULL);
}
