/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines for people: words that wrap at the terminal's width under a hanging
 * indent, counted in columns (a CJK character takes two), with colours. Nothing
 * that could steer a terminal gets through.
 */
#ifndef VMS_FORMAT_PAPER_H
#define VMS_FORMAT_PAPER_H

#include <locale.h>
#include <stdio.h>
#include "format.h"

enum paper_ink {
	INK_PLAIN,
	INK_BOLD,
	INK_DIM,
	INK_RED,
	INK_RED_BOLD,
	INK_GREEN,
	INK_YELLOW,
	INK_MAGENTA,
	INK_CYAN,
};

struct paper {
	FILE *out;
	unsigned width; /* 0: lines do not wrap */
	bool colour;
	bool failed, verbose; /* what the reader wants to see; see format.h */
	unsigned col;	      /* where the next character goes */
	unsigned blank;	      /* spaces before it, not yet written: no line ends with any */
	int err;	      /* of the first write that failed */
	locale_t utf8, before;
};

void paper_open(struct paper *p, FILE *out, const struct vms_format_options *opt);
/* 0, or -errno of the first write that failed. */
int paper_close(struct paper *p);

/* `s` as it is, without wrapping. */
void paper_put(struct paper *p, enum paper_ink ink, const char *s);
/* Spaces up to column `col`; one at least, unless at the beginning of a line. */
void paper_tab(struct paper *p, unsigned col);
/* The words of `s` from here on; lines that follow begin at `indent`. */
void paper_wrap(struct paper *p, enum paper_ink ink, unsigned indent, const char *s);
/* The same, after a space where the first word still goes on this line. */
void paper_more(struct paper *p, enum paper_ink ink, unsigned indent, const char *s);
void paper_newline(struct paper *p);

#endif
