// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What to do next, by who can do it: what mends failed MUSTs first, then the
 * other failures, then what would decide the unknown. One advice for many
 * checks is said once.
 */
#include <errno.h>
#include "core/profile.h"
#include "core/verdict.h"
#include "text.h"

#define MAX_NAMED 4 /* checks in the last sentence */

enum urgency {
	FAILED_MUST,
	FAILED_OTHER,
	UNDECIDED,
	N_URGENCY,
};

static const struct {
	enum vms_owner owner;
	const char *heading;
} owners[] = {
	{ VMS_HYPERVISOR, "What the hypervisor owes" },
	{ VMS_IMAGE, "What the image owes" },
	{ VMS_GUEST_ADMIN, "What you can do in the guest" },
};

/* Of an image or a matrix, whoever runs us is asked, and in no guest. */
static const char *heading_of(const struct vms_verdict *v, size_t owner)
{
	bool guest = v->subject.kind == VMS_KIND_GUEST || v->subject.kind == VMS_KIND_RECORD;

	return owners[owner].owner == VMS_GUEST_ADMIN && !guest ? "What you can do" : owners[owner].heading;
}

/* Whether a row asks for something to be done, and how urgently. */
static bool row_urgency(const struct vms_verdict_row *row, enum urgency *ret)
{
	const struct vms_result *r = &row->result;

	if (r->owner == VMS_OWNER_NONE || !r->advice || !*r->advice)
		return false;
	if (r->status == VMS_FAIL)
		*ret = row->level == VMS_MUST ? FAILED_MUST : FAILED_OTHER;
	else if (r->status == VMS_UNKNOWN || r->status == VMS_PENDING)
		*ret = UNDECIDED;
	else
		return false;
	return true;
}

/* One advice: from `first` on, all rows not yet `done` that give the same. */
static void put_advice(struct paper *p, const struct vms_verdict *v, size_t first, enum urgency urgency,
		       bool *done)
{
	static const char *const words[] = { "must", "should", "unknown" };
	static const enum paper_ink ink[] = { INK_RED_BOLD, INK_RED, INK_YELLOW };
	const struct vms_verdict_row *row = &v->rows[first];
	const char *word = urgency == FAILED_OTHER ? vms_level_name(row->level) : words[urgency];

	paper_tab(p, 2);
	paper_put(p, ink[urgency], word);
	paper_tab(p, 10);
	paper_wrap(p, INK_PLAIN, 10, row->result.advice);
	paper_newline(p);
	paper_tab(p, 10);
	for (size_t i = first; i < v->n_rows; i++) {
		const struct vms_verdict_row *other = &v->rows[i];
		enum urgency u;

		if (done[i] || !row_urgency(other, &u) || u != urgency ||
		    (urgency != UNDECIDED && other->level != row->level) ||
		    other->result.owner != row->result.owner ||
		    !streq(other->result.advice, row->result.advice))
			continue;
		if (i == first)
			paper_wrap(p, INK_DIM, 10, other->check->id);
		else
			paper_more(p, INK_DIM, 10, other->check->id);
		done[i] = true;
	}
	paper_newline(p);
}

static void put_owner(struct paper *p, const struct vms_verdict *v, size_t owner, bool *done)
{
	bool heading = false;

	for (int urgency = 0; urgency < N_URGENCY; urgency++)
		for (size_t i = 0; i < v->n_rows; i++) {
			enum urgency u;

			if (done[i] || v->rows[i].result.owner != owners[owner].owner ||
			    !row_urgency(&v->rows[i], &u) || (int)u != urgency)
				continue;
			if (!heading) {
				paper_newline(p);
				paper_put(p, INK_BOLD, heading_of(v, owner));
				paper_newline(p);
				heading = true;
			}
			put_advice(p, v, i, u, done);
		}
}

int vms_text_todo(struct paper *p, const struct vms_verdict *v)
{
	_cleanup_free_ bool *done = calloc(v->n_rows + 1, sizeof(*done));

	if (!done)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(owners); i++)
		put_owner(p, v, i, done);
	return 0;
}

static unsigned count_weight(const struct vms_verdict *v, enum vms_weight weight)
{
	unsigned n = 0;

	for (size_t i = 0; i < v->n_rows; i++)
		n += vms_row_weight(v, &v->rows[i]) == weight;
	return n;
}

/* What a skipped row hangs on: a check that is not told in this verdict, or not as a MUST. */
static void name_cause(struct paper *p, const struct vms_verdict_row *row)
{
	const struct vms_cause *cause = &row->result.cause;

	if (row->result.status != VMS_SKIP || !cause->blocked || !cause->id)
		return;
	paper_more(p, INK_PLAIN, 2, "(needs");
	paper_more(p, INK_PLAIN, 2, cause->id);
	paper_put(p, INK_PLAIN, ")");
}

/* "VMSPEC-A, VMSPEC-B and 7 more" */
static void name_weight(struct paper *p, const struct vms_verdict *v, enum vms_weight weight)
{
	unsigned named = 0, n = count_weight(v, weight);
	char buf[32];

	for (size_t i = 0; i < v->n_rows && named < MAX_NAMED; i++) {
		if (vms_row_weight(v, &v->rows[i]) != weight)
			continue;
		paper_put(p, INK_PLAIN, named++ ? "," : ":");
		paper_more(p, INK_PLAIN, 2, v->rows[i].check->id);
		name_cause(p, &v->rows[i]);
	}
	snprintf(buf, sizeof(buf), "and %u more", n - named);
	if (n > named)
		paper_more(p, INK_PLAIN, 2, buf);
}

static void put_counts(struct paper *p, const struct vms_verdict *v)
{
	bool first = true;
	char buf[64];

	for (int s = 0; s < VMS_N_STATUS; s++) {
		if (v->summary[s] == 0)
			continue;
		if (!first)
			paper_put(p, INK_PLAIN, ",");
		snprintf(buf, sizeof(buf), "%u %s", v->summary[s], vms_status_name(s));
		first ? paper_wrap(p, INK_PLAIN, 2, buf) : paper_more(p, INK_PLAIN, 2, buf);
		first = false;
	}
	if (first)
		paper_put(p, INK_PLAIN, "no checks");
	if (v->partial) {
		paper_put(p, INK_PLAIN, ";");
		paper_more(p, INK_PLAIN, 2, "a selection of the checks only");
	}
	paper_newline(p);
}

/* A MUST that counts as decided because a waiver says so: failed, or skipped for one that is. */
static bool decided_by_waiver(const struct vms_verdict *v, const struct vms_verdict_row *row,
			      enum vms_status status)
{
	return vms_row_weight(v, row) == VMS_WEIGHT_DECIDED && row->result.status == status &&
	       (status == VMS_WAIVED ||
		(row->result.cause.blocked && row->result.cause.status == VMS_WAIVED));
}

static unsigned count_waived(const struct vms_verdict *v, enum vms_status status)
{
	unsigned n = 0;

	for (size_t i = 0; i < v->n_rows; i++)
		n += decided_by_waiver(v, &v->rows[i], status);
	return n;
}

/* "2 waived: VMSPEC-A, VMSPEC-B" */
static void name_waived(struct paper *p, const struct vms_verdict *v, unsigned n)
{
	unsigned named = 0;
	char buf[32];

	snprintf(buf, sizeof(buf), "%u waived", n);
	paper_more(p, INK_PLAIN, 2, buf);
	for (size_t i = 0; i < v->n_rows && named < MAX_NAMED; i++)
		if (decided_by_waiver(v, &v->rows[i], VMS_WAIVED)) {
			paper_put(p, INK_PLAIN, named++ ? "," : ":");
			paper_more(p, INK_PLAIN, 2, v->rows[i].check->id);
		}
	snprintf(buf, sizeof(buf), "and %u more", n - named);
	if (n > named)
		paper_more(p, INK_PLAIN, 2, buf);
}

static void put_waived(struct paper *p, const struct vms_verdict *v)
{
	unsigned waived = count_waived(v, VMS_WAIVED), skipped = count_waived(v, VMS_SKIP);
	char buf[96];

	if (waived) {
		paper_put(p, INK_PLAIN, ";");
		name_waived(p, v, waived);
	}
	snprintf(buf, sizeof(buf), "%u skipped only because of a waived one", skipped);
	if (skipped) {
		paper_put(p, INK_PLAIN, ";");
		paper_more(p, INK_PLAIN, 2, buf);
	}
}

/* With --owner: what others have to mend. */
static void put_not_counted(struct paper *p, const struct vms_verdict *v)
{
	unsigned others = count_weight(v, VMS_WEIGHT_OTHERS);
	char buf[96];

	if (!others)
		return;
	snprintf(buf, sizeof(buf), "not counted, since it is not for the %s to mend",
		 vms_owner_name(v->owner));
	paper_newline(p);
	paper_wrap(p, INK_PLAIN, 2, buf);
	name_weight(p, v, VMS_WEIGHT_OTHERS);
}

/* Of a boot matrix, whose guests' failures are the pair's. */
static unsigned failing_cells(const struct vms_verdict *v)
{
	unsigned n = 0;

	for (size_t i = 0; i < v->n_cells; i++) {
		bool failed = false;

		for (size_t o = 0; o < VMS_N_OWNER; o++)
			failed = failed || ((v->owner == VMS_OWNER_NONE || o == VMS_OWNER_NONE ||
					     o == (size_t)v->owner) &&
					    v->cells[i].failed[o]);
		n += failed;
	}
	return n;
}

static void put_why(struct paper *p, const struct vms_verdict *v)
{
	unsigned failed = count_weight(v, VMS_WEIGHT_FAILED), open = count_weight(v, VMS_WEIGHT_OPEN);
	const char *what = v->strict ? "MUST or SHOULD" : "MUST";
	char buf[128];

	if (v->outcome == VMS_COMPLIANT)
		snprintf(buf, sizeof(buf), "no %s failed, and every %s was decided", what,
			 count_weight(v, VMS_WEIGHT_OTHERS) ? "other one" : "one");
	else if (v->outcome == VMS_NONCOMPLIANT && !failed && failing_cells(v))
		snprintf(buf, sizeof(buf), "a %s failed in the guests of %u of %zu cells", what,
			 failing_cells(v), v->n_cells);
	else if (v->outcome == VMS_NONCOMPLIANT)
		snprintf(buf, sizeof(buf), "%u %s failed", failed, what);
	else if (open)
		snprintf(buf, sizeof(buf), "no %s failed, but %u could not be decided", what, open);
	else
		snprintf(buf, sizeof(buf), "nothing was decided");
	paper_put(p, INK_PLAIN, ":");
	paper_more(p, INK_PLAIN, 2, buf);
	if (v->outcome == VMS_NONCOMPLIANT && failed)
		name_weight(p, v, VMS_WEIGHT_FAILED);
	else if (v->outcome == VMS_INCONCLUSIVE)
		name_weight(p, v, VMS_WEIGHT_OPEN);
	put_waived(p, v);
	put_not_counted(p, v);
}

void vms_text_outcome(struct paper *p, const struct vms_verdict *v)
{
	static const struct {
		const char *word;
		enum paper_ink ink;
	} outcomes[] = {
		[VMS_COMPLIANT] = { "compliant", INK_GREEN },
		[VMS_NONCOMPLIANT] = { "NOT COMPLIANT", INK_RED_BOLD },
		[VMS_INCONCLUSIVE] = { "INCONCLUSIVE", INK_YELLOW },
	};

	paper_newline(p);
	put_counts(p, v);
	paper_put(p, outcomes[v->outcome].ink, outcomes[v->outcome].word);
	paper_put(p, INK_PLAIN, " with ");
	paper_put(p, INK_BOLD, v->profile->name);
	if (v->owner != VMS_OWNER_NONE) {
		paper_more(p, INK_PLAIN, 2, "as far as it is for the");
		paper_more(p, INK_PLAIN, 2, vms_owner_name(v->owner));
	}
	put_why(p, v);
	paper_newline(p);
}
