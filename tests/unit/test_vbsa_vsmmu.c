/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VBSA, virtual SMMUs: by IORT and by device tree, and in their drivers' words. */
#include "fixture_vbsa.h"

#define V3(features)                                                                                         \
	"[    1.9] arm-smmu-v3 arm-smmu-v3.0.auto: ias 44-bit, oas 44-bit (features " features ")\n"
#define V3_52 "[    1.9] arm-smmu-v3 arm-smmu-v3.0.auto: ias 52-bit, oas 52-bit (features 0x00000305)\n"
#define V2(stage, sizes)                                                                                     \
	"[    1.9] arm-smmu 2b400000.smmu: SMMUv2 with:\n" stage                                             \
	"[    1.9] arm-smmu 2b400000.smmu: \tSupported page sizes: " sizes "\n"
#define STAGE_1 "[    1.9] arm-smmu 2b400000.smmu: \tstage 1 translation\n"
#define STAGE_2 "[    1.9] arm-smmu 2b400000.smmu: \tstage 2 translation\n"

static const char *const rules[] = { "VBSA-B_SMMU_01", "VBSA-B_SMMU_02", "VBSA-B_SMMU_06", "VBSA-B_SMMU_08" };

static void machine(struct fixture *f)
{
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .pmu = 23 });
	fixture_kmsg(f, true, "");
}

static void test_none(void **state)
{
	struct fixture *f = *state;

	machine(f);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		fixture_check(f, rules[i], VMS_SKIP, "no SMMU is described");
	fixture_iort(f, 0, 0, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		fixture_check(f, rules[i], VMS_SKIP, "no SMMU is described");
	/* more nodes are told of than are there: one may be an SMMU */
	fixture_iort(f, 0, 0, 2);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		fixture_check(f, rules[i], VMS_UNKNOWN, "damaged");
	fixture_write_bytes(f, "/sys/firmware/acpi/tables/IORT", "IORT", 4);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		fixture_check(f, rules[i], VMS_UNKNOWN, "damaged");
	fixture_remove(f, "/sys/firmware/acpi");
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		fixture_check(f, rules[i], VMS_UNKNOWN, "the hardware description");
}

static void test_alike(void **state)
{
	struct fixture *f = *state;

	machine(f);
	fixture_iort(f, 0, 1, 0);
	fixture_check_evidence(f, "VBSA-B_SMMU_01", VMS_PASS, "one SMMU", "1 SMMUv3");
	fixture_iort(f, 1, 1, 0);
	fixture_check(f, "VBSA-B_SMMU_01", VMS_FAIL, "1 SMMUv3 and 1 older");
	/* one broken thing, one failure */
	fixture_check(f, "VBSA-B_SMMU_02", VMS_SKIP, "needs VBSA-B_SMMU_01");
	fixture_check(f, "VBSA-B_SMMU_08", VMS_SKIP, "needs VBSA-B_SMMU_01");
	fixture_iort(f, 0, 2, 0);
	fixture_check(f, "VBSA-B_SMMU_01", VMS_UNKNOWN, "minor revisions");
}

static void test_granules(void **state)
{
	struct fixture *f = *state;

	machine(f);
	fixture_iort(f, 0, 1, 0);
	fixture_kmsg(f, true, V3("0x00008305"));
	fixture_check(f, "VBSA-B_SMMU_02", VMS_UNKNOWN, "only its driver sees");
	fixture_iort(f, 1, 0, 0);
	fixture_kmsg(f, true, V2(STAGE_1, "0x61315000"));
	fixture_check(f, "VBSA-B_SMMU_02", VMS_PASS, "4, 16 and 64 KiB");
	/* whether the CPUs have 16 KiB is not shown */
	fixture_kmsg(f, true, V2(STAGE_1, "0x61311000"));
	fixture_check(f, "VBSA-B_SMMU_02", VMS_UNKNOWN, "lack a granule");
	fixture_kmsg(f, true, V2(STAGE_1, "0x20010000"));
	fixture_check(f, "VBSA-B_SMMU_02", VMS_UNKNOWN, "lack a granule");
	fixture_write(f, "/.vmspec/page_size", "4096\n");
	fixture_check(f, "VBSA-B_SMMU_02", VMS_FAIL, "the kernel runs with, 4 KiB");
	fixture_kmsg(f, true, "");
	fixture_check(f, "VBSA-B_SMMU_02", VMS_UNKNOWN, "0 of 1 SMMUs");
	fixture_kmsg(f, false, "[  900.1] audit: something later\n");
	fixture_check(f, "VBSA-B_SMMU_02", VMS_UNKNOWN, "log");
}

static void test_addresses(void **state)
{
	struct fixture *f = *state;

	machine(f);
	fixture_iort(f, 0, 1, 0);
	fixture_check(f, "VBSA-B_SMMU_06", VMS_UNKNOWN, "/proc/iomem");
	/* as it is shown to others than root */
	fixture_write(f, "/proc/iomem", "00000000-00000000 : System RAM\n");
	fixture_check(f, "VBSA-B_SMMU_06", VMS_UNKNOWN, "shows no addresses");
	fixture_write(f, "/proc/iomem",
		      "40000000-7fffffff : System RAM\n1000000000000-1000000ffffff : PCI Bus 0000:00\n");
	fixture_check(f, "VBSA-B_SMMU_06", VMS_SKIP, "no memory lies above");
	fixture_write(f, "/proc/iomem",
		      "40000000-7fffffff : System RAM\n1000000000000-1000000ffffff : System RAM\n");
	fixture_check(f, "VBSA-B_SMMU_06", VMS_UNKNOWN, "0 of 1 SMMUs");
	fixture_kmsg(f, true, V3("0x00008305"));
	fixture_check(f, "VBSA-B_SMMU_06", VMS_FAIL, "which an SMMU does not reach");
	fixture_kmsg(f, true, V3_52);
	fixture_check(f, "VBSA-B_SMMU_06", VMS_PASS, "addresses have 52");
	fixture_iort(f, 0, 2, 0);
	fixture_check(f, "VBSA-B_SMMU_06", VMS_UNKNOWN, "1 of 2 SMMUs");
	fixture_kmsg(f, true, V3_52 V3("0x00008305"));
	fixture_check(f, "VBSA-B_SMMU_06", VMS_FAIL, "does not reach");
	fixture_iort(f, 1, 0, 0);
	fixture_check(f, "VBSA-B_SMMU_06", VMS_FAIL, "before version 3");
}

static void test_stage_1(void **state)
{
	struct fixture *f = *state;

	machine(f);
	fixture_iort(f, 0, 1, 0);
	fixture_check(f, "VBSA-B_SMMU_08", VMS_UNKNOWN, "0 of 1 SMMUs");
	fixture_kmsg(f, true, V3("0x00008305"));
	fixture_check_evidence(f, "VBSA-B_SMMU_08", VMS_PASS, "1 SMMU with stage 1", "oas 44-bit");
	/* bit 9 is not set, bit 10 is: stage 2 alone */
	fixture_kmsg(f, true, V3("0x00008505"));
	fixture_check(f, "VBSA-B_SMMU_08", VMS_FAIL, "no stage 1 translation");
	fixture_kmsg(f, true, "[    1.9] arm-smmu-v3 arm-smmu-v3.0.auto: no translation support!\n");
	fixture_check(f, "VBSA-B_SMMU_08", VMS_FAIL, "found no translation support");
	fixture_iort(f, 0, 2, 0);
	fixture_kmsg(f, true, V3("0x00008305"));
	fixture_check(f, "VBSA-B_SMMU_08", VMS_UNKNOWN, "1 of 2 SMMUs");
	fixture_kmsg(f, true, V3("0x00008305") V3("0x00008505"));
	fixture_check(f, "VBSA-B_SMMU_08", VMS_FAIL, "no stage 1 translation");
	fixture_iort(f, 1, 0, 0);
	fixture_kmsg(f, true, V2(STAGE_1 STAGE_2, "0x61311000"));
	fixture_check(f, "VBSA-B_SMMU_08", VMS_PASS, "1 SMMU with stage 1");
	fixture_kmsg(f, true, V2(STAGE_2, "0x61311000"));
	fixture_check(f, "VBSA-B_SMMU_08", VMS_FAIL, "no stage 1 translation");
	/* the line about stage 1 may be what is gone */
	fixture_kmsg(f, false, V2(STAGE_2, "0x61311000"));
	fixture_check(f, "VBSA-B_SMMU_08", VMS_UNKNOWN, "log");
}

/* By a device tree the same: the root-ports machine's node, in a blob of its own. */
static void test_by_tree(void **state)
{
	struct fixture *f = *state;

	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,gic-v3", .console = "arm,smmu-v3" });
	fixture_kmsg(f, true, V3("0x00008305"));
	fixture_check_evidence(f, "VBSA-B_SMMU_08", VMS_PASS, "1 SMMU", "/sys/firmware/fdt");
	fixture_check(f, "VBSA-B_SMMU_01", VMS_PASS, "one SMMU");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,gic-v3", .console = "arm,mmu-500" });
	fixture_check_evidence(f, "VBSA-B_SMMU_01", VMS_PASS, "one SMMU", "1 older");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,gic-v3" });
	fixture_check(f, "VBSA-B_SMMU_01", VMS_SKIP, "no SMMU");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_none),      fixture_test(test_alike),	  fixture_test(test_granules),
		fixture_test(test_addresses), fixture_test(test_stage_1), fixture_test(test_by_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
