// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table for people: a row a check by chapter, the evidence of what is
 * broken or undecided, the cells of a boot matrix (matrix.c), then what to do
 * (todo.c) and the verdict.
 */
#include <errno.h>
#include "core/profile.h"
#include "core/verdict.h"
#include "document/read.h"
#include "paper.h"
#include "text.h"

/* Columns of a row: status, level, ID, reason. */
enum {
	COL_STATUS = 1,
	COL_LEVEL = 9,
	COL_ID = 16,
	ID_MAX = 27,	 /* longer IDs push their reason to the right */
	REASON_MIN = 30, /* narrower than this, the reason gets a line of its own */
	COL_BELOW = 4,	 /* ... here */
};

struct table {
	struct paper *p;
	const struct vms_verdict *v;
	unsigned col_reason; /* 0: on the next line */
};

static bool needs_somebody(enum vms_status s)
{
	return s != VMS_PASS && s != VMS_SKIP && s != VMS_WAIVED;
}

static enum paper_ink status_ink(const struct vms_verdict_row *row)
{
	switch (row->result.status) {
	case VMS_PASS:
		return INK_GREEN;
	case VMS_FAIL:
		return row->level == VMS_MUST ? INK_RED_BOLD : INK_RED;
	case VMS_UNKNOWN:
		return INK_YELLOW;
	case VMS_PENDING:
		return INK_CYAN;
	case VMS_WAIVED:
		return INK_MAGENTA;
	default:
		return INK_DIM;
	}
}

/* FAIL stands out without colours too. */
static const char *status_word(enum vms_status s)
{
	return s == VMS_FAIL ? "FAIL" : vms_status_name(s);
}

static bool shows_evidence(enum vms_status s)
{
	return s != VMS_PASS && s != VMS_SKIP;
}

static void put_note(struct table *t, const char *source, const char *text)
{
	struct paper *p = t->p;
	unsigned indent = t->col_reason ? COL_ID : COL_BELOW;

	paper_tab(p, indent);
	paper_wrap(p, INK_DIM, indent + 2, source);
	paper_put(p, INK_DIM, ":");
	paper_more(p, INK_DIM, indent + 2, text);
	paper_newline(p);
}

static const char *reason_of(const struct vms_verdict_row *row)
{
	return row->result.reason && *row->result.reason ? row->result.reason : row->check->title;
}

/* A long reason that many rows in a row share is said once on a terminal. */
static const char *reason_after(const struct table *t, const struct vms_verdict_row *row,
				const struct vms_verdict_row *before)
{
	const char *reason = reason_of(row);

	if (t->p->width && before && before->result.status == row->result.status &&
	    streq(reason, reason_of(before)) && strlen(reason) > REASON_MIN)
		return "(as above)";
	return reason;
}

/* Evidence "default: why" below the reason "default: why". */
static bool says_the_same(const char *reason, const struct vms_evidence *e)
{
	const char *rest = e->source && e->value ? startswith(reason, e->source) : NULL;

	rest = rest ? startswith(rest, ": ") : NULL;
	return rest && streq(rest, e->value);
}

/* What nobody could look at, for one reason, is said once. */
static bool folds(const struct table *t, const struct vms_verdict_row *row,
		  const struct vms_verdict_row *before)
{
	return !t->p->verbose && t->v->subject.kind == VMS_KIND_BOOT_MATRIX && before &&
	       row->result.status == VMS_UNKNOWN && before->result.status == VMS_UNKNOWN &&
	       row->result.n_evidence == 0 && streq(reason_of(row), reason_of(before));
}

static void put_folded(struct table *t, unsigned *folded, const struct vms_verdict_row *as)
{
	char text[160];

	if (*folded == 0)
		return;
	snprintf(text, sizeof(text), "%u further %s not decided, for the reason of %s (-v shows them)",
		 *folded, *folded == 1 ? "check is" : "checks are", as->check->id);
	paper_tab(t->p, COL_STATUS);
	paper_wrap(t->p, INK_DIM, COL_BELOW, text);
	paper_newline(t->p);
	*folded = 0;
}

static void put_row(struct table *t, const struct vms_verdict_row *row, const struct vms_verdict_row *before)
{
	const struct vms_result *r = &row->result;
	const char *reason = reason_after(t, row, before);
	enum paper_ink ink = r->status == VMS_SKIP ? INK_DIM : INK_PLAIN;
	struct paper *p = t->p;

	paper_tab(p, COL_STATUS);
	paper_put(p, status_ink(row), status_word(r->status));
	paper_tab(p, COL_LEVEL);
	paper_put(p, INK_DIM, vms_level_name(row->level));
	paper_tab(p, COL_ID);
	paper_wrap(p, ink, COL_BELOW, row->check->id);
	if (t->col_reason) {
		paper_tab(p, t->col_reason);
	} else {
		paper_newline(p);
		paper_tab(p, COL_BELOW);
	}
	paper_wrap(p, ink, t->col_reason ? t->col_reason : COL_BELOW, reason);
	paper_newline(p);
	if (!shows_evidence(r->status))
		return;
	for (size_t i = 0; i < r->n_evidence; i++)
		if (!says_the_same(reason_of(row), &r->evidence[i]))
			put_note(t, r->evidence[i].source, r->evidence[i].value);
	if (r->status == VMS_WAIVED && r->waiver)
		put_note(t, r->until ? "waived for a time" : "waived", r->waiver);
	if (r->status == VMS_WAIVED && r->until)
		put_note(t, "until", r->until);
	if (vms_row_weight(t->v, row) == VMS_WEIGHT_OTHERS)
		put_note(t, "not counted", "not what was asked for (--owner)");
}

/* Wide enough for the longest ID, within bounds. */
static unsigned reason_column(const struct vms_verdict *v, unsigned width)
{
	unsigned id = 0, col;

	for (size_t i = 0; i < v->n_rows; i++)
		id = MAX(id, (unsigned)strlen(v->rows[i].check->id));
	col = COL_ID + (width && width < 110 ? MIN(id, ID_MAX) : id) + 1;
	return width && width < col + REASON_MIN ? 0 : col;
}

static void put_table(struct paper *p, const struct vms_verdict *v)
{
	struct table t = { p, v, reason_column(v, p->width) };
	const struct vms_verdict_row *before = NULL, *undecided = NULL;
	const char *chapter = NULL;
	unsigned folded = 0;

	for (size_t i = 0; i < v->n_rows; i++) {
		const char *c = vms_profile_chapter(v->profile, v->rows[i].check);

		if (p->failed && !needs_somebody(v->rows[i].result.status))
			continue;

		if (folds(&t, &v->rows[i], undecided)) {
			folded++;
			continue;
		}
		if (c && *c && (!chapter || !streq(c, chapter))) {
			put_folded(&t, &folded, undecided);
			paper_newline(p);
			paper_put(p, INK_BOLD, c);
			paper_newline(p);
			chapter = c;
			before = NULL;
		}
		put_row(&t, &v->rows[i], before);
		before = &v->rows[i];
		if (before->result.status == VMS_UNKNOWN && before->result.n_evidence == 0 && folded == 0)
			undecided = before;
	}
	put_folded(&t, &folded, undecided);
}

/* "myhost (guest): aarch64, kvm, firmware EDK II 2.70" */
static void put_subject(struct paper *p, const struct vms_subject_info *s)
{
	const char *sep = ":";
	char kind[32];
	const struct {
		const char *label, *value;
	} facts[] = { { NULL, s->arch }, { NULL, s->hypervisor }, { "firmware", s->firmware } };

	paper_wrap(p, INK_BOLD, COL_BELOW, s->name && *s->name ? s->name : "unnamed");
	snprintf(kind, sizeof(kind), "(%s)", vms_kind_name(s->kind));
	paper_more(p, INK_PLAIN, COL_BELOW, kind);
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		if (!facts[i].value || !*facts[i].value)
			continue;
		paper_put(p, INK_PLAIN, sep);
		if (facts[i].label)
			paper_more(p, INK_PLAIN, COL_BELOW, facts[i].label);
		paper_more(p, INK_PLAIN, COL_BELOW, facts[i].value);
		sep = ",";
	}
	paper_newline(p);
}

static void put_head(struct paper *p, const struct vms_verdict *v)
{
	char when[64] = "";
	struct tm tm;

	put_subject(p, &v->subject);
	if (gmtime_r(&v->time, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	paper_put(p, INK_DIM, "judged by ");
	paper_put(p, INK_DIM, v->profile->name);
	paper_put(p, INK_DIM, ",");
	paper_more(p, INK_DIM, COL_BELOW, when);
	paper_newline(p);
}

/* On a machine that is nothing to judge every row would say the same. */
static bool put_only_reason(struct paper *p, const struct vms_verdict *v)
{
	for (size_t i = 0; i < v->n_rows; i++)
		if (v->rows[i].result.status != VMS_UNKNOWN ||
		    !streq(reason_of(&v->rows[i]), reason_of(&v->rows[0])))
			return false;
	if (p->verbose || v->n_rows < 2 ||
	    (v->subject.kind != VMS_KIND_GUEST && v->subject.kind != VMS_KIND_RECORD))
		return false;
	paper_put(p, INK_YELLOW, "INCONCLUSIVE");
	paper_put(p, INK_PLAIN, ":");
	paper_more(p, INK_PLAIN, COL_BELOW, reason_of(&v->rows[0]));
	paper_newline(p);
	paper_wrap(
		p, INK_PLAIN, COL_BELOW,
		v->subject.kind == VMS_KIND_GUEST
			? "Disk images are judged here with -i FILE, a recorded machine with --root DIR."
			: "A record is made in an Arm guest, with --record DIR, and has a folder .vmspec.");
	paper_newline(p);
	return true;
}

/* Without a hypervisor nothing of the pair is decided, for one reason: it, and what the image is known to
 * break. */
static bool put_only_image(struct paper *p, const struct vms_verdict *v)
{
	struct table t = { p, v, reason_column(v, p->width) };

	if (p->verbose || v->subject.kind != VMS_KIND_BOOT_MATRIX || !vms_text_nothing_ran(v))
		return false;
	if (v->outcome != VMS_INCONCLUSIVE)
		paper_newline(p);
	for (size_t i = 0; i < v->n_rows; i++)
		if (v->rows[i].result.status == VMS_FAIL)
			put_row(&t, &v->rows[i], NULL);
	if (v->outcome == VMS_INCONCLUSIVE) {
		paper_put(p, INK_YELLOW, "INCONCLUSIVE");
		paper_put(p, INK_PLAIN, ":");
		paper_more(p, INK_PLAIN, COL_BELOW, "no cell was run:");
	} else {
		vms_text_outcome(p, v);
		paper_wrap(p, INK_PLAIN, COL_BELOW, "No cell was run:");
	}
	paper_more(p, INK_PLAIN, COL_BELOW, v->cells[0].reason);
	paper_newline(p);
	paper_wrap(p, INK_PLAIN, COL_BELOW, "The image alone is judged by vmspec-verify -i FILE.");
	paper_newline(p);
	return true;
}

/* fleet: the subjects that are not compliant, by name. */
static void put_members(struct paper *p, const struct vms_verdict *v)
{
	static const enum paper_ink inks[] = { INK_GREEN, INK_RED_BOLD, INK_YELLOW };
	static const char *const words[] = { "compliant", "NOT COMPLIANT", "INCONCLUSIVE" };

	paper_newline(p);
	paper_put(p, INK_BOLD, "Subjects");
	paper_newline(p);
	for (size_t i = 0; i < v->n_cells; i++) {
		paper_tab(p, COL_STATUS);
		paper_put(p, inks[v->cells[i].outcome], words[v->cells[i].outcome]);
		paper_tab(p, COL_ID);
		paper_wrap(p, INK_PLAIN, COL_ID, v->cells[i].name);
		paper_newline(p);
	}
}

static int put_fleet(struct paper *p, const struct vms_verdict *v)
{
	int err;

	put_head(p, v);
	put_table(p, v);
	put_members(p, v);
	err = vms_text_todo(p, v);
	vms_text_outcome(p, v);
	return err;
}

static int put_verdict(struct paper *p, const struct vms_verdict *v)
{
	_cleanup_guests_ struct vms_guests guests = { 0 };
	int err = vms_guests_read(v, &guests);

	if (err < 0)
		return err;
	put_head(p, v);
	if (put_only_reason(p, v) || put_only_image(p, v))
		return 0;
	put_table(p, v);
	vms_text_matrix(p, v, &guests);
	err = vms_text_todo(p, v);
	vms_text_outcome(p, v);
	if (!err && v->subject.kind == VMS_KIND_BOOT_MATRIX && v->outcome != VMS_INCONCLUSIVE)
		err = vms_text_whose(p, v, &guests);
	return err ? err : vms_text_guests(p, v, &guests);
}

struct text {
	struct paper paper;
	enum vms_kind kind;    /* of the first subject */
	size_t n, outcomes[3]; /* subjects, by enum vms_outcome */
};

static int text_begin(struct vms_render *r)
{
	struct text *t = r->state;

	paper_open(&t->paper, r->out, &r->opt);
	return 0;
}

static int text_row(struct vms_render *r, const struct vms_verdict *v)
{
	struct text *t = r->state;
	struct paper *p = &t->paper;
	int err;

	if (t->n++ == 0)
		t->kind = v->subject.kind;
	t->outcomes[v->outcome]++;

	if (r->n > 0)
		paper_newline(p);
	err = v->subject.kind == VMS_KIND_FLEET ? put_fleet(p, v) : put_verdict(p, v);
	return err ? err : p->err;
}

/* Many subjects end in one line. */
static int text_end(struct vms_render *r)
{
	struct text *t = r->state;
	char line[160];

	if (t->n < 2)
		return t->paper.err;
	snprintf(line, sizeof(line), "%zu %s: %zu compliant, %zu not compliant, %zu inconclusive", t->n,
		 t->kind == VMS_KIND_IMAGE ? "images" : "subjects", t->outcomes[VMS_COMPLIANT],
		 t->outcomes[VMS_NONCOMPLIANT], t->outcomes[VMS_INCONCLUSIVE]);
	paper_newline(&t->paper);
	paper_wrap(&t->paper, INK_BOLD, 2, line);
	paper_newline(&t->paper);
	return t->paper.err;
}

static void text_clear(struct vms_render *r)
{
	struct text *t = r->state;

	paper_close(&t->paper);
}

const struct vms_format vms_format_text = {
	.name = "text",
	.what = "a table for people, what to do, the verdict",
	.state_size = sizeof(struct text),
	.terminal = true,
	.fleets = true,
	.begin = text_begin,
	.row = text_row,
	.end = text_end,
	.clear = text_clear,
};
