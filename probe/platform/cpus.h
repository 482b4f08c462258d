/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPUs as the kernel counts them: lists in /sys/devices/system/cpu, world-readable. */
#ifndef VMS_CPUS_H
#define VMS_CPUS_H

#include "core/machine.h"

#define CPUS_MAX (1u << 16) /* numbers below it; Linux on arm64 takes 4096 at most */

/* A set of CPU numbers. */
struct cpu_set {
	uint8_t *in; /* in[i]: CPU i is in it; owned */
	unsigned n;  /* numbers there is room for: one more than the highest */
	unsigned count;
};

/* "0-1,4" or "" to a set. -EBADMSG: not understood; -ENOMEM. */
int cpu_set_parse(const char *list, struct cpu_set *ret);
void cpu_set_clear(struct cpu_set *s);
static inline bool cpu_set_has(const struct cpu_set *s, unsigned cpu)
{
	return cpu < s->n && s->in[cpu];
}

/* /sys/devices/system/cpu/NAME ("online", "present", "possible"). 0, or could not look. */
int cpu_set_read(struct vms_machine *m, const char *name, struct cpu_set *ret);

/* How many CPUs the kernel runs: /sys/devices/system/cpu/online, else the columns of
 * /proc/interrupts. 0, or could not look. */
int cpus_online(struct vms_machine *m, unsigned *ret);

/* What became of the CPUs that the kernel asked PSCI for. */
enum cpus_started {
	CPUS_ALL,     /* all that it asked for came up */
	CPUS_FAILED,  /* one did not, by the kernel's own word */
	CPUS_GAVE_UP, /* one was started and stopped itself: it is not like the others */
	CPUS_UNTOLD,  /* one is offline, and nothing says why */
	CPUS_UNSEEN,  /* it could not be looked at: *ret_err */
};

/* Evidence goes to `r`; *ret_cpu: which CPU, *ret_err: why it could not be looked at.
 * 0 or -ENOMEM. */
int cpus_started(struct vms_machine *m, struct vms_result *r, enum cpus_started *ret, unsigned *ret_cpu,
		 int *ret_err);

#endif
