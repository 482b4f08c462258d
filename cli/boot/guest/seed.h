/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a cell's guest is given on a disk of its own: the NoCloud seed with our part in it. */
#ifndef VMS_BOOT_SEED_H
#define VMS_BOOT_SEED_H

#include "boot/boot.h"

/* Where the guest finds the seed, once mounted, and how it gets there: a shell command. */
extern const char boot_seed_start[];

/* How the guest knows what is plugged into it. */
struct seed_marks {
	const char *serial, *mac;
	unsigned bytes; /* of the disk: where disks have no serial number */
};

/* Make the folder `dir`, which becomes a disk. `tools` (may be NULL): a folder with the
 * vmspec-verify that runs in the guest. -errno */
int boot_seed_write(const struct boot_cell *cell, const char *dir, const char *tools,
		    const struct seed_marks *marks);

/* The folder of guest tools for a cell; NULL: there is none. Owned by the caller. */
char *boot_seed_tools(const struct boot_cell *cell);

#endif
