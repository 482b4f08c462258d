/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who signed an EFI application: its attribute certificate table, and in that the
 * PKCS#7 SignedData of Authenticode (Microsoft's PE format and "Windows Authenticode
 * Portable Executable Signature Format"; RFC 2315; UEFI 2.10, 32.2.4). Names are read,
 * nothing is verified: which keys a machine trusts no image can say.
 */
#ifndef VMS_SIGNATURE_H
#define VMS_SIGNATURE_H

#include "image/disk.h"

#define SIGNERS_MAX 4
#define SIGNER_NAME 96

struct pe_signature {
	int err; /* 0; -ENOENT: not signed; -EBADMSG: cannot be made out (*why); others */
	struct vms_why why;
	unsigned n; /* signatures; names of the first SIGNERS_MAX */
	char signers[SIGNERS_MAX][SIGNER_NAME];
};

/* The table of `size` bytes at `offset` of the file. -ENOMEM; else *ret has the outcome. */
int pe_read_signature(struct vms_disk *file, uint32_t offset, uint32_t size, struct pe_signature *ret);

/* The signer's name in one SignedData. -EBADMSG: not made out (*why). For the fuzzers too. */
int signer_name(struct vms_span pkcs7, char name[SIGNER_NAME], struct vms_why *why);

#endif
