/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decompression by libzstd itself, opened when there is something to decompress:
 * what the distributions pack their initial ramdisks with. libarchive would do it
 * too, but brings ten more libraries and two more copies of each byte along.
 */
#include <errno.h>
#include <stdio.h>

#include "core/dl.h"
#include "core/heap.h"
#include "core/util.h"
#include "unpack_zstd.h"

#define IN    (64u << 10)
#define OUT   (64u << 10)
#define BLOCK (128u << 10) /* the largest of the format */
/* ZSTD_error_frameParameter_windowTooLarge: of more than 128 MiB, unless asked for */
#define WINDOW_TOO_LARGE 16
#define STATE		 (192u << 10) /* of libzstd, about */

VMS_DLOPEN_NOTE(libzstd, "{\"feature\":\"initrd\",\"description\":\"Look into the initial ramdisk\","
			 "\"priority\":\"recommended\",\"soname\":[\"libzstd.so.1\"]}");

/* zstd.h's, stable since 1.0 */
struct zstd_in {
	const void *src;
	size_t size, pos;
};

struct zstd_out {
	void *dst;
	size_t size, pos;
};

static struct {
	void *handle;
	void *(*create)(void);
	size_t (*free)(void *stream);
	size_t (*decompress)(void *stream, struct zstd_out *out, struct zstd_in *in);
	unsigned (*is_error)(size_t code);
	const char *(*error_name)(size_t code);
	int (*error_code)(size_t code);
} zstd;

static int load(void)
{
	static const struct vms_dl_symbol symbols[] = {
		{ "ZSTD_createDStream", &zstd.create },
		{ "ZSTD_freeDStream", &zstd.free },
		{ "ZSTD_decompressStream", &zstd.decompress },
		{ "ZSTD_isError", &zstd.is_error },
		{ "ZSTD_getErrorName", &zstd.error_name },
		{ "ZSTD_getErrorCode", &zstd.error_code },
		{ NULL, NULL },
	};

	return vms_dl_open(&zstd.handle, "libzstd.so.1", symbols) < 0 ? -ENOPKG : 0;
}

struct state {
	const struct member_io *io;
	uint64_t off; /* of what is read next */
	void *stream;
	struct zstd_in in;
	uint8_t in_bytes[IN], out_bytes[OUT];
};

static void state_freep(struct state **s)
{
	if (*s && (*s)->stream)
		zstd.free((*s)->stream);
	free(*s);
}

/* More to decompress; -EBADMSG: there is no more. */
static int fill(struct state *s)
{
	int64_t n;

	if (s->in.pos < s->in.size)
		return 0;
	n = member_read(s->io, s->off, s->in_bytes, IN);
	if (n <= 0)
		return n < 0 ? (int)n : -EBADMSG;
	s->off += (uint64_t)n;
	s->in = (struct zstd_in){ s->in_bytes, (size_t)n, 0 };
	return 0;
}

static int one_frame(struct state *s, unpack_fn fn, void *arg, char *why, size_t why_len)
{
	bool full = false;
	size_t left;

	do {
		struct zstd_out out = { s->out_bytes, OUT, 0 };
		/* a buffer that was filled may not have taken all of it */
		int err = full ? 0 : fill(s);

		if (err == -EBADMSG)
			snprintf(why, why_len, "its compressed data is cut short");
		if (err < 0)
			return err;
		left = zstd.decompress(s->stream, &out, &s->in);
		if (zstd.is_error(left)) {
			if (zstd.error_code(left) == WINDOW_TOO_LARGE)
				return -ENOBUFS;
			snprintf(why, why_len, "%s", zstd.error_name(left));
			return -EBADMSG;
		}
		full = out.pos == out.size;
		err = out.pos ? fn(arg, s->out_bytes, out.pos) : 0;
		if (err)
			return err;
	} while (left);
	return 0;
}

/*
 * What libzstd allocates: its state, a block and the window, stated in the frame's
 * header (RFC 8878, 3.1.1.1) unless the frame is a single segment.
 */
static size_t memory_needed(const struct member_io *io, uint64_t off)
{
	uint8_t b[6];
	uint64_t window;

	if (member_read(io, off, b, sizeof(b)) < (int64_t)sizeof(b) || b[4] & 0x20 || b[5] >> 3 > 13)
		return 0;
	window = (uint64_t)1 << (10 + (b[5] >> 3));
	window += window / 8 * (b[5] & 7);
	/* little that is packed does not fill it */
	return (size_t)(STATE + 2 * BLOCK + MIN(window, 16 * (io->end - off)));
}

int unpack_zstd(const struct member_io *io, uint64_t off, unpack_fn fn, void *arg, uint64_t *ret_end,
		char *why, size_t why_len)
{
	_cleanup_(state_freep) struct state *s = NULL;
	enum compression next;
	int err = load();

	if (err < 0)
		return err;
	vms_heap_warm(sizeof(*s) + memory_needed(io, off));
	s = malloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->io = io;
	s->off = off;
	s->in = (struct zstd_in){ s->in_bytes, 0, 0 };
	s->stream = zstd.create();
	if (!s->stream)
		return -ENOMEM;
	do {
		err = one_frame(s, fn, arg, why, why_len);
		if (err)
			return err;
		*ret_end = s->off - (s->in.size - s->in.pos);
		err = member_sniff(io, *ret_end, &next);
	} while (err == 0 && next == COMPRESSION_ZSTD);
	return err;
}
