/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the text format that stand below the table. */
#ifndef VMS_FORMAT_TEXT_H
#define VMS_FORMAT_TEXT_H

#include "paper.h"

/* What the hypervisor owes, what the image owes, what the admin can do: each
 * advice once, with the checks that it would mend. -ENOMEM. */
int vms_text_todo(struct paper *p, const struct vms_verdict *v);

/* The counts, and the verdict in one sentence. */
void vms_text_outcome(struct paper *p, const struct vms_verdict *v);

struct vms_guests; /* probe/document/read.h */

/* A boot matrix: the table of cells, nothing where there are none. */
void vms_text_matrix(struct paper *p, const struct vms_verdict *v, const struct vms_guests *guests);

/* A boot matrix none of whose cells was run: there is no hypervisor here. */
bool vms_text_nothing_ran(const struct vms_verdict *v);

/* ... and below the verdict, which guests are not compliant, and why. -ENOMEM. */
int vms_text_whose(struct paper *p, const struct vms_verdict *v, const struct vms_guests *guests);
int vms_text_guests(struct paper *p, const struct vms_verdict *v, const struct vms_guests *guests);

#endif
