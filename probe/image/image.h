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
#include "image/signature.h"
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

#define IMAGE_WHAT 128 /* bytes of what a file is, for people */

struct image_esp {
	const struct gpt_entry *entry;
	int err; /* of the file system */
	struct vms_why why;
	struct fat_volume fat;
	struct image_loader loaders[IMAGE_N_LOADERS];
	bool ignored;	  /* marked so that firmware does not look into it (attribute bit 1) */
	char others[160]; /* loaders by name in \EFI\BOOT, "BOOTX64.EFI (for x86-64), ..." */
	int scan_err;	  /* of the walk over all files */
	struct vms_why scan_why;
	unsigned n_files, n_packed; /* looked at; archives, so not looked into */
	char *store, *firmware;	    /* the first of each that was found: "\NvVars"; NULL: none */
	char store_what[IMAGE_WHAT], firmware_what[IMAGE_WHAT];
	char *damaged; /* a directory or file that could not be read for what stands in it; NULL: none */
	bool no_codec; /* for want of a library, which may be had */
	char *unseen;  /* a compressed file that could not be decompressed; NULL: none */
	char *unread;  /* a file that was not looked through whole; NULL: none */
};

struct vms_image {
	struct vms_disk disk;
	char *name;    /* as the user gave it */
	char *blocked; /* why nothing can be looked at; NULL: it can */
	char *trouble; /* what the source said when it could not read; NULL: errno says it */
	enum image_format format;
	enum image_format wants; /* source_attach(): not raw, to be attached otherwise */
	enum vms_image_arch arch;
	bool whole;	    /* a compressed one is read to its end for what stands there */
	bool fixed_vhd;	    /* a raw disk with a VHD's footer behind it */
	uint32_t sector;    /* bytes of a sector, as the container or device has it; 0: not said */
	uint64_t scan_left; /* bytes of files that may still be looked through */
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

/* Is there anything that EDK II does not start from in the way of a sound FAT32? */
bool image_esp_refused(const struct image_esp *esp);

/* The ESP that decides, among those that firmware looks into: the first one that it starts
 * from, else the one that comes nearest to that. NULL: there is none. */
const struct image_esp *image_deciding_esp(const struct vms_image *image);

/* Is this an image for AArch32, by option or because only that loader is there? */
bool image_is_aarch32(const struct vms_image *image);

/* The loader that counts, by the image's architecture. NULL: no ESP, or it cannot be read. */
const struct image_loader *image_loader(const struct vms_image *image);

/* loader.c: \EFI\BOOT of one ESP. 0 or -ENOMEM. */
int image_read_loaders(struct image_esp *esp);
/* A file as a PE image; as pe_read(). */
int image_read_pe(const struct fat_volume *v, const struct fat_file *f, struct pe_image *ret,
		  struct vms_why *why);
/* Who signed a sound loader; as pe_read_signature(). */
int image_read_signature(const struct image_esp *esp, const struct image_loader *l, struct pe_signature *ret);
/* scan.c: all files of one ESP; at most *left bytes of them are read. 0 or -ENOMEM. */
int image_scan_esp(struct image_esp *esp, uint64_t *left);

#endif
