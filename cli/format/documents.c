// SPDX-License-Identifier: GPL-2.0-or-later
/* json: one document (probe/document/json.c), or an array of them; jsonl: one a line. */
#include "document/json.h"
#include "format.h"

static int json_row(struct vms_render *r, const struct vms_verdict *v)
{
	if (r->opt.several)
		fputs(r->n > 0 ? ",\n" : "[\n", r->out);
	return vms_json_print_verdict(r->out, v, r->opt.tool, true);
}

static int json_end(struct vms_render *r)
{
	if (r->opt.several)
		fputs(r->n > 0 ? "]\n" : "[\n]\n", r->out);
	return vms_format_written(r->out);
}

static int jsonl_row(struct vms_render *r, const struct vms_verdict *v)
{
	return vms_json_print_verdict(r->out, v, r->opt.tool, false);
}

const struct vms_format vms_format_json = {
	.name = "json",
	.what = "verdict documents, an array of several",
	.fleets = true,
	.row = json_row,
	.end = json_end,
};

const struct vms_format vms_format_jsonl = {
	.name = "jsonl",
	.what = "verdict documents, one a line",
	.fleets = true,
	.row = jsonl_row,
};
