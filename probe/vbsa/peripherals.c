/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VBSA group peripherals (V_L1PR_01, V_L2WD_01): USB, SATA, UART, watchdog, and what is integrated in the
 * PCIe root complex. PCI class codes: PCI Code and ID Assignment Specification. Arm Base System Architecture,
 * B_PER_*.
 */
#include <errno.h>

#include "chapter.h"
#include "hw.h"
#include "pci.h"
#include "pcie_rules.h"

#define CLASS_SATA 0x0106
#define CLASS_USB  0x0c03
#define AHCI	   0x01

/* USB programming interfaces */
enum { UHCI = 0x00, OHCI = 0x10, EHCI = 0x20, XHCI = 0x30, USB4 = 0x40 };

enum verdict { NOT_ASKED, GOOD, BAD };

/* Controllers that hang off no bus that enumerates: how many of them are described as what they should be, or
 * not. */
struct described {
	unsigned good, bad;
};

/* Each PCI function of a class, which anybody may read, and what is described besides. */
static int judge_class(struct vms_machine *m, struct vms_result *r, enum verdict (*ask)(uint32_t class),
		       struct described (*besides)(const struct vbsa_hw *hw), const char *what)
{
	const struct vbsa_hw *hw = vbsa_hw_read(m);
	const struct pci_facts *p = pci_read(m);
	struct described d;
	unsigned good = 0;

	if (!p || !hw)
		return -ENOMEM;
	if (p->err < 0 && p->err != -ENOENT)
		return vms_blocked(r, "/sys/bus/pci/devices", p->err);
	for (size_t i = 0; i < p->n; i++) {
		enum verdict v = ask(p->fn[i].class);

		if (v == NOT_ASKED)
			continue;
		vms_evidence(r, p->fn[i].name, "class 0x%06x", p->fn[i].class);
		if (v == BAD) {
			vms_remedy(r, VMS_HYPERVISOR, "give the VM an %s", what);
			return vms_fail(r, "%s is no %s (class 0x%06x)", p->fn[i].name, what, p->fn[i].class);
		}
		good++;
	}
	d = besides(hw);
	if (d.good || d.bad)
		vms_evidence(r, streq(hw->by, "FDT") ? "/sys/firmware/fdt" : "/sys/bus/acpi/devices",
			     "%u described as %s, %u as another", d.good, what, d.bad);
	if (d.bad) {
		vms_remedy(r, VMS_HYPERVISOR, "give the VM an %s", what);
		return vms_fail(r, "a controller is described that is no %s", what);
	}
	good += d.good;
	if (!good)
		return vms_skip(r, "no controller of that kind on PCI, and none is described");
	return vms_pass(r, "%u controller%s", good, good == 1 ? "" : "s");
}

static struct described described_usb2(const struct vbsa_hw *hw)
{
	return (struct described){ hw->n_ehci, hw->n_ohci };
}

static struct described described_usb3(const struct vbsa_hw *hw)
{
	return (struct described){ hw->n_xhci, 0 };
}

static struct described described_sata(const struct vbsa_hw *hw)
{
	return (struct described){ hw->n_ahci, 0 };
}

static enum verdict ask_usb2(uint32_t class)
{
	if (class >> 8 != CLASS_USB)
		return NOT_ASKED;
	switch (class & 0xff) {
	case UHCI:
	case OHCI:
		return BAD;
	case EHCI:
		return GOOD;
	default:
		return NOT_ASKED;
	}
}

static enum verdict ask_usb3(uint32_t class)
{
	if (class >> 8 != CLASS_USB)
		return NOT_ASKED;
	switch (class & 0xff) {
	case XHCI:
	case USB4:
		return GOOD;
	case 0x80: /* unspecific */
	case 0xff:
		return BAD;
	default:
		return NOT_ASKED;
	}
}

static enum verdict ask_sata(uint32_t class)
{
	if (class >> 8 != CLASS_SATA)
		return NOT_ASKED;
	return (class & 0xff) == AHCI ? GOOD : BAD;
}

static int check_usb2(struct vms_machine *m, struct vms_result *r)
{
	return judge_class(m, r, ask_usb2, described_usb2, "EHCI controller");
}

static int check_usb3(struct vms_machine *m, struct vms_result *r)
{
	return judge_class(m, r, ask_usb3, described_usb3, "xHCI controller");
}

static int check_sata(struct vms_machine *m, struct vms_result *r)
{
	return judge_class(m, r, ask_sata, described_sata, "AHCI controller");
}

/* 0: a UART is described; 1: a result is stated. */
static int uart(const struct vbsa_hw *hw, struct vms_result *r)
{
	if (!hw->by) {
		vms_blocked(r, "the hardware description", hw->err);
		return 1;
	}
	if (hw->uart_err == -ENOENT) {
		vms_skip(r, "no UART is described");
		return 1;
	}
	if (hw->uart_err == -ENODATA) {
		vms_unknown(
			r,
			"no UART that is known here; whether what stdout-path leads to (%s) is one is not told",
			hw->uart);
		return 1;
	}
	if (hw->uart_err < 0) {
		vms_blocked(r, hw->uart_by ? hw->uart_by : "the hardware description", hw->uart_err);
		return 1;
	}
	return 0;
}

static int check_uart(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_hw *hw = vbsa_hw_read(m);

	if (!hw)
		return -ENOMEM;
	if (uart(hw, r))
		return 0;
	vms_evidence(r, hw->uart_by, "%s", hw->uart);
	if (hw->uart_known)
		return vms_pass(r, "the UART is a %s", hw->uart);
	vms_remedy(r, VMS_HYPERVISOR, "give the VM an Arm generic UART, a PL011 or a 16550");
	return vms_fail(r, "the UART is a %s", hw->uart);
}

/* The row of the UART's driver: "uart-pl011", "ttyS0". */
static unsigned uart_row(const char *table)
{
	const char *line;
	size_t len;

	while (vms_next_line(&table, &line, &len)) {
		const char *gic, *end = line + len;
		unsigned intid = 0;

		if (!memmem(line, len, "uart-pl011", 10) && !memmem(line, len, "ttyAMA", 6) &&
		    !memmem(line, len, "ttyS", 4) && !memmem(line, len, "serial", 6))
			continue;
		gic = memmem(line, len, "GIC", 3);
		if (gic && sscanf(gic + strcspn(gic, " "), "%9u", &intid) == 1 && gic < end)
			return intid + (memmem(gic, (size_t)(end - gic), "GICv5-SPI", 9) ? 32 : 0);
	}
	return 0;
}

static int check_uart_interrupt(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_hw *hw = vbsa_hw_read(m);
	_cleanup_buf_ struct vms_buf table = { NULL, 0 };
	unsigned intid;

	if (!hw)
		return -ENOMEM;
	if (uart(hw, r))
		return 0;
	intid = hw->uart_intid;
	if (intid) {
		vms_evidence(r, hw->uart_by, "interrupt %u", intid);
	} else if (vms_root_read(m->root, "/proc/interrupts", 8u << 20, &table) == 0 &&
		   (intid = uart_row(table.data))) {
		vms_evidence(r, "/proc/interrupts", "interrupt %u", intid);
	} else {
		return vms_unknown(r, "no interrupt of the UART is described, and none is in use");
	}
	if (vbsa_is_spi(intid))
		return vms_pass(r,
				intid < 4096 ? "its interrupt is SPI %u" : "its interrupt is extended SPI %u",
				intid < 4096 ? intid - 32 : intid - 4096);
	vms_remedy(r, VMS_HYPERVISOR,
		   "wire the UART's interrupt to an SPI (INTID 32 to 1019, or 4096 to 5119)");
	return vms_fail(r, "its interrupt is INTID %u, which is no SPI", intid);
}

static int check_integrated(struct vms_machine *m, struct vms_result *r)
{
	const struct pci_facts *p = pci_read(m);
	const struct vbsa_hw *hw = vbsa_hw_read(m);
	unsigned good = 0, unseen = 0;

	if (!p || !hw)
		return -ENOMEM;
	if (p->err < 0)
		return p->err == -ENOENT ? vms_skip(r, "this machine has no PCI bus")
					 : vms_blocked(r, "/sys/bus/pci/devices", p->err);
	for (size_t i = 0; i < p->n; i++) {
		const struct pci_function *f = &p->fn[i];
		char why[160] = "";
		enum pcie_answer a = f->no_ecam		      ? PCIE_NOT_ASKED
				     : f->type == PCIE_UNSEEN ? PCIE_NOT_SHOWN
							      : pcie_integrated(p, hw, f, why, sizeof(why));

		if (a == PCIE_BROKEN) {
			vms_evidence(r, f->name, "%s", why);
			vms_remedy(r, VMS_HYPERVISOR,
				   "give the function the registers that PCI Express asks for");
			return vms_fail(r, "%s: %s", f->name, why);
		}
		good += a == PCIE_HOLDS;
		unseen += a == PCIE_NOT_SHOWN;
	}
	if (unseen)
		return pci_not_shown(m, r, unseen);
	if (!good)
		return vms_skip(r, "no endpoint is integrated in the root complex");
	return vms_pass(r, "%u integrated endpoint%s", good, good == 1 ? "" : "s");
}

#define WATCHDOGS "/sys/class/watchdog"

static int check_watchdog(struct vms_machine *m, struct vms_result *r)
{
	const struct vbsa_hw *hw = vbsa_hw_read(m);
	char *const *names = NULL;
	int err = vms_root_names(m->root, WATCHDOGS, &names);

	if (!hw || err == -ENOMEM)
		return -ENOMEM;
	if (hw->by)
		vms_evidence(r, streq(hw->by, "FDT") ? "/sys/firmware/fdt" : "/sys/firmware/acpi/tables/GTDT",
			     "%u generic watchdogs", hw->n_watchdogs);
	if (!err && *names) {
		vms_evidence(r, WATCHDOGS, "%s", *names);
		return vms_pass(r, "the kernel drives %s", *names);
	}
	if (hw->n_watchdogs)
		return vms_pass(r, "a generic watchdog is described");
	if (err < 0)
		return vms_blocked(r, WATCHDOGS, err);
	if (!hw->by)
		return vms_unknown(r, "the kernel drives none, and what is described could not be seen");
	return vms_skip(r,
			"no watchdog is described, and the kernel drives none: level 1 does not ask for one");
}

#define BY_CLASS(id_, title_, fn, good, bad)                                                                 \
	{                                                                                                    \
		.id = id_, .title = title_, .kinds = VMS_KIND_MACHINE, .machine_fn = fn,                     \
		.reads = "/sys/bus/pci/devices/*/class; the device tree, or /sys/bus/acpi/devices",          \
		.passes = good, .fails = bad, .mends = "the hypervisor",                                     \
	}

static const struct vms_check checks[] = {
	BY_CLASS("VBSA-B_PER_01", "USB 2 controllers are EHCI", check_usb2, "each is EHCI",
		 "one is UHCI or OHCI"),
	BY_CLASS("VBSA-B_PER_02", "USB 3 controllers are xHCI", check_usb3, "each is xHCI",
		 "one says that it has no programming interface of USB"),
	BY_CLASS("VBSA-B_PER_03", "SATA controllers are AHCI", check_sata, "each is AHCI", "one is not"),
	{
		.id = "VBSA-B_PER_05",
		.title = "the UART is an Arm generic UART, a PL011 or a 16550",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_uart,
		.reads = "SPCR, without it DBG2; or the device tree",
		.passes = "it is one of the three (vmspec 2.0 does not take the 16550)",
		.fails = "it is another",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_PER_06",
		.title = "the UART's interrupt is an SPI",
		.needs = { "VBSA-B_PER_05" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_uart_interrupt,
		.reads = "SPCR or the device tree, without them /proc/interrupts",
		.passes = "its INTID is 32 to 1019, or 4096 to 5119",
		.fails = "it is another",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-B_PER_12",
		.title = "endpoints in the root complex obey the PCI rules",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_integrated,
		.reads = "/sys/bus/pci/devices/*/config (all of it is shown to root alone)",
		.passes =
			"their registers are as VBSA-PCI_IN_05 asks, minimum grant and maximum latency are 0",
		.fails = "one is not",
		.mends = "the hypervisor",
	},
	{
		.id = "VBSA-V_L2WD_01",
		.title = "a watchdog",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_watchdog,
		.reads = WATCHDOGS "; GTDT or the device tree",
		.passes = "the kernel drives one, or a generic watchdog is described",
		.fails = "never: without one the machine is not of level 2, and level 1 does not ask for it",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_vbsa_peripherals, "Peripherals", checks);
