/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An initial ramdisk is a chain of members: cpio archives as they are, and
 * compressed ones. Which compression begins at an offset, and where does that
 * member end? Decompressors read beyond the end of a frame or take what follows
 * for an error, so the frames are walked by the sizes that they state:
 *	xz    The .xz File Format 1.2 (tukaani.org), LZMA2 chunk headers
 *	zstd  RFC 8878
 *	lz4   LZ4 Frame Format 1.6.x, and its legacy frame
 * gzip, bzip2 and lzma state no sizes; libarchive stops exactly behind those.
 */
#ifndef VMS_MEMBER_H
#define VMS_MEMBER_H

#include <stdint.h>

enum compression {
	COMPRESSION_NONE, /* cpio */
	COMPRESSION_GZIP,
	COMPRESSION_BZIP2,
	COMPRESSION_LZMA,
	COMPRESSION_XZ,
	COMPRESSION_ZSTD,
	COMPRESSION_LZ4,
	COMPRESSION_LZ4_LEGACY, /* as kernels use it */
	COMPRESSION_LZOP,
	COMPRESSION_UNKNOWN,
};

/* Part of a file: [.., end). */
struct member_io {
	int fd;
	uint64_t end;
};

/* Up to `n` bytes at `off`; how many, or -errno. */
int64_t member_read(const struct member_io *io, uint64_t off, void *buf, uint64_t n);

/* What begins at `off`? -errno of reading. */
int member_sniff(const struct member_io *io, uint64_t off, enum compression *ret);

/*
 * Where the xz, zstd or lz4 frames that begin at `off` end; frames of the same
 * kind that follow without a gap are taken along. -EBADMSG: damaged or cut
 * short; -EOPNOTSUPP: the compression states no sizes; -ENOBUFS: it asks for a
 * window of more than MEMBER_WINDOW_MAX bytes.
 */
#define MEMBER_WINDOW_MAX (128u << 20)
int member_end(const struct member_io *io, uint64_t off, enum compression c, uint64_t *ret);

const char *compression_name(enum compression c);

#endif
