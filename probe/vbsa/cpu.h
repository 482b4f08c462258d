/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel tells of each processing element: /proc/cpuinfo (features as all
 * CPUs share them, MIDR in its parts), /sys/devices/system/cpu/cpuN/regs/identification.
 */
#ifndef VMS_VBSA_CPU_H
#define VMS_VBSA_CPU_H

#include "core/machine.h"

struct vbsa_cpu {
	unsigned number; /* the kernel's */
	uint32_t midr;	 /* MIDR_EL1; 0: not told */
	char *features;	 /* " fp asimd ... ", a space around each; NULL: not told */
};

struct vbsa_cpus {
	int err; /* reading /proc/cpuinfo: 0, or could not look */
	struct vbsa_cpu *cpu;
	size_t n;
};

/* The facts of `m`, read once. NULL: -ENOMEM. */
const struct vbsa_cpus *vbsa_cpus_read(struct vms_machine *m);

/* Over the text of /proc/cpuinfo. -ENOMEM. */
int vbsa_cpus_parse(const char *text, struct vbsa_cpus *ret);
void vbsa_cpus_clear(struct vbsa_cpus *c);

/* 1: it has; 0: it has not; -ENODATA: its features are not told. */
int vbsa_cpu_has(const struct vbsa_cpu *cpu, const char *feature);

/* The architecture of a part by its MIDR: 8, 9, or 0: no part that is known here.
 * After the parts' public technical reference manuals. */
unsigned vbsa_cpu_architecture(uint32_t midr);

#endif
