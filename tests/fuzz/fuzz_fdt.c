/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: the input is a device tree: an answer, and none that contradicts itself. */
#include <errno.h>
#include <stdlib.h>

#include "fuzz.h"
#include "hwdesc/fdt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *why = NULL;
	struct fdt_tree t;
	int err = fdt_parse(vms_span(data, size), &t, &why);

	if (err) {
		if ((err != -EBADMSG && err != -EFBIG) || !why)
			abort();
		return 0;
	}
	if (t.size > size || t.gic.there != !!t.gic.path || t.n_cpus > size)
		abort();
	fdt_tree_clear(&t);
	return 0;
}
