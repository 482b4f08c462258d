/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live table: what the running kernel is asked that is no file. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>

#include "core/devices.h"
#include "kmsg_live.h"
#include "live_cpus.h"
#include "live_pci.h"
#include "core/machine.h"

static int kernel_machine(_unused_ struct vms_machine *m, char **ret)
{
	struct utsname u;

	if (uname(&u) < 0)
		return -errno;
	*ret = strdup(u.machine);
	return *ret ? 0 : -ENOMEM;
}

#ifdef __aarch64__
/* EL0 may read CNTVCT_EL0 and CNTFRQ_EL0 (CNTKCTL_EL1.EL0VCTEN); a hypervisor or
 * a seccomp-like trap that forbids it ends in SIGILL. */
static sigjmp_buf counter_trapped;

static void on_sigill(_unused_ int sig)
{
	siglongjmp(counter_trapped, 1);
}

static uint64_t read_cntvct(void)
{
	uint64_t v;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(v)::"memory");
	return v;
}

static uint64_t raw_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Long enough to compare rates, too short to wait for: 2 ms. */
static void read_counter(struct vms_counter *c)
{
	uint64_t before, after, now;
	unsigned turns = 0;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(c->hz));
	before = raw_ns();
	c->first = read_cntvct();
	after = raw_ns();
	/* bounded: the clock itself may run by a counter that stands still */
	for (now = after; now - after < 2000000 && turns < 5000000; turns++)
		now = raw_ns();
	c->second = read_cntvct();
	c->ns_min = now - after;
	c->ns_max = raw_ns() - before;
}

static int kernel_counter(_unused_ struct vms_machine *m, struct vms_counter *ret)
{
	struct sigaction trap = { .sa_handler = on_sigill }, old;
	struct vms_counter c = { 0 };

	if (sigaction(SIGILL, &trap, &old) < 0)
		return -errno;
	if (sigsetjmp(counter_trapped, 1)) {
		sigaction(SIGILL, &old, NULL);
		return -EACCES;
	}
	read_counter(&c);
	sigaction(SIGILL, &old, NULL);
	*ret = c;
	return 0;
}
#else
static int kernel_counter(_unused_ struct vms_machine *m, _unused_ struct vms_counter *ret)
{
	return -EOPNOTSUPP;
}
#endif

static int kernel_uptime(_unused_ struct vms_machine *m, double *ret)
{
	struct timespec t;

	/* CLOCK_MONOTONIC is what the kernel's log is stamped with (within local_clock's
	 * drift); BOOTTIME goes on in suspend, as the RTC does */
	if (clock_gettime(CLOCK_BOOTTIME, &t) < 0)
		return -errno;
	*ret = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
	return 0;
}

static int kernel_clock(_unused_ struct vms_machine *m, time_t *ret)
{
	*ret = time(NULL);
	return 0;
}

static int kernel_clock_kept(_unused_ struct vms_machine *m, bool *ret)
{
	struct timex t = { .modes = 0 };

	if (adjtimex(&t) < 0)
		return -errno;
	*ret = !(t.status & STA_UNSYNC);
	return 0;
}

const struct vms_live vms_live_kernel = {
	.machine = kernel_machine,
	.kernel_log = vms_kernel_log_live,
	.devices = vms_devices_by_links,
	.tty = vms_tty_by_link,
	.counter = kernel_counter,
	.cpu_samples = vms_live_cpu_samples,
	.page_size = vms_live_page_size,
	.pci_writable = vms_live_pci_writable,
	.uptime = kernel_uptime,
	.clock = kernel_clock,
	.clock_kept = kernel_clock_kept,
};
