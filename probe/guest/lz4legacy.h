/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The legacy frame of lz4, the only one that the kernel's decompressor takes
 * (lib/decompress_unlz4.c): blocks of up to 8 MiB. A library needs a whole block
 * and what it decompresses to in memory; this decoder keeps the 64 KiB that the
 * format may refer back to. LZ4 Block Format Description.
 */
#ifndef VMS_LZ4LEGACY_H
#define VMS_LZ4LEGACY_H

#include "core/unpack.h"

/*
 * Decompress the frames that begin at `off`, as unpack() does.
 */
int lz4_legacy(const struct unpack_file *f, uint64_t off, unpack_fn fn, void *arg, uint64_t *ret_end);

#endif
