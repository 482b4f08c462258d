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

int vms_render_lines(FILE *out, const struct vms_verdict *const *verdicts, size_t n,
		     const struct vms_format_options *opt)
{
	for (size_t i = 0; i < n; i++) {
		const struct vms_verdict *v = verdicts[i];
		const char *name = v->subject.name ? v->subject.name : "-";

		for (size_t j = 0; j < v->n_rows; j++) {
			int err = render_line(out, n > 1 || opt->several ? name : NULL, &v->rows[j]);

			if (err)
				return err;
		}
	}
	return 0;
}
