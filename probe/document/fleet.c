// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Joining verdicts: a row for each check that any subject has, a member for each subject with
 * its own document. Documents come one at a time and are kept as text.
 */
#include <errno.h>
#include <search.h>
#include "core/verdict.h"
#include "fleet.h"
#include "json.h"
#include "reading.h"

#define EVIDENCE_MAX 20 /* subjects that a check names */

struct vms_fleet {
	struct vms_verdict *v;		  /* rows by check, cells by subject */
	size_t room;			  /* for cells */
	size_t *widths;			  /* by cell: rows that it has a status for */
	unsigned (*counts)[VMS_N_STATUS]; /* by row */
	void *names;			  /* of tsearch(): "kind/name" */
};

int vms_fleet_new(struct vms_fleet **ret)
{
	struct vms_fleet *f = calloc(1, sizeof(*f));

	if (!f || !(f->v = calloc(1, sizeof(*f->v)))) {
		free(f);
		return -ENOMEM;
	}
	f->v->subject.kind = VMS_KIND_FLEET;
	*ret = f;
	return 0;
}

void vms_fleet_free(struct vms_fleet *f)
{
	if (!f)
		return;
	vms_verdict_free(f->v);
	free(f->counts);
	free(f->widths);
	tdestroy(f->names, free);
	free(f);
}

const char *vms_fleet_profile(const struct vms_fleet *f)
{
	return f->v->profile ? f->v->profile->name : NULL;
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int take_name(struct vms_fleet *f, const struct vms_subject_info *s)
{
	_cleanup_free_ char *key = vms_asprintf("%s/%s", vms_kind_name(s->kind), s->name ? s->name : "");

	if (!key)
		return -ENOMEM;
	if (tfind(key, &f->names, compare))
		return -EEXIST;
	if (!tsearch(key, &f->names, compare))
		return -ENOMEM;
	key = NULL;
	return 0;
}

/* What is not the same for all is not known. */
static int share(char **mine, const char *theirs, bool first)
{
	if (first && theirs)
		return (*mine = strdup(theirs)) ? 0 : -ENOMEM;
	if (*mine && (!theirs || !streq(*mine, theirs))) {
		free(*mine);
		*mine = NULL;
	}
	return 0;
}

static int share_subject(struct vms_fleet *f, const struct vms_verdict *v)
{
	struct vms_subject_info *s = &f->v->subject;
	bool first = f->v->n_cells == 0;
	int err = share(&s->arch, v->subject.arch, first);

	if (!err)
		err = share(&s->hypervisor, v->subject.hypervisor, first);
	if (!err)
		err = share(&s->firmware, v->subject.firmware, first);
	f->v->time = MAX(f->v->time, v->time);
	f->v->partial = f->v->partial || v->partial;
	f->v->strict = f->v->strict || v->strict;
	return err;
}

/* A string that the verdict keeps. */
static int keep(struct vms_verdict *v, const char *s, const char **ret)
{
	void **grown = reallocarray(v->foreign, v->n_foreign + 1, sizeof(*grown));
	char *copy = grown ? strdup(s) : NULL;

	if (grown)
		v->foreign = grown;
	if (!copy)
		return -ENOMEM;
	grown[v->n_foreign++] = copy;
	*ret = copy;
	return 0;
}

static int new_row(struct vms_fleet *f, const struct vms_verdict_row *row)
{
	size_t n = f->v->n_rows;
	struct vms_verdict_row *rows = reallocarray(f->v->rows, n + 1, sizeof(*rows));
	unsigned(*counts)[VMS_N_STATUS];

	if (!rows)
		return -ENOMEM;
	f->v->rows = rows;
	counts = reallocarray(f->counts, n + 1, sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	f->counts = counts;
	memset(&counts[n], 0, sizeof(counts[n]));
	rows[n] = (struct vms_verdict_row){
		.check = reading_check(f->v, row->check->id, row->check->title),
		.level = row->level,
		.result.status = VMS_SKIP,
	};
	if (!rows[n].check)
		return -ENOMEM;
	f->v->n_rows++;
	return row->clause ? keep(f->v, row->clause, &rows[n].clause) : 0;
}

/* The row of that check; most subjects list them in the same order, from `at` on. */
static int find_row(struct vms_fleet *f, const struct vms_verdict_row *row, size_t at, size_t *ret)
{
	for (size_t i = 0; i < f->v->n_rows; i++) {
		size_t j = (at + i) % f->v->n_rows;

		if (streq(f->v->rows[j].check->id, row->check->id)) {
			*ret = j;
			return 0;
		}
	}
	*ret = f->v->n_rows;
	return new_row(f, row);
}

/* What somebody has to look at first: failures, then what is open; a pass says more than a skip. */
static int rank(enum vms_status s)
{
	static const int ranks[VMS_N_STATUS] = { [VMS_SKIP] = 0,    [VMS_PASS] = 1,    [VMS_WAIVED] = 2,
						 [VMS_PENDING] = 3, [VMS_UNKNOWN] = 4, [VMS_FAIL] = 5 };

	return ranks[s];
}

static int copy_text(char **to, const char *from)
{
	char *copy = from ? strdup(from) : NULL;

	if (from && !copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	return 0;
}

/* This subject's result into the row. */
static int merge(struct vms_fleet *f, size_t at, const struct vms_verdict_row *row, const char *name)
{
	struct vms_result *to = &f->v->rows[at].result;
	const struct vms_result *from = &row->result;
	int err = 0;

	f->counts[at][from->status]++;
	if (rank(from->status) < rank(to->status))
		return 0;
	if (rank(from->status) > rank(to->status) || !to->advice) {
		if (rank(from->status) > rank(to->status)) {
			vms_result_clear(to);
			to->status = from->status;
		}
		to->owner = from->owner;
		err = copy_text(&to->advice, from->advice);
		if (!err)
			err = copy_text(&to->waiver, from->waiver);
	}
	if (!err && from->status != VMS_PASS && from->status != VMS_SKIP && to->n_evidence < EVIDENCE_MAX) {
		vms_evidence(to, name, "%s", from->reason);
		err = to->err;
	}
	return err;
}

static int keep_document(const struct vms_verdict *v, const char *tool, char **ret)
{
	size_t len = 0;
	FILE *out = vms_memstream(ret, &len);
	int err;

	if (!out)
		return -ENOMEM;
	err = vms_json_print_verdict(out, v, tool, false);
	if (fclose(out) == EOF || err)
		return -ENOMEM;
	(*ret)[strcspn(*ret, "\n")] = '\0';
	return 0;
}

static int new_member(struct vms_fleet *f, const struct vms_verdict *v, const char *tool,
		      struct vms_cell_verdict **ret)
{
	struct vms_cell_verdict *m;
	size_t *widths;

	if (f->v->n_cells == f->room) {
		size_t room = f->room ? 2 * f->room : 16;

		m = reallocarray(f->v->cells, room, sizeof(*m));
		if (!m)
			return -ENOMEM;
		f->v->cells = m;
		widths = reallocarray(f->widths, room, sizeof(*widths));
		if (!widths)
			return -ENOMEM;
		f->widths = widths;
		f->room = room;
	}
	m = &f->v->cells[f->v->n_cells++];
	*m = (struct vms_cell_verdict){ .outcome = v->outcome };
	m->name = strdup(v->subject.name ? v->subject.name : "unnamed");
	m->statuses = calloc(f->v->n_rows + v->n_rows + 1, sizeof(*m->statuses));
	*ret = m;
	return m->name && m->statuses ? keep_document(v, tool, &m->document) : -ENOMEM;
}

static int add(struct vms_fleet *f, const struct vms_verdict *v, const char *tool)
{
	size_t at = 0, before = f->v->n_rows;
	struct vms_cell_verdict *m = NULL;
	int err = share_subject(f, v);

	if (!err)
		err = new_member(f, v, tool, &m);
	for (size_t i = 0; !err && i < before + v->n_rows; i++)
		m->statuses[i] = VMS_N_STATUS;
	for (size_t i = 0; !err && i < v->n_rows; i++) {
		err = find_row(f, &v->rows[i], at, &at);
		if (!err)
			err = merge(f, at, &v->rows[i], m->name);
		if (!err)
			m->statuses[at++] = v->rows[i].result.status;
	}
	if (!err)
		f->widths[f->v->n_cells - 1] = f->v->n_rows;
	return err;
}

int vms_fleet_add(struct vms_fleet *f, const struct vms_verdict *v, const char *tool)
{
	int err = 0;

	if (f->v->profile && !streq(f->v->profile->name, v->profile->name))
		return -EXDEV;
	if (!f->v->profile)
		err = reading_profile(f->v, v->profile->name);
	if (!err)
		err = take_name(f, &v->subject);
	return err ? err : add(f, v, tool);
}

/* "fails in 2 of 5 subjects, passes in 3" */
static int state_reason(struct vms_result *r, const unsigned *counts, size_t subjects)
{
	static const char *const words[VMS_N_STATUS] = {
		[VMS_PASS] = "passes",	   [VMS_FAIL] = "fails", [VMS_UNKNOWN] = "unknown",
		[VMS_PENDING] = "pending", [VMS_SKIP] = "skip",	 [VMS_WAIVED] = "waived",
	};
	_cleanup_free_ char *text = vms_asprintf("%s in %u of %zu subject%s", words[r->status],
						 counts[r->status], subjects, subjects == 1 ? "" : "s");

	for (int s = 0; text && s < VMS_N_STATUS; s++) {
		char *more;

		if (s == (int)r->status || counts[s] == 0)
			continue;
		more = vms_asprintf("%s, %s in %u", text, words[s], counts[s]);
		free(text);
		text = more;
	}
	free(r->reason);
	r->reason = text;
	text = NULL;
	return r->reason ? 0 : -ENOMEM;
}

/* Members that came before a check was first seen do not list it. */
static int widen(struct vms_fleet *f)
{
	for (size_t i = 0; i < f->v->n_cells; i++) {
		struct vms_cell_verdict *m = &f->v->cells[i];
		enum vms_status *wide = reallocarray(m->statuses, f->v->n_rows + 1, sizeof(*wide));

		if (!wide)
			return -ENOMEM;
		m->statuses = wide;
		for (size_t j = f->widths[i]; j < f->v->n_rows; j++)
			wide[j] = VMS_N_STATUS;
	}
	return 0;
}

int vms_fleet_verdict(struct vms_fleet *f, struct vms_verdict **ret)
{
	bool failed = false, open = false;
	int err;

	if (f->v->n_cells == 0)
		return -ENODATA;
	err = widen(f);
	for (size_t i = 0; !err && i < f->v->n_rows; i++)
		err = state_reason(&f->v->rows[i].result, f->counts[i], f->v->n_cells);
	if (!err && !(f->v->subject.name =
			      vms_asprintf("%zu subject%s", f->v->n_cells, f->v->n_cells == 1 ? "" : "s")))
		err = -ENOMEM;
	if (err)
		return err;
	for (size_t i = 0; i < f->v->n_cells; i++) {
		failed = failed || f->v->cells[i].outcome == VMS_NONCOMPLIANT;
		open = open || f->v->cells[i].outcome == VMS_INCONCLUSIVE;
	}
	vms_verdict_count(f->v);
	f->v->outcome = failed ? VMS_NONCOMPLIANT : open ? VMS_INCONCLUSIVE : VMS_COMPLIANT;
	*ret = f->v;
	f->v = NULL;
	return 0;
}
