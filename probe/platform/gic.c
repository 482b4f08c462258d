/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which interrupt controller? Chapter The VM Platform: GICv2 or newer (1.0),
 * and not more than 8 CPUs on a GICv2. /proc/interrupts says what the kernel
 * drives, MADT or FDT what was described.
 */
#include <errno.h>

#include "chapter.h"
#include "hwdesc/acpi.h"
#include "hwdesc/fdt.h"
#include "kernel/remedy.h"
#include "cpus.h"
#include "gic.h"
#include "irq.h"

#define MADT	   "/sys/firmware/acpi/tables/APIC"
#define GICV2_CPUS 8

struct gic_view {
	unsigned driven;    /* by the kernel's row; 0: not seen */
	unsigned described; /* by MADT or FDT; 0: not seen */
	const char *describer;
	bool described_none; /* a description was read, and has no GIC */
};

static void tell_madt(struct vms_result *r, const struct acpi_madt *madt, struct gic_view *v)
{
	v->describer = "MADT";
	if (madt->n_irs && !madt->gicd) {
		v->described = 5;
		vms_evidence(r, MADT, "%u interrupt routing services (IRS), no distributor: a GICv5",
			     madt->n_irs);
		return;
	}
	/* 0: to be found out at the hardware; redistributors mean GICv3 */
	v->described = madt->gicd_version ? madt->gicd_version : madt->n_gicr ? 3 : 0;
	vms_evidence(r, MADT, "GICD version %u, %u redistributor structures", madt->gicd_version,
		     madt->n_gicr);
}

/* The description the kernel runs by: ACPI tables where they are shown, else FDT. */
static int described(struct vms_machine *m, struct vms_result *r, struct gic_view *v)
{
	const struct acpi_facts *acpi = acpi_read(m);
	const struct fdt_facts *fdt = fdt_read(m);
	const struct fdt_tree *tree;

	if (!acpi || !fdt)
		return -ENOMEM;
	if (acpi->madt_err == 0 && (acpi->madt.gicd || acpi->madt.n_irs || acpi->madt.n_cpus)) {
		tell_madt(r, &acpi->madt, v);
		return 0;
	}
	tree = fdt_hardware(fdt);
	if (!tree)
		return 0;
	v->describer = "FDT";
	v->described = tree->gic.there ? tree->gic_version : 0;
	v->described_none = !tree->gic.there;
	if (tree->gic.there)
		vms_evidence(r, fdt->source, "%s: compatible %s", tree->gic.path, tree->gic.compatible);
	else
		vms_evidence(r, fdt->source, "no interrupt controller that is a GIC");
	return 0;
}

static int look(struct vms_machine *m, struct vms_result *r, struct gic_view *v,
		const struct irq_facts **ret_irq)
{
	const struct irq_facts *irq = irq_read(m);

	if (!irq)
		return -ENOMEM;
	*v = (struct gic_view){ 0 };
	if (irq->err == 0 && irq->chip[0]) {
		v->driven = irq_gic_version(irq->chip);
		vms_evidence(r, "/proc/interrupts", "%s", irq->timer_row[0] ? irq->timer_row : irq->chip);
	}
	*ret_irq = irq;
	return described(m, r, v);
}

int gic_version(struct vms_machine *m, unsigned *ret)
{
	struct vms_result unused = { 0 };
	const struct irq_facts *irq;
	struct gic_view v;
	int err = look(m, &unused, &v, &irq);

	vms_result_clear(&unused);
	if (!err)
		*ret = v.driven ? v.driven : v.described;
	return err;
}

/* GICv4 is driven by the GICv3 driver, GICv1 by the GICv2 driver. */
static bool agree(unsigned driven, unsigned told)
{
	return driven == told || (driven == 3 && told == 4) || (driven == 2 && told == 1);
}

/* Which of those that one driver drives it is, the description says. */
static unsigned version_of(const struct gic_view *v)
{
	return v->described ? v->described : v->driven;
}

static int fail_old(struct vms_machine *m, struct vms_result *r, unsigned version)
{
	vms_remedy_for(m, r, REMEDY_GIC);
	return vms_fail(r, "the interrupt controller is a GICv%u, older than GICv2", version);
}

int gic_judge(struct vms_machine *m, struct vms_result *r)
{
	const struct irq_facts *irq;
	struct gic_view v;
	int err = look(m, r, &v, &irq);
	unsigned version;

	if (err < 0)
		return err;
	if (v.driven && v.described && !agree(v.driven, v.described))
		return vms_unknown(r,
				   "the kernel drives a GICv%u, %s describes a GICv%u: one of them is wrong",
				   v.driven, v.describer, v.described);
	version = version_of(&v);
	if (version >= 2)
		return vms_pass(r, "GICv%u%s", version,
				v.driven && v.described ? ", driven and described" : "");
	if (version == 1)
		return fail_old(m, r, version);
	if (irq->err == 0 && irq->chip[0] && v.described_none) {
		vms_remedy_for(m, r, REMEDY_GIC);
		return vms_fail(r, "interrupts come by %s, and no GIC is described", irq->chip);
	}
	if (irq->err < 0)
		return vms_blocked(r, "/proc/interrupts", irq->err);
	return vms_unknown(r,
			   "neither /proc/interrupts nor the hardware description names a GIC that we know");
}

int gic_judge_cpus(struct vms_machine *m, struct vms_result *r)
{
	const struct irq_facts *irq;
	struct gic_view v;
	unsigned cpus = 0, version;
	int err = look(m, r, &v, &irq);

	if (err < 0)
		return err;
	version = version_of(&v);
	err = cpus_online(m, &cpus);
	if (err == 0)
		vms_evidence(r, "/sys/devices/system/cpu/online", "%u CPUs", cpus);
	if (version >= 3)
		return vms_pass(r, "a GICv%u sets no limit of 8 CPUs", version);
	if (version < 2)
		return vms_unknown(r, "which GIC it is could not be seen");
	if (err < 0)
		return vms_blocked(r, "/sys/devices/system/cpu/online", err);
	if (cpus <= GICV2_CPUS)
		return vms_pass(r, "%u CPUs on a GICv2", cpus);
	vms_remedy_for(m, r, REMEDY_GIC_CPUS);
	return vms_fail(r, "%u CPUs on a GICv2, which serves 8", cpus);
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-GIC",
		.title = "GICv2 or newer",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = gic_judge,
		.reads = "/proc/interrupts; MADT (GICD version) or the FDT's interrupt controller",
		.passes = "the kernel drives a GICv2 or newer, and the description says the same",
		.fails = "it is older, or interrupts come by another controller and no GIC is described",
		.mends = "the hypervisor",
	},
	{
		.id = "VMSPEC-GIC-CPUS",
		.title = "not more than 8 CPUs on a GICv2",
		.needs = { "VMSPEC-GIC" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = gic_judge_cpus,
		.reads = "the GIC's version, as VMSPEC-GIC; /sys/devices/system/cpu/online",
		.passes = "8 CPUs or fewer, or a GICv3",
		.fails = "more than 8 CPUs run on a GICv2",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_gic, "VM platform", checks);
