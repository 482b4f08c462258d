/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest sends as its verdict: taken whole, made printable, and refused where the
 * schema would refuse it, so that no guest can make our own document invalid.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <json-c/json.h>

#include "core/util.h"
#include "core/verdict.h"
#include "document/read.h"
#include "matrix/matrix.h"

#define PASS_ROW                                                                                             \
	"{\"id\":\"VMSPEC-GIC\",\"title\":\"GICv2 or newer\",\"level\":\"must\",\"clause\":\"vmspec-2.0/"    \
	"vm-platform/5\",\"status\":\"pass\",\"reason\":\"GICv3, driven and described\",\"evidence\":[]}"
#define FAIL_ROW                                                                                             \
	"{\"id\":\"VMSPEC-EFI-DTB\",\"title\":\"a "                                                          \
	"tree\",\"level\":\"must\",\"clause\":null,\"status\":\"fail\","                                     \
	"\"reason\":\"no tree\",\"evidence\":[{\"source\":\"/sys/firmware/fdt\",\"value\":\"473 bytes\"}],"  \
	"\"remedy\":{\"owner\":\"hypervisor\",\"advice\":\"install one\"}}"
#define WAIVED_ROW                                                                                           \
	"{\"id\":\"VMSPEC-EFI-ACPI\",\"title\":\"ACPI\",\"level\":\"must\",\"clause\":null,\"status\":"      \
	"\"waived\","                                                                                        \
	"\"reason\":\"none\",\"evidence\":[{\"source\":\"a\",\"value\":\"\"}],\"waiver\":\"known\"}"
#define DOCUMENT                                                                                             \
	"{\"schema\":\"vmspec-verdict/1\",\"tool\":{\"name\":\"vmspec-verify\",\"version\":\"0.1.0\"},"      \
	"\"profile\":\"vmspec-2.0\",\"time\":\"2026-11-20T23:38:46Z\",\"subject\":{\"kind\":\"guest\","      \
	"\"name\":\"host\",\"arch\":\"aarch64\",\"hypervisor\":null,\"firmware\":\"EDK II 2.70\"},"          \
	"\"verdict\":\"noncompliant\",\"partial\":true,\"summary\":{\"pass\":1,\"fail\":1,\"unknown\":0,"    \
	"\"pending\":0,\"skip\":0,\"waived\":1},\"checks\":[" PASS_ROW "," FAIL_ROW "," WAIVED_ROW "]}"

/* DOCUMENT with the first `from` replaced. */
static char *edited(const char *from, const char *to)
{
	const char *at = strstr(DOCUMENT, from);
	char *s;

	if (!at)
		fail_msg("no %s in the document", from);
	s = vms_asprintf("%.*s%s%s", (int)(at - DOCUMENT), DOCUMENT, to, at + strlen(from));
	assert_non_null(s);
	return s;
}

static int take(struct vms_cell *c, const char *text)
{
	return vms_cell_take_document(c, text, strlen(text));
}

static void taken(_unused_ void **state)
{
	struct vms_cell c = { .name = NULL };
	_cleanup_free_ char *first = NULL;

	assert_int_equal(take(&c, DOCUMENT "\n"), 0);
	assert_string_equal(c.document, DOCUMENT "\n");
	assert_string_equal(c.outcome, "noncompliant");
	assert_int_equal(c.n_rows, 3);
	assert_string_equal(vms_cell_row(&c, "VMSPEC-GIC")->reason, "GICv3, driven and described");
	assert_int_equal(vms_cell_row(&c, "VMSPEC-EFI-DTB")->status, VMS_FAIL);
	assert_int_equal(vms_cell_row(&c, "VMSPEC-EFI-ACPI")->status, VMS_WAIVED);
	assert_null(vms_cell_row(&c, "VMSPEC-EFI"));
	/* again: it replaces, and is the same */
	first = strdup(c.document);
	assert_int_equal(take(&c, first), 0);
	assert_string_equal(c.document, first);
	assert_int_equal(c.n_rows, 3);
	/* what is refused leaves everything as it was */
	assert_int_equal(take(&c, "{}"), -EBADMSG);
	assert_string_equal(c.document, first);
	assert_int_equal(c.n_rows, 3);
	vms_cell_clear(&c);
	assert_null(c.document);
}

/* Harmless as it is. */
static void allowed(_unused_ void **state)
{
	static const struct {
		const char *from, *to;
	} edits[] = {
		{ "{\"schema\"", " \t\n{\"schema\"" },
		{ "\"partial\":true,", "" },
		{ "\"name\":\"host\"", "\"name\":null" },
		{ "vmspec-verify", "vmspecd" },
		{ "\"vmspec-2.0\"", "\"vmspec-3.0\"" },
		{ "0.1.0", "10.20.30-rc1" },
		{ "2026-11-20", "12026-11-20" },
		{ "\"profile\"", "\"new\":{\"a\":[1,2.5,null,false,\"x\"]},\"profile\"" },
		{ "\"waived\":1", "\"waived\":1,\"later\":7" },
		{ PASS_ROW "," FAIL_ROW "," WAIVED_ROW, "" },
		{ "vmspec-2.0/vm-platform/5", "vbsa-1.0/V_L1TM_01" },
		{ "vmspec-2.0/vm-platform/5", "new-thing-3.1/some-chapter/12" },
		{ "VMSPEC-GIC\"", "VBSA-V_L1TM_01\"" },
		{ "\"remedy\":{\"owner\":\"hypervisor\",\"advice\":\"install one\"}", "\"more\":0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
		_cleanup_free_ char *text = edited(edits[i].from, edits[i].to);
		struct vms_cell c = { .name = NULL };

		if (take(&c, text) != 0)
			fail_msg("refused: %s", text);
		vms_cell_clear(&c);
	}
}

static void refused(_unused_ void **state)
{
	static const struct {
		const char *from, *to;
	} edits[] = {
		{ DOCUMENT, "" },
		{ DOCUMENT, "null" },
		{ DOCUMENT, "[]" },
		{ DOCUMENT, "\"text\"" },
		{ DOCUMENT, "[" DOCUMENT "]" },
		{ DOCUMENT, DOCUMENT DOCUMENT },
		{ DOCUMENT, DOCUMENT "\nReached target" },
		{ DOCUMENT, "junk " DOCUMENT },
		{ WAIVED_ROW "]}", WAIVED_ROW "]" },
		{ "vmspec-verdict/1", "vmspec-verdict/2" },
		{ "\"schema\":\"vmspec-verdict/1\",", "" },
		{ "\"tool\":{", "\"tool\":[],\"x\":{" },
		{ "vmspec-verify", "vmspec-other" },
		{ "\"0.1.0\"", "\"0.1\"" },
		{ "\"0.1.0\"", "1" },
		{ "\"vmspec-2.0\"", "\"Vmspec 3\"" },
		{ "\"profile\":\"vmspec-2.0\",", "" },
		{ "2026-11-20T", "2026-11-20 " },
		{ "2026-11", "26-11" },
		{ "11-20T", "1-20T" },
		{ "23:38:46Z", "23:38:046Z" },
		{ "23:38:46Z", "23:38:46Z " },
		{ "2026-11-20T23:38:46Z", "" },
		{ "\"kind\":\"guest\"", "\"kind\":\"boot-matrix\"" },
		{ "\"kind\":\"guest\",", "" },
		{ "\"name\":\"host\",", "" },
		{ "\"arch\":\"aarch64\"", "\"arch\":64" },
		{ "\"hypervisor\":null", "\"hypervisor\":{}" },
		{ "\"noncompliant\"", "\"fine\"" },
		{ "\"partial\":true", "\"partial\":false" },
		{ "\"partial\":true", "\"partial\":null" },
		{ "\"partial\":true", "\"cells\":[]" },
		{ "\"summary\":{", "\"summary\":0,\"x\":{" },
		{ "\"pass\":1,", "" },
		{ "\"pass\":1", "\"pass\":-1" },
		{ "\"pass\":1", "\"pass\":1.5" },
		{ "\"pass\":1", "\"pass\":\"1\"" },
		{ "\"waived\":1", "\"waived\":1,\"later\":null" },
		{ "\"checks\":[", "\"checks\":{},\"x\":[" },
		{ PASS_ROW, "null" },
		{ PASS_ROW, "{}" },
		{ PASS_ROW, PASS_ROW "," PASS_ROW },
		{ "VMSPEC-GIC", "VMSPEC" },
		{ "VMSPEC-GIC", "VMSPEC-" },
		{ "VMSPEC-GIC", "VMSPEC-GIC-" },
		{ "VMSPEC-GIC", "VMSPEC-gic" },
		{ "VMSPEC-GIC", "VMSPEC--GIC" },
		{ "VMSPEC-GIC", "VMSPEC-GIC\\n" },
		{ "\"GICv2 or newer\"", "\"\"" },
		{ "\"must\"", "\"none\"" },
		{ "vmspec-2.0/vm-platform/5", "2.0/vm-platform/5" },
		{ "vmspec-2.0/vm-platform/5", "vmspec/vm-platform/5" },
		{ "vmspec-2.0/vm-platform/5", "vmspec-2.0" },
		{ "vmspec-2.0/vm-platform/5", "vmspec-2.0/vm-platform/" },
		{ "vmspec-2.0/vm-platform/5", "vmspec-2.0/vm-platform/5x" },
		{ "\"clause\":null,", "" },
		{ "\"status\":\"pass\"", "\"status\":\"good\"" },
		{ "\"status\":\"pass\"", "\"status\":\"fail\"" }, /* without evidence */
		{ "\"reason\":\"no tree\"", "\"reason\":\"\"" },
		{ "\"evidence\":[]", "\"evidence\":null" },
		{ "\"source\":\"/sys/firmware/fdt\"", "\"source\":\"\"" },
		{ "\"value\":\"473 bytes\"", "\"value\":473" },
		{ "{\"source\":\"/sys/firmware/fdt\",\"value\":\"473 bytes\"}", "7" },
		{ "\"owner\":\"hypervisor\"", "\"owner\":\"none\"" },
		{ "\"advice\":\"install one\"", "\"advice\":null" },
		{ "\"remedy\":{", "\"remedy\":null,\"x\":{" },
		{ "\"status\":\"fail\"", "\"status\":\"skip\"" }, /* with a remedy */
		{ ",\"waiver\":\"known\"", "" },
		{ "\"evidence\":[]", "\"evidence\":[],\"waiver\":null" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
		_cleanup_free_ char *text = edited(edits[i].from, edits[i].to);
		struct vms_cell c = { .name = NULL };

		if (take(&c, text) != -EBADMSG)
			fail_msg("taken: %s instead of %s", edits[i].to, edits[i].from);
		assert_null(c.document);
		assert_null(c.rows);
		vms_cell_clear(&c);
	}
}

static bool is_clean(const char *s)
{
	for (; *s; s++)
		if (((unsigned char)*s < ' ' || *s == 0x7f) && !(*s == '\n' && !s[1]))
			return false;
	return true;
}

static void hostile_text(_unused_ void **state)
{
	static const struct {
		const char *text, *shown; /* in place of the host's name; in the document */
	} cases[] = {
		{ "\\u001b[2J\\u0007", "\"\\\\x1b[2J\\\\x07\"" },
		{ "a\\nVMSPEC-EFI: PASS\\r", "\"a\\\\x0aVMSPEC-EFI: PASS\\\\x0d\"" },
		{ "a\\u0000b", "\"a\\\\x00b\"" },
		{ "\xff\xfe", "\"\\\\xff\\\\xfe\"" },
		{ "\\u202eevil", "\"\\\\xe2\\\\x80\\\\xaeevil\"" },
		{ "\\u0085", "\"\\\\xc2\\\\x85\"" },
		{ "h\xc3\xa9", "\"h\xc3\xa9\"" },
		{ "a\\\"b\\\\c", "\"a\\\"b\\\\c\"" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *name = vms_asprintf("\"name\":\"%s\"", cases[i].text);
		_cleanup_free_ char *text = edited("\"name\":\"host\"", name);
		struct vms_cell c = { .name = NULL };

		assert_int_equal(take(&c, text), 0);
		if (!strstr(c.document, cases[i].shown))
			fail_msg("not %s: %s", cases[i].shown, c.document);
		assert_true(is_clean(c.document));
		vms_cell_clear(&c);
	}
}

/* Keys come from the guest, too: nobody of ours writes such ones, or one of them twice. */
static void hostile_keys(_unused_ void **state)
{
	static const char *const keys[] = {
		"\"\\u001b]0;x\\u0007\":1,", "\"\\u202e\":1,", "\"x\":NaN,",
		"\"x\":-Infinity,",	     "\"x\":1e999,",   "\"verdict\":\"compliant\","
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		_cleanup_free_ char *more = vms_asprintf("%s\"profile\"", keys[i]);
		_cleanup_free_ char *text = edited("\"profile\"", more);
		struct vms_cell c = { .name = NULL };

		assert_int_equal(take(&c, text), -EBADMSG);
		vms_cell_clear(&c);
	}
}

static char *repeated(const char *s, size_t n)
{
	size_t len = strlen(s);
	char *text = malloc(n * len + 1);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * len, s, len);
	text[n * len] = '\0';
	return text;
}

static void too_much(_unused_ void **state)
{
	_cleanup_free_ char *open = repeated("[", 200), *deep = vms_asprintf("\"new\":%s", open),
			    *blank = repeated(" ", 1 << 20);
	_cleanup_free_ char *nested = edited("\"profile\"", deep), *late = vms_asprintf("%s" DOCUMENT, blank);
	_cleanup_free_ char *words = repeated("ab\xc3\xa9", 5000),
			    *name = vms_asprintf("\"name\":\"%s\"", words);
	_cleanup_free_ char *wordy = edited("\"name\":\"host\"", name), *rows = repeated(PASS_ROW ",", 1001);
	_cleanup_free_ char *many = edited(PASS_ROW ",", rows);
	struct vms_cell c = { .name = NULL };

	assert_int_equal(take(&c, nested), -EBADMSG);
	assert_int_equal(take(&c, late), -EBADMSG);
	assert_int_equal(take(&c, many), -EBADMSG);
	assert_int_equal(vms_cell_take_document(&c, NULL, 0), -EBADMSG);
	/* a long line is cut, between two characters */
	assert_int_equal(take(&c, wordy), 0);
	assert_in_range(strlen(c.document), 4000, 6000);
	assert_null(strstr(c.document, "\\\\xc3"));
	vms_cell_clear(&c);
}

/* An object of three bytes takes 800 as a tree: how many there may be is bounded, and for guests lower. */
static void too_many_values(_unused_ void **state)
{
	static const struct {
		size_t n;
		int err, of_guests;
	} cases[] = { { 20000, 0, 0 }, { 30000, 0, -EBADMSG }, { 300000, -EBADMSG, -EBADMSG } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *objects = repeated("{},", cases[i].n);
		_cleanup_free_ char *list = vms_asprintf("\"new\":[%s0],\"profile\"", objects);
		_cleanup_free_ char *text = edited("\"profile\"", list);
		_cleanup_verdict_ struct vms_verdict *v = NULL;
		struct vms_cell c = { .name = NULL };
		const char *why = NULL;

		assert_int_equal(vms_document_read(text, strlen(text), &v, &why), cases[i].err);
		if (cases[i].err)
			assert_string_equal(why, "it has too many values");
		assert_int_equal(take(&c, text), cases[i].of_guests);
		vms_cell_clear(&c);
	}
}

static void cut_short(_unused_ void **state)
{
	static const char text[] = DOCUMENT;

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		_cleanup_free_ char *part = malloc(len + 1);
		struct vms_cell c = { .name = NULL };

		memcpy(part, text, len); /* so that a byte too far is seen */
		assert_int_equal(vms_cell_take_document(&c, part, len), -EBADMSG);
		vms_cell_clear(&c);
	}
	/* a NUL ends nothing */
	for (size_t at = 0; at < sizeof(text); at += 7) {
		struct vms_cell c = { .name = NULL };
		char copy[sizeof(text)];

		memcpy(copy, text, sizeof(text));
		copy[at] = '\0';
		if (vms_cell_take_document(&c, copy, sizeof(copy)) == 0)
			assert_true(is_clean(c.document));
		vms_cell_clear(&c);
	}
}

static void steps(_unused_ void **state)
{
	struct vms_cell c = { .name = NULL };

	assert_int_equal(vms_cell_step(&c, VMS_STEP_COLD, VMS_UNKNOWN, "not %s\n", "reached"), 0);
	assert_string_equal(c.steps[VMS_STEP_COLD].reason, "not reached\\x0a");
	assert_int_equal(vms_cell_step(&c, VMS_STEP_COLD, VMS_PASS, "there"), 0);
	assert_int_equal(vms_cell_step(&c, VMS_STEP_COLD, VMS_FAIL, "gone"), 0);
	assert_int_equal(vms_cell_step(&c, VMS_STEP_COLD, VMS_FAIL, "gone again"), 0);
	assert_int_equal(vms_cell_step(&c, VMS_STEP_COLD, VMS_PASS, "there"), 0);
	assert_int_equal(c.steps[VMS_STEP_COLD].status, VMS_FAIL);
	assert_string_equal(c.steps[VMS_STEP_COLD].reason, "gone");
	vms_cell_clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken),	   cmocka_unit_test(allowed),	   cmocka_unit_test(refused),
		cmocka_unit_test(hostile_text),	   cmocka_unit_test(hostile_keys), cmocka_unit_test(too_much),
		cmocka_unit_test(too_many_values), cmocka_unit_test(cut_short),	   cmocka_unit_test(steps),
	};

	return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}
