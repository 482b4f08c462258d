/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decompression by libarchive; see unpack.h. */
#include <errno.h>
#include <stdio.h>
#include <archive.h>

#include "core/dl.h"
#include "core/util.h"
#include "unpack.h"

#define BLOCK (64u << 10)

VMS_DLOPEN_NOTE(libarchive, "{\"feature\":\"initrd\",\"description\":\"Look into the initial ramdisk\","
			    "\"priority\":\"recommended\",\"soname\":[\"libarchive.so.13\"]}");

static struct {
	void *handle;
	__typeof__(archive_read_new) *read_new;
	__typeof__(archive_read_free) *read_free;
	__typeof__(archive_read_support_format_raw) *format_raw;
	__typeof__(archive_read_support_filter_gzip) *gzip, *bzip2, *lzma, *xz, *zstd, *lz4;
	__typeof__(archive_read_open) *open;
	__typeof__(archive_read_next_header) *next_header;
	__typeof__(archive_read_data_block) *data_block;
	__typeof__(archive_filter_bytes) *filter_bytes;
	__typeof__(archive_error_string) *error_string;
} la;

static int load(void)
{
	static const struct vms_dl_symbol symbols[] = {
		{ "archive_read_new", &la.read_new },
		{ "archive_read_free", &la.read_free },
		{ "archive_read_support_format_raw", &la.format_raw },
		{ "archive_read_support_filter_gzip", &la.gzip },
		{ "archive_read_support_filter_bzip2", &la.bzip2 },
		{ "archive_read_support_filter_lzma", &la.lzma },
		{ "archive_read_support_filter_xz", &la.xz },
		{ "archive_read_support_filter_zstd", &la.zstd },
		{ "archive_read_support_filter_lz4", &la.lz4 },
		{ "archive_read_open", &la.open },
		{ "archive_read_next_header", &la.next_header },
		{ "archive_read_data_block", &la.data_block },
		{ "archive_filter_bytes", &la.filter_bytes },
		{ "archive_error_string", &la.error_string },
		{ NULL, NULL },
	};

	return vms_dl_open(&la.handle, "libarchive.so.13", symbols) < 0 ? -ENOPKG : 0;
}

struct source {
	const struct member_io *io;
	uint64_t off;
	int err;
	uint8_t block[BLOCK];
};

static la_ssize_t source_read(struct archive *a _unused_, void *arg, const void **ret)
{
	struct source *s = arg;
	int64_t n = member_read(s->io, s->off, s->block, BLOCK);

	if (n < 0) {
		s->err = (int)n;
		return ARCHIVE_FATAL;
	}
	s->off += (uint64_t)n;
	*ret = s->block;
	return (la_ssize_t)n;
}

/* ARCHIVE_WARN: built without that library; it would run a program. */
static int add_filter(struct archive *a, enum compression c)
{
	switch (c) {
	case COMPRESSION_GZIP:
		return la.gzip(a);
	case COMPRESSION_BZIP2:
		return la.bzip2(a);
	case COMPRESSION_LZMA:
		return la.lzma(a);
	case COMPRESSION_XZ:
		return la.xz(a);
	case COMPRESSION_ZSTD:
		return la.zstd(a);
	case COMPRESSION_LZ4:
		return la.lz4(a);
	default:
		return ARCHIVE_FAILED;
	}
}

static int pump(struct archive *a, unpack_fn fn, void *arg)
{
	struct archive_entry *entry;
	int rc = la.next_header(a, &entry);

	while (rc == ARCHIVE_OK || rc == ARCHIVE_WARN || rc == ARCHIVE_RETRY) {
		const void *data;
		size_t len = 0;
		la_int64_t at;

		rc = la.data_block(a, &data, &len, &at);
		if (rc == ARCHIVE_OK && len > 0) {
			int err = fn(arg, data, len);

			if (err)
				return err;
		}
	}
	return rc == ARCHIVE_EOF ? 0 : -EBADMSG;
}

static void archive_freep(struct archive **a)
{
	if (*a)
		la.read_free(*a);
}

int unpack(const struct member_io *io, uint64_t off, enum compression c, unpack_fn fn, void *arg,
	   uint64_t *ret_end, char *why, size_t why_len)
{
	_cleanup_(archive_freep) struct archive *a = NULL;
	_cleanup_free_ struct source *s = NULL;
	int err = load();

	if (err < 0) {
		snprintf(why, why_len, "libarchive.so.13 is not installed");
		return err;
	}
	s = malloc(sizeof(*s));
	a = la.read_new();
	if (!s || !a)
		return -ENOMEM;
	s->io = io;
	s->off = off;
	s->err = 0;
	if (add_filter(a, c) != ARCHIVE_OK || la.format_raw(a) != ARCHIVE_OK) {
		snprintf(why, why_len, "this libarchive cannot decompress %s", compression_name(c));
		return -EOPNOTSUPP;
	}
	err = la.open(a, s, NULL, source_read, NULL) == ARCHIVE_OK ? pump(a, fn, arg) : -EBADMSG;
	if (s->err < 0)
		err = s->err;
	/* unless `fn` said so, and why */
	if (err == -EBADMSG && !why[0])
		snprintf(why, why_len, "%s", la.error_string(a) ? la.error_string(a) : "damaged");
	if (err == 0)
		*ret_end = off + (uint64_t)la.filter_bytes(a, -1);
	return err;
}
