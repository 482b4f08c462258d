/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-PSCI: by the log, the FADT, the device tree. */
#include "fixture_hw.h"

static void test_log(void **state)
{
	static const struct {
		const char *line;
		enum vms_status status;
		const char *reason;
	} cases[] = {
		{ "[    0.0] psci: PSCIv1.1 detected in firmware.\n", VMS_PASS, "PSCI 1.1" },
		{ "[    0.0] psci: PSCIv0.2 detected in firmware.\n", VMS_PASS, "PSCI 0.2" },
		{ "[    0.0] psci: PSCIv0.1 detected in firmware.\n", VMS_FAIL, "PSCI 0.1, older than 0.2" },
		{ "[    0.0] psci: Using PSCI v0.1 Function IDs from DT\n", VMS_FAIL, "PSCI 0.1, older than 0.2" },
		{ "[    0.0] psci: PSCIv detected\n", VMS_UNKNOWN, NULL },
		{ "[    0.0] psci: PSCIv-1.-1 detected\n", VMS_UNKNOWN, NULL },
		{ "[    0.0] psci: PSCIv65535.65535 detected in firmware.\n", VMS_UNKNOWN, NULL },
		{ "[    0.0] psci: PSCIv1 detected\n", VMS_UNKNOWN, NULL },
		{ "[    0.0] something else\n", VMS_UNKNOWN, "kernel log" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fixture_kmsg(f, true, cases[i].line);
		fixture_check(f, "VMSPEC-PSCI", cases[i].status, cases[i].reason);
	}
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_check(f, "VMSPEC-PSCI", VMS_UNKNOWN, "kernel log");
}

static void test_fadt(void **state)
{
	struct fixture *f = *state;

	fixture_fadt(f, 3);
	fixture_check_evidence(f, "VMSPEC-PSCI", VMS_PASS, "by the FADT", "by HVC");
	fixture_fadt(f, 1);
	fixture_check_evidence(f, "VMSPEC-PSCI", VMS_PASS, "by the FADT", "by SMC");
	fixture_fadt(f, 0);
	fixture_check(f, "VMSPEC-PSCI", VMS_FAIL, "no PSCI is described");
	/* what the firmware answered is worth more than what is written */
	fixture_kmsg(f, true, "[    0.0] psci: PSCIv1.0 detected in firmware.\n");
	fixture_check(f, "VMSPEC-PSCI", VMS_PASS, "PSCI 1.0");
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_write(f, "/sys/firmware/acpi/tables/FACP", "FACP cut short");
	fixture_check(f, "VMSPEC-PSCI", VMS_UNKNOWN, NULL);
}

static void test_fdt(void **state)
{
	struct fixture *f = *state;

	fixture_fdt(f, &(struct fixture_tree){ .cpus = 1, .psci = "arm,psci-1.0" });
	fixture_check(f, "VMSPEC-PSCI", VMS_PASS, "PSCI 1.0");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 1, .psci = "arm,psci-0.2" });
	fixture_check(f, "VMSPEC-PSCI", VMS_PASS, "PSCI 0.2");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 1, .psci = "arm,psci" });
	fixture_check(f, "VMSPEC-PSCI", VMS_FAIL, "PSCI 0.1, older than 0.2");
	/* Raspberry Pi: spin-table */
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 1 });
	fixture_check(f, "VMSPEC-PSCI", VMS_FAIL, "no PSCI is described");
	fixture_fdt(f, &(struct fixture_tree){ .stub = true });
	fixture_check(f, "VMSPEC-PSCI", VMS_UNKNOWN, NULL);
	fixture_write(f, "/sys/firmware/fdt", "\xd0\x0d\xfe\xed garbage");
	fixture_check(f, "VMSPEC-PSCI", VMS_UNKNOWN, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_log), fixture_test(test_fadt), fixture_test(test_fdt),
	};

	return cmocka_run_group_tests_name("psci", tests, NULL, NULL);
}
