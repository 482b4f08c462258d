/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Renderers over a boot matrix: the table of cells at any width, the guests' documents in
 * JSON and JUnit, and the last word about guests that are not compliant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <json-c/json.h>

#include "format/format.h"
#include "spec/spec.h"

#define ROW(id, level, status, more)                                                                         \
	"{\"id\":\"" id "\",\"title\":\"t\",\"level\":\"" level "\",\"clause\":null,\"status\":\"" status    \
	"\",\"reason\":\"r <" id ">\",\"evidence\":[{\"source\":\"s\",\"value\":\"a&b\"}]" more "}"
#define DOC(verdict, strict, pass, fail, more, rows)                                                         \
	"{\"schema\":\"vmspec-verdict/1\",\"tool\":{\"name\":\"vmspec-verify\",\"version\":\"0.1.0\"},"      \
	"\"profile\":\"vmspec-2.0\",\"time\":\"2026-11-20T23:38:46Z\",\"subject\":{\"kind\":\"guest\","      \
	"\"name\":\"g\",\"arch\":null,\"hypervisor\":null,\"firmware\":null},\"verdict\":\"" verdict         \
	"\"," strict "\"summary\":{\"pass\":" pass ",\"fail\":" fail more                                    \
	",\"pending\":0,\"skip\":0},\"checks\":[" rows "]}"
#define GOOD_DOC                                                                                             \
	DOC("compliant", "", "3", "0", ",\"unknown\":0,\"waived\":0",                                        \
	    ROW("VMSPEC-EFI", "must", "pass", "") "," ROW("VMSPEC-EFI-DTB", "must", "pass",                  \
							  "") "," ROW("VMSPEC-PSCI", "must", "pass", ""))
#define BAD_DOC                                                                                              \
	DOC("noncompliant", "", "2", "2", ",\"unknown\":1,\"waived\":1",                                     \
	    ROW("VMSPEC-EFI", "must", "pass", "") "," ROW("VMSPEC-EFI-DTB", "must", "fail", "") "," ROW(     \
		    "VMSPEC-PSCI", "must", "pass",                                                           \
		    "") "," ROW("VMSPEC-EL1", "should", "fail",                                              \
				"") "," ROW("VMSPEC-GIC", "must", "unknown",                                 \
					    "") "," ROW("VMSPEC-TIMER", "must", "waived",                    \
							",\"waiver\":\"known\""))
#define STRICT_DOC                                                                                           \
	DOC("noncompliant", "\"strict\":true,", "1", "1", ",\"unknown\":0,\"waived\":0",                     \
	    ROW("VMSPEC-EFI", "must", "pass", "") "," ROW("VMSPEC-EL1", "should", "fail", ""))

#define N_CELLS 6
struct fake {
	struct vms_verdict v;
	struct vms_verdict_row rows[3];
	struct vms_cell_verdict cells[N_CELLS];
	enum vms_status statuses[N_CELLS][3];
};

static void fill_cells(struct fake *f)
{
	static const struct {
		const char *name, *reason, *document;
	} cells[N_CELLS] = {
		{ "default", "verdict noncompliant after 41 s", BAD_DOC },
		{ "gicv2-dt-pci", "verdict compliant after 40 s", GOOD_DOC },
		{ "gicv3-acpi-pci", "verdict noncompliant after 43 s", BAD_DOC },
		{ "gicv3-dt-mmio", "kernel: the kernel panicked <&>", NULL },
		{ "gicv2-acpi-pci", "verdict noncompliant after 43 s", STRICT_DOC },
		{ "gic-dt-pci-aarch32", "the host cannot", NULL },
	};

	for (size_t i = 0; i < N_CELLS; i++) {
		f->statuses[i][0] = VMS_SKIP;
		f->statuses[i][1] = i == 0 ? VMS_PASS : VMS_SKIP;
		f->statuses[i][2] = i == 2 ? VMS_PASS : i == 3 ? VMS_FAIL : VMS_SKIP;
		f->cells[i] = (struct vms_cell_verdict){ .name = (char *)(uintptr_t)cells[i].name,
							 .reason = (char *)(uintptr_t)cells[i].reason,
							 .document = (char *)(uintptr_t)cells[i].document,
							 .statuses = f->statuses[i] };
	}
}

static struct vms_verdict *matrix(struct fake *f)
{
	static const char *const ids[] = { "VMSPEC-IMAGE-GPT", "VMSPEC-BOOT-DEFAULT", "VMSPEC-BOOT-GICV3" };

	*f = (struct fake){ .v = { .profile = vms_profile_default(), .time = 1763681926 } };
	fill_cells(f);
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		f->rows[i] = (struct vms_verdict_row){
			.check = vms_check_find(ids[i]),
			.level = VMS_MUST,
			.result = { .status = VMS_PASS, .reason = (char *)(uintptr_t) "booted" },
		};
	f->v.subject = (struct vms_subject_info){ .kind = VMS_KIND_BOOT_MATRIX,
						  .name = (char *)(uintptr_t) "disk.img" };
	f->v.summary[VMS_PASS] = 3;
	f->v.outcome = VMS_COMPLIANT;
	f->v.rows = f->rows;
	f->v.n_rows = ARRAY_SIZE(ids);
	f->v.cells = f->cells;
	f->v.n_cells = N_CELLS;
	return &f->v;
}

static char *render(const char *format, const struct vms_verdict *v, unsigned width, bool colour)
{
	const struct vms_format_options opt = { .tool = "vmspec-boot", .width = width, .colour = colour };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(vms_render_all(vms_format_find(format), out, &v, 1, &opt), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void contains_at(const char *text, const char *part, int line)
{
	if (!strstr(text, part))
		fail_msg("line %d: no \"%s\" in:\n%s", line, part, text);
}
#define contains(text, part) contains_at(text, part, __LINE__)

static void plain_text(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = render("text", matrix(&f), 0, false);

	contains(text, "\nCells\n"
		       " 1 default            verdict noncompliant after 41 s\n"
		       " 2 gicv2-dt-pci       verdict compliant after 40 s\n");
	contains(text, "\nCell                 1     2     3     4     5     6\n"
		       " VMSPEC-BOOT-DEFAULT pass  -     -     -     -     -\n"
		       " VMSPEC-BOOT-GICV3   -     -     pass  FAIL  -     -\n"
		       " VMSPEC-EL1          FAIL  -     FAIL  -     FAIL  -\n"
		       " VMSPEC-EFI-DTB      FAIL  pass  FAIL  -     -     -\n"
		       " VMSPEC-GIC          unkn. -     unkn. -     -     -\n"
		       " VMSPEC-TIMER        waiv. -     waiv. -     -     -\n"
		       " VMSPEC-PSCI         pass  pass  pass  -     -     -\n"
		       " 1 further check passes or does not apply, the same in every cell (-v shows them)\n"
		       " compliant?          NO    yes   NO    -     NO    -\n");
	/* the last word */
	contains(text,
		 "compliant with vmspec-2.0: no MUST failed, and every one was decided\n"
		 "image: compliant; hypervisor: compliant; not said whose: 1 MUST failed (VMSPEC-EFI-DTB)\n"
		 "the guest itself is NOT COMPLIANT in 3 of 6 cells:\n"
		 "  default, gicv3-acpi-pci: VMSPEC-EFI-DTB\n"
		 "  gicv2-acpi-pci: VMSPEC-EL1\n");
	assert_null(strstr(text, "\033"));
}

/* Of whom nothing failed, and something is open that may be theirs: nobody says compliant. */
static void whose_is_open(_unused_ void **state)
{
	struct fake f;
	struct vms_verdict *v = matrix(&f);
	_cleanup_free_ char *rows = NULL, *cells = NULL;

	v->n_cells = 2;
	f.cells[0].document = f.cells[1].document;
	f.rows[1].result.status = VMS_UNKNOWN;
	rows = render("text", v, 80, false);
	contains(rows, "image: not decided; hypervisor: not decided\n");
	f.rows[1].result.status = VMS_PASS;
	f.cells[0].open[VMS_HYPERVISOR] = true;
	cells = render("text", v, 80, false);
	contains(cells, "image: compliant; hypervisor: not decided\n");
}

static void every_guest_compliant(_unused_ void **state)
{
	struct fake f;
	struct vms_verdict *v = matrix(&f);
	_cleanup_free_ char *text = NULL;

	v->n_cells = 2;
	f.cells[0].document = f.cells[1].document;
	text = render("text", v, 80, false);
	assert_null(strstr(text, "the guest itself"));
	contains(text, " 3 further checks pass or do not apply, the same in every cell (-v shows them)\n");
}

/* Lines keep to the terminal, blocks are of about the same width, and no cell is lost. */
static void widths(_unused_ void **state)
{
	for (unsigned width = 40; width < 100; width++) {
		struct fake f;
		_cleanup_free_ char *text = render("text", matrix(&f), width, false);
		const char *cursor = text, *line;
		size_t len;

		while (vms_next_line(&cursor, &line, &len))
			if (len > width)
				fail_msg("%u: %.*s", width, (int)len, line);
		contains(text, "NOT COMPLIANT");
	}
}

static unsigned count(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

static void blocks(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *wide = render("text", matrix(&f), 100, false);
	_cleanup_free_ char *two = render("text", &f.v, 54, false);
	_cleanup_free_ char *below = render("text", &f.v, 30, false);

	assert_int_equal(count(wide, "compliant? "), 1);
	contains(wide, " 1 further check passes or does not apply, the same in every cell (-v shows them)\n "
		       "compliant?");
	assert_null(strstr(wide, " VMSPEC-EFI  "));
	assert_int_equal(count(two, "compliant? "), 2);
	contains(two, "\nCell                 1     2     3\n");
	contains(two, "\nCell                 4     5     6\n");
	contains(two, " compliant?          NO    yes   NO\n");
	contains(two, " compliant?          -     NO    -\n");
	assert_int_equal(count(two, "further check"), 1);
	contains(below, "\nCells\n    1     2     3\n VMSPEC-BOOT-DEFAULT\n    pass  -     -\n");
}

static void colours(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = render("text", matrix(&f), 100, true);

	contains(text, "\033[1;31mFAIL\033[0m");
	contains(text, "\033[1;31mNO\033[0m");
	contains(text, "\033[32myes\033[0m");
}

static void json(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = render("json", matrix(&f), 0, false),
			    *one = render("jsonl", &f.v, 0, false);
	struct json_object *doc = json_tokener_parse(text), *cells, *cell, *verdict;

	assert_non_null(doc);
	assert_int_equal(count(one, "\n"), 1);
	assert_true(json_object_object_get_ex(doc, "cells", &cells));
	assert_int_equal(json_object_array_length(cells), N_CELLS);
	cell = json_object_array_get_idx(cells, 0);
	assert_true(json_object_object_get_ex(cell, "verdict", &verdict));
	contains(BAD_DOC, json_object_to_json_string_ext(verdict, JSON_C_TO_STRING_PLAIN |
									  JSON_C_TO_STRING_NOSLASHESCAPE));
	cell = json_object_array_get_idx(cells, 3);
	assert_true(json_object_object_get_ex(cell, "verdict", &verdict));
	assert_null(verdict);
	json_object_put(doc);
	/* nobody else's documents have them */
	f.v.subject.kind = VMS_KIND_GUEST;
	free(one);
	one = render("json", &f.v, 0, false);
	assert_null(strstr(one, "\"cells\""));
}

static void junit(_unused_ void **state)
{
	struct fake f;
	struct vms_verdict *v = matrix(&f);
	_cleanup_free_ char *text = render("junit", v, 0, false), *strict = NULL;

	assert_int_equal(count(text, "<testsuite "), 1 + N_CELLS);
	assert_int_equal(count(text, "</testsuite>"), 1 + N_CELLS);
	assert_int_equal(count(text, "</testcase>"), count(text, "<testcase "));
	contains(text, "<testsuite name=\"disk.img on default\" timestamp=\"2026-11-20T23:38:46Z\" "
		       "time=\"0\" tests=\"6\" "
		       "failures=\"1\" errors=\"1\" skipped=\"2\">");
	contains(text, "<failure type=\"fail\" message=\"fail (must): r &lt;VMSPEC-EFI-DTB&gt;\"/>\n   "
		       "<system-out>s: "
		       "a&amp;b\n</system-out>");
	contains(text, "<skipped message=\"fail (should): r &lt;VMSPEC-EL1&gt;\"/>");
	contains(text, "<skipped message=\"waived (must): known\"/>");
	contains(
		text,
		"<testsuite name=\"disk.img on gicv3-dt-mmio\" timestamp=\"2025-11-20T23:38:46Z\" time=\"0\" "
		"tests=\"1\" "
		"failures=\"0\" errors=\"0\" skipped=\"1\">");
	contains(text, "<skipped message=\"kernel: the kernel panicked &lt;&amp;&gt;\"/>");
	v->strict = true;
	strict = render("junit", v, 0, false);
	contains(strict, "<failure type=\"fail\" message=\"fail (should): r &lt;VMSPEC-EL1&gt;\"/>");
}

static void lines(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = render("lines", matrix(&f), 0, false);

	assert_string_equal(text,
			    "VMSPEC-IMAGE-GPT: PASS\nVMSPEC-BOOT-DEFAULT: PASS\nVMSPEC-BOOT-GICV3: PASS\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text),	 cmocka_unit_test(every_guest_compliant),
		cmocka_unit_test(whose_is_open), cmocka_unit_test(widths),
		cmocka_unit_test(blocks),	 cmocka_unit_test(colours),
		cmocka_unit_test(json),		 cmocka_unit_test(junit),
		cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests_name("cells", tests, NULL, NULL);
}
