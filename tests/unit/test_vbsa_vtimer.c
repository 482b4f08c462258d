/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VBSA, timers and wake-up: each rule passes, fails where it can, and is left open for its reason. */
#include <errno.h>

#include "fixture_vbsa.h"

#define CLOCKSOURCES "/sys/devices/system/clocksource/clocksource0/available_clocksource"
#define SAMPLES	     "/.vmspec/cpu_samples"

static void test_counters(void **state)
{
	struct fixture *f = *state;

	fixture_check(f, "VBSA-V_L1TM_01", VMS_UNKNOWN, "available_clocksource");
	fixture_write(f, CLOCKSOURCES, "arch_sys_counter \n");
	fixture_check(f, "VBSA-V_L1TM_01", VMS_UNKNOWN, "the hardware description");
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .pmu = 23 });
	fixture_gtdt(f, 30, 27, 26);
	fixture_check_evidence(f, "VBSA-V_L1TM_01", VMS_PASS, "the counter works", "arch_sys_counter");
	fixture_gtdt(f, 30, 0, 26);
	fixture_check(f, "VBSA-V_L1TM_01", VMS_FAIL, "virtual timer is not described");
	fixture_gtdt(f, 0, 27, 26);
	fixture_check(f, "VBSA-V_L1TM_01", VMS_FAIL, "physical timer is not described");
	fixture_gtdt(f, 30, 27, 26);
	fixture_write(f, CLOCKSOURCES, "jiffies\n");
	fixture_check(f, "VBSA-V_L1TM_01", VMS_FAIL, "not among the kernel's clocks");
	/* a table that is too short to hold them */
	fixture_write(f, CLOCKSOURCES, "arch_sys_counter\n");
	fixture_write_bytes(f, "/sys/firmware/acpi/tables/GTDT", "GTDT", 4);
	fixture_check(f, "VBSA-V_L1TM_01", VMS_UNKNOWN, "the hardware description");
}

static void test_even(void **state)
{
	struct fixture *f = *state;

	fixture_check(f, "VBSA-V_L1TM_04", VMS_UNKNOWN, "the record does not keep");
	fixture_write(f, SAMPLES, "online 2 sampled 2 reads 32 backwards 0 slept 2 woken 2\n");
	fixture_check_evidence(f, "VBSA-V_L1TM_04", VMS_PASS, "on any of 2 CPUs",
			       "32 readings in turn on 2 of 2 CPUs, 0 went back");
	fixture_write(f, SAMPLES, "online 2 sampled 2 reads 32 backwards 1 slept 2 woken 2\n");
	fixture_check(f, "VBSA-V_L1TM_04", VMS_FAIL, "went back 1 times of 32");
	fixture_write(f, SAMPLES, "online 4 sampled 2 reads 32 backwards 0 slept 2 woken 2\n");
	fixture_check(f, "VBSA-V_L1TM_04", VMS_UNKNOWN, "on 2 of 4 CPUs");
	/* one that went back did so, whatever the others do */
	fixture_write(f, SAMPLES, "online 4 sampled 2 reads 32 backwards 3 slept 2 woken 2\n");
	fixture_check(f, "VBSA-V_L1TM_04", VMS_FAIL, "went back 3 times");
	fixture_write(f, SAMPLES, "online 0 sampled 0 reads 0 backwards 0 slept 0 woken 0\n");
	fixture_check(f, "VBSA-V_L1TM_04", VMS_UNKNOWN, NULL);
	fixture_write(f, SAMPLES, "online 2 sampled\n");
	fixture_check(f, "VBSA-V_L1TM_04", VMS_UNKNOWN, NULL);
}

static int trapped(struct vms_machine *m, struct vms_cpu_samples *ret)
{
	(void)m, (void)ret;
	return -EACCES;
}

static int not_arm(struct vms_machine *m, struct vms_cpu_samples *ret)
{
	(void)m, (void)ret;
	return -EOPNOTSUPP;
}

static void test_live(void **state)
{
	static const char *const ids[] = { "VBSA-V_L1TM_04", "VBSA-V_L1WK_02", "VBSA-V_L1WK_05" };
	struct fixture *f = *state;

	f->kind = VMS_KIND_GUEST;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		f->live.cpu_samples = trapped;
		fixture_check(f, ids[i], VMS_UNKNOWN, "could not be looked at: permission denied");
		f->live.cpu_samples = not_arm;
		fixture_check(f, ids[i], VMS_UNKNOWN, "cannot be read by this program");
		f->live.cpu_samples = NULL;
		fixture_check(f, ids[i], VMS_UNKNOWN, "cannot be read by this program");
	}
}

static void test_wakeup(void **state)
{
	static const char *const ids[] = { "VBSA-V_L1WK_02", "VBSA-V_L1WK_05" };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		fixture_remove(f, SAMPLES);
		fixture_check(f, ids[i], VMS_UNKNOWN, "the record does not keep");
		fixture_write(f, SAMPLES, "online 2 sampled 2 reads 32 backwards 0 slept 2 woken 2\n");
		fixture_check(f, ids[i], VMS_PASS, "woke each of 2 CPUs");
		/* never a failure: another interrupt may have come first */
		fixture_write(f, SAMPLES, "online 2 sampled 2 reads 32 backwards 0 slept 2 woken 1\n");
		fixture_check(f, ids[i], VMS_UNKNOWN, "seen on 1 of 2 CPUs");
		fixture_write(f, SAMPLES, "online 2 sampled 2 reads 32 backwards 0 slept 0 woken 2\n");
		fixture_check(f, ids[i], VMS_UNKNOWN, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_counters),
		fixture_test(test_even),
		fixture_test(test_live),
		fixture_test(test_wakeup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
