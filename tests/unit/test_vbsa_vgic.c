/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VBSA, virtual GIC and PPIs: each rule passes, fails, does not apply, and is left open for its reason. */
#include "fixture_vbsa.h"

static void gic(struct fixture *f, unsigned version, unsigned its, unsigned frames)
{
	fixture_gic(f, &(struct fixture_gic){
			       .version = version, .cpus = 2, .pmu = 23, .n_its = its, .n_frames = frames });
}

static void endpoint(struct fixture *f)
{
	struct fixture_pci p;

	fixture_pci(&p, 0);
	fixture_pci_put(f, "0000:00:01.0", &p, sizeof(p.space), NULL);
}

static void test_version(void **state)
{
	struct fixture *f = *state;

	gic(f, 3, 0, 0);
	fixture_check(f, "VBSA-B_GIC_01", VMS_PASS, "GICv3");
	gic(f, 1, 0, 0);
	fixture_check(f, "VBSA-B_GIC_01", VMS_FAIL, "GICv1");
	fixture_remove(f, "/proc/interrupts");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_check(f, "VBSA-B_GIC_01", VMS_UNKNOWN, NULL);
}

static void test_messages(void **state)
{
	struct fixture *f = *state;

	fixture_dir(f, "/sys/bus/pci/devices");
	gic(f, 2, 0, 0);
	fixture_check(f, "VBSA-B_GIC_02", VMS_PASS, "no PCIe that would need");
	fixture_check(f, "VBSA-B_GIC_03", VMS_SKIP, "GICv2");
	gic(f, 3, 0, 0);
	fixture_check(f, "VBSA-B_GIC_02", VMS_SKIP, "GICv3");
	fixture_check(f, "VBSA-B_GIC_03", VMS_SKIP, "there is no PCIe");
	endpoint(f);
	fixture_check(f, "VBSA-B_GIC_03", VMS_FAIL, "no ITS is described");
	gic(f, 3, 1, 0);
	fixture_check_evidence(f, "VBSA-B_GIC_03", VMS_PASS, "1 ITS", "tables/APIC");
	gic(f, 2, 0, 0);
	fixture_check(f, "VBSA-B_GIC_02", VMS_FAIL, "no MSI frame");
	gic(f, 2, 0, 1);
	fixture_check(f, "VBSA-B_GIC_02", VMS_PASS, "1 MSI frame");
	fixture_gic(f, &(struct fixture_gic){ .version = 2, .cpus = 2, .cut = true });
	fixture_check(f, "VBSA-B_GIC_02", VMS_UNKNOWN, "damaged");
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .cut = true });
	fixture_check(f, "VBSA-B_GIC_03", VMS_UNKNOWN, "damaged");
	/* driven, and not described */
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_check(f, "VBSA-B_GIC_03", VMS_UNKNOWN, "the hardware description");
	fixture_remove(f, "/proc/interrupts");
	fixture_check(f, "VBSA-B_GIC_02", VMS_UNKNOWN, "could not be seen");
}

/* Hyper-V gives its functions a bus of its own, which has its own messages. */
static void test_messages_below_vmbus(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci p;

	fixture_pci(&p, 0);
	fixture_pci_put(f, "c05b:00:02.0", &p, 64, "LNXSYSTM:00/VMBUS:00/c05b/pcic05b:00");
	gic(f, 3, 0, 0);
	fixture_check(f, "VBSA-B_GIC_03", VMS_SKIP, "there is no PCIe");
}

static void test_sgi(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "/proc/interrupts",
		      "           CPU0       CPU1\nIPI0:       161        200       Rescheduling interrupts\n"
		      "IPI1:         0          3       Function call interrupts\n");
	fixture_check_evidence(f, "VBSA-B_GIC_05", VMS_PASS, "all 2 CPUs", "2 of 2 CPUs got some");
	/* never a failure: what was not sent cannot be counted */
	fixture_write(
		f, "/proc/interrupts",
		"           CPU0       CPU1\nIPI0:       161          0       Rescheduling interrupts\n");
	fixture_check(f, "VBSA-B_GIC_05", VMS_UNKNOWN, "1 of 2 CPUs got no");
	fixture_write(f, "/proc/interrupts",
		      "           CPU0\nIPI0:         0       Rescheduling interrupts\n");
	fixture_check(f, "VBSA-B_GIC_05", VMS_UNKNOWN, "with one CPU");
	fixture_remove(f, "/proc/interrupts");
	fixture_check(f, "VBSA-B_GIC_05", VMS_UNKNOWN, "/proc/interrupts");
}

static void test_ppi(void **state)
{
	struct fixture *f = *state;

	gic(f, 3, 0, 0);
	fixture_gtdt(f, 30, 27, 26);
	fixture_check_evidence(f, "VBSA-B_PPI_01", VMS_PASS, "30 and 27, PMU at 23", "virtual timer 27");
	fixture_gtdt(f, 29, 27, 26);
	fixture_check(f, "VBSA-B_PPI_01", VMS_FAIL, "29 (physical)");
	fixture_gtdt(f, 30, 28, 26);
	fixture_check(f, "VBSA-B_PPI_01", VMS_FAIL, "28 (virtual)");
	fixture_gtdt(f, 30, 27, 26);
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .pmu = 24 });
	fixture_check(f, "VBSA-B_PPI_01", VMS_FAIL, "PMU's interrupt is 24");
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .pmu = 23, .last_pmu = 22 });
	fixture_check(f, "VBSA-B_PPI_01", VMS_FAIL, "not 23 on all CPUs");
	/* no PMU: another rule's failure */
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2 });
	fixture_check(f, "VBSA-B_PPI_01", VMS_PASS, "30 and 27");
	/* a GICv5 writes the kind into the upper bits */
	fixture_gtdt(f, 1u << 29 | 30, 1u << 29 | 27, 0);
	fixture_check(f, "VBSA-B_PPI_01", VMS_PASS, "30 and 27");
	fixture_gtdt(f, 30, 0, 0);
	fixture_check(f, "VBSA-B_PPI_01", VMS_SKIP, "needs VBSA-V_L1TM_01");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_check(f, "VBSA-B_PPI_01", VMS_UNKNOWN, "the hardware description");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,gic-v3", .timer = true });
	fixture_check_evidence(f, "VBSA-B_PPI_01", VMS_PASS, "30 and 27", "/sys/firmware/fdt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_version),
		fixture_test(test_messages),
		fixture_test(test_messages_below_vmbus),
		fixture_test(test_sgi),
		fixture_test(test_ppi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
