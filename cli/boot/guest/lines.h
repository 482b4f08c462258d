/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines out of a socket or pipe that others write to, bounded. */
#ifndef VMS_BOOT_LINES_H
#define VMS_BOOT_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
	int fd; /* -1: closed */
	char *buf;
	size_t len, size;
	size_t max; /* longer lines are cut: the rest of them is dropped */
	bool dropping;
	bool grows; /* a file that somebody goes on writing: its end is not the end */
	/* gets all that is read, as it came; NULL: nobody does */
	void (*raw)(void *ctx, const char *data, size_t len);
	void *raw_ctx;
};

#define LINES_NONE                                                                                           \
	{                                                                                                    \
		.fd = -1                                                                                     \
	}

void lines_open(struct lines *l, int fd, size_t max);
void lines_close(struct lines *l);

/* Read what is there; `fn` gets each line, NUL-terminated, without "\r\n". 0; -EPIPE at
 * the end (it is then closed); -errno of reading; -ENOMEM. */
typedef void (*lines_fn)(void *ctx, const char *line, size_t len);
int lines_read(struct lines *l, lines_fn fn, void *ctx);

/* What stands there of a line that has no end yet: a prompt. */
const char *lines_partial(const struct lines *l);

#endif
