/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ACPI tables or the device tree say, beyond what the VM System Specification asks:
 * interrupts of the PMU and the UART, ITS and MSI frames, SMMUs, ECAM regions, watchdogs.
 * MADT, GTDT, SPCR, MCFG of ACPI 6.5; IORT of Arm DEN0049; bindings of Linux.
 */
#ifndef VMS_VBSA_HW_H
#define VMS_VBSA_HW_H

#include "core/machine.h"
#include "core/span.h"

#define VBSA_MAX_ECAM 32

struct vbsa_ecam {
	uint64_t base;
	unsigned segment;
	unsigned first, last; /* buses, both within */
};

struct vbsa_hw {
	const char *by; /* "MADT", "FDT": what it was read from; NULL: neither could be */
	int err;	/* why neither could be */
	/* MADT: GICC structures that are enabled; FDT: cpu nodes */
	unsigned n_cpus;
	unsigned n_pmu;	    /* of these with a PMU interrupt; FDT: all or none */
	unsigned pmu_intid; /* of the first; 0: none */
	bool pmu_intids_differ;
	int madt_err;	     /* -EBADMSG: what follows in the MADT could not be counted */
	int timer_err;	     /* the timers' interrupts: 0, or could not look */
	unsigned phys, virt; /* INTIDs of the EL1 timers; 0: not named */
	unsigned n_its, n_msi_frames;
	int pcie_err;	 /* MCFG or the host bridges' nodes: 0, -ENOENT none, could not look */
	unsigned n_ecam; /* may be more than are kept */
	struct vbsa_ecam ecam[VBSA_MAX_ECAM];
	unsigned n_unnumbered;		 /* FDT: of these without a "linux,pci-domain" */
	unsigned n_bridges_without_ecam; /* FDT: host bridges of another kind */
	int smmu_err;			 /* IORT or the tree: 0, -ENOENT no IORT, could not look */
	unsigned n_smmu_v2, n_smmu_v3;
	/* SPCR or DBG2, UARTs or stdout-path of the tree: 0, -ENOENT none, -ENODATA stdout-path leads to
	 * something that may be one, could not look */
	int uart_err;
	const char *uart_by;  /* the file that says it; NULL: none does */
	const char *uart;     /* "PL011", "16550" ...; compatible of what stdout-path leads to */
	bool uart_known;      /* one of the three kinds that the BSA takes */
	unsigned uart_intid;  /* 0: not named */
	unsigned n_watchdogs; /* generic watchdogs in GTDT or the tree */
	unsigned n_ohci, n_ehci, n_xhci, n_ahci; /* in the tree, or (USB) devices of ACPI; not those on PCI */
};

/* GICv3.1 adds a second range. */
static inline bool vbsa_is_spi(unsigned intid)
{
	return (intid >= 32 && intid <= 1019) || (intid >= 4096 && intid <= 5119);
}

/* The facts of `m`, read once. NULL: -ENOMEM. */
const struct vbsa_hw *vbsa_hw_read(struct vms_machine *m);

/* Over a table's bytes, header included; what is cut short is not counted. */
void vbsa_parse_madt(struct vms_span t, struct vbsa_hw *hw);
void vbsa_parse_mcfg(struct vms_span t, struct vbsa_hw *hw);
void vbsa_parse_iort(struct vms_span t, struct vbsa_hw *hw);
void vbsa_parse_spcr(struct vms_span t, struct vbsa_hw *hw);
void vbsa_parse_gtdt_watchdogs(struct vms_span t, struct vbsa_hw *hw);
/* Over a flattened device tree. -EBADMSG: it is none; -ENOMEM. */
int vbsa_parse_fdt(struct vms_span blob, struct vbsa_hw *hw);

#endif
