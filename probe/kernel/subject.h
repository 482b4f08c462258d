/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is judged: name, architecture, hypervisor, firmware of a machine. */
#ifndef VMS_SUBJECT_H
#define VMS_SUBJECT_H

#include "core/machine.h"
#include "core/verdict.h"

/* Best effort: what cannot be seen stays NULL. -ENOMEM. */
int vms_subject_read(struct vms_machine *m, struct vms_subject_info *ret);

#endif
