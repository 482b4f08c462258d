/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: the input is what a worker sends as its verdict, which an image may have taken over. What is
 * read of it can be shown in every format, and written again it is read the same.
 */
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "document/read.h"
#include "document/wire.h"
#include "format/format.h"
#include "fuzz.h"

static const struct vms_waiver waiver = { .id = "VMSPEC-IMAGE-GPT", .reason = "known" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct vms_format_options how = { .tool = "fuzz", .width = 80 };
	const struct vms_run_options opt = { .profile = vms_profile_default(),
					     .waivers = &waiver,
					     .n_waivers = 1 };
	_cleanup_fclose_ FILE *f = fopen("/dev/null", "w");
	_cleanup_verdict_ struct vms_verdict *v = NULL, *again = NULL;
	struct vms_wire wire = { 0 };
	const struct vms_format *format;
	const char *why;

	if (!f || vms_wire_read((const char *)data, size, "disk.img", &opt, &v, &why) < 0)
		return 0;
	for (size_t i = 0; (format = vms_format_at(i)); i++)
		if (vms_render_all(format, f, (const struct vms_verdict *const *)&v, 1, &how) < 0)
			abort();
	if (vms_wire_write(&wire, v) < 0 ||
	    vms_wire_read(wire.bytes, wire.len, "disk.img", &opt, &again, &why) < 0 ||
	    again->outcome != v->outcome || again->n_rows != v->n_rows)
		abort();
	vms_wire_clear(&wire);
	return 0;
}
