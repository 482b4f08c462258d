/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to one PCI function; see pcie_rules.c. `why` is filled in where the answer is PCIE_BROKEN or
 * PCIE_OPEN. */
#ifndef VMS_VBSA_PCIE_RULES_H
#define VMS_VBSA_PCIE_RULES_H

#include "hw.h"
#include "pci.h"

enum pcie_answer {
	PCIE_NOT_ASKED, /* the rule is not about this function */
	PCIE_HOLDS,
	PCIE_BROKEN,
	PCIE_OPEN,	/* it can't be told from here; `why` says what */
	PCIE_NOT_SHOWN, /* the configuration space is not shown far enough */
};

typedef enum pcie_answer (*pcie_rule_fn)(const struct pci_facts *p, const struct vbsa_hw *hw,
					 const struct pci_function *f, char *why, size_t size);

#define PCIE_RULE(name)                                                                                      \
	enum pcie_answer name(const struct pci_facts *p, const struct vbsa_hw *hw,                           \
			      const struct pci_function *f, char *why, size_t size)

PCIE_RULE(pcie_root_ports_in_one_ecam);
PCIE_RULE(pcie_below_port_in_its_ecam);
PCIE_RULE(pcie_registers);
PCIE_RULE(pcie_ari);
PCIE_RULE(pcie_bist_and_pointer);
PCIE_RULE(pcie_capability_ids);
PCIE_RULE(pcie_msi);
PCIE_RULE(pcie_reset);
PCIE_RULE(pcie_acs);
PCIE_RULE(pcie_acs_and_aer);
PCIE_RULE(pcie_pasid);

/* PCIE_HOLDS of pcie_registers and pcie_bist_and_pointer, for functions integrated in the root complex. */
PCIE_RULE(pcie_integrated);

struct pcie_intx {
	char chip[64];
	unsigned intid;
	bool spi;
	char trigger[16]; /* "Level", "Edge"; "" not shown */
};

/* The row of the kernel's interrupt `irq` in /proc/interrupts; false: none, not of a GIC, or a message
 * (MSI). */
bool pcie_find_intx(const char *table, unsigned irq, struct pcie_intx *ret);

#endif
