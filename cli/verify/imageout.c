// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verdicts on many images, given by many workers, written as one document: in the order in
 * which the images were named, each as soon as those before it are out; and a line on the terminal that tells
 * how far it is.
 */
#include <time.h>
#include "images.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int image_out_open(struct image_out *out, const struct verify_options *o, const struct image_list *l)
{
	int status;

	*out = (struct image_out){ .options = o, .n = l->n, .start = now() };
	out->verdicts = calloc(l->n + 1, sizeof(*out->verdicts));
	out->waived = calloc(o->asked.waivers.n + 1, sizeof(*out->waived));
	if (!out->verdicts || !out->waived) {
		free(out->verdicts);
		free(out->waived);
		return no_memory();
	}
	status = o->quiet ? GO_ON : deliver_open(&out->delivery, &o->asked, l->several);
	if (status != GO_ON) {
		free(out->verdicts);
		free(out->waived);
	}
	return status;
}

static void note_waivers(struct image_out *out, const struct vms_verdict *v)
{
	const struct waivers *w = &out->options->asked.waivers;

	for (size_t i = 0; i < w->n; i++)
		for (size_t j = 0; j < v->n_rows; j++)
			if (v->rows[j].result.status == VMS_WAIVED &&
			    streq(v->rows[j].check->id, w->list[i].id))
				out->waived[i] = true;
}

static void say_unused_waivers(const struct image_out *out)
{
	const struct waivers *w = &out->options->asked.waivers;

	for (size_t i = 0; !out->options->quiet && i < w->n; i++)
		if (!out->waived[i])
			complain("the waiver of %s did not apply to any image", w->list[i].id);
}

static void write_verdict(struct image_out *out, struct image_verdict *of)
{
	if (!of->verdict)
		return;
	image_out_clear_line(out);
	deliver_row(&out->delivery, of->verdict);
	note_waivers(out, of->verdict);
	vms_verdict_free(of->verdict);
	of->verdict = NULL;
}

static void finish(struct image_out *out, size_t index)
{
	out->verdicts[index].done = true;
	out->finished++;
	while (out->at < out->n && out->verdicts[out->at].done)
		write_verdict(out, &out->verdicts[out->at++]);
}

void image_out_put(struct image_out *out, size_t index, struct vms_verdict *v, int status)
{
	out->verdicts[index].verdict = v;
	out->judged++;
	out->status = exit_worse(out->status, status);
	out->summary[0] += status == EXIT_COMPLIANT;
	out->summary[1] += status == EXIT_NONCOMPLIANT;
	out->summary[2] += status == EXIT_INCONCLUSIVE || status == EXIT_TOOL;
	finish(out, index);
}

void image_out_leave(struct image_out *out, size_t index)
{
	finish(out, index);
}

void image_out_progress(struct image_out *out)
{
	double t = now();

	deliver_flush(&out->delivery);
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

static void free_verdicts(struct image_out *out)
{
	for (size_t i = 0; i < out->n; i++)
		vms_verdict_free(out->verdicts[i].verdict);
	free(out->verdicts);
	free(out->waived);
	out->verdicts = NULL;
	out->waived = NULL;
}

void image_out_discard(struct image_out *out)
{
	free_verdicts(out);
	deliver_discard(&out->delivery);
}

int image_out_close(struct image_out *out)
{
	image_out_clear_line(out);
	say_unused_waivers(out);
	free_verdicts(out);
	if (out->judged == 0)
		out->status = exit_worse(out->status, EXIT_INCONCLUSIVE); /* nothing was checked */
	return deliver_close(&out->delivery) ? EXIT_TOOL : out->status;
}
