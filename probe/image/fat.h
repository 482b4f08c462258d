/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FAT32 as firmware reads it: boot sector, FSInfo, cluster chains, directories with
 * long and short names (Microsoft's "FAT: General Overview of On-Disk Format" 1.03,
 * which UEFI 2.10, 13.3 refers to). Serves "VM Image Format": the ESP must be FAT32
 * and hold the removable media path.
 */
#ifndef VMS_FAT_H
#define VMS_FAT_H

#include "image/disk.h"

#define FAT_NAME_MAX 768 /* 255 UTF-16 units as UTF-8, with NUL */

struct fat_volume {
	struct vms_disk *disk;
	uint64_t start, size; /* the partition, bytes */
	uint32_t sector;      /* bytes, as the BPB says */
	uint32_t cluster;     /* bytes */
	uint64_t fat, data;   /* first FAT and first cluster: bytes from the start of the disk */
	uint32_t n_clusters;
	uint32_t root;		/* first cluster of the root directory */
	uint64_t total_sectors; /* as the BPB says */
	bool labelled;		/* its boot sector says "FAT32", which only U-Boot wants */
	bool mirrored;		/* all FATs are kept alike (BPB_ExtFlags) */
	enum fat_fsinfo { FAT_FSINFO_NONE, FAT_FSINFO_SOUND, FAT_FSINFO_OUTSIDE, FAT_FSINFO_BROKEN } fsinfo;
	uint16_t fsinfo_sector;
};

#define FAT32_CLUSTERS_MIN 65525u
/* Has it fewer clusters than FAT32 begins with? EDK II then reads it as FAT16. */
bool fat_too_small(const struct fat_volume *v);

struct fat_file {
	char name[FAT_NAME_MAX]; /* the long name; where there is none, the short one */
	char short_name[13];	 /* "BOOTAA64.EFI" */
	bool directory;
	uint32_t first; /* cluster; 0: none */
	uint32_t size;	/* bytes; 0 in directories */
};

/*
 * The boot sector of the partition at `start`, `size` bytes long, FSInfo and the root
 * directory's chain. -EBADMSG: not FAT32, or not sound (*why); other -errno: could
 * not look. All parsers below return the same way.
 */
int fat_open(struct vms_disk *d, uint64_t start, uint64_t size, struct fat_volume *ret, struct vms_why *why);

/* The chain of a directory that starts at cluster `first`: it ends, stays in the volume,
 * and is not longer than the 65,536 entries that a directory may have. */
int fat_check_directory(const struct fat_volume *v, uint32_t first, struct vms_why *why);

/* The 32-byte entries of a directory one by one, as they stand there. A result of
 * `entry` that is not 0 ends the walk and is returned. -EFBIG: it is longer than a directory may be,
 * and what comes then was not walked. */
int fat_walk_directory(const struct fat_volume *v, uint32_t first,
		       int (*entry)(void *ctx, struct vms_span bytes), void *ctx, struct vms_why *why);

/* Each file and directory in the directory that starts at `cluster`. What the visitor
 * returns, 0 or -errno, when not 0 ends the walk and is returned. Volume labels, "." and ".." are
 * left out. */
typedef int (*fat_visit)(void *ctx, const struct fat_file *f);
int fat_list(const struct fat_volume *v, uint32_t cluster, fat_visit visit, void *ctx, struct vms_why *why);

/* An entry by long or short name, in any case. -ENOENT: the directory lacks it. */
int fat_find(const struct fat_volume *v, uint32_t cluster, const char *name, struct fat_file *ret,
	     struct vms_why *why);

/* The chain of `f` holds its size: no loop, no cluster outside the volume. *ret_extra:
 * clusters beyond what the size needs (they are harmless). */
int fat_check_chain(const struct fat_volume *v, const struct fat_file *f, uint32_t *ret_extra,
		    struct vms_why *why);

/* `len` bytes at `off` of a file whose chain was checked. -ENXIO: past its end. */
int fat_read(const struct fat_volume *v, const struct fat_file *f, uint64_t off, void *buf, size_t len,
	     struct vms_why *why);

/*
 * A file from byte `from` to its end, in pieces of up to FAT_PIECE bytes that follow each
 * other, read into `room` (FAT_PIECE bytes). What `piece` returns, 0 or -errno, when not 0
 * ends it and is returned. -EBADMSG: the chain is broken or too short; what stands before
 * the break was handed out.
 */
#define FAT_PIECE 65536u
typedef int (*fat_piece)(void *ctx, uint64_t off, struct vms_span bytes);
int fat_read_from(const struct fat_volume *v, const struct fat_file *f, uint64_t from, uint8_t *room,
		  fat_piece piece, void *ctx, struct vms_why *why);

/* The first `len` bytes of a file; its chain need not be right: only the first cluster is read. */
int fat_peek(const struct fat_volume *v, const struct fat_file *f, void *buf, size_t len, size_t *ret_len);

/* ASCII letters in any case. */
bool fat_same_name(const char *a, const char *b);

#endif
