/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results counted up: the worst decided MUST makes the verdict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/util.h"
#include "core/verdict.h"

struct cell {
	enum vms_level level;
	enum vms_status status;
};

static enum vms_outcome count(const struct cell *cells, size_t n, bool strict, struct vms_verdict *v)
{
	static struct vms_verdict_row rows[8];

	assert_in_range(n, 0, ARRAY_SIZE(rows));
	memset(rows, 0, sizeof(rows));
	for (size_t i = 0; i < n; i++) {
		rows[i].level = cells[i].level;
		rows[i].result.status = cells[i].status;
	}
	*v = (struct vms_verdict){
		.rows = rows, .n_rows = n, .strict = strict, .summary = { 9, 9, 9, 9, 9, 9 }
	};
	vms_verdict_count(v);
	return v->outcome;
}

static void test_outcomes(void **state)
{
	static const struct {
		struct cell cells[4];
		size_t n;
		bool strict;
		enum vms_outcome outcome;
	} cases[] = {
		{ { { 0, 0 } }, 0, false, VMS_INCONCLUSIVE },
		{ { { VMS_MUST, VMS_PASS } }, 1, false, VMS_COMPLIANT },
		{ { { VMS_MUST, VMS_WAIVED } }, 1, false, VMS_COMPLIANT },
		{ { { VMS_MUST, VMS_SKIP } }, 1, false, VMS_INCONCLUSIVE },
		{ { { VMS_SHOULD, VMS_UNKNOWN } }, 1, false, VMS_INCONCLUSIVE },
		{ { { VMS_INFO, VMS_PENDING } }, 1, false, VMS_INCONCLUSIVE },
		{ { { VMS_MUST, VMS_SKIP }, { VMS_MUST, VMS_PASS } }, 2, false, VMS_COMPLIANT },
		{ { { VMS_MUST, VMS_FAIL }, { VMS_MUST, VMS_UNKNOWN } }, 2, false, VMS_NONCOMPLIANT },
		{ { { VMS_MUST, VMS_UNKNOWN }, { VMS_MUST, VMS_PASS } }, 2, false, VMS_INCONCLUSIVE },
		{ { { VMS_MUST, VMS_PENDING }, { VMS_MUST, VMS_PASS } }, 2, false, VMS_INCONCLUSIVE },
		{ { { VMS_SHOULD, VMS_FAIL }, { VMS_MUST, VMS_PASS } }, 2, false, VMS_COMPLIANT },
		{ { { VMS_SHOULD, VMS_FAIL }, { VMS_MUST, VMS_PASS } }, 2, true, VMS_NONCOMPLIANT },
		{ { { VMS_SHOULD, VMS_UNKNOWN }, { VMS_MUST, VMS_PASS } }, 2, true, VMS_INCONCLUSIVE },
		{ { { VMS_MAY, VMS_FAIL }, { VMS_INFO, VMS_FAIL }, { VMS_MUST, VMS_PASS } },
		  3,
		  true,
		  VMS_COMPLIANT },
		{ { { VMS_INFO, VMS_UNKNOWN }, { VMS_MUST, VMS_PASS } }, 2, true, VMS_COMPLIANT },
	};
	struct vms_verdict v;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(count(cases[i].cells, cases[i].n, cases[i].strict, &v), cases[i].outcome);
}

static void test_summary(void **state)
{
	static const struct cell cells[] = {
		{ VMS_MUST, VMS_PASS },	    { VMS_MUST, VMS_PASS },	 { VMS_MUST, VMS_FAIL },
		{ VMS_MAY, VMS_UNKNOWN },   { VMS_MUST, VMS_SKIP },	 { VMS_MAY, VMS_SKIP },
		{ VMS_SHOULD, VMS_WAIVED }, { VMS_SHOULD, VMS_PENDING },
	};
	static const unsigned sums[VMS_N_STATUS] = { 2, 1, 1, 1, 2, 1 };
	struct vms_verdict v;

	(void)state;
	count(cells, ARRAY_SIZE(cells), false, &v);
	for (size_t i = 0; i < VMS_N_STATUS; i++)
		assert_int_equal(v.summary[i], sums[i]);
}

/* The numbers are frozen. */
static void test_exit_status(void **state)
{
	(void)state;
	assert_int_equal(vms_verdict_exit_status(&(struct vms_verdict){ .outcome = VMS_COMPLIANT }), 0);
	assert_int_equal(vms_verdict_exit_status(&(struct vms_verdict){ .outcome = VMS_NONCOMPLIANT }), 1);
	assert_int_equal(vms_verdict_exit_status(&(struct vms_verdict){ .outcome = VMS_INCONCLUSIVE }), 3);
	vms_verdict_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_exit_status),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
