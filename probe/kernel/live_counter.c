/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <time.h>

#include "core/util.h"
#include "live_counter.h"

static sigjmp_buf trapped;

static void on_sigill(_unused_ int sig)
{
	siglongjmp(trapped, 1);
}

uint64_t vms_raw_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int vms_read_trapped(int (*read)(void *ctx), void *ctx)
{
	struct sigaction trap = { .sa_handler = on_sigill }, old;
	volatile int r = -EACCES;

	if (sigaction(SIGILL, &trap, &old) < 0)
		return -errno;
	if (!sigsetjmp(trapped, 1))
		r = read(ctx);
	sigaction(SIGILL, &old, NULL);
	return r;
}
