/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the bytes of a disk come from. Opening a file takes privilege (a path, the
 * file system); finding out what is in it takes none: the two steps are apart, so
 * that the second can run sandboxed on a descriptor that it was given.
 */
#ifndef VMS_SOURCE_H
#define VMS_SOURCE_H

#include "image/image.h"

/* Open a regular file or block device for reading, without ever waiting for it.
 * -errno; -EISDIR; -ENODEV: something else (a FIFO, a socket). */
int source_open_file(const char *path, int *ret_fd, uint64_t *ret_size);

/* Make `fd` the image's disk, by its first bytes: raw, or a format below. Takes `fd`,
 * whatever comes of it. 0 or -ENOMEM; what cannot be read here makes the image blocked. */
int source_attach(struct vms_image *image, int fd, uint64_t size);

/* Nothing of the image can be read, because ... Keeps the first reason. 0 or -ENOMEM. */
int source_block(struct vms_image *image, const char *fmt, ...) _printf_(2, 3);

#endif
