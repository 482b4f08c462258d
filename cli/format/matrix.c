// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A boot matrix for people: a row a check, a column a cell. Columns have numbers, a legend
 * names them; what does not fit a terminal's width comes in a further block of columns.
 */
#include <errno.h>
#include "core/json_get.h"
#include "core/profile.h"
#include "core/util.h"
#include "core/verdict.h"
#include "document/read.h"
#include "text.h"

enum {
	COL_ROW = 1,
	COL_WIDTH = 6, /* "unkn." and a space */
	COL_BELOW = 4, /* of the columns, where they do not go beside the check's name */
};

#define LABEL_VERDICT "compliant?"

struct grid {
	struct paper *p;
	const struct vms_verdict *v;
	const struct vms_guests *guests;
	unsigned base;	   /* column of the first cell; 0: on the next line */
	size_t first, end; /* cells of this block */
};

static const struct {
	const char *word;
	enum paper_ink ink;
} words[VMS_N_STATUS] = {
	[VMS_PASS] = { "pass", INK_GREEN },	 [VMS_FAIL] = { "FAIL", INK_RED },
	[VMS_UNKNOWN] = { "unkn.", INK_YELLOW }, [VMS_PENDING] = { "pend.", INK_CYAN },
	[VMS_SKIP] = { "skip", INK_DIM },	 [VMS_WAIVED] = { "waiv.", INK_MAGENTA },
};

static void put_label(const struct grid *g, const char *label)
{
	paper_tab(g->p, COL_ROW);
	paper_put(g->p, INK_PLAIN, label);
	if (!g->base)
		paper_newline(g->p);
}

static void put_word(const struct grid *g, size_t cell, enum paper_ink ink, const char *word)
{
	unsigned base = g->base ? g->base : COL_BELOW;

	paper_tab(g->p, base + COL_WIDTH * (unsigned)(cell - g->first));
	paper_put(g->p, ink, word);
}

static void put_status(const struct grid *g, size_t cell, enum vms_status s, enum vms_level level)
{
	put_word(g, cell, s == VMS_FAIL && level == VMS_MUST ? INK_RED_BOLD : words[s].ink, words[s].word);
}

/* What a cell shows for a check of the matrix; most cells have nothing to do with most. */
static void put_matrix_row(const struct grid *g, size_t row)
{
	const struct vms_verdict_row *r = &g->v->rows[row];

	put_label(g, r->check->id);
	for (size_t i = g->first; i < g->end; i++) {
		enum vms_status s = g->v->cells[i].statuses[row];

		if (s == VMS_SKIP)
			put_word(g, i, INK_DIM, "-");
		else
			put_status(g, i, s, r->level);
	}
	paper_newline(g->p);
}

static void put_guest_row(const struct grid *g, const char *id)
{
	put_label(g, id);
	for (size_t i = g->first; i < g->end; i++) {
		const struct vms_verdict_row *check = vms_verdict_find(g->guests->verdicts[i], id);

		if (check)
			put_status(g, i, check->result.status, check->level);
		else
			put_word(g, i, INK_DIM, "-");
	}
	paper_newline(g->p);
}

static bool anywhere(const struct vms_guests *guests, const char *id)
{
	for (size_t i = 0; i < guests->n; i++)
		if (vms_verdict_find(guests->verdicts[i], id))
			return true;
	return false;
}

enum spread { NOWHERE, SAME_EVERYWHERE, DIFFERS, FAILS };

/* How a check went in all guests that gave a verdict, also those of other blocks. What all
 * pass, or what applies to none, is the same. */
static enum spread spread_of(const struct vms_guests *guests, const char *id)
{
	enum vms_status first = VMS_N_STATUS;
	enum spread s = NOWHERE;

	for (size_t i = 0; i < guests->n; i++) {
		const struct vms_verdict_row *check = vms_verdict_find(guests->verdicts[i], id);
		enum vms_status status = check ? check->result.status : VMS_N_STATUS;

		if (!guests->verdicts[i])
			continue;
		if (status == VMS_FAIL)
			return FAILS;
		if (first == VMS_N_STATUS && s == NOWHERE)
			first = status;
		s = s == DIFFERS || status != first || (status != VMS_PASS && status != VMS_SKIP)
			    ? DIFFERS
			    : SAME_EVERYWHERE;
	}
	return s == DIFFERS && !anywhere(guests, id) ? NOWHERE : s;
}

/* What is the same everywhere is one line; what fails somewhere stands first. */
static void put_guest_rows(const struct grid *g)
{
	const struct vms_profile *p = g->v->profile;
	const struct vms_check *c;
	unsigned folded = 0;
	char buf[96];

	for (size_t i = 0; (c = vms_profile_check_at(p, i)); i++)
		if (spread_of(g->guests, c->id) == FAILS)
			put_guest_row(g, c->id);
	for (size_t i = 0; (c = vms_profile_check_at(p, i)); i++) {
		enum spread s = spread_of(g->guests, c->id);

		if (s == DIFFERS || (s == SAME_EVERYWHERE && g->p->verbose))
			put_guest_row(g, c->id);
		else if (s == SAME_EVERYWHERE)
			folded++;
	}
	if (!folded || g->end < g->v->n_cells) /* said once, below the last block */
		return;
	snprintf(buf, sizeof(buf), "%u further %s the same in every cell (-v shows them)", folded,
		 folded == 1 ? "check passes or does not apply," : "checks pass or do not apply,");
	paper_tab(g->p, COL_ROW);
	paper_wrap(g->p, INK_DIM, COL_BELOW, buf);
	paper_newline(g->p);
}

static void put_verdicts(const struct grid *g)
{
	static const struct {
		const char *word;
		enum paper_ink ink;
	} verdicts[] = { [VMS_COMPLIANT] = { "yes", INK_GREEN },
			 [VMS_NONCOMPLIANT] = { "NO", INK_RED_BOLD },
			 [VMS_INCONCLUSIVE] = { "open", INK_YELLOW } };

	put_label(g, LABEL_VERDICT);
	for (size_t i = g->first; i < g->end; i++) {
		const struct vms_verdict *v = g->guests->verdicts[i];

		if (v)
			put_word(g, i, verdicts[v->outcome].ink, verdicts[v->outcome].word);
		else
			put_word(g, i, INK_DIM, "-");
	}
	paper_newline(g->p);
}

static void put_block(const struct grid *g)
{
	char number[24];

	paper_newline(g->p);
	paper_put(g->p, INK_BOLD, g->base ? "Cell" : "Cells");
	if (!g->base)
		paper_newline(g->p);
	for (size_t i = g->first; i < g->end; i++) {
		snprintf(number, sizeof(number), "%zu", i + 1);
		put_word(g, i, INK_BOLD, number);
	}
	paper_newline(g->p);
	for (size_t i = 0; i < g->v->n_rows; i++)
		if (g->v->rows[i].check->matrix_fn)
			put_matrix_row(g, i);
	put_guest_rows(g);
	put_verdicts(g);
}

/* Which number is which cell, and how it ended. */
static void put_legend(struct paper *p, const struct vms_verdict *v)
{
	const unsigned at = v->n_cells > 9 ? 4 : 3;
	unsigned name = 0, col;
	char number[24];

	for (size_t i = 0; i < v->n_cells; i++)
		name = MAX(name, (unsigned)strlen(v->cells[i].name));
	col = at + name + 1;
	if (p->width && p->width < col + 20) /* no room beside the names */
		col = COL_BELOW + 2;
	paper_newline(p);
	paper_put(p, INK_BOLD, "Cells");
	paper_newline(p);
	for (size_t i = 0; i < v->n_cells; i++) {
		snprintf(number, sizeof(number), "%zu", i + 1);
		paper_tab(p, COL_ROW);
		paper_put(p, INK_DIM, number);
		paper_tab(p, at);
		paper_wrap(p, INK_PLAIN, at, v->cells[i].name);
		paper_tab(p, col);
		paper_wrap(p, INK_PLAIN, col, v->cells[i].reason);
		paper_newline(p);
	}
}

/* No guest gave a verdict, for one reason: columns would show nothing. */
static bool all_ended_alike(const struct vms_verdict *v, const struct vms_guests *guests)
{
	for (size_t i = 0; i < v->n_cells; i++)
		if ((i < guests->n && guests->verdicts[i]) || !streq(v->cells[i].reason, v->cells[0].reason))
			return false;
	return v->n_cells > 1;
}

bool vms_text_nothing_ran(const struct vms_verdict *v)
{
	for (size_t i = 0; i < v->n_cells; i++) {
		struct json_object *facts = v->cells[i].facts ? json_tokener_parse(v->cells[i].facts) : NULL;
		const char *cause = vms_json_get_string(facts, "cause");
		bool ran = !cause || !streq(cause, "no-hypervisor");

		json_object_put(facts);
		if (ran || !streq(v->cells[i].reason, v->cells[0].reason))
			return false;
	}
	return v->n_cells > 0;
}

static void put_end_of_all(struct paper *p, const struct vms_verdict *v)
{
	paper_newline(p);
	paper_put(p, INK_BOLD, "Cells");
	paper_newline(p);
	paper_tab(p, COL_ROW);
	for (size_t i = 0; i < v->n_cells; i++) {
		if (i > 0) {
			paper_put(p, INK_PLAIN, ",");
			paper_more(p, INK_PLAIN, COL_ROW, v->cells[i].name);
		} else {
			paper_wrap(p, INK_PLAIN, COL_ROW, v->cells[i].name);
		}
	}
	paper_put(p, INK_PLAIN, ":");
	paper_more(p, INK_PLAIN, COL_BELOW, v->cells[0].reason);
	paper_newline(p);
}

static unsigned label_width(const struct vms_verdict *v, const struct vms_guests *guests)
{
	unsigned width = strlen(LABEL_VERDICT);
	const struct vms_check *c;

	for (size_t i = 0; i < v->n_rows; i++)
		if (v->rows[i].check->matrix_fn)
			width = MAX(width, (unsigned)strlen(v->rows[i].check->id));
	for (size_t i = 0; (c = vms_profile_check_at(v->profile, i)); i++)
		if (spread_of(guests, c->id) != NOWHERE)
			width = MAX(width, (unsigned)strlen(c->id));
	return width;
}

void vms_text_matrix(struct paper *p, const struct vms_verdict *v, const struct vms_guests *guests)
{
	struct grid g = { .p = p, .v = v, .guests = guests, .base = COL_ROW + label_width(v, guests) + 1 };
	size_t columns = v->n_cells, blocks;

	if (v->n_cells == 0)
		return;
	if (!p->verbose && all_ended_alike(v, guests)) {
		put_end_of_all(p, v);
		return;
	}
	put_legend(p, v);
	if (p->width && p->width < g.base + COL_WIDTH * MIN(v->n_cells, 3u))
		g.base = 0;
	if (p->width)
		columns = (MAX(p->width, (unsigned)(COL_BELOW + COL_WIDTH)) - (g.base ? g.base : COL_BELOW)) /
			  COL_WIDTH;
	/* blocks of about the same width */
	blocks = (v->n_cells + columns - 1) / columns;
	columns = (v->n_cells + blocks - 1) / blocks;
	for (; g.first < v->n_cells; g.first = g.end) {
		g.end = MIN(g.first + columns, v->n_cells);
		put_block(&g);
	}
}
