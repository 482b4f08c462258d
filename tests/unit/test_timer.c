/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-TIMER: the row, the clocksource, the counter itself. */
#include <errno.h>

#include "fixture_hw.h"

#define CLOCKSOURCES "/sys/devices/system/clocksource/clocksource0/"
#define TIMER_27     "           CPU0\n 10:       3614     GICv3  27 Level     arch_timer\n"

#define TIMER_26 "           CPU0\n 10:       3614     GICv3  26 Level     arch_timer\n"

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
	fixture_kmsg(f, true,
		     "[    0.0] arch_timer: cp15 and mmio timer(s) running at 19.20MHz (virt/phys).\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_PASS, NULL);
	fixture_kmsg(f, true, "[    0.0] Architected cp15 timer(s) running at 19.20MHz (virt).\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_PASS, NULL);
	fixture_kmsg(f, true, "[    0.0] arch_timer: cp15 timer running at 19.20MHz (virt).\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_PASS, NULL);
	/* the log is gone, and the description gives the number a meaning */
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_gtdt(f, 30, 27, 26);
	fixture_check(f, "VMSPEC-TIMER", VMS_PASS, "the virtual timer is in use");
	/* a GICv5: the GSIV says that it is a PPI */
	fixture_gtdt(f, 0x2000001e, 0x2000001b, 0x2000001a);
	fixture_write(f, "/proc/interrupts",
		      "           CPU0\n 10:       3614     GICv5-PPI  27 Level     arch_timer\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_PASS, "the virtual timer is in use");
}

/* A kernel at EL2 chooses; what counts is what is described. */
static void test_el2(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_write(f, "/proc/interrupts", TIMER_26);
	fixture_gtdt(f, 30, 27, 26);
	fixture_kmsg(f, true,
		     "[    0.0] arch_timer: cp15 timer running at 25.00MHz (phys).\n"
		     "[    0.2] CPU: All CPU(s) started at EL2\n");
	fixture_check_evidence(f, "VMSPEC-TIMER", VMS_PASS, "a kernel at EL2",
			       "virtual timer's interrupt 27");
	fixture_kmsg(f, true, "[    0.0] arch_timer: cp15 timer running at 25.00MHz (hyp-virt).\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_PASS, "a kernel at EL2");
	/* no log, but only EL2 can use its timer */
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_check(f, "VMSPEC-TIMER", VMS_PASS, "a kernel at EL2");
	fixture_write(f, "/proc/interrupts",
		      "           CPU0\n 10:       3614     GICv3  30 Level     arch_timer\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "can't be seen whether the kernel chose it");
	fixture_kmsg(f, true, "[    0.2] CPU: All CPU(s) started at EL1\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "a kernel at EL1 uses the physical timer");
	/* none described: no choice */
	fixture_gtdt(f, 30, 0, 26);
	fixture_check(f, "VMSPEC-TIMER", VMS_FAIL, "no interrupt of the virtual timer is described");
	fixture_write(f, "/proc/interrupts",
		      "           CPU0\n 10:       3614     GICv3  31 Level     arch_timer\n");
	fixture_gtdt(f, 30, 27, 26);
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "none of those described");
}

/* A number alone means nothing. */
static void test_number_alone(void **state)
{
	static const char *const rows[] = { TIMER_26, TIMER_27 };
	struct fixture *f = *state;

	good(f);
	fixture_remove(f, "/.vmspec/kmsg");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fixture_write(f, "/proc/interrupts", rows[i]);
		fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "/sys/firmware/fdt");
	}
	fixture_kmsg(f, true, "[    0.0] arch_timer: cp15 timer(s) running at 25.00MHz (phys).\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "whether it is described can't be seen");
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
	fixture_check(f, "VMSPEC-TIMER", VMS_FAIL,
		      "the clocksource is jiffies, and arch_sys_counter is not there");
}

static void test_unknown(void **state)
{
	struct fixture *f = *state;

	/* the counter is there, the guest was told to use another */
	good(f);
	fixture_write(f, CLOCKSOURCES "current_clocksource", "timer-sp\n");
	fixture_write(f, CLOCKSOURCES "available_clocksource", "arch_sys_counter timer-sp\n");
	fixture_write(f, "/proc/cmdline", "root=/dev/vda1 quiet\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "somebody in the guest chose the clocksource timer-sp");
	fixture_write(f, "/proc/cmdline", "root=/dev/vda1 clocksource=timer-sp\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "somebody in the guest chose the clocksource timer-sp");
	/* an empty line is none of the kernel's: neither a source nor its absence */
	fixture_write(f, CLOCKSOURCES "available_clocksource", "\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "available_clocksource");
	fixture_remove(f, CLOCKSOURCES "available_clocksource");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "available_clocksource");
	fixture_write(f, CLOCKSOURCES "current_clocksource", "\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "current_clocksource");
	/* a table without a row, as some containers show it */
	good(f);
	fixture_write(f, "/proc/interrupts", "           CPU0\n");
	fixture_check(f, "VMSPEC-TIMER", VMS_UNKNOWN, "no interrupt at all");
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
/* clang-format off */
#define RUNS       { 1000, 126000, 62500000, 2000000, 2001000 }
#define STANDS     { 1000, 1000, 62500000, 2000000, 2001000 }
#define BACKWARDS  { 1000, 999, 62500000, 2000000, 2001000 }
#define HALF_RATE  { 1000, 63500, 62500000, 2000000, 2001000 }
#define NO_RATE    { 1000, 126000, 0, 2000000, 2001000 }
#define WRAPS      { UINT64_MAX, 1, 62500000, 2000000, 2001000 }
/* clang-format on */

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
		fixture_test(test_pass),    fixture_test(test_fail),	     fixture_test(test_unknown),
		fixture_test(test_counter), fixture_test(test_number_alone), fixture_test(test_el2),
	};

	return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
