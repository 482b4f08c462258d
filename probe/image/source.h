/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the bytes of a disk come from. Opening a file takes privilege (a path, the
 * file system); finding out what is in it takes none: the two steps are apart, so
 * that the second can run sandboxed on a descriptor that it was given.
 */
#ifndef VMS_SOURCE_H
#define VMS_SOURCE_H

#include "image/format.h"
#include "image/image.h"

/* A file that was opened. */
struct source_file {
	int fd;
	uint64_t size;
	uint32_t sector; /* bytes, of a block device; 0: not said */
};

/* Open a regular file or block device for reading, without ever waiting for it.
 * -errno; -EISDIR; -ENODEV: something else (a FIFO, a socket); -EOPNOTSUPP: a file that
 * does not say how long it is. */
int source_open_file(const char *path, struct source_file *ret);
/* Its -errno, in words. */
const char *source_blocker(int err);

/*
 * Make the file the image's disk, when its first bytes say that it is raw. For any other
 * format image->wants says which; an image that names other files is blocked unless
 * `backing`. Takes its descriptor, whatever comes of it. 0 or -ENOMEM; what cannot be read makes
 * the image blocked.
 */
int source_attach_file(struct vms_image *image, const struct source_file *file, bool backing);

/* The same without a look at what it holds: a disk, as a guest sees it. */
int source_attach_raw(struct vms_image *image, int fd, uint64_t size);

/* Libraries and files that reading `format` takes: to be called before the sandbox. 0 or
 * -ENOMEM; what is missing is told by source_attach_format(). */
int source_prepare(enum image_format format);

/* As source_attach_file, of a format that is no raw disk. `fd`: a compressed file, or a socket
 * that is connected to an NBD server. */
int source_attach_format(struct vms_image *image, int fd, enum image_format format);

/* The two kinds; NULL-safe like all of them. To prepare: 0 or -ENOMEM. */
int nbd_prepare(void);
int nbd_attach(struct vms_image *image, int fd);
int stream_prepare(void);
int stream_attach(struct vms_image *image, int fd, enum image_format format);
/* Decompress to the end: the disk's size is known then. What is cut short blocks the image. */
int stream_to_end(struct vms_image *image);

/* Nothing of the image can be read, because ... Keeps the first reason. 0 or -ENOMEM. */
int source_block(struct vms_image *image, const char *fmt, ...) _printf_(2, 3);

#endif
