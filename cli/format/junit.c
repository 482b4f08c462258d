// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JUnit XML, as CI systems read it: a suite a subject, a case a check, the subject part of
 * the class name, since systems take class and name for the key of a case. What makes the
 * verdict noncompliant is a failure, what leaves it open an error; a SHOULD that failed, and
 * what was skipped or waived, is skipped with its reason. Each cell of a boot matrix is a
 * suite of its own, by the verdict of its guest.
 */
#include <errno.h>
#include <time.h>
#include "html.h"
#include "suites.h"

/* Text is printable UTF-8 already: XML's own characters are left, and two that no XML may
 * have (U+FFFE and U+FFFF). */
static void put_xml(FILE *out, const char *s)
{
	for (; *s; s++) {
		if (startswith(s, "\xef\xbf\xbe") || startswith(s, "\xef\xbf\xbf")) {
			putc('?', out);
			s += 2;
			continue;
		}
		if (markup_entity(*s))
			fputs(markup_entity(*s), out);
		else
			putc((unsigned char)*s < 0x20 ? '?' : *s, out);
	}
}

static void put_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	put_xml(out, value);
	putc('"', out);
}

/* The element that tells how a case ended; NULL: passed. */
static const char *outcome_of(const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	static const char *const elements[] = { [CASE_FAILED] = "failure",
						[CASE_OPEN] = "error",
						[CASE_LET] = "skipped",
						[CASE_SKIPPED] = "skipped" };

	return elements[case_weight(v, row)];
}

static void put_property(FILE *out, const char *name, const char *value)
{
	fputs("    <property", out);
	put_attribute(out, "name", name);
	put_attribute(out, "value", value);
	fputs("/>\n", out);
}

static void put_properties(FILE *out, const struct vms_verdict_row *row)
{
	const struct vms_result *r = &row->result;

	fputs("   <properties>\n", out);
	put_property(out, "status", vms_status_name(r->status));
	put_property(out, "level", vms_level_name(row->level));
	if (row->clause)
		put_property(out, "clause", row->clause);
	if (r->owner != VMS_OWNER_NONE && r->advice) {
		put_property(out, "owner", vms_owner_name(r->owner));
		put_property(out, "remedy", r->advice);
	}
	fputs("   </properties>\n", out);
}

/* What a reader of the failure needs: who mends it, and how. */
static void put_outcome(FILE *out, const char *outcome, const struct vms_verdict_row *row)
{
	const struct vms_result *r = &row->result;
	const char *why = r->waiver ? r->waiver : r->reason;

	fprintf(out, "   <%s", outcome);
	if (!streq(outcome, "skipped"))
		put_attribute(out, "type", vms_status_name(r->status));
	fprintf(out, " message=\"%s (%s): ", vms_status_name(r->status), vms_level_name(row->level));
	put_xml(out, why);
	if (r->owner == VMS_OWNER_NONE || !r->advice) {
		fputs("\"/>\n", out);
		return;
	}
	fprintf(out, "\">%s: ", vms_owner_name(r->owner));
	put_xml(out, r->advice);
	fprintf(out, "</%s>\n", outcome);
}

static void put_case(FILE *out, const struct suite *s, const struct vms_verdict_row *row)
{
	const struct vms_result *r = &row->result;
	const char *outcome = outcome_of(s->v, row);

	fprintf(out, "  <testcase classname=\"%s.", s->v->profile->name);
	put_xml(out, s->name);
	putc('"', out);
	put_attribute(out, "name", row->check->id);
	fputs(" time=\"0\">\n", out);
	put_properties(out, row);
	if (outcome)
		put_outcome(out, outcome, row);
	if (r->n_evidence)
		fputs("   <system-out>", out);
	for (size_t i = 0; i < r->n_evidence; i++) {
		put_xml(out, r->evidence[i].source);
		fputs(": ", out);
		put_xml(out, r->evidence[i].value);
		putc('\n', out);
	}
	fputs(r->n_evidence ? "</system-out>\n  </testcase>\n" : "  </testcase>\n", out);
}

static void open_suite(FILE *out, const struct suite *s, size_t tests, const unsigned *n)
{
	time_t when = s->v ? s->v->time : s->subject->time;
	char time[40] = "1970-01-01T00:00:00Z";
	struct tm tm;

	if (gmtime_r(&when, &tm))
		strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", &tm);
	fputs(" <testsuite", out);
	put_attribute(out, "name", s->name);
	fprintf(out,
		" timestamp=\"%s\" time=\"0\" tests=\"%zu\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n",
		time, tests, n[CASE_FAILED], n[CASE_OPEN], n[CASE_LET] + n[CASE_SKIPPED]);
}

/* A cell without a verdict of its guest: what the matrix holds against it stands there. */
static void put_empty_cell(FILE *out, const struct suite *s)
{
	const unsigned n[] = { [CASE_SKIPPED] = 1 };

	open_suite(out, s, 1, n);
	fprintf(out, "  <testcase classname=\"%s.", s->subject->profile->name);
	put_xml(out, s->name);
	fputs("\" name=\"verdict\" time=\"0\">\n   <skipped message=\"", out);
	put_xml(out, s->cell->reason);
	fputs("\"/>\n  </testcase>\n </testsuite>\n", out);
}

static int put_suite(struct vms_render *r, const struct suite *s)
{
	unsigned n[CASE_SKIPPED + 1] = { 0 };

	if (!s->v) {
		put_empty_cell(r->out, s);
		return 0;
	}
	for (size_t i = 0; i < s->v->n_rows; i++)
		n[case_weight(s->v, &s->v->rows[i])]++;
	open_suite(r->out, s, s->v->n_rows, n);
	for (size_t i = 0; i < s->v->n_rows; i++)
		put_case(r->out, s, &s->v->rows[i]);
	fputs(" </testsuite>\n", r->out);
	return vms_format_written(r->out);
}

static int junit_begin(struct vms_render *r)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", r->out);
	return vms_format_written(r->out);
}

static int junit_row(struct vms_render *r, const struct vms_verdict *v)
{
	return suites_each(v, r->state, put_suite, r);
}

static int junit_end(struct vms_render *r)
{
	fputs("</testsuites>\n", r->out);
	return vms_format_written(r->out);
}

static void junit_clear(struct vms_render *r)
{
	names_clear(r->state);
}

const struct vms_format vms_format_junit = {
	.name = "junit",
	.what = "JUnit XML, for CI systems",
	.state_size = sizeof(struct names),
	.begin = junit_begin,
	.row = junit_row,
	.end = junit_end,
	.clear = junit_clear,
};
