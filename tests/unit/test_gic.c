/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-GIC and VMSPEC-GIC-CPUS: driven, described, both, neither. */
#include "fixture_hw.h"

static void driven(struct fixture *f, const char *chip)
{
	_cleanup_free_ char *text =
		vms_asprintf("   CPU0\n 10:   3614   %s  27 Level     arch_timer\n", chip);

	assert_non_null(text);
	fixture_write(f, "/proc/interrupts", text);
}

static void online(struct fixture *f, const char *list)
{
	fixture_write(f, "/sys/devices/system/cpu/online", list);
}

/* Two CPUs, one interrupt routing service (type 0x1c). */
static void madt_with_irs(struct fixture *f)
{
	uint8_t madt[44 + 2 * 82 + 28] = "APIC";

	madt[4] = sizeof(madt);
	madt[8] = 7;
	for (size_t at = 44; at < 44 + 2 * 82; at += 82) {
		madt[at] = 0x0b;
		madt[at + 1] = 82;
		madt[at + 12] = 1;
	}
	madt[44 + 2 * 82] = 0x1c;
	madt[44 + 2 * 82 + 1] = 28;
	fixture_write_bytes(f, "/sys/firmware/acpi/tables/APIC", madt, sizeof(madt));
}

static void test_pass(void **state)
{
	struct fixture *f = *state;

	driven(f, "GICv3");
	fixture_check_evidence(f, "VMSPEC-GIC", VMS_PASS, "GICv3", "GICv3 27 Level");
	fixture_madt(f, 3, 2, 1);
	fixture_check_evidence(f, "VMSPEC-GIC", VMS_PASS, "GICv3, driven and described",
			       "GICD version 3, 1 redis");
	/* a GICv4 is driven as a GICv3 */
	fixture_madt(f, 4, 2, 1);
	fixture_check(f, "VMSPEC-GIC", VMS_PASS, "GICv4, driven and described");
	/* version 0: to be found out at the hardware */
	fixture_madt(f, 0, 2, 0);
	fixture_check(f, "VMSPEC-GIC", VMS_PASS, "GICv3");
	driven(f, "GIC-0");
	fixture_check(f, "VMSPEC-GIC", VMS_PASS, "GICv2");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,cortex-a15-gic" });
	fixture_check_evidence(f, "VMSPEC-GIC", VMS_PASS, "GICv2, driven and described",
			       "arm,cortex-a15-gic");
	/* a GICv5: by ACPI an IRS instead of a distributor */
	fixture_remove(f, "/sys/firmware/fdt");
	driven(f, "GICv5-PPI");
	fixture_check(f, "VMSPEC-GIC", VMS_PASS, "GICv5");
	madt_with_irs(f);
	fixture_check_evidence(f, "VMSPEC-GIC", VMS_PASS, "GICv5, driven and described", "(IRS)");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,gic-v5" });
	fixture_check(f, "VMSPEC-GIC", VMS_PASS, "GICv5, driven and described");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,cortex-a15-gic" });
	/* described alone */
	fixture_remove(f, "/proc/interrupts");
	fixture_check(f, "VMSPEC-GIC", VMS_PASS, "GICv2");
}

static void test_fail(void **state)
{
	struct fixture *f = *state;

	/* Apple's own controller, and a device tree that has no GIC */
	driven(f, "AIC");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .timer = false });
	fixture_check(f, "VMSPEC-GIC", VMS_FAIL, "interrupts come by AIC, and no GIC is described");
	driven(f, "GICv1");
	fixture_remove(f, "/sys/firmware/fdt");
	fixture_check(f, "VMSPEC-GIC", VMS_FAIL, "a GICv1, older than GICv2");
	/* one driver for both; the tree knows better */
	driven(f, "GIC-0");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,cortex-a9-gic" });
	fixture_check(f, "VMSPEC-GIC", VMS_FAIL, "a GICv1, older than GICv2");
}

static void test_unknown(void **state)
{
	struct fixture *f = *state;

	fixture_check(f, "VMSPEC-GIC", VMS_UNKNOWN, "cannot read /proc/interrupts");
	/* a controller without a GIC's name, and nothing that describes it */
	driven(f, "AIC");
	fixture_check(f, "VMSPEC-GIC", VMS_UNKNOWN, "neither /proc/interrupts nor the hardware description");
	/* the EFI stub's empty tree describes nothing */
	fixture_fdt(f, &(struct fixture_tree){ .stub = true });
	fixture_check(f, "VMSPEC-GIC", VMS_UNKNOWN, "neither");
	driven(f, "GICv3");
	fixture_madt(f, 2, 2, 0);
	fixture_check(f, "VMSPEC-GIC", VMS_UNKNOWN, "the kernel drives a GICv3, MADT describes a GICv2");
	fixture_write(f, "/proc/interrupts", "");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_remove(f, "/sys/firmware/fdt");
	fixture_check(f, "VMSPEC-GIC", VMS_UNKNOWN, "/proc/interrupts");
}

static void test_damaged_descriptions(void **state)
{
	static const char garbage[] = "APIC\xff\xff\xff\xff garbage that is no table \0\0\0\x0b\0\x0b\0";
	struct fixture *f = *state;

	driven(f, "GICv3");
	fixture_write_bytes(f, "/sys/firmware/acpi/tables/APIC", garbage, sizeof(garbage));
	fixture_write_bytes(f, "/sys/firmware/fdt", garbage, sizeof(garbage));
	fixture_check(f, "VMSPEC-GIC", VMS_PASS, "GICv3");
	fixture_write(f, "/sys/firmware/acpi/tables/APIC", "");
	fixture_check(f, "VMSPEC-GIC", VMS_PASS, "GICv3");
}

static void test_cpus(void **state)
{
	static const struct {
		const char *chip, *online;
		enum vms_status status;
		const char *reason;
	} cases[] = {
		{ "GIC-0", "0-7", VMS_PASS, "8 CPUs on a GICv2" },
		{ "GICv2", "0", VMS_PASS, "1 CPUs on a GICv2" },
		{ "GICv2", "0-8", VMS_FAIL, "9 CPUs on a GICv2" },
		{ "GICv3", "0-511", VMS_PASS, "no limit" },
		{ "AIC", "0-8", VMS_UNKNOWN, "which GIC it is" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		driven(f, cases[i].chip);
		online(f, cases[i].online);
		fixture_check(f, "VMSPEC-GIC-CPUS", cases[i].status, cases[i].reason);
	}
	/* how many run can't be seen */
	fixture_remove(f, "/proc/interrupts");
	fixture_remove(f, "/sys/devices");
	fixture_madt(f, 2, 9, 0);
	fixture_check(f, "VMSPEC-GIC-CPUS", VMS_UNKNOWN, "cannot read /sys/devices/system/cpu/online");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_pass),    fixture_test(test_fail),
		fixture_test(test_unknown), fixture_test(test_damaged_descriptions),
		fixture_test(test_cpus),
	};

	return cmocka_run_group_tests_name("gic", tests, NULL, NULL);
}
