/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results counted up to a verdict. */
#ifndef VMS_VERDICT_H
#define VMS_VERDICT_H

#include "../../include/vmspec.h"

/* What a row is to the verdict. */
enum vms_weight {
	VMS_WEIGHT_NONE,    /* its level does not count */
	VMS_WEIGHT_OTHERS,  /* what is broken or open here is for another party to mend (--owner) */
	VMS_WEIGHT_DECIDED, /* passed, waived, or does not apply */
	VMS_WEIGHT_FAILED,
	VMS_WEIGHT_OPEN, /* nobody knows: unknown, pending, or hangs on a check that is not told here */
};
enum vms_weight vms_row_weight(const struct vms_verdict *v, const struct vms_verdict_row *row);

/* The row of a check; NULL: it lists none, or there is no verdict, or no ID. */
const struct vms_verdict_row *vms_verdict_find(const struct vms_verdict *v, const char *id);

/* Fill summary and outcome from the rows. */
void vms_verdict_count(struct vms_verdict *v);

void vms_subject_clear(struct vms_subject_info *s);
void vms_facts_free(struct vms_facts *f);

#endif
