/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One kind of member without libarchive; see unpack.h. */
#ifndef VMS_UNPACK_ZSTD_H
#define VMS_UNPACK_ZSTD_H

#include "unpack.h"

/* As unpack(), up to io->end, and it stops behind the last of the frames that follow
 * each other without a gap: where the member ends need not be known. -ENOPKG: no
 * libzstd here; -ENOBUFS: a window of more than MEMBER_WINDOW_MAX bytes. */
int unpack_zstd(const struct member_io *io, uint64_t off, unpack_fn fn, void *arg, uint64_t *ret_end,
		char *why, size_t why_len);

#endif
