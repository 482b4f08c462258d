/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What primary and backup of a GUID partition table have in common; for gpt*.c alone. */
#ifndef VMS_GPT_PARTS_H
#define VMS_GPT_PARTS_H

#include "image/gpt.h"

/* The header at `lba`: signature, revision, size, CRC, own LBA, fields. */
int gpt_read_header(struct vms_disk *d, uint64_t lba, uint32_t sector, struct gpt_header *ret,
		    struct vms_why *why);

/* Is there a protective MBR? */
bool gpt_protective(struct vms_disk *d);

/* The header at LBA 1, whichever size of sectors has a valid one there. */
int gpt_read_primary(struct vms_disk *d, struct gpt_header *ret, struct vms_why *why);

/* The array must lie in [from, end), inside the disk, and be of a size that is read here. */
int gpt_check_array(const struct vms_disk *d, const struct gpt_header *h, uint64_t from, uint64_t end,
		    struct vms_why *why);

/* Read the array piece by piece; its CRC, and the entries in use when `t` wants them. */
int gpt_read_array(struct vms_disk *d, const struct gpt_header *h, uint32_t *ret_crc, struct gpt_table *t);

#endif
