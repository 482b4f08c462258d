// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JUnit XML, as CI systems read it: a suite a subject, a case a check. What makes
 * the verdict noncompliant is a failure, what leaves it open an error; a SHOULD
 * that failed, and what was skipped or waived, is skipped with its reason.
 */
#include <errno.h>

#include "core/check.h"
#include "format.h"
#include "spec/spec.h"

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

/* The element that tells how a case ended; NULL: passed. */
static const char *outcome_of(const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	bool must = row->level == VMS_MUST || (v->strict && row->level == VMS_SHOULD);

	switch (row->result.status) {
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

static void put_evidence(FILE *out, const struct vms_result *r)
{
	if (!r->n_evidence)
		return;
	fputs("   <system-out>", out);
	for (size_t i = 0; i < r->n_evidence; i++) {
		put_xml(out, r->evidence[i].source);
		fputs(": ", out);
		put_xml(out, r->evidence[i].value);
		putc('\n', out);
	}
	fputs("</system-out>\n", out);
}

static void put_case(FILE *out, const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	const char *outcome = outcome_of(v, row);

	fprintf(out, "  <testcase classname=\"%s\" name=\"%s\">\n", v->profile->name, row->check->id);
	if (outcome) {
		fprintf(out, "   <%s message=\"%s (%s): ", outcome, vms_status_name(row->result.status),
			vms_level_name(row->level));
		put_xml(out, row->result.waiver ? row->result.waiver : row->result.reason);
		fputs("\"/>\n", out);
	}
	put_evidence(out, &row->result);
	fputs("  </testcase>\n", out);
}

static void put_suite(FILE *out, const struct vms_verdict *v)
{
	unsigned failures = 0, errors = 0, skipped = 0;
	char time[32] = "";
	struct tm tm;

	for (size_t i = 0; i < v->n_rows; i++) {
		const char *outcome = outcome_of(v, &v->rows[i]);

		failures += outcome && *outcome == 'f';
		errors += outcome && *outcome == 'e';
		skipped += outcome && *outcome == 's';
	}
	if (gmtime_r(&v->time, &tm))
		strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", &tm);
	fputs(" <testsuite name=\"", out);
	put_xml(out, v->subject.name ? v->subject.name : "-");
	fprintf(out, "\" timestamp=\"%s\" tests=\"%zu\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n", time, v->n_rows,
		failures, errors, skipped);
	for (size_t i = 0; i < v->n_rows; i++)
		put_case(out, v, &v->rows[i]);
	fputs(" </testsuite>\n", out);
}

int vms_render_junit(FILE *out, const struct vms_verdict *const *verdicts, size_t n,
		     const struct vms_format_options *opt)
{
	/* one piece of several: head and tail stand around all of them (format.c) */
	if (!opt->several)
		fputs(VMS_JUNIT_HEAD, out);
	for (size_t i = 0; i < n; i++)
		put_suite(out, verdicts[i]);
	if (!opt->several)
		fputs(VMS_JUNIT_TAIL, out);
	return ferror(out) ? -(errno ? errno : EIO) : 0;
}
