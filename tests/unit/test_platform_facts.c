/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the document's facts want of the platform: seen, or not there. */
#include <errno.h>

#include "platform/facts.h"
#include "fixture_hw.h"

static void test_psci(void **state)
{
	struct fixture *f = *state;
	unsigned major = 77, minor = 77;

	assert_int_equal(psci_version(fixture_machine(f), &major, &minor), -ENODATA);
	assert_int_equal(major, 77);
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 1, .psci = "arm,psci-0.2" });
	assert_int_equal(psci_version(fixture_machine(f), &major, &minor), 0);
	assert_int_equal(major, 0);
	assert_int_equal(minor, 2);
	fixture_kmsg(f, true, "psci: PSCIv1.3 detected in firmware.\n");
	assert_int_equal(psci_version(fixture_machine(f), &major, &minor), 0);
	assert_int_equal(major, 1);
	assert_int_equal(minor, 3);
}

static void test_cpus(void **state)
{
	struct fixture *f = *state;
	size_t n = 77;

	assert_int_equal(cpus_described(fixture_machine(f), &n), -ENODATA);
	assert_int_equal(n, 77);
	fixture_madt(f, 3, 2, 1);
	assert_int_equal(cpus_described(fixture_machine(f), &n), 0);
	assert_int_equal(n, 2);
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 5 });
	assert_int_equal(cpus_described(fixture_machine(f), &n), 0);
	assert_int_equal(n, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_psci),
		fixture_test(test_cpus),
	};

	return cmocka_run_group_tests_name("platform facts", tests, NULL, NULL);
}
