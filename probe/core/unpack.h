/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decompressing a part of a file, piece by piece, in memory that does not grow with it. */
#ifndef VMS_UNPACK_H
#define VMS_UNPACK_H

#include "codec.h"

/* Part of a file: [.., end). */
struct unpack_file {
	int fd;
	uint64_t end;
};

/* Takes decompressed bytes; anything but 0 ends unpack(), which returns it. */
typedef int (*unpack_fn)(void *arg, const uint8_t *data, size_t len);

/* Up to `n` bytes at `off`; how many, or -errno. */
int64_t unpack_read(const struct unpack_file *f, uint64_t off, void *buf, uint64_t n);

/*
 * Decompress the one frame at `off`. 0: to its end, and *ret_end is the offset behind
 * it. What `fn` returned. -ENOPKG: its library is not here; -EBADMSG: damaged or cut
 * short; -ENOBUFS: it asks for a window above CODEC_WINDOW_MAX; -ENOMEM; -errno of
 * reading. *ret_why says more, or is untouched.
 */
int unpack(const struct codec *c, const struct unpack_file *f, uint64_t off, unpack_fn fn, void *arg,
	   uint64_t *ret_end, const char **ret_why);

#endif
