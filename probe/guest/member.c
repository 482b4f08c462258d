/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of an initial ramdisk; see member.h. Bytes are not trusted. */
#include <errno.h>
#include <unistd.h>

#include "core/span.h"
#include "core/util.h"
#include "member.h"

#define LZ4_LEGACY_MAGIC 0x184c2102u
#define LZ4_LEGACY_BLOCK (8u << 20)
/* what 8 MiB that cannot be compressed grow to */
#define LZ4_LEGACY_MAX (LZ4_LEGACY_BLOCK + LZ4_LEGACY_BLOCK / 255 + 16)
/* bytes of an xz index that are searched for the footer behind it */
#define XZ_INDEX_MAX (1u << 20)

const char *compression_name(enum compression c)
{
	static const char *const names[] = { "none", "gzip", "bzip2",  "lzma", "xz",
					     "zstd", "lz4",  "lz4 -l", "lzop", "unknown" };

	return c < ARRAY_SIZE(names) ? names[c] : "unknown";
}

int64_t member_read(const struct member_io *io, uint64_t off, void *buf, uint64_t n)
{
	uint8_t *to = buf;
	uint64_t done = 0;

	if (off >= io->end)
		return 0;
	n = MIN(n, io->end - off);
	while (done < n) {
		ssize_t got = pread(io->fd, to + done, (size_t)(n - done), (off_t)(off + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (uint64_t)got;
	}
	return (int64_t)done;
}

/* All `n` bytes, or -EBADMSG. */
static int need(const struct member_io *io, uint64_t off, void *buf, uint64_t n)
{
	int64_t got = member_read(io, off, buf, n);

	if (got < 0)
		return (int)got;
	return (uint64_t)got < n ? -EBADMSG : 0;
}

static int need_le32(const struct member_io *io, uint64_t off, uint32_t *ret)
{
	uint8_t b[4];
	int err = need(io, off, b, sizeof(b));

	if (err < 0)
		return err;
	return span_le32(vms_span(b, sizeof(b)), 0, ret) ? 0 : -EBADMSG;
}

int member_sniff(const struct member_io *io, uint64_t off, enum compression *ret)
{
	static const struct {
		enum compression c;
		uint8_t len;
		const char *magic;
	} known[] = {
		{ COMPRESSION_NONE, 6, "070701" },
		{ COMPRESSION_NONE, 6, "070702" },
		{ COMPRESSION_GZIP, 2, "\x1f\x8b" },
		{ COMPRESSION_BZIP2, 3, "BZh" },
		{ COMPRESSION_XZ, 6,
		  "\xfd"
		  "7zXZ\0" },
		{ COMPRESSION_ZSTD, 4, "\x28\xb5\x2f\xfd" },
		{ COMPRESSION_LZ4, 4, "\x04\x22\x4d\x18" },
		{ COMPRESSION_LZ4_LEGACY, 4, "\x02\x21\x4c\x18" },
		{ COMPRESSION_LZOP, 4, "\x89LZO" },
		/* properties lc=3 lp=0 pb=2; the dictionary's low 16 bits are 0 */
		{ COMPRESSION_LZMA, 3, "\x5d\0\0" },
	};
	uint8_t b[16];
	int64_t got = member_read(io, off, b, sizeof(b));

	if (got < 0)
		return (int)got;
	*ret = COMPRESSION_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (span_is(vms_span(b, (size_t)got), 0, known[i].magic, known[i].len)) {
			*ret = known[i].c;
			break;
		}
	}
	return 0;
}

/* One LZMA2 stream: chunks that state their compressed size, then 0x00. */
static int lzma2_end(const struct member_io *io, uint64_t off, uint64_t *ret)
{
	for (;;) {
		uint8_t b[6];
		int64_t got = member_read(io, off, b, sizeof(b));

		if (got < 1)
			return got < 0 ? (int)got : -EBADMSG;
		if (b[0] == 0) {
			*ret = off + 1;
			return 0;
		}
		if (got < 6 || (b[0] > 2 && b[0] < 0x80))
			return -EBADMSG;
		if (b[0] <= 2)
			off += 3 + ((uint64_t)b[1] << 8 | b[2]) + 1;
		else
			off += (b[0] >= 0xc0 ? 6 : 5) + ((uint64_t)b[3] << 8 | b[4]) + 1;
	}
}

/* Dictionary size that an LZMA2 filter's one byte of properties stands for. */
static uint64_t lzma2_dictionary(uint8_t props)
{
	if (props >= 40)
		return UINT32_MAX;
	return (uint64_t)(2 | (props & 1)) << (props / 2 + 11);
}

/* The last filter of a block must be LZMA2 (ID 0x21, one byte of properties). */
static int xz_block_header(const struct member_io *io, uint64_t off, uint64_t *ret_len)
{
	uint8_t b[1024];
	uint64_t len;
	size_t i;
	int err = need(io, off, b, 1);

	if (err < 0)
		return err;
	len = ((uint64_t)b[0] + 1) * 4;
	err = need(io, off, b, len);
	if (err < 0)
		return err;
	/* in front of the CRC32: zeros, and before them 0x21 0x01 PROPS; PROPS of
	 * a dictionary under 4 KiB + 1 is itself a zero */
	for (i = (size_t)len - 5; i > 3 && b[i] == 0; i--)
		;
	if (b[i - 1] != 1 || b[i - 2] != 0x21) {
		if (b[i] == 1 && b[i - 1] == 0x21)
			i++;
		else
			return -EOPNOTSUPP;
	}
	if (lzma2_dictionary(b[i]) > MEMBER_WINDOW_MAX)
		return -ENOBUFS;
	*ret_len = len;
	return 0;
}

/* The index ends with a footer that states the index's size in reverse. */
static int xz_footer(const struct member_io *io, uint64_t index, uint64_t *ret)
{
	uint8_t b[4096 + 12];
	uint64_t base = index + 8;

	while (base - index < XZ_INDEX_MAX) {
		int64_t got = member_read(io, base, b, sizeof(b));

		if (got < 12)
			return got < 0 ? (int)got : -EBADMSG;
		for (uint64_t i = 0; i + 12 <= (uint64_t)got && i < 4096; i += 4) {
			uint32_t backward = 0;

			span_le32(vms_span(b, (size_t)got), i + 4, &backward);
			if (b[i + 10] == 'Y' && b[i + 11] == 'Z' &&
			    ((uint64_t)backward + 1) * 4 == base + i - index) {
				*ret = base + i + 12;
				return 0;
			}
		}
		base += 4096;
	}
	return -EBADMSG;
}

static int xz_end(const struct member_io *io, uint64_t off, uint64_t *ret)
{
	static const uint8_t check_len[16] = { 0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64 };
	uint8_t b[12];
	int err = need(io, off, b, sizeof(b));

	if (err < 0)
		return err;
	off += 12;
	for (;;) {
		uint64_t len = 0, data, end = 0;
		uint8_t first;

		err = need(io, off, &first, 1);
		if (err < 0)
			return err;
		if (first == 0)
			return xz_footer(io, off, ret);
		err = xz_block_header(io, off, &len);
		if (err < 0)
			return err;
		data = off + len;
		err = lzma2_end(io, data, &end);
		if (err < 0)
			return err;
		off = data + (end - data + 3) / 4 * 4 + check_len[b[7] & 15];
	}
}

/* Window_Descriptor: exponent and mantissa of the window size. */
static bool zstd_window_fits(uint8_t descriptor)
{
	unsigned log = 10 + (descriptor >> 3);

	return log < 27 || (log == 27 && (descriptor & 7) == 0);
}

static int zstd_end(const struct member_io *io, uint64_t off, uint64_t *ret)
{
	static const uint8_t dict_len[4] = { 0, 1, 2, 4 }, content_len[4] = { 0, 2, 4, 8 };
	uint8_t b[6];
	bool single;
	int err = need(io, off, b, sizeof(b));

	if (err < 0)
		return err;
	single = b[4] & 0x20;
	if (!single && !zstd_window_fits(b[5]))
		return -ENOBUFS;
	off += 5 + !single + dict_len[b[4] & 3] + (single && b[4] >> 6 == 0 ? 1 : content_len[b[4] >> 6]);
	for (;;) {
		uint8_t h[3];
		uint32_t v;

		err = need(io, off, h, sizeof(h));
		if (err < 0)
			return err;
		v = (uint32_t)h[0] | (uint32_t)h[1] << 8 | (uint32_t)h[2] << 16;
		if ((v >> 1 & 3) == 3)
			return -EBADMSG;
		off += 3 + ((v >> 1 & 3) == 1 ? 1 : v >> 3);
		if (v & 1)
			break;
	}
	*ret = off + (b[4] & 4 ? 4 : 0);
	return 0;
}

static int lz4_end(const struct member_io *io, uint64_t off, uint64_t *ret)
{
	uint8_t b[6];
	int err = need(io, off, b, sizeof(b));

	if (err < 0)
		return err;
	if (b[4] >> 6 != 1)
		return -EBADMSG;
	off += 6 + (b[4] & 8 ? 8 : 0) + (b[4] & 1 ? 4 : 0) + 1;
	for (;;) {
		uint32_t size = 0;

		err = need_le32(io, off, &size);
		if (err < 0)
			return err;
		off += 4;
		if (size == 0)
			break;
		off += (size & 0x7fffffffu) + (b[4] & 0x10 ? 4 : 0);
	}
	*ret = off + (b[4] & 4 ? 4 : 0);
	return 0;
}

/* Legacy frames have no end mark: what cannot be a block's size is the next thing. */
static int lz4_legacy_end(const struct member_io *io, uint64_t off, uint64_t *ret)
{
	off += 4;
	for (;;) {
		uint8_t b[4];
		int64_t got = member_read(io, off, b, sizeof(b));
		uint32_t size = 0;

		if (got < 0)
			return (int)got;
		if (got == 4)
			span_le32(vms_span(b, 4), 0, &size);
		if (size == LZ4_LEGACY_MAGIC) {
			off += 4;
			continue;
		}
		/* less than four bytes: padding; a gzip magic passes for a size */
		if (size == 0 || size > LZ4_LEGACY_MAX || (b[0] == 0x1f && b[1] == 0x8b && b[2] == 8))
			break;
		off += 4 + (uint64_t)size;
		if (off > io->end)
			return -EBADMSG;
	}
	*ret = off;
	return 0;
}

static int one_end(const struct member_io *io, uint64_t off, enum compression c, uint64_t *ret)
{
	uint32_t window = 0;
	int err;

	switch (c) {
	case COMPRESSION_XZ:
		return xz_end(io, off, ret);
	case COMPRESSION_ZSTD:
		return zstd_end(io, off, ret);
	case COMPRESSION_LZ4:
		return lz4_end(io, off, ret);
	case COMPRESSION_LZ4_LEGACY:
		return lz4_legacy_end(io, off, ret);
	case COMPRESSION_LZMA:
		/* behind one byte of properties: the size of the dictionary */
		err = need_le32(io, off + 1, &window);
		return err < 0 ? err : window > MEMBER_WINDOW_MAX ? -ENOBUFS : -EOPNOTSUPP;
	default:
		return -EOPNOTSUPP;
	}
}

int member_end(const struct member_io *io, uint64_t off, enum compression c, uint64_t *ret)
{
	enum compression next = c;
	uint64_t end = off;

	while (next == c) {
		int err = one_end(io, end, c, &end);

		if (err < 0)
			return err;
		if (end > io->end)
			return -EBADMSG;
		err = member_sniff(io, end, &next);
		if (err < 0)
			return err;
	}
	*ret = end;
	return 0;
}
