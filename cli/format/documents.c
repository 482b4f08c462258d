// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json: one document (probe/document/json.c), or an array of them; jsonl: one a line.
 */
#include <errno.h>
#include "document/json.h"
#include "format.h"

static int render_one(FILE *out, const struct vms_verdict *v, const struct vms_format_options *opt,
		      bool pretty)
{
	_cleanup_json_ struct json_object *o = NULL;
	int err = vms_json_verdict(v, opt->tool, &o);

	return err ? err : vms_json_print(out, o, pretty);
}

/* One document at a time: a thousand images need not stand in memory as JSON. */
int vms_render_json(FILE *out, const struct vms_verdict *const *verdicts, size_t n,
		    const struct vms_format_options *opt)
{
	if (n == 1)
		return render_one(out, verdicts[0], opt, true);
	if (fputs("[\n", out) == EOF)
		return -errno;
	for (size_t i = 0; i < n; i++) {
		int err;

		if (i > 0 && fputs(",\n", out) == EOF)
			return -errno;
		err = render_one(out, verdicts[i], opt, true);
		if (err)
			return err;
	}
	return fputs("]\n", out) == EOF ? -errno : 0;
}

int vms_render_jsonl(FILE *out, const struct vms_verdict *const *verdicts, size_t n,
		     const struct vms_format_options *opt)
{
	for (size_t i = 0; i < n; i++) {
		int err = render_one(out, verdicts[i], opt, false);

		if (err)
			return err;
	}
	return 0;
}
