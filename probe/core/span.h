/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded piece of bytes from outside. Every number that a parser takes out
 * of a table passes one of these gates: the length is checked before the read,
 * bytes are put together one by one (no casts: alignment, endianness).
 * Offsets are 64 bits wide, so that an offset from a 32-bit or 64-bit field
 * can be handed in as it is. All return false and leave *ret when out of bounds.
 */
#ifndef VMS_SPAN_H
#define VMS_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct vms_span {
	const uint8_t *data;
	size_t len;
};

static inline struct vms_span vms_span(const void *data, size_t len)
{
	return (struct vms_span){ data, len };
}

static inline bool span_has(struct vms_span s, uint64_t off, uint64_t len)
{
	return off <= s.len && len <= s.len - off;
}

static inline bool span_sub(struct vms_span s, uint64_t off, uint64_t len, struct vms_span *ret)
{
	if (!span_has(s, off, len))
		return false;
	*ret = (struct vms_span){ s.data + off, (size_t)len };
	return true;
}

static inline bool span_u8(struct vms_span s, uint64_t off, uint8_t *ret)
{
	if (!span_has(s, off, 1))
		return false;
	*ret = s.data[off];
	return true;
}

static inline bool span_le16(struct vms_span s, uint64_t off, uint16_t *ret)
{
	if (!span_has(s, off, 2))
		return false;
	*ret = (uint16_t)(s.data[off] | s.data[off + 1] << 8);
	return true;
}

static inline bool span_le32(struct vms_span s, uint64_t off, uint32_t *ret)
{
	if (!span_has(s, off, 4))
		return false;
	*ret = (uint32_t)s.data[off] | (uint32_t)s.data[off + 1] << 8 | (uint32_t)s.data[off + 2] << 16 |
	       (uint32_t)s.data[off + 3] << 24;
	return true;
}

static inline bool span_le64(struct vms_span s, uint64_t off, uint64_t *ret)
{
	uint32_t lo = 0, hi = 0;

	if (!span_has(s, off, 8))
		return false;
	span_le32(s, off, &lo);
	span_le32(s, off + 4, &hi);
	*ret = (uint64_t)hi << 32 | lo;
	return true;
}

static inline bool span_be32(struct vms_span s, uint64_t off, uint32_t *ret)
{
	if (!span_has(s, off, 4))
		return false;
	*ret = (uint32_t)s.data[off] << 24 | (uint32_t)s.data[off + 1] << 16 |
	       (uint32_t)s.data[off + 2] << 8 | (uint32_t)s.data[off + 3];
	return true;
}

/* 0 where it is out of bounds. */
static inline uint64_t span_be64_or_0(struct vms_span s, uint64_t off)
{
	uint32_t hi = 0, lo = 0;

	return span_be32(s, off, &hi) && span_be32(s, off + 4, &lo) ? (uint64_t)hi << 32 | lo : 0;
}

/* The `len` bytes of `bytes` stand at `off`. */
static inline bool span_is(struct vms_span s, uint64_t off, const void *bytes, size_t len)
{
	return span_has(s, off, len) && memcmp(s.data + off, bytes, len) == 0;
}

/* Sum of all bytes, modulo 256: ACPI tables and SMBIOS entry points give 0. */
static inline uint8_t span_sum8(struct vms_span s)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < s.len; i++)
		sum = (uint8_t)(sum + s.data[i]);
	return sum;
}

#endif
