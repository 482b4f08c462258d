/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of a machine's document: what the readers of all rooms saw (include/vmspec.h). */
#ifndef VMS_JUDGE_FACTS_H
#define VMS_JUDGE_FACTS_H

#include "core/machine.h"

/* -ENOMEM. */
int machine_facts(struct vms_machine *m, struct vms_facts **ret);

#endif
