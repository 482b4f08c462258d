/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder as a disk, made without root, mount or tools: where the hypervisor has no vvfat. */
#ifndef VMS_BOOT_FATIMAGE_H
#define VMS_BOOT_FATIMAGE_H

/* Write a FAT16 file system labelled `label` with the regular files of `dir`, and of its folders, into
 * the new file `image`. -errno; -EFBIG: more than 64 MiB. */
#define FAT_IMAGE_SECTORS 131235u
int fat_image(const char *dir, const char *image, const char *label);

#endif
