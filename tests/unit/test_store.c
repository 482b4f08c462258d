/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-EFIVARIABLE-STORE: does the firmware keep its variables on the ESP? */
#include "fixture.h"

#define STORE	     "VMSPEC-EFIVARIABLE-STORE"
#define VARS	     "/sys/firmware/efi/efivars/"
#define VOLATILE     VARS "RTStorageVolatile-b2ac5fc9-92b7-4acd-aeac-11e818c3130c"
#define MOUNTED(how) "29 24 0:25 / /sys/firmware/efi/efivars " how ",relatime - efivarfs efivarfs " how "\n"
#define UBOOT	     "[    0.0] efi: EFI v2.80 by Das U-Boot\n"
#define EDK2	     "[    0.0] efi: EFI v2.70 by EDK II\n"

/* Variables are shown, and cannot be set. */
static void readable(struct fixture *f)
{
	fixture_write(f, VARS "BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c", "\7x1234");
	fixture_write(f, "/proc/self/mountinfo", MOUNTED("ro"));
	fixture_kmsg(f, true, UBOOT);
}

static void test_pass(void **state)
{
	struct fixture *f = *state;

	readable(f);
	fixture_dir(f, "/boot/efi/EFI");
	fixture_check_evidence(f, STORE, VMS_PASS, "no store on the ESP", "no ubootefi.var, no NvVars");
	fixture_remove(f, "/boot");
	fixture_dir(f, "/efi/efi");
	fixture_check(f, STORE, VMS_PASS, "no store on the ESP");
	/* SetVariable at run time: no file system is written by it */
	fixture_remove(f, "/efi");
	fixture_write(f, "/proc/self/mountinfo", MOUNTED("rw"));
	fixture_check_evidence(f, STORE, VMS_PASS, "can be set at run time", "read-write");
	/* another firmware's, left there */
	fixture_write(f, "/boot/efi/EFI/x", "");
	fixture_write(f, "/boot/efi/ubootefi.var", "");
	fixture_kmsg(f, true, EDK2);
	fixture_check(f, STORE, VMS_PASS, "can be set at run time");
	/* left by U-Boot itself, which keeps them elsewhere now (OP-TEE, flash) */
	fixture_kmsg(f, true, UBOOT);
	fixture_check_evidence(f, STORE, VMS_PASS, "can be set at run time",
			       "no store that could be written");
	fixture_kmsg(f, true, EDK2);
	fixture_write(f, "/proc/self/mountinfo", MOUNTED("ro"));
	fixture_check(f, STORE, VMS_PASS, "whose store is not /boot/efi/ubootefi.var");
}

static void test_fail(void **state)
{
	struct fixture *f = *state;

	readable(f);
	fixture_write(f, "/boot/EFI/x", "");
	fixture_write(f, "/boot/UBOOTEFI.VAR", "");
	fixture_check(f, STORE, VMS_FAIL, "in the image: /boot/UBOOTEFI.VAR");
	fixture_remove(f, "/boot");
	fixture_write(f, "/efi/EFI/x", "");
	fixture_write(f, "/efi/NvVars", "");
	fixture_check(f, STORE, VMS_PASS, "the firmware is Das U-Boot");
	/* the firmware's own word, whatever else is to be seen */
	fixture_remove(f, "/efi");
	fixture_write(f, "/proc/self/mountinfo", MOUNTED("rw"));
	fixture_write_bytes(f, VOLATILE, "\6\0\0\0ubootefi.var", 17);
	fixture_check_evidence(f, STORE, VMS_FAIL, "in the image: ubootefi.var", "ubootefi.var");
	fixture_write_bytes(f, VOLATILE, "\6\0\0\0ubootefi.var", 16);
	fixture_check_evidence(f, STORE, VMS_FAIL, "in the image: ubootefi.var", "ubootefi.var");
	/* in UTF-16, with and without its end */
	fixture_write_bytes(f, VOLATILE, "\6\0\0\0u\0b\0\xe9\0.\0\x2d\x4e\0\0", 16);
	fixture_check_evidence(f, STORE, VMS_FAIL, "in the image: ub\xc3\xa9.\xe4\xb8\xad",
			       "ub\xc3\xa9.\xe4\xb8\xad");
	fixture_write_bytes(f, VOLATILE, "\6\0\0\0u\0b\0.\0v\0", 12);
	fixture_check_evidence(f, STORE, VMS_FAIL, "in the image: ub.v", "ub.v");
	fixture_write_bytes(f, VOLATILE, "\6\0\0\0\0\xd8\x2d\x4e\0\0", 10);
	fixture_check(f, STORE, VMS_FAIL, "in the image: ");
}

static void test_unknown(void **state)
{
	struct fixture *f = *state;

	readable(f);
	fixture_check(f, STORE, VMS_UNKNOWN, "the ESP is not mounted");
	/* a place that an automount has not mounted yet */
	fixture_dir(f, "/efi");
	fixture_check(f, STORE, VMS_UNKNOWN, "the ESP is not mounted");
	/* not for this user */
	fixture_link(f, "/boot/efi", VMS_UNREADABLE "EACCES");
	fixture_check(f, STORE, VMS_UNKNOWN, "/boot/efi: permission denied");
	fixture_remove(f, "/boot/efi");
	/* whose? */
	fixture_write(f, "/efi/EFI/x", "");
	fixture_write(f, "/efi/ubootefi.var", "");
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_check(f, STORE, VMS_UNKNOWN, "whose firmware this is");
	fixture_remove(f, "/efi/ubootefi.var");
	/* an image that was booted on x86, too: no EDK II for Arm writes that file */
	fixture_write(f, "/efi/NvVars", "");
	fixture_kmsg(f, true, EDK2);
	fixture_check(f, STORE, VMS_UNKNOWN, "on x86 alone");
	fixture_write(f, "/proc/self/mountinfo", MOUNTED("rw"));
	fixture_check(f, STORE, VMS_UNKNOWN, "on x86 alone");
	fixture_remove(f, "/efi/NvVars");
	fixture_remove(f, "/efi/EFI/x");
	fixture_remove(f, "/efi/EFI");
	/* efivarfs of an old kernel is read-write under a U-Boot that cannot set variables at run time */
	fixture_kmsg(f, true, UBOOT);
	fixture_write(f, "/proc/sys/kernel/osrelease", "5.7.19-generic\n");
	fixture_check(f, STORE, VMS_UNKNOWN, "the ESP is not mounted");
	fixture_write(f, "/proc/sys/kernel/osrelease", "5.8.0\n");
	fixture_check(f, STORE, VMS_PASS, "can be set at run time");
	fixture_write(f, "/proc/sys/kernel/osrelease", "5.4.0-1009-aws\n");
	fixture_kmsg(f, true, EDK2);
	fixture_check(f, STORE, VMS_PASS, "can be set at run time");
	fixture_remove(f, "/proc/sys");
	fixture_write(f, "/efi/EFI/x", "");
	fixture_write(f, "/proc/self/mountinfo", MOUNTED("ro"));
	/* the variables cannot be seen */
	fixture_write_bytes(f, VOLATILE, "\6\0\0\0\0", 5);
	fixture_check(f, STORE, VMS_UNKNOWN, "could not be understood");
	fixture_write_bytes(f, VOLATILE, "\6\0\0\0\0\0", 6);
	fixture_check(f, STORE, VMS_UNKNOWN, "could not be understood");
	fixture_remove(f, VOLATILE);
	fixture_fifo(f, VOLATILE);
	fixture_check(f, STORE, VMS_UNKNOWN, NULL);
	fixture_remove(f, VOLATILE);
	fixture_remove(f, VARS "BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c");
	fixture_write(f, "/proc/self/mountinfo", "1 0 0:1 / / rw - ext4 x rw\n");
	fixture_check(f, STORE, VMS_UNKNOWN, "/sys/firmware/efi/efivars");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_pass),
		fixture_test(test_fail),
		fixture_test(test_unknown),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
