/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gzip (RFC 1952) by zlib, which checks CRC and length at the end; see codec.h. */
#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#include "codec.h"
#include "dl.h"
#include "util.h"

VMS_DLOPEN_NOTE(libz, "{\"feature\":\"gzip\",\"description\":\"Read /proc/config.gz and initial ramdisks\","
		      "\"priority\":\"recommended\",\"soname\":[\"libz.so.1\"]}");

static struct {
	void *handle;
	__typeof__(inflateInit2_) *inflateInit2_;
	__typeof__(inflate) *inflate;
	__typeof__(inflateEnd) *inflateEnd;
} z;

static int zlib_load(void)
{
	static const struct vms_dl_symbol symbols[] = {
		VMS_DL_SYMBOL(z, inflateInit2_),
		VMS_DL_SYMBOL(z, inflate),
		VMS_DL_SYMBOL(z, inflateEnd),
		VMS_DL_SYMBOLS_END,
	};

	return codec_loaded(vms_dl_link(&z.handle, "libz.so.1", symbols));
}

static int zlib_start(void **ret_state)
{
	z_stream *s = calloc(1, sizeof(*s));

	/* 16: a gzip header and trailer around a window of 2^15 */
	if (!s || z.inflateInit2_(s, 16 + 15, ZLIB_VERSION, (int)sizeof(*s)) != Z_OK) {
		free(s);
		return -ENOMEM;
	}
	*ret_state = s;
	return 0;
}

static int zlib_step(void *state, struct codec_step *step, const char **ret_why)
{
	z_stream *s = state;
	int rc;

	/* zlib.h is const-correct only with ZLIB_CONST, which changes its types for all */
	s->next_in = (Bytef *)(uintptr_t)step->in;
	s->avail_in = (unsigned)MIN(step->in_len, 1u << 30);
	s->next_out = step->out;
	s->avail_out = (unsigned)MIN(step->out_len, 1u << 30);
	rc = z.inflate(s, Z_NO_FLUSH);
	step->in_len -= (size_t)(s->next_in - step->in);
	step->in = s->next_in;
	step->out_len -= (size_t)(s->next_out - step->out);
	step->out = s->next_out;
	if (rc == Z_STREAM_END)
		return 1;
	/* Z_BUF_ERROR: nothing to take, or no room; whoever calls sees which */
	if (rc == Z_OK || rc == Z_BUF_ERROR)
		return 0;
	*ret_why = s->msg;
	return rc == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

static void zlib_stop(void *state)
{
	z.inflateEnd(state);
	free(state);
}

const struct codec codec_gzip = {
	.name = "gzip",
	.soname = "libz.so.1",
	.magic = "\x1f\x8b\x08",
	.magic_len = 3,
	.load = zlib_load,
	.start = zlib_start,
	.step = zlib_step,
	.stop = zlib_stop,
};
