/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame format of lz4 by liblz4; see codec.h. (Kernels know the older one alone:
 * lz4legacy.h.) */
#include <errno.h>
#include <lz4frame.h>
#include <stdlib.h>

#include "codec.h"
#include "dl.h"
#include "util.h"

VMS_DLOPEN_NOTE(liblz4, "{\"feature\":\"lz4\",\"description\":\"Look into initial ramdisks\","
			"\"priority\":\"suggested\",\"soname\":[\"liblz4.so.1\"]}");

static struct {
	void *handle;
	__typeof__(LZ4F_createDecompressionContext) *LZ4F_createDecompressionContext;
	__typeof__(LZ4F_freeDecompressionContext) *LZ4F_freeDecompressionContext;
	__typeof__(LZ4F_decompress) *LZ4F_decompress;
	__typeof__(LZ4F_isError) *LZ4F_isError;
	__typeof__(LZ4F_getErrorName) *LZ4F_getErrorName;
} lz;

static int lz4_load(void)
{
	static const struct vms_dl_symbol symbols[] = {
		VMS_DL_SYMBOL(lz, LZ4F_createDecompressionContext),
		VMS_DL_SYMBOL(lz, LZ4F_freeDecompressionContext),
		VMS_DL_SYMBOL(lz, LZ4F_decompress),
		VMS_DL_SYMBOL(lz, LZ4F_isError),
		VMS_DL_SYMBOL(lz, LZ4F_getErrorName),
		VMS_DL_SYMBOLS_END,
	};

	return codec_loaded(vms_dl_link(&lz.handle, "liblz4.so.1", symbols));
}

static int lz4_start(void **ret_state)
{
	LZ4F_dctx *context = NULL;

	if (lz.LZ4F_isError(lz.LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
		return -ENOMEM;
	*ret_state = context;
	return 0;
}

static int lz4_step(void *state, struct codec_step *step, const char **ret_why)
{
	size_t taken = step->in_len, made = step->out_len;
	size_t left = lz.LZ4F_decompress(state, step->out, &made, step->in, &taken, NULL);

	if (lz.LZ4F_isError(left)) {
		*ret_why = lz.LZ4F_getErrorName(left);
		return -EBADMSG;
	}
	*step = (struct codec_step){ step->in + taken, step->in_len - taken, step->out + made,
				     step->out_len - made };
	return left == 0;
}

static void lz4_stop(void *state)
{
	lz.LZ4F_freeDecompressionContext(state);
}

const struct codec codec_lz4 = {
	.name = "lz4",
	.soname = "liblz4.so.1",
	.magic = "\x04\x22\x4d\x18",
	.magic_len = 4,
	.load = lz4_load,
	.start = lz4_start,
	.step = lz4_step,
	.stop = lz4_stop,
};
