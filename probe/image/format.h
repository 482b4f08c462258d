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
	FORMAT_RAW_CODECS, /* a raw one with compressed files in it: who judges it needs libraries */
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

/* Of a file that is raw by that: might qemu, told no format, take it for another (*ret)? 0 or -errno. */
int format_doubtful(struct vms_disk *d, bool *ret);

/* Does anything say that this is a disk? A boot sector, a GPT, a format above. For
 * folders in which other files lie too. 0 or -errno. */
int format_looks_like_disk(struct vms_disk *d, bool *ret);

/* A VHD of fixed size is a raw disk with 512 bytes behind it. *ret_size: of the disk. */
int format_strip_vhd_footer(struct vms_disk *d, uint64_t *ret_size);

/* Does it end inside of such a footer, for it was cut short? 0 or -errno. */
int format_cut_vhd_footer(struct vms_disk *d, bool *ret);

/* -EBADMSG: it names a backing or data file, or cannot be read without a key (*why);
 * 0: it stands alone; other -errno: could not look. */
int format_stands_alone(struct vms_disk *d, enum image_format f, struct vms_why *why);

/*
 * Is all of it there that its own tables name? *ret_needed: bytes that the file has to
 * have, by them; 0: not told. qemu reads zeros where a file was cut short. 0 or -errno;
 * -ENXIO: it ends inside these tables.
 */
int format_needs(struct vms_disk *d, enum image_format f, uint64_t *ret_needed);

/* Bytes of a sector as the container gives them to the guest; 0: it does not say. */
uint32_t format_sector(struct vms_disk *d, enum image_format f);

/*
 * A container or archive that is no disk image read here: what it is, and what to do with
 * it. NULL: none that is known.
 */
struct foreign {
	const char *name, *todo;
	bool disk; /* it is a disk image, of another kind */
};
const struct foreign *format_foreign(struct vms_disk *d);

/* A raw disk that is one file system from its first byte on: its name. NULL: none known. */
const char *format_bare(struct vms_disk *d);

/* Are there partitions in its MBR? */
bool format_has_mbr(struct vms_disk *d);

#endif
