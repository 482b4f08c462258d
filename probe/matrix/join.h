/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells that were judged by themselves, elsewhere, as one boot matrix: what was seen of each stands in
 * its document as facts, and is judged anew together with the others.
 */
#ifndef VMS_MATRIX_JOIN_H
#define VMS_MATRIX_JOIN_H

#include "matrix.h"

struct vms_matrix_join {
	struct vms_matrix matrix;     /* the cells so far */
	struct vms_matrix_rows image; /* VMSPEC-IMAGE-* of the first document */
	struct vms_matrix_rows told;  /* its other rows: which they are, and what was waived */
	char *profile;
	bool partial, strict;
	enum vms_owner owner;
};

/*
 * Take the cells of a boot matrix's verdict. What was taken before stays as it is on failure. *ret_why, where
 * -EBADMSG (what is not as before it, or no cell that can be judged); -ENOMEM.
 */
int vms_matrix_join_add(struct vms_matrix_join *j, const struct vms_verdict *v, const char **ret_why);

/*
 * Bring the cells into their matrix's order, and add those of it that nobody sent as cells that were not run;
 * *ret_missing of them. The matrix can then be judged (vms_run_matrix). -ENODATA: no cell was added; -ENOMEM.
 */
int vms_matrix_join_end(struct vms_matrix_join *j, size_t *ret_missing);

void vms_matrix_join_clear(struct vms_matrix_join *j);

#endif
