/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the contract: programs read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "vmspec.h"

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(vms_status_name(VMS_PASS), "pass");
	assert_string_equal(vms_status_name(VMS_FAIL), "fail");
	assert_string_equal(vms_status_name(VMS_UNKNOWN), "unknown");
	assert_string_equal(vms_status_name(VMS_PENDING), "pending");
	assert_string_equal(vms_status_name(VMS_SKIP), "skip");
	assert_string_equal(vms_status_name(VMS_WAIVED), "waived");
	assert_string_equal(vms_level_name(VMS_MUST), "must");
	assert_string_equal(vms_level_name(VMS_SHOULD), "should");
	assert_string_equal(vms_level_name(VMS_MAY), "may");
	assert_string_equal(vms_level_name(VMS_INFO), "info");
	assert_string_equal(vms_owner_name(VMS_HYPERVISOR), "hypervisor");
	assert_string_equal(vms_owner_name(VMS_IMAGE), "image");
	assert_string_equal(vms_owner_name(VMS_GUEST_ADMIN), "guest-admin");
	assert_string_equal(vms_kind_name(VMS_KIND_GUEST), "guest");
	assert_string_equal(vms_kind_name(VMS_KIND_RECORD), "record");
	assert_string_equal(vms_kind_name(VMS_KIND_IMAGE), "image");
	assert_string_equal(vms_kind_name(VMS_KIND_BOOT_MATRIX), "boot-matrix");
	assert_string_equal(vms_outcome_name(VMS_COMPLIANT), "compliant");
	assert_string_equal(vms_outcome_name(VMS_NONCOMPLIANT), "noncompliant");
	assert_string_equal(vms_outcome_name(VMS_INCONCLUSIVE), "inconclusive");
}

/* What is out of range is never praised. */
static void test_out_of_range(void **state)
{
	(void)state;
	assert_string_equal(vms_status_name((enum vms_status)99), "unknown");
	assert_string_equal(vms_level_name((enum vms_level)99), "none");
	assert_string_equal(vms_owner_name((enum vms_owner)99), "none");
	assert_string_equal(vms_outcome_name((enum vms_outcome)99), "inconclusive");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_out_of_range),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
