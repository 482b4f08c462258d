/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decompression by libarchive, opened when there is something to decompress.
 * Its formats are not used: it stops after the first of several cpio archives.
 * Its filters that run other programs (lzop, lrzip) are never turned on.
 */
#ifndef VMS_UNPACK_H
#define VMS_UNPACK_H

#include <stddef.h>

#include "member.h"

/* Takes decompressed bytes; anything but 0 ends unpack(), which returns it. */
typedef int (*unpack_fn)(void *arg, const uint8_t *data, size_t len);

/*
 * Decompress the member at `off` of `io` (its end cut off at io->end), piece by
 * piece. 0: to its end, *ret_end is the offset behind it. What `fn` returned.
 * -ENOPKG: no libarchive here; -EOPNOTSUPP: it cannot do `c`; -EBADMSG: damaged,
 * or cut short; -ENOMEM; -errno of reading. `why` (of
 * `why_len` bytes, "" before) tells more.
 */
int unpack(const struct member_io *io, uint64_t off, enum compression c, unpack_fn fn, void *arg,
	   uint64_t *ret_end, char *why, size_t why_len);

#endif
