/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which cells speak to which check. Cells differ in the values of a few factors; each value
 * that the specification names is a check VMSPEC-BOOT-*.
 */
#ifndef VMS_MATRIX_JUDGE_H
#define VMS_MATRIX_JUDGE_H

#include "matrix.h"

enum matrix_value {
	VALUE_DEFAULT, /* the hypervisor's default hardware */
	VALUE_GICV2,
	VALUE_GICV3,
	VALUE_DTB,
	VALUE_ACPI,
	VALUE_PCI,
	VALUE_MMIO,
	VALUE_AARCH32,
	VALUE_XENBUS,
	N_VALUES,
};

/* What one cell shows of a value. Strings belong to the cell or are constant. */
struct matrix_view {
	bool has;		/* the cell has to do with it: asked for, or left open and seen */
	bool contradiction;	/* asked for, and the guest saw something else */
	enum vms_status status; /* PASS: booted with it; FAIL, UNKNOWN, SKIP */
	const char *what;	/* said before `why`; "" */
	const char *why;
};

/* view.c */
struct matrix_view matrix_view(const struct vms_cell *cell, enum matrix_value value);
/* Does the value explain why cells with it failed? All that have it, and ran, did. */
bool matrix_explains(const struct vms_matrix *m, enum matrix_value value);
/* Failed, with `value`, and nothing else that the cell has explains it. */
bool matrix_unexplained(const struct vms_matrix *m, const struct vms_cell *cell, enum matrix_value value);
/* No cell was run, all for one reason: that one. NULL: some were, or they tell of several. */
const char *matrix_none_ran(const struct vms_matrix *m);
/* No cell booted, not even the default one: the other checks have nothing to say. */
bool matrix_nothing_boots(const struct vms_matrix *m);

/* The row of a check; NULL: there is none. */
const struct vms_verdict_row *matrix_judged(const struct vms_matrix_rows *judged, const char *id);

/* Never NULL, never empty. */
const char *matrix_cell_name(const struct vms_cell *cell);
/* "verdict noncompliant after 41 s", or why none; NULL: out of memory. */
char *matrix_cell_ended(const struct vms_cell *cell);
/* The same for who did not boot, without a copy. */
const char *matrix_cell_reason(const struct vms_cell *cell);

/* values.c: a check over a value. */
int matrix_judge_value(struct vms_matrix *m, enum matrix_value value, struct vms_result *r);
/* steps.c: checks over what was done in the cells that booted. */
int matrix_judge_step(struct vms_matrix *m, enum vms_cell_step step, struct vms_result *r);
int matrix_judge_power(struct vms_matrix *m, struct vms_result *r);
/* How a step went in a cell: SKIP where it was not to be tried, or is decided elsewhere. */
enum vms_status matrix_step_status(const struct vms_cell *cell, enum vms_cell_step step);
enum vms_status matrix_power_status(const struct vms_cell *cell);

/* blame.c: is there a loader for AArch32 in the image? What cannot be looked at may hold one. */
bool matrix_may_have_bootarm(struct vms_matrix *m);
/* Who can mend that an image does not boot in `cell`, as far as it can be told. */
void matrix_blame(struct vms_matrix *m, enum matrix_value value, const struct vms_cell *cell,
		  struct vms_result *r);

/* checks.c: what this cell alone shows for a check; SKIP: it has nothing to do with it. */
enum vms_status matrix_cell_status(const struct vms_cell *cell, const struct vms_check *c);

#endif
