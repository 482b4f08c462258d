/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The descriptor of a VMDK (VMware's Virtual Disk Format 5.0), read as qemu reads it: what that would open is
 * found here, whatever the line looks like.
 */
#ifndef VMS_VMDK_H
#define VMS_VMDK_H

#include "image/disk.h"

#define VMDK_PARENT "parentFileNameHint"

/* A sparse file whose descriptor is another file. */
#define VMDK_PART "it is a part of a disk, without the descriptor that names all parts"
bool vmdk_is_part(struct vms_span head, const char *text);

/*
 * Its text (`head`: the file's first bytes, 512 where it has them), or "" where it has none; the caller's to
 * free. -EBADMSG: *why; -ENOMEM; -ENXIO: it lies behind the end; other -errno of reading.
 */
int vmdk_descriptor(struct vms_disk *d, struct vms_span head, char **ret, struct vms_why *why);

/* A file that a descriptor names. */
struct vmdk_name {
	char name[512];
	bool flat; /* bytes of the disk, no VMDK in turn */
};

/* The next one with its data, from *cursor on, which begins as the text. False: there is no more. A sparse
 * file's own are itself. */
bool vmdk_next_extent(const char **cursor, struct vmdk_name *ret);
/* The one that it holds only the differences to. False: none. */
bool vmdk_parent(const char *text, struct vmdk_name *ret);

#endif
