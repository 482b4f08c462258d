/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kind of file a disk image is, by its first bytes, and whether it names other
 * files. The names are never followed here: a hostile image may name any file of the
 * host.
 */
#ifndef VMS_IMAGE_FORMAT_H
#define VMS_IMAGE_FORMAT_H

#include "image/disk.h"

enum image_format {
	FORMAT_RAW,
	/* through qemu-nbd */
	FORMAT_QCOW2,
	FORMAT_VMDK,
	FORMAT_VHDX,
	FORMAT_VDI,
	FORMAT_VPC, /* VHD, dynamic */
	/* through libarchive */
	FORMAT_XZ,
	FORMAT_ZSTD,
	FORMAT_GZIP,
	FORMAT_BZIP2,
	N_FORMATS,
};

/* "qcow2", "xz": as qemu calls them, and as people do. */
const char *format_name(enum image_format f);
bool format_is_compressed(enum image_format f);
bool format_is_nbd(enum image_format f);

/* By the first bytes. 0 or -errno of reading. */
int format_detect(struct vms_disk *d, enum image_format *ret);

/* Does anything say that this is a disk? A boot sector, a GPT, a format above. For
 * folders in which other files lie too. 0 or -errno. */
int format_looks_like_disk(struct vms_disk *d, bool *ret);

/* A VHD of fixed size is a raw disk with 512 bytes behind it. *ret_size: of the disk. */
int format_strip_vhd_footer(struct vms_disk *d, uint64_t *ret_size);

/* -EBADMSG: it names a backing or data file, or cannot be read without a key (*why);
 * 0: it stands alone; other -errno: could not look. */
int format_stands_alone(struct vms_disk *d, enum image_format f, struct vms_why *why);

#endif
