/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is judged of the interrupt controller by more than one specification. */
#ifndef VMS_GIC_H
#define VMS_GIC_H

#include "core/result.h"

struct vms_machine;

/* A GICv2 or newer, driven and described alike. As a check's function (core/check.h). */
int gic_judge(struct vms_machine *m, struct vms_result *r);

/* Not more than 8 CPUs on a GICv2. */
int gic_judge_cpus(struct vms_machine *m, struct vms_result *r);

/* The version that is driven, else the one that is described; 0: not seen. -ENOMEM. */
int gic_version(struct vms_machine *m, unsigned *ret);

#endif
