// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KTAP version 1 (Documentation/dev-tools/ktap.rst), as the kernel's test systems read it: a
 * test each subject and each cell, with its checks as subtests; the plan stands before the
 * tests, so that the document is held back until their number is known. Statuses as in TAP;
 * KTAP's TODO and XFAIL have the same meaning to its readers, and XFAIL is what it writes.
 */
#include <errno.h>
#include "suites.h"

struct ktap {
	struct names names;
	size_t n;
	FILE *body; /* the tests, in memory */
	char *text;
	size_t len;
};

/* A line of its own; '#' begins a directive. */
static void put_text(FILE *out, const char *s)
{
	for (; *s; s++)
		putc((unsigned char)*s < 0x20 || *s == '#' ? '_' : *s, out);
}

/* What a reader looks for first stands in a diagnostic line before the result. */
static void put_why(FILE *out, const struct vms_verdict_row *row)
{
	const struct vms_result *r = &row->result;

	fputs("    # ", out);
	put_text(out, row->check->id);
	fprintf(out, ": %s (%s): ", vms_status_name(r->status), vms_level_name(row->level));
	put_text(out, r->reason);
	putc('\n', out);
	for (size_t i = 0; i < r->n_evidence; i++) {
		fputs("    #   ", out);
		put_text(out, r->evidence[i].source);
		fputs(": ", out);
		put_text(out, r->evidence[i].value);
		putc('\n', out);
	}
	if (r->owner == VMS_OWNER_NONE || !r->advice)
		return;
	fprintf(out, "    #   %s: ", vms_owner_name(r->owner));
	put_text(out, r->advice);
	putc('\n', out);
}

static int put_check(FILE *out, const struct vms_verdict *v, size_t i, bool *failed)
{
	const struct vms_verdict_row *row = &v->rows[i];
	enum case_weight weight = case_weight(v, row);
	bool ok = weight == CASE_PASSED || weight == CASE_SKIPPED;

	*failed = *failed || weight == CASE_FAILED || weight == CASE_OPEN;
	if (row->result.status != VMS_PASS && row->result.status != VMS_SKIP)
		put_why(out, row);
	fprintf(out, "    %s %zu %s", ok || weight == CASE_LET ? "ok" : "not ok", i + 1, row->check->id);
	if (weight == CASE_LET || weight == CASE_SKIPPED) {
		_cleanup_free_ char *because = case_let_because(row);

		if (!because)
			return -ENOMEM;
		fputs(weight == CASE_LET ? " # XFAIL " : " # SKIP ", out);
		put_text(out, because);
	}
	putc('\n', out);
	return 0;
}

static int put_suite(struct vms_render *r, const struct suite *s)
{
	struct ktap *t = r->state;
	bool failed = false;
	int err = 0;

	if (s->v && s->v->n_rows)
		fprintf(t->body, "    KTAP version 1\n    1..%zu\n", s->v->n_rows);
	for (size_t i = 0; !err && s->v && i < s->v->n_rows; i++)
		err = put_check(t->body, s->v, i, &failed);
	fprintf(t->body, "%s %zu ", failed ? "not ok" : "ok", ++t->n);
	put_text(t->body, s->name);
	if (!s->v || !s->v->n_rows) {
		fputs(" # SKIP ", t->body);
		put_text(t->body, s->v ? "nothing was checked" : s->cell->reason);
	}
	putc('\n', t->body);
	return err ? err : ferror(t->body) ? -ENOMEM : 0;
}

static int ktap_begin(struct vms_render *r)
{
	struct ktap *t = r->state;

	t->body = vms_memstream(&t->text, &t->len);
	return t->body ? 0 : -ENOMEM;
}

static int ktap_row(struct vms_render *r, const struct vms_verdict *v)
{
	return suites_each(v, &((struct ktap *)r->state)->names, put_suite, r);
}

static int ktap_end(struct vms_render *r)
{
	struct ktap *t = r->state;

	if (fflush(t->body) == EOF || ferror(t->body))
		return -ENOMEM;
	fprintf(r->out, "KTAP version 1\n1..%zu\n", t->n);
	fwrite(t->text, 1, t->len, r->out);
	return vms_format_written(r->out);
}

static void ktap_clear(struct vms_render *r)
{
	struct ktap *t = r->state;

	names_clear(&t->names);
	if (t->body)
		fclose(t->body);
	free(t->text);
}

const struct vms_format vms_format_ktap = {
	.name = "ktap",
	.what = "KTAP version 1, for the kernel's test systems",
	.state_size = sizeof(struct ktap),
	.begin = ktap_begin,
	.row = ktap_row,
	.end = ktap_end,
	.clear = ktap_clear,
};
