/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The legacy frame of lz4, the only one that the kernel's decompressor takes
 * (lib/decompress_unlz4.c): blocks of up to 8 MiB. A library needs a whole block
 * and what it decompresses to in memory; this decoder keeps the 64 KiB that the
 * format may refer back to. LZ4 Block Format Description.
 */
#ifndef VMS_LZ4LEGACY_H
#define VMS_LZ4LEGACY_H

#include "unpack.h"

/*
 * Decompress the frames at [off, end), as member_end() gave them. 0: to the end;
 * what `fn` returned; -EBADMSG: damaged; -ENOMEM; -errno of reading.
 */
int lz4_legacy(const struct member_io *io, uint64_t off, uint64_t end, unpack_fn fn, void *arg);

#endif
