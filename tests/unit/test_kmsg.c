/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking things up in the kernel's log: there, not there, cannot tell. */
#include <errno.h>

#include "kernel/kmsg.h"
#include "core/result.h"
#include "fixture.h"

static void test_find(void **state)
{
	_cleanup_free_ char *line = NULL, *first = NULL;
	struct fixture *f = *state;
	double at = 0;

	fixture_kmsg(f, true, "[    1.250000] psci: PSCIv1.1 detected in firmware.\n"
			      "[    2.500000] psci: PSCIv0.2 again\nno stamp psci\n");
	assert_int_equal(vms_kmsg_find_at(fixture_machine(f), "psci: PSCIv", &line, &at), 0);
	assert_string_equal(line, "psci: PSCIv1.1 detected in firmware.");
	assert_true(at == 1.25);
	assert_int_equal(vms_kmsg_find(f->m, "no stamp", &first), 0);
	assert_string_equal(first, "no stamp psci");
}

static void test_not_there(void **state)
{
	struct fixture *f = *state;
	char *line = NULL;

	fixture_kmsg(f, true, "[    1.000000] text\n");
	assert_int_equal(vms_kmsg_find(fixture_machine(f), "psci", &line), -ENOENT);
	/* the beginning is gone: it may have been there */
	fixture_kmsg(f, false, "[   99.000000] text\n");
	assert_int_equal(vms_kmsg_find(fixture_machine(f), "psci", &line), -ENODATA);
	fixture_remove(f, "/.vmspec/kmsg");
	assert_int_equal(vms_kmsg_find(fixture_machine(f), "psci", &line), -ENODATA);
	fixture_dir(f, "/.vmspec/kmsg");
	assert_int_equal(vms_kmsg_find(fixture_machine(f), "psci", &line), -EISDIR);
	assert_null(line);
}

/* A stamp that is none, a line that is all there is. */
static void test_odd_stamps(void **state)
{
	static const struct {
		const char *log, *text;
	} cases[] = {
		{ "[    1.0] needle", "needle" },   { "[ needle", "[ needle" },       { "[] needle", "needle" },
		{ "needle", "needle" },             { "[x]needle\n", "needle" },      { "[1e999] needle", "needle" },
		{ "[    1.0]\n] needle", "] needle" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *line = NULL;

		fixture_kmsg(f, false, cases[i].log);
		assert_int_equal(vms_kmsg_find(fixture_machine(f), "needle", &line), 0);
		assert_string_equal(line, cases[i].text);
	}
}

static void test_last(void **state)
{
	struct fixture *f = *state;
	double at = -1;

	fixture_kmsg(f, true, "[    1.000000] a\n[   77.500000] b\nunstamped\n\n");
	assert_int_equal(vms_kmsg_last(fixture_machine(f), &at), 0);
	assert_true(at == 77.5);
	fixture_kmsg(f, false, "unstamped\n");
	assert_int_equal(vms_kmsg_last(fixture_machine(f), &at), -ENODATA);
	fixture_kmsg(f, false, "");
	assert_int_equal(vms_kmsg_last(fixture_machine(f), &at), -ENODATA);
	fixture_remove(f, "/.vmspec/kmsg");
	assert_int_equal(vms_kmsg_last(fixture_machine(f), &at), -ENOENT);
	assert_true(at == 77.5);
}

static void test_blocked(void **state)
{
	struct vms_result r = { .status = VMS_PASS };

	(void)state;
	assert_int_equal(vms_kmsg_blocked(&r, -ENODATA), 0);
	assert_int_equal(r.status, VMS_UNKNOWN);
	assert_non_null(strstr(r.reason, "its beginning is gone"));
	assert_int_equal(r.owner, VMS_GUEST_ADMIN);
	assert_int_equal(vms_kmsg_blocked(&r, -EPERM), 0);
	assert_non_null(strstr(r.reason, "permission denied"));
	vms_result_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_find), fixture_test(test_not_there), fixture_test(test_odd_stamps),
		fixture_test(test_last), fixture_test(test_blocked),
	};

	return cmocka_run_group_tests_name("kmsg", tests, NULL, NULL);
}
