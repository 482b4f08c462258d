// SPDX-License-Identifier: GPL-2.0-or-later
/* Renderers over hand-made verdicts: every status, hostile strings, waivers, widths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>

#include "format/format.h"
#include "document/json.h"
#include "format/paper.h"
#include "spec/spec.h"

#define WORDS "a tree with one node and nothing else in it at all, as the boot stub makes it"

static const struct vms_check checks[] = {
	{ .id = "VMSPEC-A", .title = "title a" },
	{ .id = "VMSPEC-B", .title = "title b" },
	{ .id = "VMSPEC-C", .title = "title c" },
	{ .id = "VMSPEC-D", .title = "title d" },
	{ .id = "VMSPEC-E", .title = "title e" },
	{ .id = "VMSPEC-OS-DRIVER-VIRTIO-CONSOLE", .title = "title f" },
};

struct fake {
	struct vms_verdict v;
	struct vms_verdict_row rows[ARRAY_SIZE(checks)];
	struct vms_evidence evidence[2];
};

/* One row of each status, in the order of enum vms_status. */
static struct vms_verdict *every_status(struct fake *f)
{
	static const enum vms_level levels[] = {
		VMS_MUST, VMS_MUST, VMS_MUST, VMS_SHOULD, VMS_MAY, VMS_INFO
	};

	*f = (struct fake){ .evidence = { { (char *)"/sys/x", (char *)WORDS },
					  { (char *)"kmsg", (char *)"v" } } };
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		f->rows[i] = (struct vms_verdict_row){
			.check = &checks[i],
			.level = levels[i],
			.clause = i == 5 ? NULL : "vmspec-2.0/x/1",
			.result = { .status = (enum vms_status)i,
				    .reason = (char *)"because " WORDS,
				    .evidence = f->evidence,
				    .n_evidence = 2 },
		};
		f->v.summary[i] = 1;
	}
	f->rows[5].result.waiver = (char *)"known since 2016";
	f->v.profile = vms_profile_default();
	f->v.time = 1763681926; /* 2025-11-20 23:38:46 UTC */
	f->v.subject = (struct vms_subject_info){ .kind = VMS_KIND_GUEST,
						  .name = (char *)"host",
						  .arch = (char *)"aarch64",
						  .hypervisor = (char *)"" };
	f->v.outcome = VMS_NONCOMPLIANT;
	f->v.rows = f->rows;
	f->v.n_rows = ARRAY_SIZE(checks);
	return &f->v;
}

static void advise(struct fake *f, size_t row, enum vms_owner owner, const char *advice)
{
	f->rows[row].result.owner = owner;
	f->rows[row].result.advice = (char *)(uintptr_t)advice;
}

static char *render_n(const char *format, const struct vms_verdict *const *v, size_t n, unsigned width,
		      bool colour)
{
	const struct vms_format_options opt = {
		.tool = "vmspec-verify", .width = width, .colour = colour, .several = n != 1
	};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(vms_render_all(vms_format_find(format), out, v, n, &opt), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static char *render(const char *format, const struct vms_verdict *v, unsigned width, bool colour)
{
	return render_n(format, &v, 1, width, colour);
}

static struct json_object *parse(const char *text)
{
	enum json_tokener_error err;
	struct json_object *o = json_tokener_parse_verbose(text, &err);

	assert_int_equal(err, json_tokener_success);
	return o;
}

static struct json_object *get(struct json_object *o, const char *key)
{
	struct json_object *ret = NULL;

	assert_true(json_object_object_get_ex(o, key, &ret));
	return ret;
}

static const char *str(struct json_object *o, const char *key)
{
	return json_object_get_string(get(o, key));
}

static bool has(struct json_object *o, const char *key)
{
	return json_object_object_get_ex(o, key, NULL);
}

static void test_lines(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = render("lines", every_status(&f), 0, false);

	assert_string_equal(text, "VMSPEC-A: PASS\nVMSPEC-B: FAIL\nVMSPEC-C: UNKNOWN\nVMSPEC-D: PENDING\n"
				  "VMSPEC-E: SKIP\nVMSPEC-OS-DRIVER-VIRTIO-CONSOLE: WAIVED\n");
}

static void test_lines_of_two(_unused_ void **state)
{
	struct fake f, g;
	const struct vms_verdict *v[] = { every_status(&f), every_status(&g) };
	_cleanup_free_ char *text = NULL;

	g.v.subject.name = NULL;
	f.v.n_rows = g.v.n_rows = 1;
	text = render_n("lines", v, 2, 0, false);
	assert_string_equal(text, "host: VMSPEC-A: PASS\n-: VMSPEC-A: PASS\n");
}

static void test_json_keys(_unused_ void **state)
{
	static const char *const keys[] = { "schema",  "tool",	  "profile", "time",
					    "subject", "verdict", "summary", "checks" };
	struct fake f;
	_cleanup_free_ char *text = render("json", every_status(&f), 0, false);
	_cleanup_json_ struct json_object *o = parse(text);
	size_t i = 0;

	json_object_object_foreach(o, key, value)
	{
		(void)value;
		assert_true(i < ARRAY_SIZE(keys));
		assert_string_equal(key, keys[i++]);
	}
	assert_int_equal(i, ARRAY_SIZE(keys));
	assert_string_equal(str(o, "schema"), "vmspec-verdict/1");
	assert_string_equal(str(o, "profile"), "vmspec-2.0");
	assert_string_equal(str(o, "time"), "2025-11-20T23:38:46Z");
	assert_string_equal(str(o, "verdict"), "noncompliant");
	assert_string_equal(str(get(o, "subject"), "kind"), "guest");
	assert_null(get(get(o, "subject"), "firmware"));
	assert_null(get(get(o, "subject"), "hypervisor"));
	assert_int_equal(json_object_get_int(get(get(o, "summary"), "waived")), 1);
	assert_null(strstr(text, "\\/"));
}

static void test_json_rows(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = NULL;
	_cleanup_json_ struct json_object *o = NULL;
	struct json_object *rows, *row;

	every_status(&f);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		advise(&f, i, VMS_IMAGE, "mend it");
	text = render("json", &f.v, 0, false);
	o = parse(text);
	rows = get(o, "checks");
	assert_int_equal(json_object_array_length(rows), ARRAY_SIZE(checks));
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		row = json_object_array_get_idx(rows, i);
		assert_string_equal(str(row, "id"), checks[i].id);
		assert_string_equal(str(row, "status"), vms_status_name((enum vms_status)i));
		assert_string_equal(str(row, "level"), vms_level_name(f.rows[i].level));
		assert_int_equal(json_object_array_length(get(row, "evidence")), 2);
		assert_int_equal(has(row, "remedy"), i != VMS_PASS && i != VMS_SKIP);
		assert_int_equal(has(row, "waiver"), i == VMS_WAIVED);
	}
	row = json_object_array_get_idx(rows, 5);
	assert_null(get(row, "clause"));
	assert_string_equal(str(row, "waiver"), "known since 2016");
	assert_string_equal(str(get(row, "remedy"), "owner"), "image");
}

static void test_json_partial(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *whole = render("json", every_status(&f), 0, false), *part = NULL;
	_cleanup_json_ struct json_object *w = parse(whole), *p = NULL;

	f.v.partial = true;
	part = render("json", &f.v, 0, false);
	p = parse(part);
	assert_false(has(w, "partial"));
	assert_true(json_object_get_boolean(get(p, "partial")));
}

static void test_json_several(_unused_ void **state)
{
	struct fake f;
	const struct vms_verdict *v[] = { every_status(&f), &f.v, &f.v };
	_cleanup_free_ char *none = render_n("json", v, 0, 0, false),
			    *three = render_n("json", v, 3, 0, false);
	_cleanup_json_ struct json_object *n = parse(none), *t = parse(three);

	assert_int_equal(json_object_array_length(n), 0);
	assert_int_equal(json_object_array_length(t), 3);
	assert_string_equal(str(json_object_array_get_idx(t, 2), "schema"), "vmspec-verdict/1");
}

/* One document a line, the same document as json. */
static void test_jsonl(_unused_ void **state)
{
	struct fake f;
	const struct vms_verdict *v[] = { every_status(&f), &f.v };
	_cleanup_free_ char *text = render_n("jsonl", v, 2, 0, false),
			    *pretty = render("json", v[0], 0, false);
	char *second = strchr(text, '\n');
	_cleanup_json_ struct json_object *a = NULL, *b = NULL, *p = parse(pretty);

	assert_non_null(second);
	*second++ = '\0';
	assert_string_equal(strchr(second, '\n'), "\n");
	a = parse(text);
	b = parse(second);
	assert_true(json_object_equal(a, b));
	assert_true(json_object_equal(a, p));
}

/* Spread over lines for people, with nothing between the brackets of what is empty. */
static void test_json_layout(_unused_ void **state)
{
	static const char want[] =
		"{\n  \"a\": [\n    1,\n    null,\n    true\n  ],\n  \"b\": [],\n  \"c\": {},\n"
		"  \"\\\"\": \"\\\\/\\u0001\"\n}\n";
	_cleanup_json_ struct json_object *o =
		json_tokener_parse("{\"a\":[1,null,true],\"b\":[],\"c\":{},\"\\\"\":\"\\\\/\\u0001\"}");
	_cleanup_free_ char *text = NULL, *line = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(vms_json_print(out, o, true), 0);
	fclose(out);
	assert_string_equal(text, want);
	out = open_memstream(&line, &len);
	assert_int_equal(vms_json_print(out, o, false), 0);
	fclose(out);
	assert_string_equal(line, "{\"a\":[1,null,true],\"b\":[],\"c\":{},\"\\\"\":\"\\\\/\\u0001\"}\n");
}

static const char hostile[] =
	"esc \033[2J nul-like \001 bell \a quote \" back \\ bad \xff\xfe \xc3( del \177 end";

static void test_json_hostile(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = NULL;
	_cleanup_json_ struct json_object *o = NULL;
	const char *reason;

	every_status(&f);
	f.rows[1].result.reason = (char *)(uintptr_t)hostile;
	f.v.subject.name = (char *)(uintptr_t)hostile;
	text = render("jsonl", &f.v, 0, false);
	for (const char *c = text; *c; c++)
		assert_true((*c >= 0x20 && *c < 0x7f) || *c == '\n');
	o = parse(text);
	reason = str(json_object_array_get_idx(get(o, "checks"), 1), "reason");
	assert_non_null(strstr(reason, "\\x1b[2J"));
	assert_non_null(strstr(reason, "\\xff\\xfe"));
	assert_non_null(strstr(reason, "quote \" back \\ bad"));
}

static void test_text_hostile(_unused_ void **state)
{
	static const unsigned widths[] = { 0, 40, 80, 200 };
	struct fake f;

	every_status(&f);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		f.rows[i].result.reason = (char *)(uintptr_t)hostile;
	f.evidence[0].source = f.evidence[0].value = (char *)(uintptr_t)hostile;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		_cleanup_free_ char *text = render("text", &f.v, widths[i], false);

		assert_null(strpbrk(text, "\033\001\a\177\t\r"));
		assert_non_null(strstr(text, "end"));
	}
}

/* Not to a terminal: a row is a line, and so is each evidence. */
static void test_text_plain(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = render("text", every_status(&f), 0, false);

	assert_non_null(
		strstr(text, "host (guest): aarch64\njudged by vmspec-2.0, 2025-11-20 23:38:46 UTC\n"));
	assert_non_null(strstr(text, "\n FAIL    must   VMSPEC-B                        because " WORDS "\n"
				     "                /sys/x: " WORDS "\n                kmsg: v\n"));
	assert_non_null(strstr(text, "\n unknown must   VMSPEC-C "));
	assert_non_null(strstr(text, "waived: known since 2016\n"));
	assert_non_null(strstr(text, "\n skip    may    VMSPEC-E                        because " WORDS
				     "\n waived  info   VMSPEC-OS-DRIVER-VIRTIO-CONSOLE because"));
	assert_non_null(strstr(text, "\n1 pass, 1 fail, 1 unknown, 1 pending, 1 skip, 1 waived\n"
				     "NOT COMPLIANT with vmspec-2.0: 1 MUST failed: VMSPEC-B\n"));
	assert_null(strchr(text, '\033'));
	assert_null(strstr(text, " \n"));
}

/* Without a reason the title says it. */
static void test_text_title(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = NULL;

	every_status(&f);
	f.rows[0].result.reason = (char *)"";
	f.rows[1].result.reason = NULL;
	text = render("text", &f.v, 0, false);
	assert_non_null(strstr(text, "VMSPEC-A                        title a\n"));
	assert_non_null(strstr(text, "VMSPEC-B                        title b\n"));
}

static size_t longest_line(const char *text)
{
	size_t longest = 0;

	while (*text) {
		size_t n = strcspn(text, "\n");

		longest = MAX(longest, n);
		text += n + (text[n] == '\n');
	}
	return longest;
}

static void test_text_widths(_unused_ void **state)
{
	static const unsigned widths[] = { 40, 45, 60, 72, 74, 80, 100, 109, 110, 132, 200 };
	struct fake f;

	every_status(&f);
	advise(&f, 1, VMS_HYPERVISOR, "publish " WORDS);
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		_cleanup_free_ char *text = render("text", &f.v, widths[i], false);

		assert_in_range(longest_line(text), 1, widths[i]);
		assert_null(strstr(text, " \n"));
		assert_non_null(strstr(text, "VMSPEC-OS-DRIVER-VIRTIO-CONSOLE"));
	}
}

/* However narrow: no endless loop, words stay whole. */
static void test_text_absurd_width(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = render("text", every_status(&f), 1, true);

	assert_non_null(strstr(text, "VMSPEC-OS-DRIVER-VIRTIO-CONSOLE"));
	assert_non_null(strstr(text, "because"));
}

/* Said once on a terminal, and on every line elsewhere. */
static void test_text_repeats(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *wrapped = NULL, *plain = NULL;

	every_status(&f);
	f.rows[1].result.status = f.rows[2].result.status = VMS_SKIP;
	wrapped = render("text", &f.v, 200, false);
	plain = render("text", &f.v, 0, false);
	assert_non_null(strstr(wrapped, "VMSPEC-B                        because " WORDS "\n"));
	assert_non_null(strstr(wrapped, "VMSPEC-C                        (as above)\n"));
	assert_null(strstr(plain, "(as above)"));
}

/* Evidence is shown as it was read: runs of spaces stay, unless a line ends there. */
static void test_text_spaces(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *plain = NULL, *wide = NULL;

	every_status(&f);
	f.evidence[0].value = (char *)"a   b  c";
	plain = render("text", &f.v, 0, false);
	wide = render("text", &f.v, 80, false);
	assert_non_null(strstr(plain, "/sys/x: a   b  c\n"));
	assert_non_null(strstr(wide, "/sys/x: a   b  c\n"));
}

/* Four characters of two columns each and a combining accent of none. */
static void test_wide_characters(_unused_ void **state)
{
	const struct vms_format_options opt = { .width = 10 };
	_cleanup_free_ char *text = NULL;
	struct paper p;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	paper_open(&p, out, &opt);
	paper_wrap(&p, INK_PLAIN, 2, "\u4f60\u597d\u4f60 \u4f60 e\u0301e\u0301 abc");
	assert_int_equal(p.col, 8);
	assert_int_equal(paper_close(&p), 0);
	fclose(out);
	assert_string_equal(text, "\u4f60\u597d\u4f60 \u4f60\n  e\u0301e\u0301 abc");
}

static void test_text_colour(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = render("text", every_status(&f), 80, true);
	size_t on = 0, off = 0;

	for (const char *c = strchr(text, '\033'); c; c = strchr(c + 1, '\033'))
		startswith(c, "\033[0m") ? off++ : on++;
	assert_true(on > 10);
	assert_int_equal(on, off);
	assert_non_null(strstr(text, "\033[1;31mFAIL\033[0m"));
	assert_non_null(strstr(text, "\033[32mpass\033[0m"));
}

static const char *after(const char *text, const char *part)
{
	const char *at = strstr(text, part);

	assert_non_null(at);
	return at + strlen(part);
}

/* By owner; failed MUSTs, then other failures, then the undecided; each advice once. */
static void test_todo(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *text = NULL;
	const char *at;

	every_status(&f);
	f.rows[0].result.status = VMS_UNKNOWN;
	f.rows[3].result.status = VMS_FAIL; /* a SHOULD */
	advise(&f, 0, VMS_GUEST_ADMIN, "run as root");
	advise(&f, 1, VMS_HYPERVISOR, "publish it");
	advise(&f, 2, VMS_GUEST_ADMIN, "run as root");
	advise(&f, 3, VMS_HYPERVISOR, "offer it");
	advise(&f, 4, VMS_IMAGE, "skipped, so not asked for");
	advise(&f, 5, VMS_IMAGE, "waived, so not asked for");
	text = render("text", &f.v, 0, false);
	at = after(text, "\nWhat the hypervisor owes\n  must    publish it\n          VMSPEC-B\n");
	at = after(at, "  should  offer it\n          VMSPEC-D\n");
	at = after(at,
		   "\nWhat you can do in the guest\n  unknown run as root\n          VMSPEC-A VMSPEC-C\n");
	after(at, " pass, ");
	assert_null(strstr(text, "What the image owes"));
	assert_null(strstr(text, "not asked for"));
	/* who boots a matrix is in none of its guests */
	f.v.subject.kind = VMS_KIND_BOOT_MATRIX;
	free(text);
	text = render("text", &f.v, 0, false);
	after(text, "\nWhat you can do\n  unknown run as root\n");
}

static void assert_ends(const struct vms_verdict *v, const char *end)
{
	_cleanup_free_ char *text = render("text", v, 0, false);

	assert_true(strlen(text) > strlen(end));
	assert_string_equal(text + strlen(text) - strlen(end), end);
}

static void test_outcomes(_unused_ void **state)
{
	struct fake f;

	every_status(&f);
	f.v.strict = true;
	assert_ends(&f.v, "NOT COMPLIANT with vmspec-2.0: 1 MUST or SHOULD failed: VMSPEC-B\n");
	f.rows[1].result.status = VMS_PASS;
	f.v.outcome = VMS_INCONCLUSIVE;
	assert_ends(&f.v,
		    "INCONCLUSIVE with vmspec-2.0: no MUST or SHOULD failed, but 2 could not be decided: "
		    "VMSPEC-C, VMSPEC-D\n");
	f.v.strict = false;
	assert_ends(&f.v,
		    "INCONCLUSIVE with vmspec-2.0: no MUST failed, but 1 could not be decided: VMSPEC-C\n");
	f.rows[2].result.status = VMS_SKIP;
	assert_ends(&f.v, "INCONCLUSIVE with vmspec-2.0: nothing was decided\n");
	f.v.outcome = VMS_COMPLIANT;
	f.v.partial = true;
	assert_ends(&f.v, "1 waived; a selection of the checks only\n"
			  "compliant with vmspec-2.0: no MUST failed, and every one was decided\n");
}

/* The first few are named, the others counted. */
static void test_many_failed(_unused_ void **state)
{
	struct fake f;

	every_status(&f);
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		f.rows[i].level = VMS_MUST;
		f.rows[i].result.status = VMS_FAIL;
	}
	assert_ends(&f.v, ": 6 MUST failed: VMSPEC-A, VMSPEC-B, VMSPEC-C, VMSPEC-D and 2 more\n");
}

static void test_no_rows(_unused_ void **state)
{
	struct fake f;
	_cleanup_free_ char *lines = NULL;

	every_status(&f);
	f.v.n_rows = 0;
	memset(f.v.summary, 0, sizeof(f.v.summary));
	f.v.outcome = VMS_INCONCLUSIVE;
	assert_ends(&f.v, "\nno checks\nINCONCLUSIVE with vmspec-2.0: nothing was decided\n");
	lines = render("lines", &f.v, 0, false);
	assert_string_equal(lines, "");
}

static void test_full_disk(_unused_ void **state)
{
	const struct vms_format_options opt = { .tool = "vmspec-verify" };
	const struct vms_verdict *v;
	struct fake f;

	v = every_status(&f);
	for (size_t i = 0; vms_format_at(i); i++) {
		FILE *out = fopen("/dev/full", "w");

		assert_non_null(out);
		setvbuf(out, NULL, _IONBF, 0);
		assert_true(vms_render_all(vms_format_at(i), out, &v, 1, &opt) < 0);
		assert_true(ferror(out));
		fclose(out);
	}
}

static void test_find(_unused_ void **state)
{
	assert_null(vms_format_find("yaml"));
	assert_null(vms_format_find(""));
	for (size_t i = 0; vms_format_at(i); i++)
		assert_ptr_equal(vms_format_find(vms_format_at(i)->name), vms_format_at(i));
	assert_string_equal(vms_format_at(0)->name, "text");
}

/* What vms_format_terminal says of a terminal of 132 columns with these variables. */
static struct vms_format_options ask(const char *columns, const char *no_color, const char *term,
				     unsigned short size)
{
	struct vms_format_options opt = { 0 };
	struct winsize ws = { .ws_row = 24, .ws_col = size };
	int master, slave;
	FILE *out;

	assert_int_equal(openpty(&master, &slave, NULL, NULL, &ws), 0);
	out = fdopen(slave, "w");
	assert_non_null(out);
	columns ? setenv("COLUMNS", columns, 1) : unsetenv("COLUMNS");
	no_color ? setenv("NO_COLOR", no_color, 1) : unsetenv("NO_COLOR");
	term ? setenv("TERM", term, 1) : unsetenv("TERM");
	vms_format_terminal(out, &opt);
	fclose(out);
	close(master);
	return opt;
}

static void test_terminal(_unused_ void **state)
{
	assert_int_equal(ask(NULL, NULL, "xterm", 132).width, 132);
	assert_int_equal(ask(NULL, NULL, "xterm", 0).width, 80);
	assert_int_equal(ask("40", NULL, "xterm", 132).width, 40);
	assert_int_equal(ask("0", NULL, "xterm", 132).width, 132);
	assert_int_equal(ask("-5", NULL, "xterm", 132).width, 132);
	assert_int_equal(ask("99999999999999999999", NULL, "xterm", 132).width, 132);
	assert_int_equal(ask("80x", NULL, "xterm", 132).width, 132);
	assert_true(ask(NULL, NULL, "xterm", 80).colour);
	assert_true(ask(NULL, "", "xterm", 80).colour);
	assert_false(ask(NULL, "1", "xterm", 80).colour);
	assert_false(ask(NULL, NULL, "dumb", 80).colour);
	assert_false(ask(NULL, NULL, NULL, 80).colour);
}

static void test_no_terminal(_unused_ void **state)
{
	struct vms_format_options opt = { .width = 5, .colour = true };
	FILE *out = fopen("/dev/null", "w");

	assert_non_null(out);
	unsetenv("COLUMNS");
	vms_format_terminal(out, &opt);
	assert_int_equal(opt.width, 0);
	assert_false(opt.colour);
	setenv("COLUMNS", "50", 1);
	vms_format_terminal(out, &opt);
	assert_int_equal(opt.width, 50);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_lines_of_two),
		cmocka_unit_test(test_json_keys),
		cmocka_unit_test(test_json_rows),
		cmocka_unit_test(test_json_partial),
		cmocka_unit_test(test_json_several),
		cmocka_unit_test(test_json_layout),
		cmocka_unit_test(test_jsonl),
		cmocka_unit_test(test_json_hostile),
		cmocka_unit_test(test_text_hostile),
		cmocka_unit_test(test_text_plain),
		cmocka_unit_test(test_text_title),
		cmocka_unit_test(test_text_widths),
		cmocka_unit_test(test_text_absurd_width),
		cmocka_unit_test(test_text_repeats),
		cmocka_unit_test(test_text_spaces),
		cmocka_unit_test(test_wide_characters),
		cmocka_unit_test(test_text_colour),
		cmocka_unit_test(test_todo),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_many_failed),
		cmocka_unit_test(test_no_rows),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
