/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up hardware descriptions for the machine of fixture.h: a device tree blob
 * and ACPI tables, as small as the checks of the platform need them. */
#ifndef VMS_TEST_FIXTURE_HW_H
#define VMS_TEST_FIXTURE_HW_H

#include "fixture.h"

struct fixture_tree {
	bool uefi; /* /chosen/linux,uefi-system-table */
	bool stub; /* only /chosen */
	unsigned cpus;
	const char *gic; /* compatible; NULL: no such node, likewise below */
	const char *psci;
	const char *console; /* stdout-path leads to it */
	bool timer;	     /* PPIs 13, 14, 11, 10 */
};

/* /sys/firmware/fdt */
void fixture_fdt(struct fixture *f, const struct fixture_tree *t);

/* /sys/firmware/acpi/tables/...: checksums are right */
void fixture_madt(struct fixture *f, unsigned gicd_version, unsigned n_cpus, unsigned n_gicr);
void fixture_fadt(struct fixture *f, unsigned arm_boot_arch);
void fixture_spcr(struct fixture *f, unsigned type);
/* Any table: signature, length, revision and checksum are filled in. */
void fixture_table(struct fixture *f, const char *signature, unsigned revision, uint8_t *t, size_t len);
/* Little endian. */
static inline void fixture_put32(uint8_t *at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> 8 * i);
}
void fixture_gtdt(struct fixture *f, unsigned el1, unsigned virt, unsigned el2);

#endif
