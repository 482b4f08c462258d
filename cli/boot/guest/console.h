/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a boot has come, and what stopped it, from what its console says. */
#ifndef VMS_BOOT_CONSOLE_H
#define VMS_BOOT_CONSOLE_H

#include "matrix/matrix.h"

/* "the firmware", "the kernel": for people. */
const char *stage_name(enum vms_cell_stage s);

struct console {
	enum vms_cell_stage stage;
	char last[160];	   /* the last line that says something */
	char stopped[160]; /* the line that shows that the boot has come to its end; "": none */
	const char *why;   /* what that means */
	bool panicked;	   /* that end was the kernel's own */
	size_t lines;	   /* how many came */
};

/* Begin anew: another boot, or another process. */
void console_reset(struct console *c);

/* A line of the console, or (`partial`) what stands there waiting for an answer. */
void console_line(struct console *c, const char *line, bool partial);

/* The printable text of a console line, without escape sequences, cut to `size`. */
void console_clean(const char *line, char *buf, size_t size);

#endif
