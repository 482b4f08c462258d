/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up machines for the checks of VBSA: CPUs, ACPI tables with what these ask for, PCI functions. */
#ifndef VMS_TEST_FIXTURE_VBSA_H
#define VMS_TEST_FIXTURE_VBSA_H

#include "fixture_hw.h"

/* /proc/cpuinfo: CPUs of one part with these features; a NULL ends the list of parts' features. */
void fixture_cpus(struct fixture *f, uint32_t midr, const char *const *features);

struct fixture_gic {
	unsigned version, cpus;
	unsigned pmu, last_pmu; /* GSIV of each GICC; last_pmu: of the last one, 0: as `pmu` */
	bool last_without_pmu;
	unsigned n_its, n_frames;
	bool cut; /* the last structure says that it is longer than the table */
};

/* MADT, and the row of the timer in /proc/interrupts with two columns. */
void fixture_gic(struct fixture *f, const struct fixture_gic *g);

/* MCFG: bases are made up. */
struct fixture_ecam {
	unsigned segment, first, last;
};
void fixture_mcfg(struct fixture *f, const struct fixture_ecam *e, size_t n);

/* IORT: `told` nodes in the header, where it is not 0. */
void fixture_iort(struct fixture *f, unsigned v2, unsigned v3, unsigned told);

/* SPCR with the GSIV of its interrupt; 0: none. */
void fixture_spcr_irq(struct fixture *f, unsigned type, unsigned gsiv);

/* A function's configuration space, as PCI Express wants it: header, MSI-X at 0x40, PCI Express at 0x50. */
struct fixture_pci {
	uint8_t space[4096];
	unsigned ext; /* where the next extended capability goes; 0x100: the first */
};

void fixture_pci(struct fixture_pci *p, unsigned type); /* of its PCI Express capability */
void fixture_pci_ext(struct fixture_pci *p, unsigned id, unsigned first_register);
/* A bridge's buses. */
void fixture_pci_buses(struct fixture_pci *p, unsigned secondary, unsigned subordinate);
/* /sys/bus/pci/devices/NAME, `len` bytes of it shown, below "pciSSSS:00" or `host`. */
void fixture_pci_put(struct fixture *f, const char *name, const struct fixture_pci *p, size_t len,
		     const char *host);

#endif
