/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device tree's half of the hardware description; see hw.h. */
#include <errno.h>
#include <libfdt.h>

#include "hw.h"
#include "hwdesc/fdt_index.h"

/* A node's first interrupt, of a GIC: three cells (or more), type 0 SPI, 1 PPI (2, 3: extended ones), then
 * the number in it; of a GICv5 type 3 SPI. SPIs count from 32 on here. */
static unsigned first_intid(const struct fdt_index *x, uint32_t node)
{
	bool extended;
	uint32_t parent, type, number, phandle;
	uint64_t off = 0;
	unsigned cells;
	struct vms_span s;

	/* "interrupts-extended" names the parent before each interrupt, and wins over "interrupts" */
	extended = fdt_index_prop(x, node, "interrupts-extended", &s);
	if (extended) {
		if (!span_be32(s, 0, &phandle))
			return 0;
		parent = fdt_index_by_phandle(x, phandle);
		off = 4;
	} else {
		if (!fdt_index_prop(x, node, "interrupts", &s))
			return 0;
		parent = fdt_index_interrupt_parent(x, node);
	}
	cells = parent == FDT_NO_NODE ? FDT_NO_CELLS : x->nodes[parent].cells[FDT_CELLS_INTERRUPT];
	if (cells == FDT_NO_CELLS || cells < 3 || !span_be32(s, off, &type) ||
	    !span_be32(s, off + 4, &number) || number > (type == 2 ? 1023u : 987u))
		return 0;
	if (fdt_index_compatible(x, parent, "arm,gic-v5"))
		return type == 3 ? number + 32 : type == 1 ? number : 0;
	/* 2 and 3: of GICv3.1's extended ranges */
	return type == 0   ? number + 32
	       : type == 1 ? number + 16
	       : type == 2 ? number + 4096
	       : type == 3 ? number + 1056
			   : 0;
}

static bool pmu(const struct fdt_index *x, uint32_t i)
{
	struct vms_span s;

	if (fdt_index_compatible(x, i, "arm,armv8-pmuv3"))
		return true;
	/* "arm,cortex-a57-pmu" and so on */
	return fdt_index_prop(x, i, "compatible", &s) && s.len > 5 && s.data[s.len - 1] == '\0' &&
	       memcmp(s.data + s.len - 5, "-pmu", 5) == 0;
}

static void take_bridge(const struct fdt_index *x, uint32_t i, struct vbsa_hw *hw)
{
	struct vbsa_ecam e = { .base = fdt_node_address(x, i), .last = 255 };
	struct vms_span s;
	uint32_t v = 0;

	if (!fdt_index_compatible(x, i, "pci-host-ecam-generic")) {
		hw->n_bridges_without_ecam++;
		return;
	}
	if (fdt_index_prop(x, i, "linux,pci-domain", &s) && span_be32(s, 0, &v))
		e.segment = v;
	else
		hw->n_unnumbered++;
	if (fdt_index_prop(x, i, "bus-range", &s) && span_be32(s, 0, &v))
		e.first = v;
	if (fdt_index_prop(x, i, "bus-range", &s) && span_be32(s, 4, &v))
		e.last = v;
	if (hw->n_ecam < VBSA_MAX_ECAM)
		hw->ecam[hw->n_ecam] = e;
	hw->n_ecam++;
}

static void take_uart(const struct fdt_index *x, uint32_t i, struct vbsa_hw *hw)
{
	static const struct {
		const char *compatible, *name;
	} uarts[] = {
		{ "arm,pl011", "PL011" }, { "arm,sbsa-uart", "SBSA generic UART" }, { "ns16550a", "16550" },
		{ "ns16550", "16550" },	  { "snps,dw-apb-uart", "16550" },
	};

	for (size_t u = 0; u < ARRAY_SIZE(uarts); u++) {
		if (!fdt_index_compatible(x, i, uarts[u].compatible) || hw->uart)
			continue;
		hw->uart = uarts[u].name;
		hw->uart_known = true;
		hw->uart_intid = first_intid(x, i);
		hw->uart_err = 0;
	}
}

static void take_controller(const struct fdt_index *x, uint32_t i, struct vbsa_hw *hw)
{
	hw->n_ohci += fdt_index_compatible(x, i, "generic-ohci") || fdt_index_compatible(x, i, "usb-ohci");
	hw->n_ehci += fdt_index_compatible(x, i, "generic-ehci") || fdt_index_compatible(x, i, "usb-ehci");
	hw->n_xhci += fdt_index_compatible(x, i, "generic-xhci") || fdt_index_compatible(x, i, "usb-xhci");
	hw->n_ahci += fdt_index_compatible(x, i, "generic-ahci");
}

static bool is_pci_bridge(const struct fdt_index *x, uint32_t i)
{
	struct vms_span s;

	/* a host bridge: no child of another PCI bus */
	return fdt_index_prop(x, i, "device_type", &s) && span_is(s, 0, "pci", 4) &&
	       !(x->nodes[i].parent != FDT_NO_NODE &&
		 fdt_index_prop(x, x->nodes[i].parent, "device_type", &s) && span_is(s, 0, "pci", 4));
}

static void take_node(const struct fdt_index *x, uint32_t i, struct vbsa_hw *hw)
{
	struct vms_span s;

	if (fdt_index_prop(x, i, "device_type", &s) && span_is(s, 0, "cpu", 4))
		hw->n_cpus++;
	if (pmu(x, i) && !hw->pmu_intid)
		hw->pmu_intid = first_intid(x, i);
	hw->n_its += fdt_index_compatible(x, i, "arm,gic-v3-its");
	hw->n_msi_frames += fdt_index_compatible(x, i, "arm,gic-v2m-frame");
	hw->n_smmu_v3 += fdt_index_compatible(x, i, "arm,smmu-v3");
	hw->n_smmu_v2 += fdt_index_compatible(x, i, "arm,smmu-v2") ||
			 fdt_index_compatible(x, i, "arm,mmu-500") ||
			 fdt_index_compatible(x, i, "arm,smmu-v1");
	hw->n_watchdogs += fdt_index_compatible(x, i, "arm,sbsa-gwdt");
	if (is_pci_bridge(x, i))
		take_bridge(x, i, hw);
	take_uart(x, i, hw);
	take_controller(x, i, hw);
}

int vbsa_parse_fdt(struct vms_span blob, struct vbsa_hw *hw)
{
	_cleanup_free_ void *aligned = NULL;
	struct fdt_index x;
	int err;

	if (!blob.len || posix_memalign(&aligned, 8, blob.len))
		return blob.len ? -ENOMEM : -EBADMSG;
	memcpy(aligned, blob.data, blob.len);
	/* fdt_parse() has taken these bytes before; this is for whoever calls with others */
	if (blob.len < 40 || fdt_check_header(aligned) || fdt_version(aligned) < 17 ||
	    fdt_totalsize(aligned) > blob.len || fdt_check_full(aligned, blob.len))
		return -EBADMSG;
	err = fdt_index_make(aligned, blob.len, &x);
	if (err < 0)
		return err;
	hw->uart_err = hw->pcie_err = -ENOENT;
	for (uint32_t i = 1; i < x.n; i++)
		if (!x.nodes[i].disabled)
			take_node(&x, i, hw);
	if (hw->n_ecam || hw->n_bridges_without_ecam)
		hw->pcie_err = 0;
	hw->n_pmu = hw->pmu_intid ? hw->n_cpus : 0;
	fdt_index_clear(&x);
	return 0;
}
