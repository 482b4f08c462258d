/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Renderers: each turns finished verdicts into one document and reads nothing but them.
 *
 *	begin  ->  row, for each subject  ->  end
 *
 * What a renderer must know of the subjects before (a number, names already given) stands
 * in its state. A new format is a file that defines a `struct vms_format`, and its line in
 * format.c.
 */
#ifndef VMS_FORMAT_H
#define VMS_FORMAT_H

#include <stdio.h>
#include "../../include/vmspec.h"

struct vms_format_options {
	const char *tool; /* "vmspec-verify" */
	unsigned width;	  /* text: columns to wrap at; 0: a row is a line, however long */
	bool colour;	  /* text: ANSI colours */
	bool several;	  /* a document about several subjects, even if only one comes */
	bool failed;	  /* text, html: only what needs somebody */
	bool verbose;	  /* text, html: also what is folded away because it is all the same */
};

/* A document that is being written. */
struct vms_render {
	const struct vms_format *format;
	struct vms_format_options opt;
	FILE *out;
	size_t n;    /* subjects so far */
	void *state; /* format->state_size zeroed bytes; the renderer's own */
};

struct vms_format {
	const char *name;
	const char *what; /* in a few words, for completions and manual */
	size_t state_size;
	bool terminal; /* may be told the terminal's width and colours */
	bool fleets;   /* takes a fleet as a subject; else it gets the members */
	/*
	 * 0, -ENOMEM, or -errno of writing; what is still in the stream's buffer is for the
	 * caller to flush. NULL: nothing to do.
	 */
	int (*begin)(struct vms_render *r);
	int (*row)(struct vms_render *r, const struct vms_verdict *v);
	int (*end)(struct vms_render *r);
	void (*clear)(struct vms_render *r); /* what the state owns; also after a failure */
};

/* Begin a document. On failure there is nothing to close. */
int vms_render_open(struct vms_render *r, const struct vms_format *format, FILE *out,
		    const struct vms_format_options *opt);
int vms_render_row(struct vms_render *r, const struct vms_verdict *v);
/* Ends the document if `whole`; frees what the renderer kept in any case. */
int vms_render_close(struct vms_render *r, bool whole);

/* All of it in one go. */
int vms_render_all(const struct vms_format *format, FILE *out, const struct vms_verdict *const *verdicts,
		   size_t n, const struct vms_format_options *opt);

/* By name; NULL: no such format. */
const struct vms_format *vms_format_find(const char *name);
/* The i-th, in the order of --help; NULL after the last. The first is the default. */
const struct vms_format *vms_format_at(size_t i);

/* What `out` can show: colour on a terminal that has it and where NO_COLOR does
 * not forbid it; the terminal's width, or $COLUMNS. */
void vms_format_terminal(FILE *out, struct vms_format_options *opt);

/* -errno of a stream that failed, else 0. */
int vms_format_written(FILE *out);

#endif
