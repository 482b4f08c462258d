/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xz, and lzma as it was before there was xz, by liblzma; see codec.h. */
#include <errno.h>
#include <lzma.h>
#include <stdlib.h>

#include "codec.h"
#include "dl.h"
#include "util.h"

/* a window, and what liblzma needs beside it */
#define MEMORY_MAX (CODEC_WINDOW_MAX + (1u << 20))

VMS_DLOPEN_NOTE(liblzma, "{\"feature\":\"xz\",\"description\":\"Look into initial ramdisks\","
			 "\"priority\":\"recommended\",\"soname\":[\"liblzma.so.5\"]}");

static struct {
	void *handle;
	__typeof__(lzma_stream_decoder) *lzma_stream_decoder;
	__typeof__(lzma_alone_decoder) *lzma_alone_decoder;
	__typeof__(lzma_code) *lzma_code;
	__typeof__(lzma_end) *lzma_end;
} xz;

static int lzma_load(void)
{
	static const struct vms_dl_symbol symbols[] = {
		VMS_DL_SYMBOL(xz, lzma_stream_decoder),
		VMS_DL_SYMBOL(xz, lzma_alone_decoder),
		VMS_DL_SYMBOL(xz, lzma_code),
		VMS_DL_SYMBOL(xz, lzma_end),
		VMS_DL_SYMBOLS_END,
	};

	return codec_loaded(vms_dl_link(&xz.handle, "liblzma.so.5", symbols));
}

/* No flag of a stream decoder: it ends with one stream. */
static int start(void **ret_state, bool alone)
{
	static const lzma_stream empty = LZMA_STREAM_INIT;
	lzma_stream *s = malloc(sizeof(*s));
	lzma_ret rc;

	if (!s)
		return -ENOMEM;
	*s = empty;
	rc = alone ? xz.lzma_alone_decoder(s, MEMORY_MAX) : xz.lzma_stream_decoder(s, MEMORY_MAX, 0);
	if (rc != LZMA_OK) {
		free(s);
		return -ENOMEM;
	}
	*ret_state = s;
	return 0;
}

static int xz_start(void **ret_state)
{
	return start(ret_state, false);
}

static int lzma_start(void **ret_state)
{
	return start(ret_state, true);
}

static int lzma_step(void *state, struct codec_step *step, const char **ret_why)
{
	lzma_stream *s = state;
	lzma_ret rc;

	s->next_in = step->in;
	s->avail_in = step->in_len;
	s->next_out = step->out;
	s->avail_out = step->out_len;
	rc = xz.lzma_code(s, LZMA_RUN);
	*step = (struct codec_step){ s->next_in, s->avail_in, s->next_out, s->avail_out };
	switch (rc) {
	case LZMA_STREAM_END:
		return 1;
	case LZMA_OK:
	case LZMA_BUF_ERROR:
	case LZMA_UNSUPPORTED_CHECK:
		return 0;
	case LZMA_MEMLIMIT_ERROR:
		return -ENOBUFS;
	case LZMA_MEM_ERROR:
		return -ENOMEM;
	case LZMA_OPTIONS_ERROR:
		*ret_why = "asks for what this liblzma cannot do";
		return -EBADMSG;
	default:
		return -EBADMSG;
	}
}

static void lzma_stop(void *state)
{
	xz.lzma_end(state);
	free(state);
}

const struct codec codec_xz = {
	.name = "xz",
	.soname = "liblzma.so.5",
	.magic = "\xfd\x37zXZ",
	.magic_len = 6,
	.load = lzma_load,
	.start = xz_start,
	.step = lzma_step,
	.stop = lzma_stop,
};
/* lzma: properties lc=3 lp=0 pb=2; the dictionary's low 16 bits are 0 */
const struct codec codec_lzma = {
	.name = "lzma",
	.soname = "liblzma.so.5",
	.magic = "\x5d\0\0",
	.magic_len = 3,
	.load = lzma_load,
	.start = lzma_start,
	.step = lzma_step,
	.stop = lzma_stop,
};
