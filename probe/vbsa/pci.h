/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI functions and their configuration space, as /sys/bus/pci/devices/BDF/config shows it: 64 bytes
 * to anybody, 256 or 4,096 to root. PCI Express Base Specification 5.0, chapter 7.
 */
#ifndef VMS_VBSA_PCI_H
#define VMS_VBSA_PCI_H

#include "core/machine.h"
#include "core/span.h"
#include "hw.h"

/* Device/Port Type of the PCI Express capability */
enum pcie_type {
	PCIE_ENDPOINT = 0,
	PCIE_LEGACY_ENDPOINT = 1,
	PCIE_ROOT_PORT = 4,
	PCIE_UPSTREAM = 5,
	PCIE_DOWNSTREAM = 6,
	PCIE_TO_PCI_BRIDGE = 7,
	PCIE_RC_ENDPOINT = 9,
	PCIE_RC_EVENT_COLLECTOR = 10,
	PCIE_CONVENTIONAL = 0x100, /* no PCI Express capability */
	PCIE_UNSEEN,		   /* its capabilities are not shown */
};

struct pci_function {
	char *name; /* "0000:00:01.0" */
	char *host; /* the host bridge that it hangs off: "pci0000:00" */
	unsigned segment, bus, device, function;
	uint32_t class; /* base class << 16 | sub class << 8 | interface */
	unsigned irq;	/* of INTx, the kernel's number; 0: none */
	enum pcie_type type;
	unsigned pcie;	      /* offset of the PCI Express capability */
	int latency_writable; /* secondary latency timer of a root port: 1, 0, or -1: not tried
				 (pci_try_latency) */
	bool no_ecam;	      /* below a bus of its own kind: Hyper-V's VMBus */
	bool silent;	      /* it does not answer: all bits are set */
	struct vms_buf config;
	const struct pci_function *above; /* the port or bridge that it is below; NULL: none here */
};

struct pci_facts {
	int err; /* /sys/bus/pci/devices: 0, -ENOENT no PCI here, could not look */
	struct pci_function *fn;
	size_t n;
	bool extended_zeroed; /* a record that kept nothing beyond byte 256 */
	bool latency_tried;   /* by pci_try_latency() */
};

/* The facts of `m`, read once. NULL: -ENOMEM. */
const struct pci_facts *pci_read(struct vms_machine *m);

/* Fills `above` of each function, from the bus numbers that the ports' configuration space has. */
void pci_find_ports(struct pci_facts *p);

/* What kind of function its configuration space says that it is: fills type and pcie. */
void pci_read_type(struct pci_function *f);

/*
 * Fill in `latency_writable` of the root ports. PCI Express has no use for a secondary latency timer and
 * wires it to 0, and whether it is shows only when it is written: so this is done for the one rule that asks,
 * by root, in a virtual machine, where the register reads 0, and undone at once. A record keeps the answer.
 * -ENOMEM.
 */
#define PCI_SECONDARY_LATENCY 0x1b
int pci_try_latency(struct vms_machine *m);

/* Where a capability is. 1: *ret_at; 0: the function has none; -ENODATA: not shown, or the list leads nowhere
 * or in a circle. */
int pci_capability(const struct pci_function *f, unsigned id, unsigned *ret_at);
int pci_extended_capability(const struct pci_facts *p, const struct pci_function *f, unsigned id,
			    unsigned *ret_at);

/* Bits of a register; false: not shown. */
bool pci_u8(const struct pci_function *f, unsigned at, uint8_t *ret);
bool pci_u16(const struct pci_function *f, unsigned at, uint16_t *ret);
bool pci_u32(const struct pci_function *f, unsigned at, uint32_t *ret);

const char *pcie_type_name(enum pcie_type t);

/* Unknown, for want of `n` functions' configuration space, and who can mend that. */
struct vms_result;
int pci_not_shown(struct vms_machine *m, struct vms_result *r, unsigned n);

#endif
