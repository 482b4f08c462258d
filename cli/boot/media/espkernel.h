/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel that a boot loader entry on an image's ESP names (UAPI.1 Boot Loader Specification, type 1). */
#ifndef VMS_BOOT_ESPKERNEL_H
#define VMS_BOOT_ESPKERNEL_H

#include <stdint.h>

struct vms_image;

/* Paths on the ESP, with "/"; owned. */
struct esp_kernel {
	char *kernel, *initrd, *options; /* initrd, options NULL: none */
	uint64_t esp;			 /* where it begins in the image, bytes */
};

/* Of the last entry by name. 0; -ENOENT: no entry names a kernel; other -errno: could not look. */
int esp_kernel_find(struct vms_image *image, struct esp_kernel *ret);
void esp_kernel_clear(struct esp_kernel *k);

/* Copy a file of the ESP of `image` (a path) that begins at byte `esp`. -errno */
int esp_copy(const char *image, uint64_t esp, const char *path, const char *to);

#endif
