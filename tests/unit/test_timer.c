/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-TIMER: the row, the clocksource, the counter itself. */
#include <errno.h>

#include "fixture.h"

#define CLOCKSOURCES "/sys/devices/system/clocksource/clocksource0/"
#define TIMER_27 "           CPU0\n 10:       3614     GICv3  27 Level     arch_timer\n"

static void good(struct fixture *f)
{
	fixture_write(f, "/proc/interrupts", TIMER_27);
	fixture_write(f, CLOCKSOURCES "current_clocksource", "arch_sys_counter\n");
	fixture_write(f, CLOCKSOURCES "available_clocksource", "arch_sys_counter \n");
	fixture_kmsg(f, true, "[    0.0] arch_timer: cp15 timer(s) running at 62.50MHz (virt).\n");
}

static void test_pass(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_check_evidence(f, "VMSPEC-TIMER", VMS_PASS, "the virtual timer is in use", "GICv3 27 Level");
	fixture_kmsg(f, true, "[    0.0] arch_timer: cp15 and mmio timer(s) running at 19.20MHz (virt/phys).\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_PASS, NULL);
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_check(f, "VMSPEC-TIMER", VMS_PASS, NULL);
}

static void test_fail(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_write(f, "/proc/interrupts", "  CPU0\n 10:       3614     GICv3  33 Level     uart-pl011\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_FAIL, "does not use the architecture's timer");
	good(f);
	fixture_write(f, CLOCKSOURCES "current_clocksource", "jiffies\n");
	fixture_write(f, CLOCKSOURCES "available_clocksource", "jiffies\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_FAIL, "the clocksource is jiffies, not arch_sys_counter");
}

static void test_unknown(void **state)
{
	struct fixture *f = *state;

	/* the counter is there, the guest was told to use another */
	good(f);
	fixture_write(f, CLOCKSOURCES "current_clocksource", "timer-sp\n");
	fixture_write(f, CLOCKSOURCES "available_clocksource", "arch_sys_counter timer-sp\n");
	fixture_write(f, "/proc/cmdline", "root=/dev/vda1 quiet\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_FAIL, "the clocksource is timer-sp");
	fixture_write(f, "/proc/cmdline", "root=/dev/vda1 clocksource=timer-sp\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "the guest chose timer-sp");
	/* bare metal, or nested: the physical timer */
	good(f);
	fixture_kmsg(f, true, "[    0.0] arch_timer: cp15 timer(s) running at 25.00MHz (phys).\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "uses the physical timer");
	good(f);
	fixture_remove(f, CLOCKSOURCES);
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, CLOCKSOURCES);
	fixture_remove(f, "/proc/interrupts");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "cannot read /proc/interrupts: not there");
	fixture_write(f, "/proc/interrupts", "garbage\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "/proc/interrupts");
	fixture_remove(f, "/proc/interrupts");
	fixture_fifo(f, "/proc/interrupts");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "not a regular file");
}

/* What the counter answers, a reading a try; the last one is repeated. */
static struct vms_counter readings[4];
static int n_readings, taken, counter_err;

static int fake_counter(struct vms_machine *m, struct vms_counter *ret)
{
	(void)m;
	if (counter_err)
		return counter_err;
	*ret = readings[MIN(taken, n_readings - 1)];
	taken++;
	return 0;
}

/* 2 ms at 62.5 MHz are 125000 ticks. */
#define RUNS       { 1000, 126000, 62500000, 2000000, 2001000 }
#define STANDS     { 1000, 1000, 62500000, 2000000, 2001000 }
#define BACKWARDS  { 1000, 999, 62500000, 2000000, 2001000 }
#define HALF_RATE  { 1000, 63500, 62500000, 2000000, 2001000 }
#define NO_RATE    { 1000, 126000, 0, 2000000, 2001000 }
#define WRAPS      { UINT64_MAX, 1, 62500000, 2000000, 2001000 }

static void test_counter(void **state)
{
	static const struct {
		struct vms_counter r[4];
		int n, err;
		enum vms_status status;
		const char *reason;
	} cases[] = {
		{ { RUNS }, 1, 0, VMS_PASS, NULL },
		{ { STANDS }, 1, 0, VMS_FAIL, "does not move forward" },
		{ { BACKWARDS }, 1, 0, VMS_FAIL, "does not move forward" },
		{ { WRAPS }, 1, 0, VMS_FAIL, "does not move forward" },
		{ { HALF_RATE }, 1, 0, VMS_FAIL, "does not run at CNTFRQ" },
		{ { NO_RATE }, 1, 0, VMS_FAIL, "does not run at CNTFRQ" },
		/* odd once: the VM was preempted, or moved to another host */
		{ { STANDS, RUNS }, 2, 0, VMS_PASS, NULL },
		{ { HALF_RATE, HALF_RATE, RUNS }, 3, 0, VMS_PASS, NULL },
		{ { HALF_RATE, STANDS }, 2, 0, VMS_PASS, NULL },
		/* trapped, or not to be read from here: the kernel's own use of it counts */
		{ { RUNS }, 1, -EACCES, VMS_PASS, NULL },
		{ { RUNS }, 1, -EOPNOTSUPP, VMS_PASS, NULL },
	};
	struct fixture *f = *state;

	good(f);
	f->live.counter = fake_counter;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(readings, cases[i].r, sizeof(readings));
		n_readings = cases[i].n;
		counter_err = cases[i].err;
		taken = 0;
		fixture_check(f, "VMSPEC-TIMER", cases[i].status, cases[i].reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_pass), fixture_test(test_fail), fixture_test(test_unknown), fixture_test(test_counter),
	};

	return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
