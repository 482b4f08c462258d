/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log under --keep of what others say without an end: its beginning, and a word where the rest is left
 * out. */
#ifndef VMS_BOOT_KEPT_H
#define VMS_BOOT_KEPT_H

#include <stdint.h>
#include <stdio.h>

#define KEPT_MAX (64u << 20)

struct kept {
	FILE *file; /* NULL: nothing is kept */
	uint64_t bytes;
};

/* Begin `name` in the folder `dir`, at most KEPT_MAX bytes of it. 0 or -errno; `dir` NULL: nothing is kept.
 */
int kept_open(struct kept *k, const char *dir, const char *name);
void kept_write(struct kept *k, const char *data, size_t len);
/* The same as a `raw` of struct lines. */
void kept_raw(void *kept, const char *data, size_t len);
void kept_close(struct kept *k);

#endif
