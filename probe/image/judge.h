/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that judge an image have in common; for judge_*.c and checks.c alone. */
#ifndef VMS_IMAGE_JUDGE_H
#define VMS_IMAGE_JUDGE_H

#include "image/image.h"

/* It could not be looked at: unknown, with what stood in the way. */
int judge_cannot_read(const struct vms_image *image, struct vms_result *r, int err);
/* What a reader's -errno means: 0 after stating fail or unknown. */
int judge_not_sound(const struct vms_image *image, struct vms_result *r, int err, const struct vms_why *why,
		    const char *what);
/* "partition 1" */
const char *judge_esp_name(const struct image_esp *esp, char buf[24]);
/* The deciding ESP; NULL after a result was stated (there is none, or it could not be read). */
const struct image_esp *judge_deciding(struct vms_image *image, struct vms_result *r, int *ret_err);

/*
 * advice.c: `todo` is done with a raw disk, FILE in it. In a container it would destroy that:
 * convert, mend, convert back; in a compressed file likewise. States the remedy.
 */
void advise(const struct vms_image *image, struct vms_result *r, const char *todo);
/* How to get at a disk of this sector size: tools take a file to have 512. */
void advise_gpt(const struct vms_image *image, struct vms_result *r, uint32_t sector, const char *todo);

/* The checks of each file. */
int judge_gpt(struct vms_image *image, struct vms_result *r);
int judge_gpt_backup(struct vms_image *image, struct vms_result *r);
int judge_sector(struct vms_image *image, struct vms_result *r);
int judge_esp(struct vms_image *image, struct vms_result *r);
int judge_fat32(struct vms_image *image, struct vms_result *r);
int judge_bootaa64(struct vms_image *image, struct vms_result *r);
int judge_bootarm(struct vms_image *image, struct vms_result *r);
int judge_signed(struct vms_image *image, struct vms_result *r);
int judge_no_varstore(struct vms_image *image, struct vms_result *r);
int judge_no_firmware(struct vms_image *image, struct vms_result *r);

#endif
