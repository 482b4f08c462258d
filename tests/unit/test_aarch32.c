/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-AARCH32-EL1: an AArch32 guest shows it by running, others skip. */
#include "fixture.h"

static void test_aarch32(void **state)
{
	struct fixture *f = *state;

	fixture_kmsg(f, true, "[    0.0] CPU features: detected: 32-bit EL1 Support\n");
	fixture_check(f, "VMSPEC-AARCH32-EL1", VMS_SKIP, "only a boot in AArch32 can show it");
	fixture_kmsg(f, false, "[   99.0] late\n");
	fixture_check(f, "VMSPEC-AARCH32-EL1", VMS_SKIP, "only a boot in AArch32 can show it");
	fixture_kmsg(f, true, "[    0.0] CPU features: detected: GIC system register CPU interface\n");
	fixture_check(f, "VMSPEC-AARCH32-EL1", VMS_SKIP, NULL);
	fixture_write(f, "/.vmspec/machine", "armv7l\n");
	fixture_check_evidence(f, "VMSPEC-AARCH32-EL1", VMS_PASS, "runs in AArch32", "armv7l");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_aarch32),
	};

	return cmocka_run_group_tests_name("aarch32", tests, NULL, NULL);
}
