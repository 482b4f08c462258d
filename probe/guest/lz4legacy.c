/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decoding lz4's legacy frames; see lz4legacy.h. Bytes are not trusted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/span.h"
#include "core/util.h"
#include "lz4legacy.h"

#define MAGIC	0x184c2102u
#define HISTORY (64u << 10)
#define OUT	(64u << 10)
#define IN	(16u << 10)
#define BLOCK	(8u << 20)
/* what 8 MiB that cannot be compressed grow to */
#define BLOCK_MAX (BLOCK + BLOCK / 255 + 16)

struct lz4 {
	const struct unpack_file *io;
	uint64_t in_off, block_end;
	size_t in_pos, in_len;
	/* history, then what is new: [sent, out_len) of it was not handed on */
	size_t out_len, sent;
	uint64_t produced; /* bytes of this block */
	unpack_fn fn;
	void *arg;
	uint8_t in[IN];
	uint8_t out[HISTORY + OUT];
};

/* Bytes of the block that were not taken yet. */
static uint64_t left(const struct lz4 *z)
{
	return z->block_end - z->in_off + (z->in_len - z->in_pos);
}

static int fill(struct lz4 *z)
{
	uint64_t want = MIN((uint64_t)IN, z->block_end - z->in_off);
	int64_t got = want ? unpack_read(z->io, z->in_off, z->in, want) : 0;

	if (got <= 0)
		return got < 0 ? (int)got : -EBADMSG;
	z->in_off += (uint64_t)got;
	z->in_pos = 0;
	z->in_len = (size_t)got;
	return 0;
}

static int byte(struct lz4 *z, unsigned *ret)
{
	int err = z->in_pos == z->in_len ? fill(z) : 0;

	if (err == 0)
		*ret = z->in[z->in_pos++];
	return err;
}

/* A length of 15 goes on in the bytes that follow, 255 meaning "and on". */
static int length(struct lz4 *z, uint64_t *len)
{
	unsigned more = 255;

	if (*len != 15)
		return 0;
	while (more == 255) {
		int err = byte(z, &more);

		if (err < 0)
			return err;
		*len += more;
		if (*len > BLOCK)
			return -EBADMSG;
	}
	return 0;
}

static int flush(struct lz4 *z)
{
	int err = z->out_len > z->sent ? z->fn(z->arg, z->out + z->sent, z->out_len - z->sent) : 0;

	if (z->out_len > HISTORY) {
		memmove(z->out, z->out + z->out_len - HISTORY, HISTORY);
		z->out_len = HISTORY;
	}
	z->sent = z->out_len;
	return err;
}

/* Room for at least one byte; how many of `want` fit, or what flush() gave. */
static int room(struct lz4 *z, uint64_t want, size_t *ret)
{
	int err = z->out_len == sizeof(z->out) ? flush(z) : 0;

	*ret = (size_t)MIN(want, (uint64_t)(sizeof(z->out) - z->out_len));
	return err;
}

static int literals(struct lz4 *z, uint64_t len)
{
	while (len > 0) {
		size_t n;
		int err = room(z, len, &n);

		if (err == 0 && z->in_pos == z->in_len)
			err = fill(z);
		if (err)
			return err;
		n = MIN(n, z->in_len - z->in_pos);
		memcpy(z->out + z->out_len, z->in + z->in_pos, n);
		z->in_pos += n;
		z->out_len += n;
		z->produced += n;
		len -= n;
	}
	return 0;
}

static int match(struct lz4 *z, size_t back, uint64_t len)
{
	if (back == 0 || back > z->produced)
		return -EBADMSG;
	while (len > 0) {
		size_t n;
		int err = room(z, len, &n);

		if (err)
			return err;
		/* byte by byte: it may refer to what it writes */
		for (size_t i = 0; i < n; i++, z->out_len++)
			z->out[z->out_len] = z->out[z->out_len - back];
		z->produced += n;
		len -= n;
	}
	return 0;
}

/* Token, literals, offset, match; the last sequence has no match. */
static int sequence(struct lz4 *z)
{
	unsigned token = 0, low = 0, high = 0;
	uint64_t len;
	int err = byte(z, &token);

	if (err < 0)
		return err;
	len = token >> 4;
	err = length(z, &len);
	if (err == 0)
		err = literals(z, len);
	if (err || left(z) == 0)
		return err;
	err = byte(z, &low);
	if (err == 0)
		err = byte(z, &high);
	if (err < 0)
		return err;
	len = token & 15;
	err = length(z, &len);
	return err ? err : match(z, low | high << 8, len + 4);
}

static int block(struct lz4 *z, uint64_t off, uint64_t size)
{
	int err = 0;

	z->in_off = off;
	z->block_end = off + size;
	z->in_pos = z->in_len = 0;
	z->produced = 0;
	while (err == 0 && left(z) > 0) {
		err = sequence(z);
		if (err == 0 && z->produced > BLOCK)
			err = -EBADMSG;
	}
	return err ? err : flush(z);
}

/* Does a block of that size begin here? Legacy frames have no end mark: what cannot be
 * one is the next thing, and less than four bytes are padding. A gzip magic passes for
 * a size. */
static bool is_block(const uint8_t b[4], size_t len, uint32_t size)
{
	return len == 4 && size > 0 && size <= BLOCK_MAX && !(b[0] == 0x1f && b[1] == 0x8b && b[2] == 8);
}

int lz4_legacy(const struct unpack_file *f, uint64_t off, unpack_fn fn, void *arg, uint64_t *ret_end)
{
	_cleanup_free_ struct lz4 *z = calloc(1, sizeof(*z));
	int err = 0;

	if (!z)
		return -ENOMEM;
	z->io = f;
	z->fn = fn;
	z->arg = arg;
	while (err == 0) {
		uint8_t b[4] = { 0 };
		int64_t got = unpack_read(f, off, b, sizeof(b));
		uint32_t size = 0;

		if (got < 0)
			return (int)got;
		span_le32(vms_span(b, sizeof(b)), 0, &size);
		if (size == MAGIC && got == 4) {
			off += 4;
			continue;
		}
		if (!is_block(b, (size_t)got, size))
			break;
		off += 4;
		if (size > f->end - off)
			return -EBADMSG;
		err = block(z, off, size);
		off += size;
	}
	if (err == 0)
		*ret_end = off;
	return err;
}
