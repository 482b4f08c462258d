/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the document's "facts" want to know of the platform, as the checks saw it. The
 * GIC is in gic.h, the timer's interrupt in irq.h, consoles in console.h, CPUs that run in cpus.h.
 */
#ifndef VMS_PLATFORM_FACTS_H
#define VMS_PLATFORM_FACTS_H

#include "core/machine.h"

/* As the firmware answered the kernel, else as the device tree says. 0; -ENODATA: it
 * could not be seen. */
int psci_version(struct vms_machine *m, unsigned *ret_major, unsigned *ret_minor);

/* CPUs in MADT or FDT. 0; -ENODATA: no description can be seen; -ENOMEM. */
int cpus_described(struct vms_machine *m, size_t *ret);

#endif
