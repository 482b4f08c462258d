// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TAP version 14 (testanything.org): a test point a check, numbered through all subjects, the
 * plan behind them. What the verdict does not hang on is a TODO where it failed (SHOULD,
 * waived), and a SKIP where it does not apply or was not decided; a MUST that was not decided
 * is not ok. What was read, and who can mend it, stands in a YAML block below.
 */
#include <errno.h>
#include "suites.h"

struct tap {
	struct names names;
	size_t n;
};

/* A description ends at '#', a directive at a line's end. */
static void put_text(FILE *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '#' || *s == '\\')
			putc('\\', out);
		putc((unsigned char)*s < 0x20 ? '?' : *s, out);
	}
}

/* A double-quoted scalar. */
static void put_yaml(FILE *out, const char *indent, const char *key, const char *s)
{
	fprintf(out, "  %s%s: \"", indent, key);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putc('\\', out);
		putc((unsigned char)*s < 0x20 ? '?' : *s, out);
	}
	fputs("\"\n", out);
}

static void put_block(FILE *out, const struct vms_verdict_row *row)
{
	const struct vms_result *r = &row->result;

	fputs("  ---\n", out);
	put_yaml(out, "", "message", r->reason);
	put_yaml(out, "", "severity", vms_level_name(row->level));
	put_yaml(out, "", "status", vms_status_name(r->status));
	if (row->clause)
		put_yaml(out, "", "clause", row->clause);
	if (r->owner != VMS_OWNER_NONE && r->advice) {
		put_yaml(out, "", "owner", vms_owner_name(r->owner));
		put_yaml(out, "", "remedy", r->advice);
	}
	if (r->n_evidence)
		fputs("  evidence:\n", out);
	for (size_t i = 0; i < r->n_evidence; i++) {
		put_yaml(out, "  - ", "source", r->evidence[i].source);
		put_yaml(out, "    ", "value", r->evidence[i].value);
	}
	fputs("  ...\n", out);
}

static int put_point(struct vms_render *r, const struct suite *s, const struct vms_verdict_row *row)
{
	static const char *const directives[] = { [CASE_LET] = "TODO", [CASE_SKIPPED] = "SKIP" };
	enum case_weight weight = case_weight(s->v, row);
	struct tap *t = r->state;

	fprintf(r->out, "%s %zu - ", weight == CASE_PASSED || weight == CASE_SKIPPED ? "ok" : "not ok",
		++t->n);
	if (r->opt.several || s->cell) {
		put_text(r->out, s->name);
		fputs(": ", r->out);
	}
	put_text(r->out, row->check->id);
	if (weight == CASE_LET || weight == CASE_SKIPPED) {
		_cleanup_free_ char *because = case_let_because(row);

		if (!because)
			return -ENOMEM;
		fprintf(r->out, " # %s ", directives[weight]);
		put_text(r->out, because);
	}
	putc('\n', r->out);
	if (row->result.status != VMS_PASS && row->result.status != VMS_SKIP)
		put_block(r->out, row);
	return 0;
}

static int put_suite(struct vms_render *r, const struct suite *s)
{
	struct tap *t = r->state;
	int err = 0;

	if (!s->v) {
		fprintf(r->out, "ok %zu - ", ++t->n);
		put_text(r->out, s->name);
		fputs(": verdict # SKIP ", r->out);
		put_text(r->out, s->cell->reason);
		putc('\n', r->out);
	}
	for (size_t i = 0; !err && s->v && i < s->v->n_rows; i++)
		err = put_point(r, s, &s->v->rows[i]);
	return err ? err : vms_format_written(r->out);
}

static int tap_begin(struct vms_render *r)
{
	fputs("TAP version 14\n", r->out);
	return vms_format_written(r->out);
}

static int tap_row(struct vms_render *r, const struct vms_verdict *v)
{
	return suites_each(v, &((struct tap *)r->state)->names, put_suite, r);
}

static int tap_end(struct vms_render *r)
{
	const struct tap *t = r->state;

	fprintf(r->out, "1..%zu%s\n", t->n, t->n ? "" : " # SKIP nothing was checked");
	return vms_format_written(r->out);
}

static void tap_clear(struct vms_render *r)
{
	names_clear(&((struct tap *)r->state)->names);
}

const struct vms_format vms_format_tap = {
	.name = "tap",
	.what = "TAP version 14",
	.state_size = sizeof(struct tap),
	.begin = tap_begin,
	.row = tap_row,
	.end = tap_end,
	.clear = tap_clear,
};
