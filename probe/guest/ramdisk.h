/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the initial ramdisk of the running kernel lies: as the kernel's command
 * line says (the EFI stub's initrd=), else where distributions put the one of
 * that release, else inside a unified kernel image on the ESP.
 */
#ifndef VMS_RAMDISK_H
#define VMS_RAMDISK_H

#include "core/machine.h"

#define RAMDISK_MAX 8

/* A file, or the .initrd section of one. */
struct ramdisk {
	char *path; /* owned */
	int fd;
	uint64_t off, size;
	bool section; /* of a unified kernel image */
	const char *recorded; /* NULL; or there is no fd, and this lists the modules */
};

struct ramdisks {
	struct ramdisk at[RAMDISK_MAX];
	size_t n;
	/* The command line names them: all of `at` together are the ramdisk. Else
	 * each is one that may have been booted. */
	bool named;
	/* Set: the ramdisk could not be found or opened, and why; owned. */
	char *why;
	char *list; /* what `recorded` points into; owned */
};

/* -ENOMEM alone is returned. `release`: NULL when not known. */
int ramdisks_find(struct vms_machine *m, const char *release, struct ramdisks *ret) _must_check_;
void ramdisks_clear(struct ramdisks *r);

/*
 * Sections of a unified kernel image: *ret_off and *ret_size of .initrd when its
 * .uname is `release`. -ENOENT: no such section, or of another release; -EBADMSG:
 * no PE; -errno of reading.
 */
int uki_initrd(int fd, uint64_t size, const char *release, uint64_t *ret_off, uint64_t *ret_size);

#endif
