/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live table: what the running kernel is asked that is no file. */
#include <errno.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>

#include "core/devices.h"
#include "kmsg_live.h"
#include "live_counter.h"
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
/* Long enough to compare rates, too short to wait for: 2 ms. */
static int read_counter(void *ctx)
{
	struct vms_counter *c = ctx;
	uint64_t before, after, now;
	unsigned turns = 0;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(c->hz));
	before = vms_raw_ns();
	c->first = vms_read_cntvct();
	after = vms_raw_ns();
	/* bounded: the clock itself may run by a counter that stands still */
	for (now = after; now - after < 2000000 && turns < 5000000; turns++)
		now = vms_raw_ns();
	c->second = vms_read_cntvct();
	c->ns_min = now - after;
	c->ns_max = vms_raw_ns() - before;
	return 0;
}

static int kernel_counter(_unused_ struct vms_machine *m, struct vms_counter *ret)
{
	struct vms_counter c = { 0 };
	int err = vms_read_trapped(read_counter, &c);

	if (!err)
		*ret = c;
	return err;
}
#else
static int kernel_counter(_unused_ struct vms_machine *m, _unused_ struct vms_counter *ret)
{
	return -EOPNOTSUPP;
}
#endif

/*
 * A time namespace (a restored container's, `unshare --time`) has a CLOCK_BOOTTIME of its own, by so many
 * seconds off the machine's. The file tells of the namespace that children will have: mostly this one.
 * -EXDEV: it is another.
 */
static int boottime_offset(struct vms_machine *m, double *ret)
{
	_cleanup_buf_ struct vms_buf offsets = { NULL, 0 };
	_cleanup_free_ char *own = NULL, *of_children = NULL;
	const char *at;
	long long seconds;
	int err = vms_root_read(m->root, "/proc/self/timens_offsets", 4096, &offsets);

	*ret = 0;
	/* a kernel without them (before 5.6, or built without), or no /proc: nobody made one either */
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	if (vms_root_readlink(m->root, "/proc/self/ns/time", &own) < 0 ||
	    vms_root_readlink(m->root, "/proc/self/ns/time_for_children", &of_children) < 0 ||
	    !streq(own, of_children))
		return -EXDEV;
	at = strstr(offsets.data, "boottime");
	if (!at || sscanf(at, "boottime %lld", &seconds) != 1)
		return -EBADMSG;
	*ret = (double)seconds;
	return 0;
}

static int kernel_uptime(struct vms_machine *m, double *ret)
{
	struct timespec t;
	double offset;
	int err = boottime_offset(m, &offset);

	if (err < 0)
		return err;
	/* CLOCK_MONOTONIC is what the kernel's log is stamped with (within local_clock's
	 * drift); BOOTTIME goes on in suspend, as the RTC does */
	if (clock_gettime(CLOCK_BOOTTIME, &t) < 0)
		return -errno;
	*ret = (double)t.tv_sec + (double)t.tv_nsec / 1e9 - offset;
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
