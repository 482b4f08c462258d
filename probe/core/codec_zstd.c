/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zstd (RFC 8878) by libzstd: what most distributions pack initial ramdisks with; see codec.h. */
#include <errno.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "codec.h"
#include "dl.h"
#include "util.h"

VMS_DLOPEN_NOTE(libzstd, "{\"feature\":\"zstd\",\"description\":\"Look into initial ramdisks\","
			 "\"priority\":\"recommended\",\"soname\":[\"libzstd.so.1\"]}");

static struct {
	void *handle;
	__typeof__(ZSTD_createDStream) *ZSTD_createDStream;
	__typeof__(ZSTD_freeDStream) *ZSTD_freeDStream;
	__typeof__(ZSTD_decompressStream) *ZSTD_decompressStream;
	__typeof__(ZSTD_isError) *ZSTD_isError;
	__typeof__(ZSTD_getErrorName) *ZSTD_getErrorName;
	__typeof__(ZSTD_getErrorCode) *ZSTD_getErrorCode;
} zstd;

static int zstd_load(void)
{
	static const struct vms_dl_symbol symbols[] = {
		VMS_DL_SYMBOL(zstd, ZSTD_createDStream),
		VMS_DL_SYMBOL(zstd, ZSTD_freeDStream),
		VMS_DL_SYMBOL(zstd, ZSTD_decompressStream),
		VMS_DL_SYMBOL(zstd, ZSTD_isError),
		VMS_DL_SYMBOL(zstd, ZSTD_getErrorName),
		VMS_DL_SYMBOL(zstd, ZSTD_getErrorCode),
		VMS_DL_SYMBOLS_END,
	};

	return codec_loaded(vms_dl_link(&zstd.handle, "libzstd.so.1", symbols));
}

/* Its own limit of the window is CODEC_WINDOW_MAX, unless it is asked for more. */
static int zstd_start(void **ret_state)
{
	*ret_state = zstd.ZSTD_createDStream();
	return *ret_state ? 0 : -ENOMEM;
}

static int zstd_step(void *state, struct codec_step *step, const char **ret_why)
{
	ZSTD_inBuffer in = { step->in, step->in_len, 0 };
	ZSTD_outBuffer out = { step->out, step->out_len, 0 };
	size_t left = zstd.ZSTD_decompressStream(state, &out, &in);

	*step = (struct codec_step){ step->in + in.pos, step->in_len - in.pos, step->out + out.pos,
				     step->out_len - out.pos };
	if (!zstd.ZSTD_isError(left))
		return left == 0;
	if (zstd.ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge)
		return -ENOBUFS;
	if (zstd.ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation)
		return -ENOMEM;
	*ret_why = zstd.ZSTD_getErrorName(left);
	return -EBADMSG;
}

static void zstd_stop(void *state)
{
	zstd.ZSTD_freeDStream(state);
}

const struct codec codec_zstd = {
	.name = "zstd",
	.soname = "libzstd.so.1",
	.magic = "\x28\xb5\x2f\xfd",
	.magic_len = 4,
	.load = zstd_load,
	.start = zstd_start,
	.step = zstd_step,
	.stop = zstd_stop,
};
