/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of a kernel log, as anybody may have kept it: what stands before the
 * message is told apart from the message itself.
 */
#ifndef VMS_KMSG_LINE_H
#define VMS_KMSG_LINE_H

#include <stdbool.h>

struct kmsg_line {
	const char *text, *end; /* the message, without white space at its end */
	const char *stamp;	/* digits of "seconds.microseconds"; NULL: none */
	bool kernel;		/* false: somebody else's line within the same file */
};

/*
 * line[0..end) without its newline. Known in front of a message, in this order:
 * carriage returns; the level `<6>`; `dmesg -x`'s "kern  :info  : "; the head of
 * syslog or of the journal up to "kernel: "; brackets with a time stamp (since boot,
 * or `dmesg -T`, -d, -e) or with a caller ("[    T0]", "[C3]").
 */
void kmsg_line_parse(const char *line, const char *end, struct kmsg_line *ret);

/* Seconds since boot that a stamp says. */
double kmsg_line_seconds(const struct kmsg_line *l);

#endif
