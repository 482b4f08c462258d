/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual timer and counter of the generic timer. Chapter The VM Platform.
 * /proc/interrupts (arch_timer), the current clocksource; live also CNTVCT and
 * CNTFRQ, which EL0 may read.
 */
#include <errno.h>
#include <inttypes.h>

#include "kernel/kmsg.h"
#include "chapter.h"
#include "hwdesc/acpi.h"
#include "hwdesc/fdt.h"
#include "irq.h"

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define AVAILABLE   "/sys/devices/system/clocksource/clocksource0/available_clocksource"
#define TRIES 3
/* parts of a hundred by which CNTVCT may run off CNTFRQ; NTP slews far less */
#define RATE_PERCENT 2

enum counter_state { COUNTER_UNSEEN, COUNTER_RUNS, COUNTER_STANDS, COUNTER_OFF_RATE };

static bool at_rate(const struct vms_counter *c)
{
	double ns = (double)(c->second - c->first) * 1e9 / (double)c->hz;

	return ns >= (double)c->ns_min * (100 - RATE_PERCENT) / 100 &&
	       ns <= (double)c->ns_max * (100 + RATE_PERCENT) / 100;
}

/* One odd reading may be a preempted or migrated VM: only the same thing three
 * times over is evidence. */
static enum counter_state read_counter(struct vms_machine *m, struct vms_counter *c)
{
	enum counter_state state = COUNTER_UNSEEN;

	for (int i = 0; i < TRIES; i++) {
		enum counter_state seen;

		if (m->live->counter(m, c) < 0)
			return COUNTER_UNSEEN;
		seen = c->second <= c->first ? COUNTER_STANDS :
		       c->hz && at_rate(c)   ? COUNTER_RUNS :
					       COUNTER_OFF_RATE;
		if (seen == COUNTER_RUNS)
			return seen;
		if (i > 0 && seen != state)
			return COUNTER_UNSEEN;
		state = seen;
	}
	return state;
}

/* The physical timer, as a kernel at EL2 uses it? Its INTID or the log tells. */
static bool is_physical(struct vms_machine *m, unsigned intid)
{
	_cleanup_free_ char *line = NULL;
	const struct acpi_facts *acpi = acpi_read(m);
	const struct fdt_facts *fdt = fdt_read(m);
	const struct fdt_tree *tree = fdt_hardware(fdt);

	if (vms_kmsg_find(m, "timer(s) running at ", &line) == 0)
		return strstr(line, "(virt") == NULL && strstr(line, "phys") != NULL;
	if (acpi && acpi->gtdt_err == 0 && acpi->gtdt.virt)
		return intid == acpi->gtdt.el1 || intid == acpi->gtdt.el2;
	if (tree && tree->timer.virt)
		return intid == tree->timer.phys || intid == tree->timer.hyp;
	return false;
}

static int judge_counter(struct vms_machine *m, struct vms_result *r)
{
	struct vms_counter c = { 0 };

	switch (read_counter(m, &c)) {
	case COUNTER_STANDS:
		vms_evidence(r, "CNTVCT_EL0", "%" PRIu64 ", then %" PRIu64, c.first, c.second);
		vms_remedy(r, VMS_HYPERVISOR, "let the virtual counter run");
		return vms_fail(r, "the virtual counter does not move forward");
	case COUNTER_OFF_RATE:
		vms_evidence(r, "CNTVCT_EL0", "%" PRIu64 " ticks in %" PRIu64 " to %" PRIu64 " ns", c.second - c.first,
			     c.ns_min, c.ns_max);
		vms_evidence(r, "CNTFRQ_EL0", "%" PRIu64 " Hz", c.hz);
		vms_remedy(r, VMS_HYPERVISOR, "let CNTFRQ tell the rate at which the counter runs");
		return vms_fail(r, "the virtual counter does not run at CNTFRQ");
	case COUNTER_RUNS:
		vms_evidence(r, "CNTVCT_EL0", "moves forward at CNTFRQ, %" PRIu64 " Hz", c.hz);
		break;
	case COUNTER_UNSEEN:
		break;
	}
	return vms_pass(r, "the virtual timer is in use, its counter is the clocksource");
}

/* Was the kernel told to use another one, though the counter is there? 1 or 0. */
static int chosen_by_guest(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_buf_ struct vms_buf sources = { NULL, 0 }, cmdline = { NULL, 0 };

	if (vms_root_read_line(m->root, AVAILABLE, &sources) == 0)
		vms_evidence(r, AVAILABLE, "%s", sources.data);
	if (!sources.data || !strstr(sources.data, "arch_sys_counter"))
		return 0;
	if (vms_root_read_line(m->root, "/proc/cmdline", &cmdline) < 0 || !strstr(cmdline.data, "clocksource="))
		return 0;
	vms_evidence(r, "/proc/cmdline", "has clocksource=");
	return 1;
}

static int check_timer(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_buf_ struct vms_buf source = { NULL, 0 };
	const struct irq_facts *irq = irq_read(m);
	int err;

	if (!irq)
		return -ENOMEM;
	if (irq->err < 0)
		return vms_blocked(r, "/proc/interrupts", irq->err);
	if (!irq->timer_row[0]) {
		vms_evidence(r, "/proc/interrupts", "no arch_timer");
		vms_remedy(r, VMS_HYPERVISOR, "give the VM the generic timer and describe it");
		return vms_fail(r, "the kernel does not use the architecture's timer");
	}
	vms_evidence(r, "/proc/interrupts", "%s", irq->timer_row);
	err = vms_root_read_line(m->root, CLOCKSOURCE, &source);
	if (err < 0)
		return vms_blocked(r, CLOCKSOURCE, err);
	vms_evidence(r, CLOCKSOURCE, "%s", source.data);
	if (!streq(source.data, "arch_sys_counter")) {
		if (chosen_by_guest(m, r)) {
			vms_remedy(r, VMS_GUEST_ADMIN, "boot without clocksource=");
			return vms_unknown(r, "the guest chose %s, though arch_sys_counter is there", source.data);
		}
		vms_remedy(r, VMS_HYPERVISOR, "give the VM a working virtual counter; see also the kernel's clocksource= option");
		return vms_fail(r, "the clocksource is %s, not arch_sys_counter", source.data);
	}
	if (is_physical(m, irq->timer_intid))
		return vms_unknown(r, "the kernel, started at EL2, uses the physical timer; the virtual one is not in use");
	return judge_counter(m, r);
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-TIMER",
		.title = "virtual timer and counter",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_timer,
		.reads = "/proc/interrupts, the current clocksource, GTDT or FDT, the kernel log; live CNTVCT and CNTFRQ",
		.passes = "the arch_timer row is there, arch_sys_counter is the clocksource, the counter runs at CNTFRQ",
		.fails = "another timer or clocksource is in use, or the counter stands still or runs off its rate",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_timer, "VM platform", checks);
