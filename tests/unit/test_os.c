/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-OS-EFI and VMSPEC-OS-ACPI: does the kernel use what the firmware gave it? */
#include <errno.h>
#include <libfdt.h>

#include "fixture.h"

#define OS_EFI	"VMSPEC-OS-EFI"
#define OS_ACPI "VMSPEC-OS-ACPI"

/* A tree as the EFI stub hands it on: it names the system table. */
static void put_fdt(struct fixture *f)
{
	char blob[1024];

	assert_int_equal(fdt_create(blob, sizeof(blob)), 0);
	assert_int_equal(fdt_finish_reservemap(blob), 0);
	assert_int_equal(fdt_begin_node(blob, ""), 0);
	assert_int_equal(fdt_begin_node(blob, "chosen"), 0);
	assert_int_equal(fdt_property_u64(blob, "linux,uefi-system-table", 0x5eee0018), 0);
	assert_int_equal(fdt_end_node(blob), 0);
	assert_int_equal(fdt_end_node(blob), 0);
	assert_int_equal(fdt_finish(blob), 0);
	fixture_write_bytes(f, "/sys/firmware/fdt", blob, fdt_totalsize(blob));
}

static void efi(void **state)
{
	struct fixture *f = *state;

	put_fdt(f);
	fixture_check_evidence(f, OS_EFI, VMS_FAIL, "without EFI support", "linux,uefi-system-table");
	fixture_dir(f, "/sys/firmware/efi");
	fixture_check_evidence(f, OS_EFI, VMS_PASS, "runs with EFI", "/sys/firmware/efi");
	/* the folder it would be in is not there: nobody knows */
	fixture_remove(f, "/sys/firmware");
	fixture_check(f, OS_EFI, VMS_UNKNOWN, "/sys/firmware/efi");
}

/* A kernel that found UEFI was built with CONFIG_EFI: something else is wrong. */
static void efi_that_ended(void **state)
{
	struct fixture *f = *state;

	put_fdt(f);
	fixture_kmsg(f, true,
		     "[    0.000000] Booting Linux on physical CPU 0x0\n"
		     "[    0.000000] efi: EFI v2.70 by EDK II\n");
	fixture_check_evidence(f, OS_EFI, VMS_FAIL, "has EFI support and found UEFI", "efi: EFI v2.70");
	fixture_write(f, "/proc/cmdline", "quiet initcall_blacklist=efisubsys_init\n");
	fixture_check_evidence(f, OS_EFI, VMS_FAIL, "shows no /sys/firmware/efi",
			       "initcall_blacklist=efisubsys_init");
	/* the log says nothing, the configuration does */
	fixture_kmsg(f, true, "[    0.000000] Booting Linux on physical CPU 0x0\n");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-49-arm64\n");
	fixture_write(f, "/boot/config-6.1.0-49-arm64", "CONFIG_ARM64=y\nCONFIG_EFI=y\n");
	fixture_check_evidence(f, OS_EFI, VMS_FAIL, "the kernel has EFI support, and", "CONFIG_EFI=y");
	fixture_write(f, "/boot/config-6.1.0-49-arm64", "CONFIG_ARM64=y\n# CONFIG_EFI is not set\n");
	fixture_check_evidence(f, OS_EFI, VMS_FAIL, "without EFI support", "is not set");
}

static void acpi(void **state)
{
	struct fixture *f = *state;

	fixture_kmsg(f, true, "[    0.000000] Booting Linux on physical CPU 0x0\n");
	fixture_check(f, OS_ACPI, VMS_FAIL, "does not use it");
	fixture_write(f, "/proc/cmdline", "root=/dev/vda2 acpi=off quiet\n");
	fixture_check_evidence(f, OS_ACPI, VMS_FAIL, "told not to", "acpi=off");
	/* a kernel that shows no tables, and no log that tells */
	fixture_dir(f, "/sys/firmware/acpi");
	fixture_check(f, OS_ACPI, VMS_PASS, "runs with ACPI");
	fixture_dir(f, "/sys/firmware/acpi/tables");
	fixture_check_evidence(f, OS_ACPI, VMS_PASS, "runs with ACPI", "/sys/firmware/acpi/tables");
	fixture_remove(f, "/sys/firmware");
	fixture_check(f, OS_ACPI, VMS_UNKNOWN, "/sys/firmware/acpi/tables");
	fixture_kmsg(f, true,
		     "[    0.000000] Booting Linux on physical CPU 0x0\n"
		     "[    0.100000] ACPI: Interpreter enabled\n");
	fixture_check_evidence(f, OS_ACPI, VMS_PASS, "runs with ACPI", "Interpreter enabled");
}

/* Published and not used: the configuration tells whether it could be. */
static void acpi_in_the_kernel(void **state)
{
	struct fixture *f = *state;
	static const char *const configs[] = {
		"CONFIG_ARM64=y\n# CONFIG_ACPI is not set\n",
		"CONFIG_ARM64=y\nCONFIG_ACPI=y\n",
		"CONFIG_ARM64=y\n",
	};

	fixture_kmsg(f, true, "[    0.000000] Booting Linux on physical CPU 0x0\n");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-49-arm64\n");
	fixture_write(f, "/boot/config-6.1.0-49-arm64", configs[0]);
	fixture_check_evidence(f, OS_ACPI, VMS_FAIL, "the kernel was built without CONFIG_ACPI",
			       "is not set");
	fixture_write(f, "/boot/config-6.1.0-49-arm64", configs[1]);
	fixture_check(f, OS_ACPI, VMS_FAIL, "the kernel took the device tree");
	/* not mentioned in a part of a configuration */
	fixture_write(f, "/boot/config-6.1.0-49-arm64", configs[2]);
	fixture_check(f, OS_ACPI, VMS_FAIL, "or was built without CONFIG_ACPI");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(efi),
		fixture_test(efi_that_ended),
		fixture_test(acpi),
		fixture_test(acpi_in_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
