/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All kinds of compressed data; see codec.h. */
#include "core/codec.h"
#include "core/util.h"

const struct codec *const codecs[N_CODECS] = {
	&codec_gzip, &codec_bzip2, &codec_lzma, &codec_xz, &codec_zstd, &codec_lz4,
};

const struct codec *codec_of(struct vms_span head)
{
	for (size_t i = 0; i < N_CODECS; i++)
		if (codec_begins(codecs[i], head))
			return codecs[i];
	return NULL;
}
