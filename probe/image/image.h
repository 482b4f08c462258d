/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk image as a subject: the disk, and what was found on it. Each reader fills
 * its part once, when a check first asks. Serves "VM Image Format".
 *
 * Errors in the facts: 0 there and sound; -EBADMSG broken, `why` is the evidence;
 * -ENOENT absent; any other -errno: could not be looked at.
 */
#ifndef VMS_IMAGE_H
#define VMS_IMAGE_H

#include "core/check.h"
#include "image/fat.h"
#include "image/format.h"
#include "image/gpt.h"
#include "image/pe.h"
#include "image/qemunbd.h"

/* A boot loader at the removable media path. */
struct image_loader {
	int err;
	struct vms_why why;
	bool there; /* a directory entry of that name is there, sound or not */
	struct fat_file file;
	struct pe_image pe;
	uint32_t extra_clusters;
};

enum image_loader_kind { IMAGE_AA64, IMAGE_ARM, IMAGE_N_LOADERS };

struct image_esp {
	const struct gpt_entry *entry;
	int err; /* of the file system */
	struct vms_why why;
	struct fat_volume fat;
	struct image_loader loaders[IMAGE_N_LOADERS];
	char others[128]; /* loaders for other machines in \EFI\BOOT, "BOOTX64.EFI (for x86-64), ..." */
	int scan_err;	  /* of the walk over all files */
	struct vms_why scan_why;
	unsigned n_files;
	char *store, *firmware; /* the first of each that was found: "\NvVars"; NULL: none */
	const char *store_what, *firmware_what;
	char *damaged; /* a directory that could not be read for what stands in it; NULL: none */
};

struct vms_image {
	struct vms_disk disk;
	char *name;    /* as the user gave it */
	char *blocked; /* why nothing can be looked at; NULL: it can */
	char *trouble; /* what the source said when it could not read; NULL: errno says it */
	enum image_format format;
	enum image_format wants; /* source_attach(): not raw, to be attached otherwise */
	enum vms_image_arch arch;
	/* what stands behind the disk */
	void *source;
	void (*source_free)(void *source);
	struct qemunbd server; /* when it is ours to end */

	bool gpt_read, esps_read, scan_done;
	int gpt_err;
	struct vms_why gpt_why;
	struct gpt_table gpt;
	struct image_esp *esps;
	size_t n_esps;
};

/* An image over `read`; the disk is ready, nothing was read. -ENOMEM. */
int image_new(const char *name, struct vms_image **ret);

/* 0 or the reader's -errno; NULL facts never. */
int image_gpt(struct vms_image *image);
/* The ESPs, their file systems and boot loaders. 0 or -ENOMEM. */
int image_esps(struct vms_image *image);
/* Variable stores and firmware volumes among the files of all ESPs. 0 or -ENOMEM. */
int image_scan(struct vms_image *image);

/* The ESP that decides: the first FAT32 one with a removable path, else the first that
 * is FAT32, else the first. NULL: there is none. */
const struct image_esp *image_deciding_esp(const struct vms_image *image);

/* Is this an image for AArch32, by option or because only that loader is there? */
bool image_is_aarch32(const struct vms_image *image);

/* loader.c: \EFI\BOOT of one ESP. 0 or -ENOMEM. */
int image_read_loaders(struct image_esp *esp);
/* scan.c: all files of one ESP. 0 or -ENOMEM. */
int image_scan_esp(struct image_esp *esp);

#endif
