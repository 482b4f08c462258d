/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PE image as UEFI firmware loads it: DOS stub, COFF header, PE32 or PE32+ optional
 * header, section table (Microsoft's PE format; UEFI 2.10, 2.1.1). Serves "VM Image
 * Format": the bootable software must be an EFI application for the machine.
 *
 * Headers and section table are read, and show whether the file is whole: no section
 * may end behind the end of the file. The sections themselves are not read.
 */
#ifndef VMS_PE_H
#define VMS_PE_H

#include "image/disk.h"

#define PE_MACHINE_AARCH64	     0xaa64
#define PE_MACHINE_ARMNT	     0x01c2 /* what UEFI calls ARM, "Thumb mixed" */
#define PE_SUBSYSTEM_EFI_APPLICATION 10
#define PE_SUBSYSTEM_EFI_ROM	     13

struct pe_image {
	uint16_t machine, subsystem, n_sections;
	bool plus; /* PE32+ */
	/* what the loader is, by its sections: "GRUB", "systemd-boot", ...; NULL: not known */
	const char *kind;
	uint64_t fixed_at;     /* the only address that it can be loaded to; 0: any */
	bool relocations_told; /* there is a data directory of base relocations, empty or not */
	uint64_t end;	       /* of the last byte that headers, sections and signature account for */
	/* the attribute certificate table; size 0: none */
	uint32_t cert_offset, cert_size;
};

/*
 * `file`: the bytes of the file, in any source that a disk reader can read. -EBADMSG:
 * no PE, or not all of it (*why); other -errno: could not look.
 */
int pe_read(struct vms_disk *file, struct pe_image *ret, struct vms_why *why);

/* "x86-64 (0x8664)"; machines without a name: "machine 0x1234". `buf` has 48 bytes. */
const char *pe_machine_text(uint16_t machine, char buf[48]);
/* "EFI boot service driver (11)" */
const char *pe_subsystem_text(uint16_t subsystem, char buf[48]);

#endif
