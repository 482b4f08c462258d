/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-PSCI: by the log, the FADT, the device tree. */
#include "fixture_hw.h"

static void cpus(struct fixture *f, const char *present, const char *online)
{
	fixture_write(f, "/sys/devices/system/cpu/possible", "0-7\n");
	fixture_write(f, "/sys/devices/system/cpu/present", present);
	fixture_write(f, "/sys/devices/system/cpu/online", online);
}

/* Not only offered: it started the CPUs. */
static void test_started(void **state)
{
	static const struct {
		const char *online, *log, *cmdline;
		enum vms_status status;
		const char *reason;
	} cases[] = {
		{ "0-3\n", "", "", VMS_PASS, "PSCI 1.1" },
		{ "0\n", "psci: failed to boot CPU3 (-95)\n", "", VMS_FAIL, "did not start CPU 3" },
		{ "0-2\n", "psci: failed to boot CPU3 (-95)\n", "", VMS_FAIL, "did not start CPU 3" },
		{ "0-2\n", "CPU3: failed to come online\nCPU3: failed in unknown state : 0x0\n", "", VMS_FAIL,
		  "did not start CPU 3" },
		{ "0-2\n", "CPU3: failed to boot: -22\n", "", VMS_FAIL, "did not start CPU 3" },
		/* of another CPU, or by other words */
		{ "0-2\n", "CPU13: failed to boot: -22\n", "", VMS_UNKNOWN, "CPU 3 is offline" },
		{ "0-2\n", "xhci CPU3: link failed to come online\n", "", VMS_UNKNOWN, "CPU 3 is offline" },
		/* it was started: the guest's own CPU gave up, or its user took it away */
		{ "0-2\n", "CPU3: failed to come online\nCPU3: will not boot\n", "", VMS_PASS, "PSCI 1.1" },
		{ "0-2\n", "CPU3: Booted secondary processor 0x0000000003 [0x411fd070]\n", "", VMS_PASS,
		  NULL },
		{ "0-2\n", "psci: CPU3 killed (polled 0 ms)\n", "", VMS_PASS, NULL },
		{ "0-2\n", "psci: CPU3 killed (polled 0 ms)\npsci: failed to boot CPU3 (-22)\n", "", VMS_FAIL,
		  NULL },
		{ "0-2\n", "psci: failed to boot CPU3 (-22)\npsci: CPU3 killed (polled 0 ms)\n", "", VMS_PASS,
		  NULL },
		/* a later try went well */
		{ "0-3\n", "psci: failed to boot CPU3 (-22)\n", "", VMS_PASS, NULL },
		/* it was not asked to */
		{ "0-1\n", "", "quiet maxcpus=2", VMS_PASS, "PSCI 1.1" },
		{ "0-1\n", "psci: failed to boot CPU2 (-22)\n", "maxcpus=2", VMS_FAIL,
		  "did not start CPU 2" },
		{ "0-1\n", "", "maxcpus=4 maxcpus=2", VMS_PASS, NULL },
		{ "0\n", "", "nosmp", VMS_PASS, NULL },
		{ "0-1\n", "", "xmaxcpus=2", VMS_UNKNOWN, "CPU 2 is offline" },
		/* it was, and not to leave that one */
		{ "0-1\n", "", "maxcpus=4", VMS_UNKNOWN, "CPU 2 is offline" },
		{ "0-1\n", "", "maxcpus=3", VMS_UNKNOWN, "CPU 2 is offline" },
		{ "0-1\n", "", "quiet -- maxcpus=2", VMS_UNKNOWN, "CPU 2 is offline" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *log =
			vms_asprintf("psci: PSCIv1.1 detected in firmware.\n%s", cases[i].log);

		cpus(f, "0-3\n", cases[i].online);
		fixture_write(f, "/proc/cmdline", cases[i].cmdline);
		fixture_kmsg(f, true, log);
		fixture_check(f, "VMSPEC-PSCI", cases[i].status, cases[i].reason);
	}
	/* what fills the log later drowns the word of why */
	cpus(f, "0-3\n", "0-2\n");
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_fadt(f, 3);
	fixture_check(f, "VMSPEC-PSCI", VMS_UNKNOWN, "whether PSCI started every CPU can't be seen");
	/* an old record has no list of those present; none of the lists */
	fixture_remove(f, "/sys/devices/system/cpu/present");
	fixture_write(f, "/sys/devices/system/cpu/possible", "0-2\n");
	fixture_check(f, "VMSPEC-PSCI", VMS_PASS, "by the FADT");
	fixture_remove(f, "/sys/devices/system/cpu");
	fixture_check(f, "VMSPEC-PSCI", VMS_UNKNOWN, "whether PSCI started every CPU can't be seen");
}

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
		{ "[    0.0] psci: Using PSCI v0.1 Function IDs from DT\n", VMS_FAIL,
		  "PSCI 0.1, older than 0.2" },
		{ "[    0.0] psci: PSCIv detected\n", VMS_UNKNOWN, NULL },
		{ "[    0.0] psci: PSCIv-1.-1 detected\n", VMS_UNKNOWN, NULL },
		{ "[    0.0] psci: PSCIv65535.65535 detected in firmware.\n", VMS_FAIL,
		  "PSCI_VERSION answers NOT_SUPPORTED" },
		{ "[    0.0] psci: PSCIv1 detected\n", VMS_UNKNOWN, NULL },
		{ "[    0.0] something else\n", VMS_UNKNOWN, "kernel log" },
	};
	struct fixture *f = *state;

	cpus(f, "0\n", "0\n");
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

	cpus(f, "0\n", "0\n");
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

	cpus(f, "0\n", "0\n");
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
		fixture_test(test_started),
		fixture_test(test_log),
		fixture_test(test_fadt),
		fixture_test(test_fdt),
	};

	return cmocka_run_group_tests_name("psci", tests, NULL, NULL);
}
