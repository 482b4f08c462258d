/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a VHDX says of its disk in its metadata (Microsoft's [MS-VHDX] 2.2 and 2.6). */
#ifndef VMS_VHDX_H
#define VMS_VHDX_H

#include "image/disk.h"

struct vhdx_facts {
	uint32_t sector;	/* bytes of a logical sector; 0: not said */
	uint32_t block;		/* bytes of a block; 0: not said */
	uint64_t size;		/* of the disk, bytes */
	uint64_t bat, bat_size; /* where the block allocation table is, and its bytes */
	bool has_parent;
};

/* -EBADMSG: no region table, or no metadata; other -errno. */
int vhdx_read(struct vms_disk *d, struct vhdx_facts *ret);

#endif
