// SPDX-License-Identifier: GPL-2.0-or-later
/* Suites and cases; see suites.h. */
#include <errno.h>
#include <search.h>
#include "document/read.h"
#include "suites.h"

enum case_weight case_weight(const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	bool decisive = row->level == VMS_MUST || (v->strict && row->level == VMS_SHOULD);

	switch (row->result.status) {
	case VMS_PASS:
		return CASE_PASSED;
	case VMS_FAIL:
		return decisive ? CASE_FAILED : CASE_LET;
	case VMS_UNKNOWN:
	case VMS_PENDING:
		return decisive ? CASE_OPEN : CASE_SKIPPED;
	case VMS_WAIVED:
		return CASE_LET;
	default:
		return CASE_SKIPPED;
	}
}

char *case_let_because(const struct vms_verdict_row *row)
{
	const struct vms_result *r = &row->result;

	switch (r->status) {
	case VMS_WAIVED:
		return vms_asprintf("waived: %s", r->waiver ? r->waiver : "-");
	case VMS_SKIP:
		return strdup(r->reason);
	default:
		return vms_asprintf("%s, and only %s: %s",
				    r->status == VMS_FAIL ? "failed" : vms_status_name(r->status),
				    vms_level_name(row->level), r->reason);
	}
}

const char *case_chapter(const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	return vms_profile_chapter(v->profile, row->check);
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

int names_give(struct names *n, const char *wanted, bool dash, const char **ret)
{
	char *name = strdup(wanted);

	for (unsigned i = 2; name && tfind(name, &n->tree, compare); i++) {
		free(name);
		name = vms_asprintf(dash ? "%s-%u" : "%s (%u)", wanted, i);
	}
	if (!name || !tsearch(name, &n->tree, compare)) {
		free(name);
		return -ENOMEM;
	}
	*ret = name;
	return 0;
}

void names_clear(struct names *n)
{
	tdestroy(n->tree, free);
	*n = (struct names){ 0 };
}

static int suite_of_cell(const struct suite *subject, const struct vms_cell_verdict *cell,
			 struct names *names, int (*fn)(struct vms_render *r, const struct suite *s),
			 struct vms_render *r)
{
	_cleanup_free_ char *name = vms_asprintf("%s on %s", subject->name, cell->name);
	_cleanup_verdict_ struct vms_verdict *v = NULL;
	struct suite s = { .subject = subject->subject, .cell = cell };
	int err = name ? names_give(names, name, false, &s.name) : -ENOMEM;

	if (!err)
		err = vms_cell_read(cell, &v);
	if (v) /* what is asked of the pair is asked of its guests */
		v->strict = v->strict || subject->subject->strict;
	s.v = v;
	return err ? err : fn(r, &s);
}

int suites_each(const struct vms_verdict *v, struct names *names,
		int (*fn)(struct vms_render *r, const struct suite *s), struct vms_render *r)
{
	struct suite s = { .subject = v, .v = v };
	const char *name = v->subject.name && *v->subject.name ? v->subject.name : "unnamed";
	int err = names_give(names, name, false, &s.name);

	if (!err)
		err = fn(r, &s);
	for (size_t i = 0; !err && i < v->n_cells; i++)
		err = suite_of_cell(&s, &v->cells[i], names, fn, r);
	return err;
}

size_t suites_count(const struct vms_verdict *v)
{
	return 1 + v->n_cells;
}
