/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VBSA groups timer (V_L1TM_01, _04) and wake-up (V_L1WK_02, _05): the counters are there, time never goes
 * back on a CPU or between two, and a sleeping CPU is woken by its timer. The last three
 * are seen on the running machine alone; a record keeps what was seen. Where the counters fail there is
 * nothing to be sampled; a description that could not be read, as by others than root, does not stand in the
 * way of what is seen at work.
 */
#include <errno.h>

#include "chapter.h"
#include "hw.h"
#include "samples.h"

#define CLOCKSOURCES "/sys/devices/system/clocksource/clocksource0/available_clocksource"

static int take(struct vms_machine *m, void *facts)
{
	struct vbsa_samples *s = facts;

	s->err = m->live->cpu_samples ? m->live->cpu_samples(m, &s->s) : -EOPNOTSUPP;
	return s->err == -ENOMEM ? -ENOMEM : 0;
}

static void clear(_unused_ void *facts)
{
}

const struct vbsa_samples *vbsa_samples_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_VBSA_SAMPLES, sizeof(struct vbsa_samples), take, clear);
}

static int not_sampled(const struct vbsa_samples *s, struct vms_machine *m, struct vms_result *r)
{
	if (m->kind == VMS_KIND_RECORD)
		return vms_unknown(r, "the record does not keep what the CPUs were seen to do");
	if (s->err == -EOPNOTSUPP)
		return vms_unknown(r, "the counter cannot be read by this program");
	return vms_unknown(r, "the CPUs could not be looked at: %s", vms_blocker(s->err));
}

static int check_counters(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_hw *hw = vbsa_hw_read(m);
	_cleanup_buf_ struct vms_buf line = { NULL, 0 };
	int err = vms_root_read_attribute(m->root, CLOCKSOURCES, &line);

	if (!hw || err == -ENOMEM)
		return -ENOMEM;
	if (err < 0)
		return vms_blocked(r, CLOCKSOURCES, err);
	vms_evidence(r, CLOCKSOURCES, "%s", line.data);
	if (!hw->by || (hw->timer_err && hw->timer_err != -ENOENT))
		return vms_blocked(r, "the hardware description", hw->by ? hw->timer_err : hw->err);
	vms_evidence(r, hw->by, "EL1 physical timer: interrupt %u, EL1 virtual timer: interrupt %u", hw->phys,
		     hw->virt);
	if (hw->phys && hw->virt && strstr(line.data, "arch_sys_counter"))
		return vms_pass(r, "the counter works, both EL1 timers are described");
	vms_remedy(r, VMS_HYPERVISOR,
		   "give the VM the EL1 physical and virtual timers, and describe their interrupts");
	if (!hw->virt || !hw->phys)
		return vms_fail(r, "the EL1 %s timer is not described", hw->virt ? "physical" : "virtual");
	return vms_fail(r, "the architecture's counter is not among the kernel's clocks");
}

static int check_even(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_samples *s = vbsa_samples_read(m);

	if (!s)
		return -ENOMEM;
	if (s->err < 0)
		return not_sampled(s, m, r);
	vms_evidence(r, "CNTVCT_EL0", "%u readings in turn on %u of %u CPUs, %u went back", s->s.reads,
		     s->s.sampled, s->s.online, s->s.backwards);
	if (s->s.backwards) {
		vms_remedy(r, VMS_HYPERVISOR,
			   "give all CPUs of the VM the same offset to the physical counter");
		return vms_fail(r, "the counter went back %u times of %u", s->s.backwards, s->s.reads);
	}
	if (!s->s.sampled || s->s.sampled < s->s.online)
		return vms_unknown(
			r,
			"time did not go back, on %u of %u CPUs: the others this program may not run on, or not in time",
			s->s.sampled, s->s.online);
	return vms_pass(r, "time did not go back on any of %u CPUs, nor between them", s->s.online);
}

static int check_wakeup(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_samples *s = vbsa_samples_read(m);

	if (!s)
		return -ENOMEM;
	if (s->err < 0)
		return not_sampled(s, m, r);
	vms_evidence(r, "/proc/interrupts", "arch_timer counted on while a program slept: %u of %u CPUs",
		     s->s.woken, s->s.slept);
	if (s->s.slept && s->s.woken == s->s.online)
		return vms_pass(r, "a timer interrupt woke each of %u CPUs", s->s.online);
	return vms_unknown(r, "a timer interrupt was seen on %u of %u CPUs while they slept", s->s.woken,
			   s->s.online);
}

static const struct vms_check checks[] = {
	{
		.id = "VBSA-V_L1TM_01",
		.title = "physical and virtual counter",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_counters,
		.reads = CLOCKSOURCES "; GTDT or the device tree",
		.passes = "the counter is one of the kernel's clocks, and both EL1 timers are described",
		.fails = "one is not",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-V_L1TM_04",
		.title = "time passes evenly on all CPUs",
		.needs = { "VBSA-V_L1TM_01" },
		.despite_unknown = true,
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_even,
		.reads = "CNTVCT_EL0, in turn on each CPU; in a record .vmspec/cpu_samples",
		.passes = "no reading is less than one before",
		.fails = "one is",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-V_L1WK_02",
		.title = "timer interrupts wake a waiting CPU",
		.needs = { "VBSA-V_L1TM_01" },
		.despite_unknown = true,
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_wakeup,
		.reads =
			"/proc/interrupts before and after a short sleep on each CPU; in a record .vmspec/cpu_samples",
		.passes = "the timer's interrupt counted on, on every CPU",
		.fails = "never: this program woke, and what else may have woken it is not told",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-V_L1WK_05",
		.title = "a CPU that waits goes on where it was",
		.needs = { "VBSA-V_L1TM_01" },
		.despite_unknown = true,
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_wakeup,
		.reads = "as VBSA-V_L1WK_02",
		.passes = "as VBSA-V_L1WK_02: the program went on after its sleep on every CPU",
		.fails = "never, as VBSA-V_L1WK_02",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_vbsa_vtimer, "Timers and wake-up", checks);
