// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * LAVA's signals, for a test definition that runs in the guest: a test case a check, and a
 * test set for each subject where there are several or cells. LAVA knows four results: what
 * failed is fail whatever its level, waived is skip, pending is unknown. A line of text
 * before a signal says why; no other line may look like a signal.
 */
#include <ctype.h>
#include <errno.h>
#include "suites.h"

struct lava {
	struct names names, sets;
};

static const char *const results[VMS_N_STATUS] = {
	[VMS_PASS] = "pass",	   [VMS_FAIL] = "fail", [VMS_UNKNOWN] = "unknown",
	[VMS_PENDING] = "unknown", [VMS_SKIP] = "skip", [VMS_WAIVED] = "skip",
};

/* A name of one word, as LAVA takes it for part of an address. */
static char *slug(const char *s)
{
	char *copy = strdup(s);

	for (char *c = copy; c && *c; c++)
		if (!isascii(*c) || !(isalnum((unsigned char)*c) || strchr("._-", *c)))
			*c = '_';
	return copy;
}

static void put_text(FILE *out, const char *s)
{
	for (; *s; s++)
		putc((unsigned char)*s < 0x20 ? '?' : *s == '<' ? '(' : *s == '>' ? ')' : *s, out);
}

static void put_case(FILE *out, const struct vms_verdict_row *row)
{
	const struct vms_result *r = &row->result;

	if (r->status != VMS_PASS) {
		fprintf(out, "%s: %s (%s): ", row->check->id, vms_status_name(r->status),
			vms_level_name(row->level));
		put_text(out, r->waiver ? r->waiver : r->reason);
		putc('\n', out);
	}
	if (r->owner != VMS_OWNER_NONE && r->advice && r->status != VMS_PASS && r->status != VMS_SKIP) {
		fprintf(out, "%s: %s: ", row->check->id, vms_owner_name(r->owner));
		put_text(out, r->advice);
		putc('\n', out);
	}
	fprintf(out, "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=%s RESULT=%s>\n", row->check->id,
		results[r->status]);
}

static int put_suite(struct vms_render *r, const struct suite *s)
{
	_cleanup_free_ char *wanted = slug(s->name);
	struct lava *l = r->state;
	bool set = r->opt.several || s->subject->n_cells > 0;
	const char *name = NULL;
	int err = wanted ? names_give(&l->sets, wanted, true, &name) : -ENOMEM;

	if (err)
		return err;
	if (set)
		fprintf(r->out, "<LAVA_SIGNAL_TESTSET START %s>\n", name);
	if (!s->v) {
		fputs("verdict: ", r->out);
		put_text(r->out, s->cell->reason);
		fputs("\n<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=verdict RESULT=unknown>\n", r->out);
	}
	for (size_t i = 0; s->v && i < s->v->n_rows; i++)
		put_case(r->out, &s->v->rows[i]);
	if (set)
		fputs("<LAVA_SIGNAL_TESTSET STOP>\n", r->out);
	return vms_format_written(r->out);
}

static int lava_row(struct vms_render *r, const struct vms_verdict *v)
{
	return suites_each(v, &((struct lava *)r->state)->names, put_suite, r);
}

static void lava_clear(struct vms_render *r)
{
	struct lava *l = r->state;

	names_clear(&l->names);
	names_clear(&l->sets);
}

const struct vms_format vms_format_lava = {
	.name = "lava",
	.what = "LAVA's signals, a test case a check",
	.state_size = sizeof(struct lava),
	.row = lava_row,
	.clear = lava_clear,
};
