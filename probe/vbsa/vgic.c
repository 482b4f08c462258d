/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VBSA groups vGIC (V_L1GI_01) and PPI assignment (V_L1PP_00): the virtual interrupt controller. Which
 * controller it is was read for VMSPEC-GIC. Arm Base System Architecture, B_GIC_*, B_PPI_*.
 */
#include <ctype.h>
#include <errno.h>

#include "chapter.h"
#include "hw.h"
#include "pci.h"
#include "platform/gic.h"

/* PPI n is INTID n + 16; BSA table "PPI assignments" */
#define INTID_PHYS 30
#define INTID_VIRT 27
#define INTID_PMU  23

#define FDT_FILE "/sys/firmware/fdt"

static const char *source(const struct vbsa_hw *hw)
{
	return streq(hw->by, "FDT") ? FDT_FILE : "/sys/firmware/acpi/tables/APIC";
}

/* PCI functions below a host bridge of the architecture's own kind. */
static bool has_pcie(const struct pci_facts *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->fn[i].no_ecam)
			return true;
	return false;
}

/* A GIC of `version` with PCIe needs `n` of something, which are described or not. */
static int judge_messages(struct vms_machine *m, struct vms_result *r, bool v2, const char *what)
{
	const struct pci_facts *p = pci_read(m);
	const struct vbsa_hw *hw = vbsa_hw_read(m);
	unsigned version = 0, n;
	int err;

	if (!p || !hw)
		return -ENOMEM;
	err = gic_version(m, &version);
	if (err < 0)
		return err;
	if (!version)
		return vms_unknown(r, "which GIC it is could not be seen");
	if (v2 ? version != 2 : version < 3)
		return vms_skip(r, "the interrupt controller is a GICv%u", version);
	if (p->err < 0 && p->err != -ENOENT)
		return vms_blocked(r, "/sys/bus/pci/devices", p->err);
	if (!has_pcie(p))
		return v2 ? vms_pass(r, "a GICv2, and no PCIe that would need message interrupts")
			  : vms_skip(r, "there is no PCIe");
	if (!hw->by)
		return vms_blocked(r, "the hardware description", hw->err);
	n = v2 ? hw->n_msi_frames : hw->n_its;
	vms_evidence(r, source(hw), "%u %s", n, what);
	if (n)
		return vms_pass(r, "PCIe, a GICv%u and %u %s", version, n, what);
	if (hw->madt_err)
		return vms_blocked(r, source(hw), hw->madt_err);
	vms_remedy(r, VMS_HYPERVISOR, "give the VM %s",
		   v2 ? "an MSI frame (GICv2m)" : "an ITS, for message interrupts as LPIs");
	return vms_fail(r, "there is PCIe, and no %s is described", what);
}

static int check_v2m(struct vms_machine *m, struct vms_result *r)
{
	return judge_messages(m, r, true, "MSI frame (GICv2m)");
}

static int check_its(struct vms_machine *m, struct vms_result *r)
{
	return judge_messages(m, r, false, "ITS");
}

/* Adds up the columns of the rows "IPI0:" and so on, a sum a CPU. */
static unsigned add_ipis(const char *table, unsigned long long *sums, unsigned max)
{
	unsigned columns = 0;
	const char *line;
	size_t len;

	while (vms_next_line(&table, &line, &len)) {
		const char *p = line + strspn(line, " "), *end = line + len;
		char *next;

		if (!startswith(p, "IPI") || !(p = memchr(p, ':', (size_t)(end - p))))
			continue;
		p++;
		for (unsigned i = 0; i < max; i++, p = next) {
			while (p < end && *p == ' ')
				p++;
			if (p >= end || !isdigit((unsigned char)*p))
				break;
			sums[i] += strtoull(p, &next, 10);
			columns = MAX(columns, i + 1);
		}
	}
	return columns;
}

#define CPUS_MAX 4096

static int check_sgi(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_free_ unsigned long long *sums = calloc(CPUS_MAX, sizeof(*sums));
	_cleanup_buf_ struct vms_buf table = { NULL, 0 };
	unsigned n, counting = 0;
	int err;

	if (!sums)
		return -ENOMEM;
	err = vms_root_read(m->root, "/proc/interrupts", 8u << 20, &table);
	if (err < 0)
		return vms_blocked(r, "/proc/interrupts", err);
	n = add_ipis(table.data, sums, CPUS_MAX);
	for (unsigned i = 0; i < n; i++)
		counting += sums[i] > 0;
	vms_evidence(r, "/proc/interrupts", "IPI rows: %u of %u CPUs got some", counting, n);
	if (n > 1 && counting == n)
		return vms_pass(
			r, "inter-processor interrupts, which the kernel sends as SGIs, reach all %u CPUs",
			n);
	if (n <= 1)
		return vms_unknown(r, "with one CPU the kernel sends no inter-processor interrupt");
	return vms_unknown(r, "%u of %u CPUs got no inter-processor interrupt yet", n - counting, n);
}

static int check_ppi(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_hw *hw = vbsa_hw_read(m);
	bool timers;

	if (!hw)
		return -ENOMEM;
	if (!hw->by)
		return vms_blocked(r, "the hardware description", hw->err);
	if (hw->timer_err && hw->timer_err != -ENOENT)
		return vms_blocked(r, streq(hw->by, "FDT") ? FDT_FILE : "/sys/firmware/acpi/tables/GTDT",
				   hw->timer_err);
	vms_evidence(r, streq(hw->by, "FDT") ? FDT_FILE : "/sys/firmware/acpi/tables/GTDT",
		     "EL1 physical timer %u, EL1 virtual timer %u", hw->phys, hw->virt);
	/* without a timer or PMU interrupt VBSA-V_L1TM_01 or -B_PE_10 fails, and not this */
	vms_evidence(r, source(hw), "PMU %u%s", hw->pmu_intid,
		     hw->pmu_intids_differ ? ", not the same for all CPUs" : "");
	timers = (!hw->phys || hw->phys == INTID_PHYS) && (!hw->virt || hw->virt == INTID_VIRT);
	if (timers && !hw->pmu_intids_differ && (!hw->pmu_intid || hw->pmu_intid == INTID_PMU)) {
		if (hw->phys && hw->virt)
			return vms_pass(r, "EL1 timers at %u and %u%s", INTID_PHYS, INTID_VIRT,
					hw->pmu_intid ? ", PMU at 23" : "");
		return vms_skip_because(r, "VBSA-V_L1TM_01", VMS_FAIL,
					"needs VBSA-V_L1TM_01, which failed: not both timers are described");
	}
	vms_remedy(r, VMS_HYPERVISOR,
		   "assign the PPIs as the BSA does: EL1 physical timer 30, EL1 virtual timer 27, PMU 23");
	if (!timers)
		return vms_fail(r, "the EL1 timers are at %u (physical) and %u (virtual), not %u and %u",
				hw->phys, hw->virt, INTID_PHYS, INTID_VIRT);
	return vms_fail(r, "the PMU's interrupt is %u, not %u on all CPUs", hw->pmu_intid, INTID_PMU);
}

static const struct vms_check checks[] = {
	{
		.id = "VBSA-B_GIC_01",
		.title = "GICv2, GICv3 or later",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = gic_judge,
		.reads = "as VMSPEC-GIC",
		.passes = "the kernel drives a GICv2 or newer, and the description says the same",
		.fails = "it is older, or none",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_GIC_02",
		.title = "a GICv2 with PCIe has an MSI frame",
		.needs = { "VBSA-B_GIC_01" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_v2m,
		.reads = "MADT or the device tree; /sys/bus/pci/devices",
		.passes = "an MSI frame (GICv2m) is described",
		.fails = "there is PCIe on a GICv2, and none",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_GIC_03",
		.title = "a GICv3 with PCIe has an ITS",
		.needs = { "VBSA-B_GIC_01" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_its,
		.reads = "MADT or the device tree; /sys/bus/pci/devices",
		.passes = "an ITS is described",
		.fails = "there is PCIe on a GICv3, and none",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_GIC_05",
		.title = "non-secure SGIs",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_sgi,
		.reads = "/proc/interrupts (IPI rows)",
		.passes = "every CPU got inter-processor interrupts",
		.fails = "never: what was not sent cannot be counted",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_PPI_01",
		.title = "timer and PMU interrupts at the BSA's numbers",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_ppi,
		.reads = "GTDT and MADT, or the device tree",
		.passes = "EL1 physical timer 30, EL1 virtual timer 27, PMU (where there is one) 23",
		.fails = "one has another number",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_vbsa_vgic, "Virtual GIC", checks);
