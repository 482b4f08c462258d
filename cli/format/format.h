/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Renderers: each turns finished verdicts into one document and reads nothing
 * but them. A new format is a file with a render function and a row in
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
	bool several;	  /* one piece of a document about several subjects */
};

/*
 * Write a document about `n` verdicts. Returns 0, -ENOMEM, or -errno of
 * writing; what is still in the stream's buffer is for the caller to flush.
 */
typedef int (*vms_render_fn)(FILE *out, const struct vms_verdict *const *verdicts, size_t n,
			     const struct vms_format_options *opt);

struct vms_format {
	const char *name;
	vms_render_fn render;
	/* A document about several subjects, rendered piece by piece (`several`): what
	 * stands before, between and behind the pieces. NULL: nothing. */
	const char *head, *between, *tail;
};

int vms_render_text(FILE *out, const struct vms_verdict *const *verdicts, size_t n,
		    const struct vms_format_options *opt);
int vms_render_lines(FILE *out, const struct vms_verdict *const *verdicts, size_t n,
		     const struct vms_format_options *opt);
int vms_render_json(FILE *out, const struct vms_verdict *const *verdicts, size_t n,
		    const struct vms_format_options *opt);
int vms_render_jsonl(FILE *out, const struct vms_verdict *const *verdicts, size_t n,
		     const struct vms_format_options *opt);

#define VMS_JUNIT_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
#define VMS_JUNIT_TAIL "</testsuites>\n"
int vms_render_junit(FILE *out, const struct vms_verdict *const *verdicts, size_t n,
		     const struct vms_format_options *opt);

/* By name; NULL: no such format. */
const struct vms_format *vms_format_find(const char *name);
/* The i-th, in the order of --help; NULL after the last. */
const struct vms_format *vms_format_at(size_t i);

/* What `out` can show: colour on a terminal that has it and where NO_COLOR does
 * not forbid it; the terminal's width, or $COLUMNS. */
void vms_format_terminal(FILE *out, struct vms_format_options *opt);

#endif
