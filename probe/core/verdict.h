/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results counted up to a verdict. */
#ifndef VMS_VERDICT_H
#define VMS_VERDICT_H

#include "../../include/vmspec.h"

/* Fill summary and outcome from the rows. */
void vms_verdict_count(struct vms_verdict *v);

void vms_subject_clear(struct vms_subject_info *s);

#endif
