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
	fixture_kmsg(
		f, true,
		"[    2.5] rtc-pl031 9010000.pl031: setting system clock to 2026-11-20T23:38:16 UTC (1)\n");
	fixture_check(f, OS_RTC, VMS_FAIL, "set from rtc-pl031 9010000.pl031");
}

static void test_os_unknown(void **state)
{
	struct fixture *f = *state;

	fixture_dir(f, "/sys/class/rtc");
	fixture_check(f, OS_RTC, VMS_UNKNOWN, "no rtc-efi is bound");
	fixture_remove(f, "/sys/class/rtc");
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

/* No rtc-efi at all: whose fault is it? */
static void test_unbound(void **state)
{
	struct fixture *f = *state;

	fixture_dir(f, "/sys/class/rtc");
	fixture_dir(f, "/sys/devices/platform");
	fixture_kmsg(f, true, "[    0.0] text\n");
	fixture_write(f, "/proc/modules", "ext4 1 0\n");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-test\n");
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_A=y\n# CONFIG_RTC_DRV_EFI is not set\n");
	fixture_check(f, OS_RTC, VMS_FAIL, "built without CONFIG_RTC_DRV_EFI");
	/* a file that is cut short does not deny it */
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_A=y\n");
	fixture_check(f, OS_RTC, VMS_UNKNOWN, "can't be seen whether the kernel has its driver");
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_RTC_DRV_EFI=m\n");
	fixture_check(f, OS_RTC, VMS_UNKNOWN, "no device that would have it loaded");
	fixture_dir(f, "/sys/devices/platform/rtc-efi.0");
	fixture_check(f, OS_RTC, VMS_FAIL, "a module that is not loaded");
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_RTC_DRV_EFI=y\n");
	fixture_write(f, "/proc/cmdline", "initcall_blacklist=a,efi_rtc_driver_init\n");
	fixture_check(f, OS_RTC, VMS_FAIL, "keeps its rtc-efi driver from starting");
	fixture_remove(f, "/proc/cmdline");
	fixture_remove(f, "/sys/devices/platform/rtc-efi.0");
	/* the driver is there, the firmware gives it nothing: told by VMSPEC-EFI-RTC */
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_RTC_DRV_EFI=y\n");
	fixture_check(f, OS_RTC, VMS_SKIP, "needs VMSPEC-EFI-RTC, which failed");
	fixture_kmsg(f, true, "[    0.0] efi: SMBIOS 3.0=0x1 RTPROP=0x2\n");
	fixture_check(f, OS_RTC, VMS_UNKNOWN, "needs VMSPEC-EFI-RTC, which is unknown");
}

static void test_no_hctosys(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_write(f, EFI "hctosys", "0\n");
	fixture_kmsg(f, true, "[    2.5] nothing about clocks\n");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-test\n");
	fixture_write(f, "/boot/config-6.1.0-test",
		      "CONFIG_RTC_DRV_EFI=y\n# CONFIG_RTC_HCTOSYS is not set\n");
	fixture_check_evidence(f, OS_RTC, VMS_UNKNOWN, "CONFIG_RTC_HCTOSYS is not set",
			       "CONFIG_RTC_HCTOSYS is not set");
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_RTC_DRV_EFI=y\nCONFIG_RTC_HCTOSYS=y\n");
	fixture_check(f, OS_RTC, VMS_UNKNOWN, "can't be seen which clock");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_os_pass), fixture_test(test_os_fail),	   fixture_test(test_os_unknown),
		fixture_test(test_unbound), fixture_test(test_no_hctosys),
	};

	return cmocka_run_group_tests_name("os_rtc", tests, NULL, NULL);
}
