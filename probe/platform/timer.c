/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The virtual timer and counter of the generic timer. Chapter The VM Platform.
 * /proc/interrupts (arch_timer), the current clocksource, GTDT or FDT; live also
 * CNTVCT and CNTFRQ, which EL0 may read.
 *
 * A kernel at EL1 uses the virtual timer where its interrupt is described. One at EL2
 * (nested virtualization, bare metal) uses a timer of EL2 by its own choice. Which one
 * is at work the log says; an INTID alone says nothing, the descriptions give it a meaning.
 */
#include <errno.h>
#include <inttypes.h>

#include "chapter.h"
#include "counter.h"
#include "hwdesc/acpi.h"
#include "hwdesc/fdt.h"
#include "irq.h"
#include "kernel/cmdline.h"
#include "kernel/kmsg.h"
#include "kernel/remedy.h"

#define SOURCES	    "/sys/devices/system/clocksource/clocksource0/"
#define CLOCKSOURCE SOURCES "current_clocksource"
#define AVAILABLE   SOURCES "available_clocksource"

enum timer_kind { TIMER_UNTOLD, TIMER_VIRTUAL, TIMER_PHYSICAL, TIMER_OF_EL2 };

/* The timer's interrupts as the description in use names them; 0: not named. */
struct described {
	const char *where;
	int err;      /* 0: it was read; else why not */
	bool foreign; /* they go to a controller that is no GIC: its numbers are not ours to read */
	unsigned virt, phys, el2;
};

static int read_described(struct vms_machine *m, struct described *d)
{
	const struct acpi_facts *acpi = acpi_read(m);
	const struct fdt_facts *fdt = fdt_read(m);
	const struct fdt_tree *tree = fdt_hardware(fdt);

	if (!acpi || !fdt)
		return -ENOMEM;
	*d = (struct described){ .where = "/sys/firmware/acpi/tables/GTDT" };
	/* a kernel that runs by ACPI; its tables may be root's alone, or not recorded */
	if (acpi->err == 0 ? acpi->gtdt_err != -ENOENT : vms_root_probe(m->root, "/sys/firmware/acpi") == 0) {
		d->err = acpi->err == 0 ? acpi->gtdt_err : acpi->err;
		d->virt = acpi->gtdt.virt;
		d->phys = acpi->gtdt.el1;
		d->el2 = acpi->gtdt.el2;
		return 0;
	}
	d->where = fdt->source;
	/* tables that lack a GTDT, which this kernel runs by */
	if (!tree && acpi->err == 0 && acpi->n_tables) {
		d->where = "/sys/firmware/acpi/tables";
		return 0;
	}
	if (!tree) {
		d->err = fdt->err == 0 || fdt->err == -ENOENT ? -ENODATA : fdt->err;
		return 0;
	}
	/* another controller's interrupts, of which we can't read the numbers */
	d->foreign = tree->timer.wired && (!tree->gic.there || !tree->timer.decoded);
	d->virt = tree->timer.virt;
	d->phys = tree->timer.phys;
	d->el2 = tree->timer.hyp;
	return 0;
}

/* A GSIV of a GICv5 says in its upper bits that it is a PPI. */
static bool is_intid(unsigned described, unsigned intid)
{
	return described && (described == intid || (described >> 29 == 1 && (described & 0xffffff) == intid));
}

/*
 * "arch_timer: cp15 timer(s) running at 62.50MHz (virt).", "(phys)", "(hyp-virt)", of
 * kernels before 4.10 "Architected cp15 timer(s) running", since 6.18 "cp15 timer
 * running"; "cp15 and mmio timer(s) running at 50.00MHz (virt/phys)": cp15 comes first.
 */
static int kind_by_log(struct vms_machine *m, struct vms_result *r, enum timer_kind *ret)
{
	static const char *const needles[] = { "cp15 timer", "cp15 and mmio timer",
					       "Architected local timer" };
	_cleanup_free_ char *line = NULL;
	const char *word;
	int err = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(needles) && (err == -ENOENT || err == -ENODATA); i++)
		err = vms_kmsg_find(m, needles[i], &line);
	if (err < 0)
		return err;
	word = strstr(line, "Hz (");
	if (!word)
		return -ENOENT;
	*ret = startswith(word + 4, "virt")	  ? TIMER_VIRTUAL
	       : startswith(word + 4, "hyp-virt") ? TIMER_OF_EL2
	       : startswith(word + 4, "phys")	  ? TIMER_PHYSICAL
						  : TIMER_UNTOLD;
	vms_evidence(r, "kernel log", "%s", line);
	return 0;
}

/* Interrupts that the Base System Architecture gives to other timers than the virtual one,
 * to go by where no description can be read: EL2's 26 and 28, 29, EL1's physical 30. */
static bool is_of_others(unsigned intid)
{
	return intid == 26 || (intid >= 28 && intid <= 30);
}

static enum timer_kind kind_by_intid(const struct described *d, unsigned intid)
{
	if (d->err < 0)
		return TIMER_UNTOLD;
	return is_intid(d->virt, intid)	  ? TIMER_VIRTUAL
	       : is_intid(d->el2, intid)  ? TIMER_OF_EL2
	       : is_intid(d->phys, intid) ? TIMER_PHYSICAL
					  : TIMER_UNTOLD;
}

/* The exception level the kernel runs at, by its log: 1, 2; 0: not told. */
static int level_by_log(struct vms_machine *m, struct vms_result *r)
{
	static const struct {
		const char *needle;
		int level;
	} lines[] = {
		{ "All CPU(s) started at EL2", 2 },
		{ "All CPU(s) started in HYP mode", 2 },
		{ "All CPU(s) started at EL1", 1 },
		{ "All CPU(s) started in SVC mode", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_free_ char *line = NULL;

		if (vms_kmsg_find(m, lines[i].needle, &line) == 0) {
			vms_evidence(r, "kernel log", "%s", line);
			return lines[i].level;
		}
	}
	return 0;
}

static int judge_counter(struct vms_machine *m, struct vms_result *r, const char *pass)
{
	struct vms_counter c = { 0 };

	switch (counter_read(m, &c)) {
	case COUNTER_STANDS:
		vms_evidence(r, "CNTVCT_EL0", "%" PRIu64 ", then %" PRIu64, c.first, c.second);
		vms_remedy_for(m, r, REMEDY_COUNTER);
		return vms_fail(r, "the virtual counter does not move forward");
	case COUNTER_OFF_RATE:
		vms_evidence(r, "CNTVCT_EL0", "%" PRIu64 " ticks in %" PRIu64 " to %" PRIu64 " ns",
			     c.second - c.first, c.ns_min, c.ns_max);
		vms_evidence(r, "CNTFRQ_EL0", "%" PRIu64 " Hz", c.hz);
		vms_remedy_for(m, r, REMEDY_COUNTER);
		return vms_fail(r, "the virtual counter does not run at CNTFRQ");
	case COUNTER_RUNS:
		vms_evidence(r, "CNTVCT_EL0", "moves forward at CNTFRQ, %" PRIu64 " Hz", c.hz);
		break;
	case COUNTER_UNSEEN:
		break;
	}
	return vms_pass(r, "%s", pass);
}

/* Neither the log nor a description can tell: who may read them? */
static int not_seen(struct vms_result *r, const struct described *d, enum timer_kind kind, int log_err)
{
	vms_remedy_rights(r);
	if (kind != TIMER_UNTOLD)
		return vms_unknown(
			r,
			"the virtual timer is not at work, and whether it is described can't be seen: %s: %s",
			d->where, vms_blocker(d->err));
	return vms_unknown(r, "which timer is at work can't be told: kernel log: %s; %s: %s",
			   log_err == 0 || log_err == -ENOENT ? "no word of it"
			   : log_err == -ENODATA	      ? "its beginning is gone"
							      : vms_blocker(log_err),
			   d->where, vms_blocker(d->err));
}

/*
 * The log says one timer, the interrupt that counts is another's: they are not of one boot,
 * or one of them is not what it seems. "(phys)" is also what a kernel at EL2 says of EL2's.
 */
static bool contradict(enum timer_kind by_log, enum timer_kind by_intid, const struct described *d,
		       unsigned intid)
{
	if (by_log == TIMER_UNTOLD)
		return false;
	if (by_intid == TIMER_UNTOLD)
		return by_log == TIMER_VIRTUAL && d->err < 0 && is_of_others(intid);
	return (by_log == TIMER_VIRTUAL) != (by_intid == TIMER_VIRTUAL);
}

static void tell_described(struct vms_result *r, const struct described *d)
{
	vms_evidence(r, d->where, "virtual timer's interrupt %u, physical %u, EL2's %u", d->virt, d->phys,
		     d->el2);
}

/* Is the clause met where this timer is the one at work, and the virtual one is described? */
static bool will_do(enum timer_kind kind, int level)
{
	return kind == TIMER_VIRTUAL || kind == TIMER_OF_EL2 || (kind == TIMER_PHYSICAL && level == 2);
}

static int judge_contradiction(struct vms_machine *m, struct vms_result *r, const struct described *d,
			       enum timer_kind by_log, enum timer_kind by_intid, unsigned intid)
{
	int level = level_by_log(m, r);

	if (d->err == 0)
		tell_described(r, d);
	if (d->err == 0 && d->virt && will_do(by_log, level) && will_do(by_intid, level))
		return judge_counter(
			m, r,
			"the virtual timer is in use, or a kernel at EL2 uses EL2's by its own choice: "
			"the kernel log and the interrupt differ; the virtual timer is described, its "
			"counter is the clocksource");
	vms_remedy(r, VMS_GUEST_ADMIN, "look again soon after a boot, with the log of that boot");
	return vms_unknown(r,
			   "which timer is at work can't be told: the kernel log and interrupt %u contradict "
			   "each other",
			   intid);
}

/* Whatever is at work: a timer that is not described is none that a guest could rely on. */
static int judge_not_described(struct vms_machine *m, struct vms_result *r, const struct described *d)
{
	tell_described(r, d);
	vms_remedy_for(m, r, REMEDY_TIMER);
	return vms_fail(r, "no interrupt of the virtual timer is described");
}

/* Another timer than the virtual one is at work, or nothing says which. */
static int judge_other(struct vms_machine *m, struct vms_result *r, const struct described *d,
		       enum timer_kind kind, int log_err)
{
	int level;

	if (d->err < 0)
		return not_seen(r, d, kind, log_err);
	if (!d->virt && !d->foreign)
		return judge_not_described(m, r, d);
	tell_described(r, d);
	if (d->foreign)
		return vms_unknown(
			r, "the timer's interrupts go to a controller that is no GIC, so which is the "
			   "virtual timer's can't be read");
	if (kind == TIMER_UNTOLD) {
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "look soon after a boot, or keep the kernel log in the journal");
		return vms_unknown(
			r, "which timer is at work can't be told: its interrupt is none of those described, "
			   "and the kernel log has no word of it");
	}
	level = level_by_log(m, r);
	if (level == 2 || (level == 0 && kind == TIMER_OF_EL2))
		return judge_counter(
			m, r,
			"a kernel at EL2 uses EL2's timer by its own choice; the virtual timer is "
			"described, its counter is the clocksource");
	if (level == 0) {
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "look soon after a boot, or keep the kernel log in the journal");
		return vms_unknown(
			r, "the physical timer is at work, and it can't be seen whether the kernel chose it "
			   "because it runs at EL2");
	}
	vms_remedy(r, VMS_GUEST_ADMIN,
		   "see in the kernel log (arch_timer) why it does not use the virtual timer");
	return vms_unknown(r, "a kernel at EL1 uses the physical timer, though the virtual one is described");
}

/* A line of the clocksources; the kernel writes none that is empty: -EBADMSG. */
static int read_sources(struct vms_machine *m, const char *path, struct vms_buf *ret)
{
	int err = vms_root_read_line(m->root, path, ret);

	return err < 0 ? err : ret->data[strspn(ret->data, " ")] ? 0 : -EBADMSG;
}

/* arch_sys_counter is offered, and somebody chose another; or it is not offered. */
static int judge_clocksource(struct vms_machine *m, struct vms_result *r, const char *current)
{
	_cleanup_buf_ struct vms_buf sources = { NULL, 0 };
	const struct cmdline *cmdline = cmdline_read(m);
	const struct cmdline_word *told = cmdline ? cmdline_last(cmdline, "clocksource") : NULL;
	int err = cmdline ? read_sources(m, AVAILABLE, &sources) : -ENOMEM;

	if (err < 0)
		return vms_blocked(r, AVAILABLE, err);
	vms_evidence(r, AVAILABLE, "%s", sources.data);
	if (!strstr(sources.data, "arch_sys_counter")) {
		vms_remedy_for(m, r, REMEDY_COUNTER);
		return vms_fail(r, "the clocksource is %s, and arch_sys_counter is not there to be chosen",
				current);
	}
	if (told) {
		vms_evidence(r, "/proc/cmdline", "%s", told->text);
		vms_remedy(r, VMS_GUEST_ADMIN, "boot without clocksource=");
	} else {
		vms_remedy(r, VMS_GUEST_ADMIN, "write arch_sys_counter to %s, and see who wrote %s there",
			   CLOCKSOURCE, current);
	}
	return vms_unknown(r,
			   "somebody in the guest chose the clocksource %s, though arch_sys_counter is there",
			   current);
}

static int judge_no_row(struct vms_machine *m, struct vms_result *r, const struct irq_facts *irq)
{
	vms_evidence(r, "/proc/interrupts", "%u interrupts, no arch_timer", irq->n_rows);
	if (!irq->n_rows)
		return vms_unknown(r, "/proc/interrupts shows no interrupt at all (a container's?)");
	vms_remedy_for(m, r, REMEDY_TIMER);
	return vms_fail(r, "the kernel does not use the architecture's timer");
}

/* A row that never counted, beside others that did, is of a timer that the kernel has and does not use. */
static int judge_no_tick(struct vms_machine *m, struct vms_result *r, const struct irq_facts *irq)
{
	if (!irq->others_count)
		return vms_unknown(r, "/proc/interrupts shows that none ever came (a container's?)");
	vms_evidence(r, "/proc/interrupts", "arch_timer never came, others did");
	vms_remedy_for(m, r, REMEDY_TIMER);
	return vms_fail(r, "the kernel does not use the architecture's timer: its interrupt never came");
}

static int check_timer(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_buf_ struct vms_buf source = { NULL, 0 };
	const struct irq_facts *irq = irq_read(m);
	enum timer_kind kind = TIMER_UNTOLD, by_intid;
	struct described d;
	int err;

	if (!irq)
		return -ENOMEM;
	if (irq->err < 0)
		return vms_blocked(r, "/proc/interrupts", irq->err);
	if (!irq->timer_row[0])
		return judge_no_row(m, r, irq);
	vms_evidence(r, "/proc/interrupts", "%s", irq->timer_row);
	if (!irq->timer_counts)
		return judge_no_tick(m, r, irq);
	err = read_sources(m, CLOCKSOURCE, &source);
	if (err < 0)
		return vms_blocked(r, CLOCKSOURCE, err);
	vms_evidence(r, CLOCKSOURCE, "%s", source.data);
	if (!streq(source.data, "arch_sys_counter"))
		return judge_clocksource(m, r, source.data);
	err = kind_by_log(m, r, &kind);
	if (err == -ENOMEM || read_described(m, &d) < 0)
		return -ENOMEM;
	by_intid = kind_by_intid(&d, irq->timer_intid);
	if (contradict(kind, by_intid, &d, irq->timer_intid))
		return judge_contradiction(m, r, &d, kind, by_intid, irq->timer_intid);
	if (kind == TIMER_UNTOLD)
		kind = by_intid;
	if (kind == TIMER_VIRTUAL && d.err == 0 && !d.virt && !d.foreign)
		return judge_not_described(m, r, &d);
	if (kind == TIMER_VIRTUAL)
		return judge_counter(m, r, "the virtual timer is in use, its counter is the clocksource");
	return judge_other(m, r, &d, kind, err);
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-TIMER",
		.title = "virtual timer and counter",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_timer,
		.reads = "/proc/interrupts, the clocksources, GTDT or FDT, the kernel log; live CNTVCT and "
			 "CNTFRQ",
		.passes = "the virtual timer is at work, or a kernel at EL2 chose EL2's and the virtual one "
			  "is described; "
			  "arch_sys_counter is the clocksource, the counter runs at CNTFRQ",
		.fails =
			"no such timer is at work (its interrupt came) or described, arch_sys_counter is not "
			"offered, or the counter stands still or runs off its rate",
		.mends = "the hypervisor; the guest's administrator where another clocksource was chosen",
	},
};

VMS_CHECKS(vms_checks_timer, "VM platform", checks);
