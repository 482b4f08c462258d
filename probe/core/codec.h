/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One kind of compressed data, by the library that knows it: opened when there is
 * something to decompress, or linked in (core/dl.h). Each library finds the end of
 * what it decompresses by itself and says how much it took, so that nobody has to
 * walk frames by hand.
 */
#ifndef VMS_CODEC_H
#define VMS_CODEC_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "core/span.h"

/* What may be asked of memory for one window (dictionary): the limit of the kernel's
 * own zstd. */
#define CODEC_WINDOW_MAX (128u << 20)

/* Bytes to take and room to fill; each step moves both on. */
struct codec_step {
	const uint8_t *in;
	size_t in_len;
	uint8_t *out;
	size_t out_len;
};

/* Of vms_dl_link(): that a library is not here, or too old, is one answer. */
static inline int codec_loaded(int err)
{
	return err == 0 || err == -ENOMEM || err == -EMFILE ? err : -ENOPKG;
}

struct codec {
	const char *name, *soname;
	/* What its data begins with, bytes of it. */
	const char *magic;
	size_t magic_len;
	/* 0; -ENOPKG: no such library here, or too old a one; -ENOMEM, -EMFILE. */
	int (*load)(void);
	/* *ret_state for one frame. -ENOMEM. */
	int (*start)(void **ret_state);
	/* 1: the frame has ended; 0: there may be more; -EBADMSG: damaged (*ret_why, where
	 * the library says so); -ENOBUFS: a window above CODEC_WINDOW_MAX; -ENOMEM. */
	int (*step)(void *state, struct codec_step *s, const char **ret_why);
	void (*stop)(void *state);
};

/* Does it say so in the first bytes of its data? */
static inline bool codec_begins(const struct codec *c, struct vms_span head)
{
	return span_is(head, 0, c->magic, c->magic_len);
}

/* All of them, N_CODECS. */
#define N_CODECS 6
extern const struct codec *const codecs[N_CODECS];

/* How bytes that begin so are compressed; NULL: not by what can be decompressed here. */
const struct codec *codec_of(struct vms_span head);

extern const struct codec codec_gzip, codec_bzip2, codec_lzma, codec_xz, codec_zstd, codec_lz4;

#endif
