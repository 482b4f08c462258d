/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live table's part about all CPUs: vms_live.cpu_samples and .page_size (core/machine.h). */
#ifndef VMS_LIVE_CPUS_H
#define VMS_LIVE_CPUS_H

#include "core/machine.h"

int vms_live_cpu_samples(struct vms_machine *m, struct vms_cpu_samples *ret);
int vms_live_page_size(struct vms_machine *m, unsigned *ret);

/* Adds the counts of the arch_timer row of /proc/interrupts, a column each, to `counts`. False: no such
 * row. */
bool vms_arch_timer_counts(const char *table, unsigned long long *counts, unsigned n);

#endif
