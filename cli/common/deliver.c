// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The documents of one run: a table on the terminal and JSON in a file, say. Every verdict
 * goes into each of them as it comes; none is put in its place before all are whole.
 */
#include <errno.h>
#include "cli.h"

/* Which format goes where. *ret_n documents; -1: go on. */
static int pair(const struct cli_asked *a, const struct vms_format **formats, const char **outputs,
		size_t *ret_n)
{
	size_t n = MAX(a->n_outputs, 1u);

	if (n > 1 && a->n_formats != n)
		return wrong_usage("%zu --output and %zu --format: several documents need one of each",
				   a->n_outputs, a->n_formats);
	for (size_t i = 0; i < n; i++) {
		formats[i] = n == 1 ? a->format : a->formats[i];
		outputs[i] = n == 1 ? a->output : a->outputs[i];
		for (size_t j = 0; j < i; j++)
			if (streq_or_null(outputs[i], outputs[j]))
				return wrong_usage("--output: two documents would go to %s",
						   outputs[i] ? outputs[i] : "standard output");
	}
	*ret_n = n;
	return GO_ON;
}

static int open_document(struct delivery_document *d, const struct cli_asked *a,
			 const struct vms_format *format, const char *path, bool several)
{
	struct vms_format_options opt = {
		.tool = cli_tool, .several = several, .failed = a->failed, .verbose = a->verbose
	};
	int err;

	if (output_open(&d->output, path))
		return -EIO;
	if (format->terminal)
		vms_format_terminal(d->output.file, &opt);
	err = vms_render_open(&d->render, format, d->output.file, &opt);
	if (err) {
		d->output.err = err;
		output_commit(&d->output); /* complains */
	}
	return err;
}

int deliver_open(struct delivery *d, const struct cli_asked *a, bool several)
{
	const struct vms_format *formats[CLI_MAX_DOCUMENTS];
	const char *outputs[CLI_MAX_DOCUMENTS];
	size_t n = 0;
	int status = pair(a, formats, outputs, &n);

	*d = (struct delivery){ 0 };
	for (size_t i = 0; status == GO_ON && i < n; i++) {
		if (open_document(&d->documents[i], a, formats[i], outputs[i], several)) {
			deliver_discard(d);
			return EXIT_TOOL;
		}
		d->n++;
	}
	return status;
}

void deliver_row(struct delivery *d, const struct vms_verdict *v)
{
	for (size_t i = 0; i < d->n; i++) {
		struct delivery_document *doc = &d->documents[i];

		if (!doc->output.err)
			doc->output.err = vms_render_row(&doc->render, v);
	}
}

void deliver_flush(struct delivery *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (!d->documents[i].output.err)
			fflush(d->documents[i].output.file);
}

int deliver_close(struct delivery *d)
{
	bool failed = false;
	int status = 0;

	for (size_t i = 0; i < d->n; i++) {
		struct delivery_document *doc = &d->documents[i];
		int err = vms_render_close(&doc->render, !doc->output.err);

		if (!doc->output.err)
			doc->output.err = err;
		failed = failed || doc->output.err;
	}
	for (size_t i = 0; i < d->n; i++) {
		struct delivery_document *doc = &d->documents[i];

		if (failed && !doc->output.err)
			output_discard(&doc->output);
		else if (output_commit(&doc->output))
			status = EXIT_TOOL;
	}
	d->n = 0;
	return status;
}

void deliver_discard(struct delivery *d)
{
	for (size_t i = 0; i < d->n; i++) {
		vms_render_close(&d->documents[i].render, false);
		output_discard(&d->documents[i].output);
	}
	d->n = 0;
}
