/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bzip2 by libbz2; see codec.h. */
#include <bzlib.h>
#include <errno.h>
#include <stdlib.h>

#include "codec.h"
#include "dl.h"
#include "util.h"

VMS_DLOPEN_NOTE(libbz2, "{\"feature\":\"bzip2\",\"description\":\"Look into initial ramdisks\","
			"\"priority\":\"suggested\",\"soname\":[\"libbz2.so.1.0\"]}");

static struct {
	void *handle;
	__typeof__(BZ2_bzDecompressInit) *BZ2_bzDecompressInit;
	__typeof__(BZ2_bzDecompress) *BZ2_bzDecompress;
	__typeof__(BZ2_bzDecompressEnd) *BZ2_bzDecompressEnd;
} bz;

static int bzip2_load(void)
{
	static const struct vms_dl_symbol symbols[] = {
		VMS_DL_SYMBOL(bz, BZ2_bzDecompressInit),
		VMS_DL_SYMBOL(bz, BZ2_bzDecompress),
		VMS_DL_SYMBOL(bz, BZ2_bzDecompressEnd),
		VMS_DL_SYMBOLS_END,
	};

	return codec_loaded(vms_dl_link(&bz.handle, "libbz2.so.1.0", symbols));
}

static int bzip2_start(void **ret_state)
{
	bz_stream *s = calloc(1, sizeof(*s));

	if (!s || bz.BZ2_bzDecompressInit(s, 0, 0) != BZ_OK) {
		free(s);
		return -ENOMEM;
	}
	*ret_state = s;
	return 0;
}

static int bzip2_step(void *state, struct codec_step *step, const char **ret_why _unused_)
{
	bz_stream *s = state;
	int rc;

	/* bzlib.h is not const-correct: it only reads what is behind next_in */
	s->next_in = (char *)(uintptr_t)step->in;
	s->avail_in = (unsigned)MIN(step->in_len, 1u << 30);
	s->next_out = (char *)step->out;
	s->avail_out = (unsigned)MIN(step->out_len, 1u << 30);
	rc = bz.BZ2_bzDecompress(s);
	step->in_len -= (size_t)((const uint8_t *)s->next_in - step->in);
	step->in = (const uint8_t *)s->next_in;
	step->out_len -= (size_t)((uint8_t *)s->next_out - step->out);
	step->out = (uint8_t *)s->next_out;
	if (rc == BZ_STREAM_END)
		return 1;
	return rc == BZ_OK ? 0 : rc == BZ_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

static void bzip2_stop(void *state)
{
	bz.BZ2_bzDecompressEnd(state);
	free(state);
}

const struct codec codec_bzip2 = {
	.name = "bzip2",
	.soname = "libbz2.so.1.0",
	.magic = "BZh",
	.magic_len = 3,
	.load = bzip2_load,
	.start = bzip2_start,
	.step = bzip2_step,
	.stop = bzip2_stop,
};
