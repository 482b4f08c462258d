/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a cell's guest is given on a disk of its own: the NoCloud seed with our part in it. */
#ifndef VMS_BOOT_SEED_H
#define VMS_BOOT_SEED_H

#include "boot.h"

/* Where the guest finds the seed, once mounted, and how it gets there: a shell command. */
extern const char boot_seed_start[];

/* Make the folder `dir` (QEMU's vvfat shows it as a disk). `tools` (may be NULL): a folder
 * with vmspec-verify, its loader and libraries. -errno, after a note in *ret_what. */
int boot_seed_write(const struct boot_cell *cell, const char *dir, const char *tools);

/* The folder of guest tools for a cell; NULL: there is none. Owned by the caller. */
char *boot_seed_tools(const struct boot_cell *cell);

#endif
