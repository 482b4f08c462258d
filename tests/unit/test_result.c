/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a check states what it found. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/result.h"
#include "core/sysroot.h"

static void test_statuses(void **state)
{
	static const struct {
		int (*fn)(struct vms_result *r, const char *fmt, ...);
		enum vms_status status;
	} cases[] = {
		{ vms_pass, VMS_PASS },	      { vms_fail, VMS_FAIL }, { vms_unknown, VMS_UNKNOWN },
		{ vms_pending, VMS_PENDING }, { vms_skip, VMS_SKIP },
	};
	struct vms_result r = { .status = VMS_UNKNOWN };

	(void)state;
	/* the last word counts */
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(cases[i].fn(&r, "%s %d", "word", (int)i), 0);
		assert_int_equal(r.status, cases[i].status);
	}
	assert_string_equal(r.reason, "word 4");
	vms_result_clear(&r);
	assert_null(r.reason);
	assert_int_equal(r.status, VMS_UNKNOWN);
	vms_result_clear(&r);
}

static void test_text_is_printable(void **state)
{
	struct vms_result r = { .status = VMS_UNKNOWN };

	(void)state;
	vms_fail(&r, "clocksource is %s", "a\nb\x1b[2J");
	assert_string_equal(r.reason, "clocksource is a\\x0ab\\x1b[2J");
	vms_evidence(&r, "/sys/\x01", "%s", "x\ry");
	vms_evidence(&r, "second", "%d", 2);
	assert_int_equal(r.n_evidence, 2);
	assert_string_equal(r.evidence[0].source, "/sys/\\x01");
	assert_string_equal(r.evidence[0].value, "x\\x0dy");
	assert_string_equal(r.evidence[1].value, "2");
	vms_remedy(&r, VMS_IMAGE, "one");
	vms_remedy(&r, VMS_HYPERVISOR, "two\n");
	assert_string_equal(r.advice, "two\\x0a");
	assert_int_equal(r.owner, VMS_HYPERVISOR);
	assert_int_equal(r.err, 0);
	vms_result_clear(&r);
}

/* A reason stays one readable line, and is not cut in the middle of a character. */
static void test_long_text(void **state)
{
	struct vms_result r = { .status = VMS_UNKNOWN };
	char text[4096];

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof(text); i += 4)
			memcpy(text + i, "\xf0\x9f\x98\x80", 5);
		vms_unknown(&r, "%s", text);
		assert_in_range(strlen(r.reason), 990, 1000);
		assert_string_equal(r.reason + strlen(r.reason) - 3, "...");
		assert_null(strstr(r.reason, "\\x"));
	}
	memset(text, 'y', 1000);
	text[1000] = '\0';
	vms_unknown(&r, "%s", text);
	assert_string_equal(r.reason, text);
	vms_result_clear(&r);
}

static void test_blocked(void **state)
{
	struct vms_result r = { .status = VMS_UNKNOWN };

	(void)state;
	assert_int_equal(vms_blocked(&r, "/sys/x", -EACCES), 0);
	assert_int_equal(r.status, VMS_UNKNOWN);
	assert_non_null(strstr(r.reason, "cannot read /sys/x: permission denied"));
	assert_int_equal(r.owner, VMS_GUEST_ADMIN);
	assert_int_equal(vms_blocked(&r, "/sys/y", -VMS_EMASKED), 0);
	assert_non_null(strstr(r.reason, "mounted there"));
	assert_int_equal(vms_blocked(&r, "/sys/z", -ENOMEM), -ENOMEM);
	assert_int_equal(r.err, -ENOMEM);
	vms_result_clear(&r);
}

/* Every errno that a reader can meet has words of its own, none says "Success". */
static void test_blockers(void **state)
{
	static const int errs[] = { EACCES,  EPERM,	 VMS_EMASKED, VMS_ENOPARENT, ENOENT,
				    ENOLINK, EFBIG,	 EISDIR,      ENOTDIR,	     ENXIO,
				    ELOOP,   EOPNOTSUPP, EIO,	      ENAMETOOLONG,  EBADMSG };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errs); i++) {
		assert_true(strlen(vms_blocker(-errs[i])) > 4);
		assert_null(strstr(vms_blocker(-errs[i]), "Success"));
		assert_null(strstr(vms_blocker(-errs[i]), "Unknown"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statuses),  cmocka_unit_test(test_text_is_printable),
		cmocka_unit_test(test_long_text), cmocka_unit_test(test_blocked),
		cmocka_unit_test(test_blockers),
	};

	return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
