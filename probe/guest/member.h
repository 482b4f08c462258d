/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An initial ramdisk is a chain of members: cpio archives as they are, and
 * compressed ones. Which compression begins at an offset, and who decompresses it?
 */
#ifndef VMS_MEMBER_H
#define VMS_MEMBER_H

#include "core/unpack.h"

enum compression {
	COMPRESSION_NONE, /* cpio */
	COMPRESSION_GZIP,
	COMPRESSION_BZIP2,
	COMPRESSION_LZMA,
	COMPRESSION_XZ,
	COMPRESSION_ZSTD,
	COMPRESSION_LZ4,
	COMPRESSION_LZ4_LEGACY, /* as kernels use it: lz4legacy.h */
	COMPRESSION_LZOP,
	COMPRESSION_UNKNOWN,
};

/* What begins at `off`? -errno of reading. */
int member_sniff(const struct unpack_file *f, uint64_t off, enum compression *ret);

const char *compression_name(enum compression c);

/* NULL: no library decompresses it. */
const struct codec *compression_codec(enum compression c);

#endif
