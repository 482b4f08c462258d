/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log under --keep of what others say without an end: its beginning, and a word where the rest is left
 * out. */
#ifndef VMS_BOOT_KEPT_H
#define VMS_BOOT_KEPT_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define KEPT_MAX (64u << 20)

struct kept {
	FILE *file; /* NULL: nothing is kept */
	uint64_t bytes;
};

/* A new file `name` in the folder, in the place of what bears that name; a link there is not followed. Its
 * descriptor; -errno.
 */
int kept_create(int dir_fd, const char *name, mode_t mode);

/* Begin `name` in the folder, at most KEPT_MAX bytes of it. 0 or -errno; `dir_fd` -1: nothing is kept. */
int kept_open(struct kept *k, int dir_fd, const char *name);
void kept_write(struct kept *k, const char *data, size_t len);
/* The same as a `raw` of struct lines. */
void kept_raw(void *kept, const char *data, size_t len);
void kept_close(struct kept *k);

#endif
