// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Documents about many images, made by many workers, written as one: in the order in
 * which the images were named, each as soon as those before it are out, with what the
 * format puts before, between and behind them; and a line on the terminal that tells how
 * far it is.
 */
#include <errno.h>
#include <time.h>
#include "images.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void put(struct image_out *out, const char *text, size_t len)
{
	if (out->options->quiet || out->output.err || len == 0)
		return;
	if (fwrite(text, 1, len, out->output.file) != len)
		out->output.err = errno ? -errno : -EIO;
}

int image_out_open(struct image_out *out, const struct verify_options *o, const struct image_list *l)
{
	*out = (struct image_out){ .options = o, .several = l->several, .n = l->n, .start = now() };
	out->docs = calloc(l->n + 1, sizeof(*out->docs));
	if (!out->docs)
		return no_memory();
	return o->quiet ? 0 : output_open(&out->output, o->asked.output);
}

static void write_doc(struct image_out *out, struct image_doc *doc)
{
	const struct vms_format *f = out->options->asked.format;
	const char *before = out->written == 0 ? f->head : f->between;

	if (doc->text) {
		image_out_clear_line(out);
		if (out->several && before)
			put(out, before, strlen(before));
		put(out, doc->text, doc->len);
		out->written++;
	}
	free(doc->text);
	doc->text = NULL;
}

/* Which of two exit statuses is worse: 4, 1, 3, 0. */
static int worse(int a, int b)
{
	static const int order[] = { EXIT_TOOL, EXIT_NONCOMPLIANT, EXIT_INCONCLUSIVE };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return EXIT_COMPLIANT;
}

void image_out_put(struct image_out *out, size_t index, char *text, size_t len, int status)
{
	out->docs[index] = (struct image_doc){ .text = text, .len = len, .done = true };
	out->finished++;
	if (text) {
		out->status = worse(out->status, status);
		out->summary[0] += status == EXIT_COMPLIANT;
		out->summary[1] += status == EXIT_NONCOMPLIANT;
	}
	while (out->at < out->n && out->docs[out->at].done)
		write_doc(out, &out->docs[out->at++]);
}

void image_out_progress(struct image_out *out)
{
	double t = now();

	if (!out->options->quiet && !out->output.err && out->output.file)
		fflush(out->output.file);
	if (out->options->quiet || t - out->start < 1 || t - out->shown < 0.1 || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%zu of %zu images: %zu compliant, %zu not", out->finished, out->n, out->summary[0],
		out->summary[1]);
	fflush(stderr);
	out->shown = t;
}

void image_out_clear_line(struct image_out *out)
{
	if (out->shown == 0)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	out->shown = 0;
}

static void free_docs(struct image_out *out)
{
	for (size_t i = 0; i < out->n; i++)
		free(out->docs[i].text);
	free(out->docs);
	out->docs = NULL;
}

void image_out_discard(struct image_out *out)
{
	free_docs(out);
	output_discard(&out->output);
}

int image_out_close(struct image_out *out)
{
	const struct vms_format *f = out->options->asked.format;

	image_out_clear_line(out);
	if (out->several && out->written == 0 && f->head)
		put(out, f->head, strlen(f->head));
	if (out->several && f->tail)
		put(out, f->tail, strlen(f->tail));
	free_docs(out);
	if (out->written == 0)
		out->status = worse(out->status, EXIT_INCONCLUSIVE); /* nothing was checked */
	if (out->options->quiet)
		return out->status;
	return output_commit(&out->output) ? EXIT_TOOL : out->status;
}
