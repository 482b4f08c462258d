/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the formats of test systems share: a suite for each subject and for each cell of a
 * boot matrix, a case for each check, and a name for each suite that no other one has.
 */
#ifndef VMS_FORMAT_SUITES_H
#define VMS_FORMAT_SUITES_H

#include "core/profile.h"
#include "core/util.h"
#include "format.h"

/* How a check bears on the verdict that it stands in. */
enum case_weight {
	CASE_PASSED,
	CASE_FAILED,  /* it makes the verdict noncompliant */
	CASE_OPEN,    /* it leaves the verdict open */
	CASE_LET,     /* failed, and the verdict does not hang on it: SHOULD, waived */
	CASE_SKIPPED, /* does not apply, or undecided and the verdict does not hang on it */
};
enum case_weight case_weight(const struct vms_verdict *v, const struct vms_verdict_row *row);
/* Why a case of CASE_LET or CASE_SKIPPED is let be: "waived: known", "should: ...". Owned by
 * the caller; NULL: -ENOMEM. */
char *case_let_because(const struct vms_verdict_row *row);
/* "Virtual firmware"; of a check that this version does not know: "". */
const char *case_chapter(const struct vms_verdict *v, const struct vms_verdict_row *row);

struct suite {
	const struct vms_verdict *subject;
	const struct vms_cell_verdict *cell; /* NULL: the subject itself */
	const struct vms_verdict *v;	     /* whose checks; NULL: the cell has no verdict */
	const char *name;		     /* distinct in the document */
};

/* The names that were given in this document; zeroed at first. */
struct names {
	void *tree; /* of tsearch() */
};
/* `wanted`, or with a number behind it, after a dash or in brackets. *ret belongs to `n`. -ENOMEM. */
int names_give(struct names *n, const char *wanted, bool dash, const char **ret);
void names_clear(struct names *n);

/* Call `fn` for the subject and for each of its cells. -errno of it, -ENOMEM. */
int suites_each(const struct vms_verdict *v, struct names *names,
		int (*fn)(struct vms_render *r, const struct suite *s), struct vms_render *r);
/* How many there are. */
size_t suites_count(const struct vms_verdict *v);

#endif
