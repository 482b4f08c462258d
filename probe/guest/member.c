/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of an initial ramdisk; see member.h. Bytes are not trusted. */
#include "core/span.h"
#include "core/util.h"
#include "member.h"

/* In the order of enum compression; NULL: no library is asked. */
static const struct {
	const char *name;
	const struct codec *codec;
} kinds[] = {
	[COMPRESSION_NONE] = { "cpio", NULL },		 [COMPRESSION_GZIP] = { "gzip", &codec_gzip },
	[COMPRESSION_BZIP2] = { "bzip2", &codec_bzip2 }, [COMPRESSION_LZMA] = { "lzma", &codec_lzma },
	[COMPRESSION_XZ] = { "xz", &codec_xz },		 [COMPRESSION_ZSTD] = { "zstd", &codec_zstd },
	[COMPRESSION_LZ4] = { "lz4", &codec_lz4 },	 [COMPRESSION_LZ4_LEGACY] = { "lz4 -l", NULL },
	[COMPRESSION_LZOP] = { "lzop", NULL },		 [COMPRESSION_UNKNOWN] = { "unknown", NULL },
};

const char *compression_name(enum compression c)
{
	return c < ARRAY_SIZE(kinds) ? kinds[c].name : "unknown";
}

const struct codec *compression_codec(enum compression c)
{
	return c < ARRAY_SIZE(kinds) ? kinds[c].codec : NULL;
}

int member_sniff(const struct unpack_file *f, uint64_t off, enum compression *ret)
{
	static const struct {
		enum compression c;
		uint8_t len;
		const char *magic;
	} others[] = {
		{ COMPRESSION_NONE, 6, "070701" },
		{ COMPRESSION_NONE, 6, "070702" },
		{ COMPRESSION_LZ4_LEGACY, 4, "\x02\x21\x4c\x18" },
		{ COMPRESSION_LZOP, 4, "\x89LZO" },
	};
	uint8_t b[16];
	struct vms_span head;
	int64_t got = unpack_read(f, off, b, sizeof(b));

	if (got < 0)
		return (int)got;
	head = vms_span(b, (size_t)got);
	*ret = COMPRESSION_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].codec && codec_begins(kinds[i].codec, head))
			*ret = (enum compression)i;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (span_is(head, 0, others[i].magic, others[i].len))
			*ret = others[i].c;
	return 0;
}
