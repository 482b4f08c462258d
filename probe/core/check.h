/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A check is a function and a row. Rows stand in the `const struct vms_checks`
 * of the file that judges them; a profile (profile.h) lists those in print order.
 * The level of a check in a version of the specification stands in probe/spec/ alone.
 */
#ifndef VMS_CHECK_H
#define VMS_CHECK_H

#include "result.h"

#define VMS_MAX_NEEDS 3

struct vms_matrix; /* probe/matrix/matrix.h */

/*
 * State a result in `r`. Return 0, or -errno when something could not be
 * looked at: the runner turns that into `unknown`. Checks over a machine get
 * the machine, checks over a disk get the image, checks over a matrix of virtual
 * hardware get that.
 */
typedef int (*vms_machine_fn)(struct vms_machine *m, struct vms_result *r);
/* The same for a check that also depends on what the run was asked for: thresholds of
 * its profile, what may be written. */
typedef int (*vms_asked_fn)(struct vms_machine *m, const struct vms_run_options *opt, struct vms_result *r);
typedef int (*vms_image_fn)(struct vms_image *image, struct vms_result *r);
typedef int (*vms_matrix_fn)(struct vms_matrix *m, struct vms_result *r);

struct vms_check {
	const char *id;	   /* "VMSPEC-EFI" */
	const char *title; /* what holds when it passes, in a few words */
	/* IDs that must have passed; a failed or skipped one makes this a skip,
	 * an unknown or pending one makes this unknown. */
	const char *needs[VMS_MAX_NEEDS];
	bool despite_unknown;	   /* what is unknown of them does not stand in the way */
	unsigned kinds;		   /* enum vms_kind bits: documents that list it */
	vms_machine_fn machine_fn; /* one of these is set */
	vms_asked_fn asked_fn;
	vms_image_fn image_fn;
	vms_matrix_fn matrix_fn;
	/* for --explain: what it reads, when it passes, when it fails, who mends it */
	const char *reads;
	const char *passes;
	const char *fails;
	const char *mends;
};

/* The rows of one file. */
struct vms_checks {
	const char *chapter; /* "Virtual firmware" */
	const struct vms_check *checks;
	size_t n;
	/* Who may have to mend what these checks find: enum vms_owner bits, VMS_OWED_BY();
	 * 0: anybody. What is unknown here is nothing to the others. */
	unsigned owed_by;
};

#define VMS_OWED_BY(owner) (1u << (owner))
#define VMS_CHECKS_OWED(name, chapter_, rows, owed_by_)                                                      \
	const struct vms_checks name = { chapter_, rows, ARRAY_SIZE(rows), owed_by_ }
#define VMS_CHECKS(name, chapter_, rows) VMS_CHECKS_OWED(name, chapter_, rows, 0)

#define VMS_KIND_MACHINE (VMS_KIND_GUEST | VMS_KIND_RECORD)

#endif
