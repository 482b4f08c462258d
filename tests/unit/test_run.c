/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walk over the registry: what a check that did not pass means to those that
 * need it, waivers, levels, selections, and machines that are not judged.
 */
#include <errno.h>

#include "core/result.h"
#include "core/run.h"
#include "core/verdict.h"
#include "fixture.h"
#include "spec/spec.h"

/* What a made-up subject answers; checks that are not listed pass. */
struct answer {
	const char *id;
	enum vms_status status;
	int err; /* returned instead, when not 0 */
};

struct answers {
	const struct answer *list;
	size_t n;
	unsigned asked[256]; /* how often each check was run */
	enum vms_owner owes; /* the listed ones; NONE: nobody is said to */
};

static int answer(void *ctx, const struct vms_check *c, struct vms_result *r)
{
	struct answers *a = ctx;

	for (size_t i = 0; i < vms_n_checks(); i++)
		if (vms_check_at(i) == c)
			assert_int_equal(a->asked[i]++, 0);
	for (size_t i = 0; i < a->n; i++) {
		if (!streq(a->list[i].id, c->id))
			continue;
		if (a->list[i].err)
			return a->list[i].err;
		vms_unknown(r, "answered");
		r->status = a->list[i].status;
		if (a->owes != VMS_OWNER_NONE)
			vms_remedy(r, a->owes, "mend it");
		return 0;
	}
	return vms_pass(r, "answered");
}

static struct vms_verdict *judge(struct answers *a, const struct vms_run_options *opt)
{
	struct vms_run_subject s = { .kind = VMS_KIND_RECORD, .run = answer, .ctx = a };
	struct vms_run_options by_default = *opt;
	struct vms_verdict *v = NULL;

	by_default.profile = vms_profile_default();
	assert_int_equal(vms_run_subject(&s, &by_default, &v), 0);
	assert_non_null(v);
	return v;
}

static const struct vms_verdict_row *row(const struct vms_verdict *v, const char *id)
{
	for (size_t i = 0; i < v->n_rows; i++)
		if (streq(v->rows[i].check->id, id))
			return &v->rows[i];
	fail_msg("no row %s", id);
	return NULL;
}

static void expect(const struct vms_verdict *v, const char *id, enum vms_status status, const char *reason)
{
	const struct vms_verdict_row *r = row(v, id);

	assert_string_equal(vms_status_name(r->result.status), vms_status_name(status));
	if (!strstr(r->result.reason, reason))
		fail_msg("%s: \"%s\" lacks \"%s\"", id, r->result.reason, reason);
}

#define DEFAULTS ((struct vms_run_options){ .profile = vms_profile_default() })
#define ANSWERS(...)                                                                                         \
	{                                                                                                    \
		.list = (const struct answer[]){ __VA_ARGS__ },                                              \
		.n = ARRAY_SIZE(((const struct answer[]){ __VA_ARGS__ }))                                    \
	}

static void test_all_pass(void **state)
{
	struct answers a = { NULL, 0, { 0 }, VMS_OWNER_NONE };
	struct vms_verdict *v = judge(&a, &(struct vms_run_options){ 0 });
	size_t listed = 0;

	(void)state;
	for (size_t i = 0; i < vms_n_checks(); i++)
		if ((vms_check_at(i)->kinds & VMS_KIND_RECORD) &&
		    vms_profile_level(vms_profile_default(), vms_check_at(i)->id, NULL) != VMS_LEVEL_NONE)
			listed++;
	assert_int_equal(v->n_rows, listed);
	assert_int_equal(v->summary[VMS_PASS], listed);
	assert_ptr_equal(v->profile, vms_profile_default());
	assert_false(v->partial);
	assert_int_equal(vms_verdict_exit_status(v), 0);
	vms_verdict_free(v);
}

/* One broken thing gives one fail: what needs it is skipped, and what needs that. */
static void test_needs(void **state)
{
	static const struct {
		struct answer efi;
		enum vms_status direct;
		const char *direct_reason;
		enum vms_status far;
		const char *far_reason;
	} cases[] = {
		/* clang-format off */
		{ { "VMSPEC-EFI", VMS_FAIL, 0 }, VMS_SKIP, "needs VMSPEC-EFI, which failed", VMS_SKIP,
		  "needs VMSPEC-EFI-RUNTIME, which was skipped" },
		{ { "VMSPEC-EFI", VMS_SKIP, 0 }, VMS_SKIP, "needs VMSPEC-EFI, which was skipped", VMS_SKIP,
		  "needs VMSPEC-EFI-RUNTIME, which was skipped" },
		{ { "VMSPEC-EFI", VMS_UNKNOWN, 0 }, VMS_UNKNOWN, "needs VMSPEC-EFI, which is unknown", VMS_UNKNOWN,
		  "needs VMSPEC-EFI-RUNTIME, which is unknown" },
		{ { "VMSPEC-EFI", VMS_PENDING, 0 }, VMS_UNKNOWN, "needs VMSPEC-EFI, which is pending", VMS_UNKNOWN,
		  "needs VMSPEC-EFI-RUNTIME, which is unknown" },
		{ { "VMSPEC-EFI", VMS_PASS, -EACCES }, VMS_UNKNOWN, "needs VMSPEC-EFI, which is unknown", VMS_UNKNOWN,
		  "needs VMSPEC-EFI-RUNTIME, which is unknown" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answers a = { &cases[i].efi, 1, { 0 }, VMS_OWNER_NONE };
		struct vms_verdict *v = judge(&a, &(struct vms_run_options){ 0 });

		expect(v, "VMSPEC-EFI-RUNTIME", cases[i].direct, cases[i].direct_reason);
		expect(v, "VMSPEC-EFIVARIABLE", cases[i].far, cases[i].far_reason);
		expect(v, "VMSPEC-EFI-RTC", cases[i].far, cases[i].far_reason);
		expect(v, "VMSPEC-GIC", VMS_PASS, "answered");
		vms_verdict_free(v);
	}
}

static void test_errors(void **state)
{
	struct answers a = ANSWERS({ "VMSPEC-GIC", VMS_PASS, -EIO }, { "VMSPEC-TIMER", VMS_PASS, -EACCES });
	struct answers oom = ANSWERS({ "VMSPEC-GIC", VMS_PASS, -ENOMEM });
	struct vms_run_subject s = { .kind = VMS_KIND_RECORD, .run = answer, .ctx = &oom };
	struct vms_verdict *v = judge(&a, &(struct vms_run_options){ 0 }), *none = NULL;

	(void)state;
	expect(v, "VMSPEC-GIC", VMS_UNKNOWN, "could not be looked at: Input/output error");
	expect(v, "VMSPEC-TIMER", VMS_UNKNOWN, "permission denied");
	assert_int_equal(vms_verdict_exit_status(v), 3);
	vms_verdict_free(v);
	assert_int_equal(vms_run_subject(&s, &DEFAULTS, &none), -ENOMEM);
	assert_null(none);
}

static int says_nothing(void *ctx, const struct vms_check *c, struct vms_result *r)
{
	(void)ctx, (void)c, (void)r;
	return 0;
}

/* A check that forgot to state a result has not passed. */
static void test_nothing_stated(void **state)
{
	struct vms_run_subject s = { .kind = VMS_KIND_RECORD, .run = says_nothing };
	struct vms_verdict *v = NULL;

	(void)state;
	assert_int_equal(vms_run_subject(&s, &DEFAULTS, &v), 0);
	expect(v, "VMSPEC-GIC", VMS_UNKNOWN, "no result was stated");
	assert_int_equal(v->outcome, VMS_INCONCLUSIVE);
	vms_verdict_free(v);
}

static void test_outcome(void **state)
{
	/* must, must, should, info of vmspec-2.0 */
	static const struct {
		struct answer a;
		bool strict;
		int exit_status;
	} cases[] = {
		/* clang-format off */
		{ { "VMSPEC-GIC", VMS_FAIL, 0 }, false, 1 },     { { "VMSPEC-GIC", VMS_UNKNOWN, 0 }, false, 3 },
		{ { "VMSPEC-GIC", VMS_PENDING, 0 }, false, 3 },  { { "VMSPEC-TIMER", VMS_SKIP, 0 }, false, 0 },
		{ { "VMSPEC-EL1", VMS_FAIL, 0 }, false, 0 },     { { "VMSPEC-EL1", VMS_FAIL, 0 }, true, 1 },
		{ { "VMSPEC-EL1", VMS_UNKNOWN, 0 }, true, 3 },   { { "VMSPEC-EL1", VMS_UNKNOWN, 0 }, false, 0 },
		{ { "VMSPEC-AARCH32-EL1", VMS_FAIL, 0 }, true, 0 }, { { "VMSPEC-OS-ACPI", VMS_FAIL, 0 }, true, 0 },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answers a = { &cases[i].a, 1, { 0 }, VMS_OWNER_NONE };
		struct vms_verdict *v = judge(&a, &(struct vms_run_options){ .strict = cases[i].strict });

		assert_int_equal(vms_verdict_exit_status(v), cases[i].exit_status);
		assert_int_equal(v->strict, cases[i].strict);
		vms_verdict_free(v);
	}
}

/* A waived failure counts as decided; what needs it is skipped all the same. */
static void test_waivers(void **state)
{
	static const struct vms_waiver waivers[] = {
		{ .id = "VMSPEC-EFI-RUNTIME", .reason = "known\n", .until = "2030-12-31" },
		{ .id = "VMSPEC-GIC", .reason = "unused" },
	};
	struct vms_run_options opt = { .waivers = waivers, .n_waivers = ARRAY_SIZE(waivers) };
	struct answers a = ANSWERS({ "VMSPEC-EFI-RUNTIME", VMS_FAIL, 0 });
	struct answers unknown = ANSWERS({ "VMSPEC-EFI-RUNTIME", VMS_UNKNOWN, 0 });
	struct vms_verdict *v = judge(&a, &opt);

	(void)state;
	expect(v, "VMSPEC-EFI-RUNTIME", VMS_WAIVED, "answered");
	assert_string_equal(row(v, "VMSPEC-EFI-RUNTIME")->result.waiver, "known\\x0a");
	expect(v, "VMSPEC-EFI-RTC", VMS_SKIP, "needs VMSPEC-EFI-RUNTIME, which failed and is waived");
	expect(v, "VMSPEC-GIC", VMS_PASS, "answered");
	assert_null(row(v, "VMSPEC-GIC")->result.waiver);
	assert_int_equal(v->summary[VMS_WAIVED], 1);
	assert_int_equal(v->summary[VMS_FAIL], 0);
	assert_int_equal(vms_verdict_exit_status(v), 0);
	vms_verdict_free(v);
	/* only failures can be let be: what is unknown stays open */
	v = judge(&unknown, &opt);
	expect(v, "VMSPEC-EFI-RUNTIME", VMS_UNKNOWN, "answered");
	assert_int_equal(vms_verdict_exit_status(v), 3);
	vms_verdict_free(v);
}

/* What hangs on another check is not decided, unless that one's failure or waiver speaks. */
static void test_skipped_is_not_decided(void **state)
{
	static const struct vms_waiver waiver[] = { { "VMSPEC-EFI", "known", NULL } };
	static const char *const far[] = { "VMSPEC-EFI-RTC", "VMSPEC-GIC", NULL };
	static const char *const both[] = { "VMSPEC-EFI-RTC", "VMSPEC-EFI", NULL };
	static const struct {
		enum vms_status efi;
		const char *const *globs;
		bool waived;
		enum vms_status cause;
		int exit_status;
	} cases[] = {
		{ VMS_FAIL, far, false, VMS_FAIL, 3 },	    { VMS_FAIL, both, false, VMS_FAIL, 1 },
		{ VMS_FAIL, far, true, VMS_WAIVED, 0 },	    { VMS_FAIL, both, true, VMS_WAIVED, 0 },
		{ VMS_SKIP, far, false, VMS_SKIP, 0 },	    { VMS_UNKNOWN, far, false, VMS_UNKNOWN, 3 },
		{ VMS_UNKNOWN, far, true, VMS_UNKNOWN, 3 }, { VMS_PENDING, far, false, VMS_PENDING, 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct answer efi = { "VMSPEC-EFI", cases[i].efi, 0 };
		struct answers a = { &efi, 1, { 0 }, VMS_OWNER_NONE };
		struct vms_verdict *v = judge(&a, &(struct vms_run_options){ .globs = cases[i].globs,
									     .waivers = waiver,
									     .n_waivers = cases[i].waived });
		const struct vms_cause *cause = &row(v, "VMSPEC-EFI-RTC")->result.cause;

		assert_true(cause->blocked);
		assert_string_equal(cause->id, "VMSPEC-EFI");
		assert_string_equal(vms_status_name(cause->status), vms_status_name(cases[i].cause));
		assert_int_equal(vms_verdict_exit_status(v), cases[i].exit_status);
		vms_verdict_free(v);
	}
}

/* A check that this version lacks is named by what it shows, and by no ID. */
static void test_need_of_another_version(void **state)
{
	struct answers a = ANSWERS({ "VMSPEC-EFI-ACPI", VMS_FAIL, 0 });
	struct vms_run_subject s = { .kind = VMS_KIND_RECORD, .run = answer, .ctx = &a };
	struct vms_run_options opt = { .profile = vms_profile_find("vmspec-1.0") };
	struct vms_verdict *v = NULL;

	(void)state;
	assert_int_equal(vms_run_subject(&s, &opt, &v), 0);
	expect(v, "VMSPEC-HWDESC-AGREE", VMS_SKIP, "needs \"the firmware published");
	assert_null(row(v, "VMSPEC-HWDESC-AGREE")->result.cause.id);
	vms_verdict_free(v);
}

/* What a failure is to each owner, and what an unknown is to those who could owe it. */
static void test_owner(void **state)
{
	static const struct {
		struct answer a;
		enum vms_owner owes, asked;
		int exit_status;
	} cases[] = {
		{ { "VMSPEC-GIC", VMS_FAIL, 0 }, VMS_HYPERVISOR, VMS_HYPERVISOR, 1 },
		{ { "VMSPEC-GIC", VMS_FAIL, 0 }, VMS_HYPERVISOR, VMS_IMAGE, 0 },
		{ { "VMSPEC-GIC", VMS_FAIL, 0 }, VMS_OWNER_NONE, VMS_IMAGE, 1 },
		{ { "VMSPEC-GIC", VMS_UNKNOWN, 0 }, VMS_GUEST_ADMIN, VMS_IMAGE, 3 },
		{ { "VMSPEC-OS-DRIVER-PL011", VMS_UNKNOWN, 0 }, VMS_GUEST_ADMIN, VMS_IMAGE, 3 },
		{ { "VMSPEC-OS-DRIVER-PL011", VMS_UNKNOWN, 0 }, VMS_GUEST_ADMIN, VMS_GUEST_ADMIN, 3 },
		{ { "VMSPEC-OS-DRIVER-PL011", VMS_UNKNOWN, 0 }, VMS_GUEST_ADMIN, VMS_HYPERVISOR, 0 },
		{ { "VMSPEC-OS-DRIVER-PL011", VMS_UNKNOWN, 0 }, VMS_GUEST_ADMIN, VMS_OWNER_NONE, 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answers a = { &cases[i].a, 1, { 0 }, cases[i].owes };
		struct vms_verdict *v = judge(&a, &(struct vms_run_options){ .owner = cases[i].asked });

		assert_int_equal(vms_verdict_exit_status(v), cases[i].exit_status);
		assert_int_equal(v->owner, cases[i].asked);
		vms_verdict_free(v);
	}
}

static void test_globs(void **state)
{
	static const char *const gic[] = { "VMSPEC-GIC*", NULL }, *const rtc[] = { "VMSPEC-EFI-RTC",
										   "VMSPEC-GIC", NULL };
	static const char *const none[] = { NULL };
	struct answers a = ANSWERS({ "VMSPEC-EFI", VMS_FAIL, 0 }), b = a, c = a;
	struct vms_verdict *v = judge(&a, &(struct vms_run_options){ .globs = gic });

	(void)state;
	assert_int_equal(v->n_rows, 2);
	assert_string_equal(v->rows[0].check->id, "VMSPEC-GIC");
	assert_string_equal(v->rows[1].check->id, "VMSPEC-GIC-CPUS");
	assert_true(v->partial);
	assert_int_equal(vms_verdict_exit_status(v), 0);
	vms_verdict_free(v);
	/* what a selected check needs is run and not listed; the order is the registry's */
	v = judge(&b, &(struct vms_run_options){ .globs = rtc });
	assert_int_equal(v->n_rows, 2);
	assert_string_equal(v->rows[0].check->id, "VMSPEC-EFI-RTC");
	expect(v, "VMSPEC-EFI-RTC", VMS_SKIP, "needs VMSPEC-EFI-RUNTIME, which was skipped");
	vms_verdict_free(v);
	/* nothing checked is not compliant */
	v = judge(&c, &(struct vms_run_options){ .globs = none });
	assert_int_equal(v->n_rows, 0);
	assert_int_equal(vms_verdict_exit_status(v), 3);
	vms_verdict_free(v);
}

static void test_globs_that_match_nothing(void **state)
{
	static const char *const cases[][3] = {
		{ "VMSPEC-NO-SUCH", NULL },
		{ "VMSPEC-GIC", "vmspec-gic", NULL },
		{ "", NULL },
		{ "VMSPEC-CONSOLE", NULL }, /* not in vmspec-2.0 */
	};
	struct answers a = { NULL, 0, { 0 }, VMS_OWNER_NONE };
	struct vms_run_subject s = { .kind = VMS_KIND_RECORD, .run = answer, .ctx = &a };
	struct vms_verdict *v = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(vms_run_subject(&s,
						 &(struct vms_run_options){ .profile = vms_profile_default(),
									    .globs = cases[i] },
						 &v),
				 -EINVAL);
	assert_int_equal(vms_run_subject(&s, &(struct vms_run_options){ 0 }, &v), -EINVAL); /* no profile */
	assert_null(v);
	assert_int_equal(
		vms_run_subject(&s,
				&(struct vms_run_options){ .globs = cases[3],
							   .profile = vms_profile_find("vmspec-1.0") },
				&v),
		0);
	vms_verdict_free(v);
}

static void test_everything_skipped(void **state)
{
	static const char *const gic[] = { "VMSPEC-GIC", NULL };
	struct answers a = ANSWERS({ "VMSPEC-GIC", VMS_SKIP, 0 });
	struct vms_verdict *v = judge(&a, &(struct vms_run_options){ .globs = gic });

	(void)state;
	assert_int_equal(v->summary[VMS_SKIP], 1);
	assert_int_equal(v->outcome, VMS_INCONCLUSIVE);
	vms_verdict_free(v);
}

/* No Arm machine: everything unknown for one reason, nothing run. */
static void test_not_arm(void **state)
{
	static const struct {
		const char *arch, *reason;
	} cases[] = {
		{ "x86_64", "this machine is x86_64, no Arm machine" },
		{ "riscv64", "this machine is riscv64, no Arm machine" },
		{ "", "it cannot be told whether this is an Arm machine" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vms_verdict *v = NULL;

		fixture_write(f, "/.vmspec/machine", cases[i].arch);
		assert_int_equal(vms_run(fixture_machine(f), &DEFAULTS, &v), 0);
		assert_int_equal(v->summary[VMS_UNKNOWN], v->n_rows);
		for (size_t j = 0; j < v->n_rows; j++)
			assert_string_equal(v->rows[j].result.reason, cases[i].reason);
		assert_int_equal(vms_verdict_exit_status(v), 3);
		assert_null(v->subject.hypervisor);
		vms_verdict_free(v);
	}
}

/* An empty record: a verdict all the same, and not one failure out of nothing. */
static void test_empty_record(void **state)
{
	static const char *const profiles[] = { "vmspec-1.0", "vmspec-2.0" };
	struct fixture *f = *state;

	fixture_remove(f, "/proc");
	fixture_remove(f, "/sys");
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		struct vms_run_options opt = { .profile = vms_profile_find(profiles[i]) };
		struct vms_verdict *v = NULL;

		assert_int_equal(vms_run(fixture_machine(f), &opt, &v), 0);
		assert_int_equal(v->summary[VMS_FAIL], 0);
		assert_int_equal(v->summary[VMS_PASS], 0);
		assert_int_equal(vms_verdict_exit_status(v), 3);
		assert_int_equal(v->subject.kind, VMS_KIND_RECORD);
		vms_verdict_free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_pass),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_nothing_stated),
		cmocka_unit_test(test_outcome),
		cmocka_unit_test(test_waivers),
		cmocka_unit_test(test_skipped_is_not_decided),
		cmocka_unit_test(test_need_of_another_version),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_globs),
		cmocka_unit_test(test_globs_that_match_nothing),
		cmocka_unit_test(test_everything_skipped),
		fixture_test(test_not_arm),
		fixture_test(test_empty_record),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
