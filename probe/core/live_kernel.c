/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live table: what the running kernel is asked that is no file. */
#include <errno.h>
#include <libudev.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/utsname.h>
#include <time.h>

#include "kmsg_live.h"
#include "machine.h"

static int kernel_machine(_unused_ struct vms_machine *m, char **ret)
{
	struct utsname u;

	if (uname(&u) < 0)
		return -errno;
	*ret = strdup(u.machine);
	return *ret ? 0 : -ENOMEM;
}

static int push_device(struct vms_device **devices, size_t *n, size_t *room, const char *syspath)
{
	const char *name = strrchr(syspath, '/');
	struct vms_device *grown = *devices;

	if (*n == *room) {
		grown = reallocarray(*devices, *room + 32, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		*devices = grown;
		*room += 32;
	}
	grown[*n] = (struct vms_device){ strdup(name ? name + 1 : syspath), strdup(syspath) };
	(*n)++;
	return grown[*n - 1].sysname && grown[*n - 1].syspath ? 0 : -ENOMEM;
}

static int by_sysname(const void *a, const void *b)
{
	const struct vms_device *x = a, *y = b;

	return strcmp(x->sysname, y->sysname);
}

static int kernel_devices(struct vms_machine *m, const char *subsystem, struct vms_device **ret, size_t *ret_n)
{
	_cleanup_free_ char *dir = vms_asprintf("/sys/class/%s", subsystem);
	struct vms_device *devices = NULL;
	struct udev_enumerate *e = NULL;
	struct udev_list_entry *entry;
	struct udev *udev = NULL;
	size_t n = 0, room = 0;
	int err = dir ? vms_root_probe(m->root, dir) : -ENOMEM;

	/* libudev gives an empty list where it could not look */
	if (err < 0)
		return err;
	udev = udev_new();
	e = udev ? udev_enumerate_new(udev) : NULL;
	if (!e || udev_enumerate_add_match_subsystem(e, subsystem) < 0)
		err = -ENOMEM;
	else
		err = MIN(udev_enumerate_scan_devices(e), 0);
	if (!err)
		udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(e)) {
			err = push_device(&devices, &n, &room, udev_list_entry_get_name(entry));
			if (err < 0)
				break;
		}
	udev_enumerate_unref(e);
	udev_unref(udev);
	if (err < 0) {
		vms_devices_free(devices, n);
		return err;
	}
	if (n)
		qsort(devices, n, sizeof(*devices), by_sysname);
	*ret = devices;
	*ret_n = n;
	return 0;
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

const struct vms_live vms_live_kernel = {
	.machine = kernel_machine,
	.kernel_log = vms_kernel_log_live,
	.devices = kernel_devices,
	.counter = kernel_counter,
	.uptime = kernel_uptime,
	.clock = kernel_clock,
};
