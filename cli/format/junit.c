// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JUnit XML, as CI systems read it: a suite a subject, a case a check. What makes
 * the verdict noncompliant is a failure, what leaves it open an error; a SHOULD
 * that failed, and what was skipped or waived, is skipped with its reason. Each
 * cell of a boot matrix is a suite of its own, by the verdict of its guest.
 */
#include <errno.h>

#include "core/profile.h"
#include "document/cells.h"
#include "format.h"

/* Text is printable UTF-8 already: only XML's own characters are left. */
static void put_xml(FILE *out, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			putc(*s, out);
		}
	}
}

/* A case, as far as it is shown. */
struct junit_case {
	const char *profile, *id, *reason;
	enum vms_level level;
	enum vms_status status;
};

struct junit_counts {
	size_t tests;
	unsigned failures, errors, skipped;
};

/* The element that tells how a case ended; NULL: passed. */
static const char *outcome_of(const struct vms_verdict *v, enum vms_level level, enum vms_status status)
{
	bool must = level == VMS_MUST || (v->strict && level == VMS_SHOULD);

	switch (status) {
	case VMS_PASS:
		return NULL;
	case VMS_FAIL:
		return must ? "failure" : "skipped";
	case VMS_UNKNOWN:
	case VMS_PENDING:
		return must ? "error" : "skipped";
	default:
		return "skipped";
	}
}

static void count(struct junit_counts *n, const char *outcome)
{
	n->tests++;
	n->failures += outcome && *outcome == 'f';
	n->errors += outcome && *outcome == 'e';
	n->skipped += outcome && *outcome == 's';
}

static void open_case(FILE *out, const struct vms_verdict *v, const struct junit_case *c)
{
	const char *outcome = outcome_of(v, c->level, c->status);

	fprintf(out, "  <testcase classname=\"%s\" name=\"%s\">\n", c->profile, c->id);
	if (!outcome)
		return;
	fprintf(out, "   <%s message=\"%s (%s): ", outcome, vms_status_name(c->status),
		vms_level_name(c->level));
	put_xml(out, c->reason);
	fputs("\"/>\n", out);
}

static void put_evidence(FILE *out, const char *source, const char *value)
{
	put_xml(out, source);
	fputs(": ", out);
	put_xml(out, value);
	putc('\n', out);
}

static void put_row(FILE *out, const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	const struct vms_result *r = &row->result;
	const struct junit_case c = { v->profile->name, row->check->id, r->waiver ? r->waiver : r->reason,
				      row->level, r->status };

	open_case(out, v, &c);
	if (r->n_evidence)
		fputs("   <system-out>", out);
	for (size_t i = 0; i < r->n_evidence; i++)
		put_evidence(out, r->evidence[i].source, r->evidence[i].value);
	fputs(r->n_evidence ? "</system-out>\n  </testcase>\n" : "  </testcase>\n", out);
}

/* `cell`: NULL for the subject itself. */
static void open_suite(FILE *out, const struct vms_verdict *v, const char *cell, const char *time,
		       const struct junit_counts *n)
{
	fputs(" <testsuite name=\"", out);
	put_xml(out, v->subject.name ? v->subject.name : "-");
	if (cell) {
		fputs(" on ", out);
		put_xml(out, cell);
	}
	fprintf(out, "\" timestamp=\"%s\" tests=\"%zu\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n",
		time, n->tests, n->failures, n->errors, n->skipped);
}

static const char *time_of(const struct vms_verdict *v, char *buf, size_t size)
{
	struct tm tm;

	if (!gmtime_r(&v->time, &tm) || !strftime(buf, size, "%Y-%m-%dT%H:%M:%SZ", &tm))
		*buf = '\0';
	return buf;
}

static void put_suite(FILE *out, const struct vms_verdict *v)
{
	struct junit_counts n = { 0 };
	char time[32];

	for (size_t i = 0; i < v->n_rows; i++)
		count(&n, outcome_of(v, v->rows[i].level, v->rows[i].result.status));
	open_suite(out, v, NULL, time_of(v, time, sizeof(time)), &n);
	for (size_t i = 0; i < v->n_rows; i++)
		put_row(out, v, &v->rows[i]);
	fputs(" </testsuite>\n", out);
}

static void put_cell_row(FILE *out, const struct vms_verdict *v, const char *profile,
			 struct json_object *check)
{
	const char *waiver = cells_text(check, "waiver");
	const struct junit_case c = { profile, cells_text(check, "id"),
				      *waiver ? waiver : cells_text(check, "reason"), cells_level(check),
				      cells_status(check) };
	struct json_object *list = NULL;
	size_t n;

	open_case(out, v, &c);
	json_object_object_get_ex(check, "evidence", &list);
	n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	if (n)
		fputs("   <system-out>", out);
	for (size_t i = 0; i < n; i++) {
		struct json_object *e = json_object_array_get_idx(list, i);

		put_evidence(out, cells_text(e, "source"), cells_text(e, "value"));
	}
	fputs(n ? "</system-out>\n  </testcase>\n" : "  </testcase>\n", out);
}

/* A cell without a verdict of its guest: what the matrix holds against it stands there. */
static void put_empty_cell(FILE *out, const struct vms_verdict *v, const struct vms_cell_verdict *cell)
{
	const struct junit_counts n = { .tests = 1, .skipped = 1 };
	char time[32];

	open_suite(out, v, cell->name, time_of(v, time, sizeof(time)), &n);
	fprintf(out, "  <testcase classname=\"%s\" name=\"verdict\">\n   <skipped message=\"",
		v->profile->name);
	put_xml(out, cell->reason);
	fputs("\"/>\n  </testcase>\n </testsuite>\n", out);
}

static int put_cell(FILE *out, const struct vms_verdict *v, const struct vms_cell_verdict *cell)
{
	_cleanup_json_ struct json_object *doc = NULL;
	struct junit_counts n = { 0 };
	int err = 0;

	doc = cells_parse(cell, &err);
	if (err < 0)
		return err;
	if (!doc) {
		put_empty_cell(out, v, cell);
		return 0;
	}
	for (size_t i = 0; i < cells_n_checks(doc); i++) {
		struct json_object *check = cells_check_at(doc, i);

		count(&n, outcome_of(v, cells_level(check), cells_status(check)));
	}
	open_suite(out, v, cell->name, cells_text(doc, "time"), &n);
	for (size_t i = 0; i < n.tests; i++)
		put_cell_row(out, v, cells_text(doc, "profile"), cells_check_at(doc, i));
	fputs(" </testsuite>\n", out);
	return 0;
}

int vms_render_junit(FILE *out, const struct vms_verdict *const *verdicts, size_t n,
		     const struct vms_format_options *opt)
{
	/* one piece of several: head and tail stand around all of them (format.c) */
	if (!opt->several)
		fputs(VMS_JUNIT_HEAD, out);
	for (size_t i = 0; i < n; i++) {
		put_suite(out, verdicts[i]);
		for (size_t j = 0; j < verdicts[i]->n_cells; j++) {
			int err = put_cell(out, verdicts[i], &verdicts[i]->cells[j]);

			if (err < 0)
				return err;
		}
	}
	if (!opt->several)
		fputs(VMS_JUNIT_TAIL, out);
	return ferror(out) ? -(errno ? errno : EIO) : 0;
}
