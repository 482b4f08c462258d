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
	fixture_check(f, "VMSPEC-AARCH32-EL1", VMS_SKIP, "the CPUs have no AArch32, by all");
	/* only kernels with KVM ask for it at EL1 */
	fixture_kmsg(f, true, "[    0.0] CPU features: detected: 32-bit EL0 Support\n");
	fixture_check(f, "VMSPEC-AARCH32-EL1", VMS_SKIP, "only a boot in AArch32 can show it");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-test\n");
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_ARM64=y\nCONFIG_KVM=y\n");
	fixture_check(f, "VMSPEC-AARCH32-EL1", VMS_SKIP, "the CPUs have no AArch32 at EL1");
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_ARM64=y\n# CONFIG_KVM is not set\n");
	fixture_check(f, "VMSPEC-AARCH32-EL1", VMS_SKIP, "only a boot in AArch32 can show it");
	fixture_kmsg(f, true,
		     "[    0.0] CPU features: detected: 32-bit EL0 Support\n"
		     "[    1.0] kvm [1]: HYP mode not available\n");
	fixture_check(f, "VMSPEC-AARCH32-EL1", VMS_SKIP, "only a boot in AArch32 can show it");
	fixture_remove(f, "/boot/config-6.1.0-test");
	fixture_check(f, "VMSPEC-AARCH32-EL1", VMS_SKIP, "the CPUs have no AArch32 at EL1");
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
