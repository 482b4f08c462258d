/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ends of compressed files: xz 1.1.0 (2.1.2), bzip2's end-of-stream mark, RFC 8878
 * (zstd frames and blocks), RFC 1952 (gzip). Serves "VM Image Format": a file that was cut
 * short is said to be, and not judged by the zeros behind its end.
 */
#include <errno.h>
#include "image/packed.h"

#define ZSTD_BLOCKS_MAX (1u << 20)

/* An .xz ends with a footer; zeros may follow it, in fours. */
static enum packed_end xz_end(struct vms_disk *d)
{
	uint8_t tail[4];

	if (d->size < 32 || vms_disk_peek(d, d->size - 4, tail, sizeof(tail)) < 0)
		return PACKED_CUT;
	if (memcmp(tail + 2, "YZ", 2) == 0)
		return PACKED_WHOLE;
	return memcmp(tail, "\0\0\0\0", 4) == 0 ? PACKED_MAYBE : PACKED_CUT;
}

/* 48 bits of end mark and 32 of checksum, at any bit; up to 7 bits of padding. */
static enum packed_end bzip2_end(struct vms_disk *d)
{
	const uint64_t mark = 0x177245385090ull, mask = (1ull << 48) - 1;
	uint64_t bits = 0;
	uint8_t tail[11];

	if (d->size < 14 || vms_disk_peek(d, d->size - sizeof(tail), tail, sizeof(tail)) < 0)
		return PACKED_CUT;
	for (unsigned i = 0; i < 8 * (sizeof(tail) - 4); i++) {
		bits = bits << 1 | (tail[i / 8] >> (7 - i % 8) & 1);
		if (i >= 47 && (bits & mask) == mark)
			return PACKED_WHOLE;
	}
	return PACKED_MAYBE; /* cut, or something stands behind it */
}

/* The head of a frame at *at: goes on to its first block. */
static enum packed_end zstd_head(struct vms_disk *d, uint64_t *at, bool *ret_checksum, bool *ret_skippable)
{
	static const uint8_t sizes[] = { 0, 2, 4, 8 }, ids[] = { 0, 1, 2, 4 };
	uint8_t h[8];
	struct vms_span s = vms_span(h, sizeof(h));
	uint32_t len = 0;

	if (d->size - *at < sizeof(h) || vms_disk_peek(d, *at, h, sizeof(h)) < 0)
		return PACKED_CUT;
	*ret_skippable = (h[0] & 0xf0) == 0x50 && span_is(s, 1, "\x2a\x4d\x18", 3);
	if (*ret_skippable) {
		span_le32(s, 4, &len);
		*at += 8ull + len;
		return *at <= d->size ? PACKED_WHOLE : PACKED_CUT;
	}
	if (!span_is(s, 0, "\x28\xb5\x2f\xfd", 4))
		return PACKED_MAYBE;
	*ret_checksum = h[4] & 4;
	*at += 5ull + !(h[4] & 0x20) + ids[h[4] & 3] +
	       (h[4] >> 6 == 0 && (h[4] & 0x20) ? 1u : sizes[h[4] >> 6]);
	return PACKED_WHOLE;
}

/* Blocks to the last one of the frame. */
static enum packed_end zstd_blocks(struct vms_disk *d, uint64_t *at, unsigned *left)
{
	for (;;) {
		uint8_t b[3];
		uint32_t head;

		if (*at > d->size || d->size - *at < sizeof(b) || vms_disk_read(d, *at, b, sizeof(b)) < 0)
			return PACKED_CUT;
		if ((*left)-- == 0)
			return PACKED_MAYBE;
		head = (uint32_t)(b[0] | b[1] << 8 | b[2] << 16);
		*at += 3 + ((head >> 1 & 3) == 1 ? 1 : head >> 3); /* a run has one byte */
		if (head & 1)
			return *at <= d->size ? PACKED_WHOLE : PACKED_CUT;
	}
}

static enum packed_end zstd_end(struct vms_disk *d)
{
	unsigned left = ZSTD_BLOCKS_MAX;
	uint64_t at = 0;

	while (at < d->size) {
		bool checksum = false, skippable = false;
		enum packed_end end = zstd_head(d, &at, &checksum, &skippable);

		if (end == PACKED_WHOLE && !skippable)
			end = zstd_blocks(d, &at, &left);
		if (end != PACKED_WHOLE)
			return end;
		at += checksum && !skippable ? 4 : 0;
		if (at > d->size)
			return PACKED_CUT;
	}
	return PACKED_WHOLE;
}

static enum packed_end gzip_end(struct vms_disk *d, uint64_t size)
{
	uint8_t tail[4];
	uint32_t len = 0;

	if (size == 0 || d->size < 18 || vms_disk_peek(d, d->size - 4, tail, sizeof(tail)) < 0)
		return PACKED_MAYBE;
	span_le32(vms_span(tail, sizeof(tail)), 0, &len);
	return len == (uint32_t)size ? PACKED_WHOLE : PACKED_MAYBE;
}

enum packed_end packed_end(struct vms_disk *file, enum image_format f, uint64_t size)
{
	switch (f) {
	case FORMAT_XZ:
		return xz_end(file);
	case FORMAT_BZIP2:
		return bzip2_end(file);
	case FORMAT_ZSTD:
		return zstd_end(file);
	case FORMAT_GZIP:
		return gzip_end(file, size);
	default:
		return PACKED_MAYBE;
	}
}
