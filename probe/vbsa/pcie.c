/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VBSA group "Peripherals: PCIe" (V_L1PR_02): configuration space by ECAM, and what stands in it. Each rule
 * is a question to one function; the values asked for are those of the PCI Express Base
 * Specification 5.0, as Arm's suite (sysarch-acs, test_pool/pcie) takes them for each rule.
 * That bits cannot be written is tried of one register alone, which PCI Express gives no function: the
 * secondary latency timer of virtual root ports, by root (pci_try_latency).
 */
#include <errno.h>

#include "chapter.h"
#include "hw.h"
#include "pci.h"
#include "pcie_rules.h"

#define SHOWN_MAX 8 /* functions named in the evidence */

static int no_pci(const struct pci_facts *p, struct vms_result *r)
{
	if (p->err == -ENOENT)
		return vms_skip(r, "this machine has no PCI bus");
	return vms_blocked(r, "/sys/bus/pci/devices", p->err);
}

/* Whoever can see to it that a rule is no longer open. */
static void advise_open(struct vms_machine *m, struct vms_result *r, pcie_rule_fn rule)
{
	if (rule != pcie_registers)
		vms_remedy(r, VMS_HYPERVISOR,
			   "say whether the rule applies, or give the function what it asks for");
	else if (m->kind == VMS_KIND_RECORD)
		vms_remedy(r, VMS_GUEST_ADMIN, "record the machine anew, as root and with this version");
	else
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "run vmspec-verify as root in the virtual machine, outside of any sandbox");
}

/* All functions that `rule` is about: one that breaks it fails, one that is not shown leaves it open. */
static int judge(struct vms_machine *m, struct vms_result *r, pcie_rule_fn rule, const char *about)
{
	const struct pci_facts *p = pci_read(m);
	const struct vbsa_hw *hw = vbsa_hw_read(m);
	unsigned good = 0, bad = 0, open = 0, unseen = 0;
	char why[160], first[224] = "";

	if (!p || !hw)
		return -ENOMEM;
	if (p->err < 0)
		return no_pci(p, r);
	for (size_t i = 0; i < p->n; i++) {
		const struct pci_function *f = &p->fn[i];
		enum pcie_answer answer = PCIE_NOT_ASKED;

		why[0] = '\0';
		if (!f->no_ecam)
			answer = f->type == PCIE_UNSEEN ? PCIE_NOT_SHOWN : rule(p, hw, f, why, sizeof(why));
		good += answer == PCIE_HOLDS;
		unseen += answer == PCIE_NOT_SHOWN;
		open += answer == PCIE_OPEN;
		if (answer == PCIE_BROKEN && bad++ < SHOWN_MAX)
			vms_evidence(r, f->name, "%s: %s", pcie_type_name(f->type), why);
		if ((answer == PCIE_BROKEN && bad == 1) || (answer == PCIE_OPEN && open == 1 && !bad))
			snprintf(first, sizeof(first), "%s, %s %s: %s", f->name,
				 strchr("aeiou", pcie_type_name(f->type)[0]) ? "an" : "a",
				 pcie_type_name(f->type), why);
	}
	if (bad) {
		if (rule == pcie_root_ports_in_one_ecam || rule == pcie_below_port_in_its_ecam)
			vms_remedy(r, VMS_HYPERVISOR,
				   "let one ECAM region span all buses below a host bridge (MCFG, or the "
				   "tree's bus-range)");
		else
			vms_remedy(r, VMS_HYPERVISOR,
				   "give the function the registers that the rule asks for");
		return vms_fail(r, bad == 1 ? "%s" : "%s; and others", first);
	}
	if (open && !unseen) {
		advise_open(m, r, rule);
		return vms_unknown(r, "%s", first);
	}
	if (unseen)
		return pci_not_shown(m, r, unseen);
	if (!good)
		return vms_skip(r, "no %s here", about);
	vms_evidence(r, "/sys/bus/pci/devices", "%u functions asked", good);
	return vms_pass(r, "holds for %u function%s", good, good == 1 ? "" : "s");
}

static bool has_pcie(const struct pci_facts *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->fn[i].no_ecam)
			return true;
	return false;
}

static int check_ecam(struct vms_machine *m, struct vms_result *r)
{
	const struct pci_facts *p = pci_read(m);
	const struct vbsa_hw *hw = vbsa_hw_read(m);

	if (!p || !hw)
		return -ENOMEM;
	if (p->err < 0 && p->err != -ENOENT)
		return no_pci(p, r);
	if ((p->err == -ENOENT || !has_pcie(p)) && !hw->n_ecam && !hw->n_bridges_without_ecam)
		return vms_skip(
			r,
			p->n ? "PCI functions hang off a bus of the hypervisor's own, without a host bridge"
			     : "this machine has no PCI bus");
	for (unsigned i = 0; i < MIN(hw->n_ecam, 4u); i++)
		vms_evidence(r, streq(hw->by, "FDT") ? "/sys/firmware/fdt" : "/sys/firmware/acpi/tables/MCFG",
			     "segment %u, buses %u to %u at 0x%llx", hw->ecam[i].segment, hw->ecam[i].first,
			     hw->ecam[i].last, (unsigned long long)hw->ecam[i].base);
	if (hw->n_bridges_without_ecam) {
		vms_remedy(r, VMS_HYPERVISOR,
			   "give the VM a host bridge whose configuration space is an ECAM");
		return vms_fail(r, "a PCI host bridge is described that has no ECAM");
	}
	if (hw->n_ecam)
		return vms_pass(r, "%u ECAM region%s described", hw->n_ecam, hw->n_ecam == 1 ? "" : "s");
	if (hw->pcie_err == -ENOENT && hw->by) {
		vms_evidence(r, "/sys/firmware/acpi/tables", "no MCFG");
		vms_evidence(r, "/sys/bus/pci/devices", "%zu functions", p->n);
		vms_remedy(r, VMS_HYPERVISOR, "describe the ECAM in MCFG");
		return vms_fail(r, "there are PCI functions, and no ECAM is described");
	}
	return vms_blocked(r, "the hardware description", hw->err ? hw->err : hw->pcie_err);
}

#define PCIE_CHECK(fn, rule, about)                                                                          \
	static int fn(struct vms_machine *m, struct vms_result *r)                                           \
	{                                                                                                    \
		return judge(m, r, rule, about);                                                             \
	}

PCIE_CHECK(check_in_03, pcie_root_ports_in_one_ecam, "root port")
PCIE_CHECK(check_in_04, pcie_below_port_in_its_ecam, "function below a root port")
PCIE_CHECK(check_in_17, pcie_ari, "port with a device below")
PCIE_CHECK(check_in_19, pcie_bist_and_pointer, "PCI Express function")
PCIE_CHECK(check_in_20, pcie_capability_ids, "root port")
PCIE_CHECK(check_msi_1, pcie_msi, "PCI Express endpoint")
PCIE_CHECK(check_sm_02, pcie_reset, "function that says it can be reset or be split up")
PCIE_CHECK(check_pp_03, pcie_acs, "root port")
PCIE_CHECK(check_pp_04, pcie_acs_and_aer, "root port")
PCIE_CHECK(check_pas_1, pcie_pasid, "function with PASID")

/* Reads alone decide it where a register is not as it should be; what is left is tried. */
static int check_in_05(struct vms_machine *m, struct vms_result *r)
{
	return pci_try_latency(m) < 0 ? -ENOMEM : judge(m, r, pcie_registers, "PCI Express function");
}

/* The rows of /proc/interrupts that INTx of the functions go to. */
static int judge_intx(struct vms_machine *m, struct vms_result *r, bool level)
{
	const struct pci_facts *p = pci_read(m);
	_cleanup_buf_ struct vms_buf table = { NULL, 0 };
	unsigned seen = 0;
	int err;

	if (!p)
		return -ENOMEM;
	if (p->err < 0)
		return no_pci(p, r);
	err = vms_root_read(m->root, "/proc/interrupts", 8u << 20, &table);
	if (err < 0)
		return vms_blocked(r, "/proc/interrupts", err);
	for (size_t i = 0; i < p->n; i++) {
		const struct pci_function *f = &p->fn[i];
		struct pcie_intx x;
		uint8_t pin = 0;

		if (f->no_ecam || !f->irq || !pci_u8(f, 0x3d, &pin) || !pin ||
		    !pcie_find_intx(table.data, f->irq, &x))
			continue;
		seen++;
		vms_evidence(r, "/proc/interrupts", "%s, INT%c: %s %u %s", f->name, 'A' + (pin - 1) % 4,
			     x.chip, x.intid, x.trigger);
		if (!level && !x.spi) {
			vms_remedy(r, VMS_HYPERVISOR, "route INTx to SPIs (32 to 1019, 4096 to 5119)");
			return vms_fail(r, "INT%c of %s is interrupt %u, which is no SPI",
					'A' + (pin - 1) % 4, f->name, x.intid);
		}
		if (level && !x.trigger[0]) {
			vms_remedy(r, VMS_GUEST_ADMIN, "use a kernel with CONFIG_GENERIC_IRQ_SHOW_LEVEL");
			return vms_unknown(r, "the kernel does not show how interrupts are triggered");
		}
		if (level && !streq(x.trigger, "Level")) {
			vms_remedy(r, VMS_HYPERVISOR, "describe INTx as level triggered");
			return vms_fail(r, "INT%c of %s is triggered by %s", 'A' + (pin - 1) % 4, f->name,
					x.trigger);
		}
	}
	if (!seen)
		return vms_skip(r, "no function interrupts by INTx");
	return vms_pass(r, "INTx of %u function%s", seen, seen == 1 ? "" : "s");
}

static int check_li_01(struct vms_machine *m, struct vms_result *r)
{
	return judge_intx(m, r, false);
}

static int check_li_03(struct vms_machine *m, struct vms_result *r)
{
	return judge_intx(m, r, true);
}

#define CONFIG_READS "/sys/bus/pci/devices/*/config (all of it is shown to root alone)"

static const struct vms_check checks[] = {
	{
		.id = "VBSA-PCI_IN_01",
		.title = "PCI Express configuration space by ECAM",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_ecam,
		.reads = "MCFG, or the host bridges of the device tree; /sys/bus/pci/devices",
		.passes = "an ECAM region is described",
		.fails = "there are PCI functions without one",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_IN_03",
		.title = "root ports of a host bridge in one ECAM region",
		.needs = { "VBSA-PCI_IN_01" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_in_03,
		.reads = CONFIG_READS "; MCFG or the device tree",
		.passes = "all root ports of a host bridge lie in one region",
		.fails = "one lies in none, or in another",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_IN_04",
		.title = "what is below a root port, in the root port's ECAM region",
		.needs = { "VBSA-PCI_IN_01" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_in_04,
		.reads = CONFIG_READS "; MCFG or the device tree",
		.passes = "a function's bus lies in the region of the port above",
		.fails = "it lies in none, or in another",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_IN_05",
		.title = "header and capability registers as PCI Express asks",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_in_05,
		.reads = CONFIG_READS,
		.passes =
			"bits that PCI Express wires to 0 or 1 are so: command, status, latency timers, bridge control, "
			"device capabilities and control; a root port's secondary latency timer, which has no "
			"function, can't be written either: only writing shows that, so in a virtual machine root "
			"writes ones into it where it reads 0, and 0 again at once",
		.fails =
			"one of them is not; without the write (other users, sandboxes, bare metal) a timer that reads 0 is "
			"left open",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_IN_17",
		.title = "ARI forwarding where there is ARI",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_in_17,
		.reads = CONFIG_READS,
		.passes =
			"a port above functions with ARI can forward; without forwarding only device 0 is below a port",
		.fails = "it cannot, or another device answers",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_IN_19",
		.title = "BIST register and capabilities pointer as PCI Express asks",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_in_19,
		.reads = CONFIG_READS,
		.passes = "BIST is 0 where it is not offered, and the pointer leads to a capability",
		.fails = "one is not so",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_IN_20",
		.title = "capabilities of root ports are PCI Express' own",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_in_20,
		.reads = CONFIG_READS,
		.passes = "every capability ID in the lists is assigned",
		.fails = "one is not: vendor's data outside of a vendor-specific capability",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_MSI_1",
		.title = "MSI or MSI-X for what interrupts",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_msi_1,
		.reads = CONFIG_READS,
		.passes = "each endpoint with an interrupt pin has MSI or MSI-X",
		.fails = "one has neither",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_LI_01",
		.title = "INTx are SPIs",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_li_01,
		.reads = "/sys/bus/pci/devices/*/irq, /proc/interrupts",
		.passes = "each INTx that is in use is an SPI of the GIC",
		.fails = "one is not",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_LI_03",
		.title = "INTx are level triggered",
		.needs = { "VBSA-PCI_LI_01" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_li_03,
		.reads = "/sys/bus/pci/devices/*/irq, /proc/interrupts",
		.passes = "each INTx that is in use is level triggered",
		.fails = "one is not",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_SM_02",
		.title = "functions that may be assigned can be reset",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_sm_02,
		.reads = CONFIG_READS,
		.passes =
			"functions with SR-IOV have function level reset, and none hangs in one; what says nothing of either "
			"is not asked",
		.fails = "a function with SR-IOV has none",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_PP_03",
		.title = "root ports have ACS where peer-to-peer is allowed",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_pp_03,
		.reads = CONFIG_READS,
		.passes =
			"each root port has ACS with source validation, blocking, redirection and upstream forwarding",
		.fails =
			"a root port has ACS without one of these; without ACS it is left open: whether peers may talk is "
			"not told",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_PP_04",
		.title = "root ports with ACS report errors (AER)",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_pp_04,
		.reads = CONFIG_READS,
		.passes = "each root port with ACS has AER",
		.fails = "one has none",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-PCI_PAS_1",
		.title = "PASIDs of at least 16 bits where there are PASIDs",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_pas_1,
		.reads = CONFIG_READS,
		.passes = "each function with PASID has 16 bits or more",
		.fails = "one has fewer",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_vbsa_pcie, "PCI Express", checks);
