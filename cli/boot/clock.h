/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Monotonic seconds. */
#ifndef VMS_BOOT_CLOCK_H
#define VMS_BOOT_CLOCK_H

#include <time.h>

static inline double boot_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#endif
