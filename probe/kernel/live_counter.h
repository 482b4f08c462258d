/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The generic timer's counter as a program may read it (CNTKCTL_EL1.EL0VCTEN): a hypervisor, or whoever
 * else traps the register, ends the reader with SIGILL.
 */
#pragma once
#include <stdint.h>

#ifdef __aarch64__
/* CNTVCT_EL0, read after what comes before it: ticks. */
static inline uint64_t vms_read_cntvct(void)
{
	uint64_t v;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(v)::"memory");
	return v;
}
#endif

/* CLOCK_MONOTONIC_RAW in nanoseconds: no NTP bends it. */
uint64_t vms_raw_ns(void);

/* read(ctx), which may be ended by SIGILL at any place and owns nothing that would be lost by it, and its
 * result: -EACCES where it was, another -errno where it could not be called. Not reentrant. */
int vms_read_trapped(int (*read)(void *ctx), void *ctx);
