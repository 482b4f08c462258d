// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "VMSPEC-XXX: PASS", a line a check, for scripts written for the tool of 2016.
 * About several subjects, each line begins with the subject's name, as grep
 * does with files.
 */
#include <ctype.h>
#include <errno.h>
#include "core/check.h"
#include "format.h"

static int render_line(FILE *out, const char *subject, const struct vms_verdict_row *row)
{
	const char *status = vms_status_name(row->result.status);

	if (subject && fprintf(out, "%s: ", subject) < 0)
		return -errno;
	if (fprintf(out, "%s: ", row->check->id) < 0)
		return -errno;
	for (; *status; status++)
		if (putc(toupper((unsigned char)*status), out) == EOF)
			return -errno;
	return putc('\n', out) == EOF ? -errno : 0;
}

static int lines_row(struct vms_render *r, const struct vms_verdict *v)
{
	const char *name = v->subject.name ? v->subject.name : "-";
	int err = 0;

	for (size_t i = 0; !err && i < v->n_rows; i++)
		err = render_line(r->out, r->opt.several ? name : NULL, &v->rows[i]);
	return err;
}

const struct vms_format vms_format_lines = {
	.name = "lines",
	.what = "VMSPEC-XXX: PASS, one a line, as in 2016",
	.row = lines_row,
};
