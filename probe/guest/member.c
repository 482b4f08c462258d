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
	int64_t got = unpack_read(f, off, b, sizeof(b));

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
