/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware inside of a file of any name: a firmware volume (UEFI PI 1.7, volume 3, 3.2.1),
 * one that holds variables, a U-Boot by its version banner or by the image that it is packed in.
 * The file comes in pieces.
 */
#ifndef VMS_BLOB_H
#define VMS_BLOB_H

#include "image/fat.h"

#define BLOB_WHAT 96

struct blob {
	/* what was found: the first of each, as text for people; "": nothing */
	char firmware[BLOB_WHAT], store[BLOB_WHAT];

	bool fit;	/* a flat image tree */
	bool program;	/* an EFI application: may speak of a U-Boot without being one */
	size_t kept;	/* bytes in front of the piece that were kept of the one before */
	uint64_t done;	/* what begins before this byte of the file was looked at */
	uint8_t *bytes; /* BLOB_KEEP + FAT_PIECE */
};

#define BLOB_KEEP 256 /* bytes: what is looked for, with what stands around it, is shorter */

/* Pieces are read to here. */
static inline uint8_t *blob_room(const struct blob *b)
{
	return b->bytes + BLOB_KEEP;
}

/* The next piece, in blob_room(); `off` is its place in the file. */
void blob_piece(struct blob *b, uint64_t off, size_t len, bool last);

/* EFI_SYSTEM_NV_DATA_FV_GUID: a volume of this kind holds variables. */
extern const uint8_t blob_nv_data_guid[16];

#endif
