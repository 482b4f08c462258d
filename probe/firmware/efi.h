/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Was the machine booted by UEFI, which version, and are its runtime services
 * there? /sys/firmware/efi, /chosen of the FDT, the kernel log's "efi:" lines.
 */
#ifndef VMS_EFI_H
#define VMS_EFI_H

#include "core/machine.h"

enum efi_runtime {
	EFI_RUNTIME_UNSEEN, /* no sign either way */
	EFI_RUNTIME_THERE,
	EFI_RUNTIME_SWITCHED_OFF, /* by the kernel: efi=noruntime, noefi, PREEMPT_RT */
	EFI_RUNTIME_BROKEN,	  /* the firmware gave no usable mapping */
	EFI_RUNTIME_FAULTED,	  /* a service faulted, and the kernel gave them up */
};

struct efi_facts {
	/* 0 there, -ENOENT absent, else could not look */
	int sysfs_err;
	/* the FDT's /chosen/linux,uefi-system-table: 0 there, -ENOENT lacking, else could not look */
	int fdt_err;
	const char *fdt_source; /* where that was looked for */
	/* "efi: UEFI not found." in the log */
	bool log_says_none;
	/* the "efi: EFI v" line, else the boot loader's LoaderFirmwareType: 0, -ENOENT,
	 * else could not look */
	int version_err;
	char *version_line;
	const char *version_source;
	unsigned major, minor; /* 2, 10 for UEFI 2.10; 0, 0: not understood */
	/* "EDK II": who made it; NULL: not seen */
	char *vendor;
	/* the "efi: ... RTPROP=" line is in the log */
	bool rt_properties;
	enum efi_runtime runtime;
	char *runtime_source, *runtime_sign; /* what shows it; owned */
	int runtime_err;		     /* when unseen: why the log could not tell */
};

/* The facts of `m`, read once. NULL: -ENOMEM. */
const struct efi_facts *efi_read(struct vms_machine *m);

/*
 * The version in an "EFI v2.70 by ..." line. Kernels before 6.2 print the
 * revision's low half as it is ("2.70", "2.100": UEFI 2.7, 2.10), later ones
 * the version ("2.7", "2.10", "2.3.1"). False: not understood.
 */
bool efi_parse_version(const char *text, unsigned *ret_major, unsigned *ret_minor);

#endif
