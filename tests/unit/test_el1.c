/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-EL1: by the kernel's log. */
#include "fixture.h"

static void test_el1(void **state)
{
	static const struct {
		bool whole;
		const char *line;
		enum vms_status status;
		const char *reason;
	} cases[] = {
		{ true, "[    0.1] CPU: All CPU(s) started at EL1\n", VMS_PASS, "EL1" },
		{ false, "[    0.1] CPU: All CPU(s) started at EL1\n", VMS_PASS, "EL1" },
		{ true, "[    0.1] CPU: All CPU(s) started in SVC mode.\n", VMS_PASS, "EL1" },
		{ true, "[    0.1] CPU: All CPU(s) started at EL2\n", VMS_FAIL,
		  "not all CPUs started at EL1" },
		{ true, "[    0.1] CPU: All CPU(s) started in HYP mode.\n", VMS_FAIL, "not all" },
		{ true, "[    0.1] CPU: CPUs started in inconsistent modes\n", VMS_FAIL, "not all" },
		{ true,
		  "[    0.1] CPU: WARNING: CPU(s) started in wrong/inconsistent modes (primary CPU mode 0x13)\n",
		  VMS_FAIL, "not all" },
		{ true, "[    0.1] CPU: CPUs downgraded to EL1, HVC disabled\n", VMS_FAIL, "not all" },
		{ true, "[    0.1] CPU: something\n", VMS_UNKNOWN, "kernel log" },
		{ false, "[    99.1] late\n", VMS_UNKNOWN, "its beginning is gone" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fixture_kmsg(f, cases[i].whole, cases[i].line);
		fixture_check(f, "VMSPEC-EL1", cases[i].status, cases[i].reason);
	}
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_check(f, "VMSPEC-EL1", VMS_UNKNOWN, NULL);
	fixture_dir(f, "/.vmspec/kmsg");
	fixture_check(f, "VMSPEC-EL1", VMS_UNKNOWN, "cannot read the kernel log");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_el1),
	};

	return cmocka_run_group_tests_name("el1", tests, NULL, NULL);
}
