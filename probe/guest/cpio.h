/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpio archives as the kernel's initial ramdisk has them ("newc" 070701 and
 * "crc" 070702; Documentation/driver-api/early-userspace/buffer-format.rst),
 * one behind another, zeros between. Fed piece by piece; keeps one name.
 */
#ifndef VMS_CPIO_H
#define VMS_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPIO_HEADER_LEN 110
#define CPIO_NAME_MAX	4096
#define CPIO_HEAD_LEN	1088 /* what tells a file system by its magic */

struct cpio_entry {
	const char *name; /* NUL-terminated */
	uint32_t mode;	  /* st_mode */
	uint32_t size;
	uint32_t nlink;
	const uint8_t *head; /* the first CPIO_HEAD_LEN bytes of a regular file; NULL: it has less */
};

/* 0: go on; anything else ends cpio_feed() with CPIO_STOP. */
typedef int (*cpio_entry_fn)(void *arg, const struct cpio_entry *e);

enum cpio_feed {
	CPIO_MORE,  /* all bytes taken */
	CPIO_STOP,  /* the callback asked for it */
	CPIO_OTHER, /* behind an archive: neither zero nor the start of one */
	CPIO_BAD,   /* no cpio where one must be */
};

struct cpio {
	enum { CPIO_BETWEEN, CPIO_HEADER, CPIO_NAME, CPIO_HEAD, CPIO_DATA } state;
	uint64_t skip; /* bytes of the file that need not be looked at */
	uint64_t entries;
	uint32_t trailers; /* ended archives */
	uint32_t name_len; /* with the NUL */
	size_t have;	   /* of header or name */
	bool trailer;	   /* the entry at hand is one */
	bool peek;	   /* its first bytes come next */
	struct cpio_entry e;
	char header[CPIO_HEADER_LEN];
	char name[CPIO_NAME_MAX + 1];
	char head[CPIO_HEAD_LEN];
};

/* A zeroed struct cpio is ready. *ret_used: bytes taken; behind them lies what
 * CPIO_OTHER or CPIO_BAD is about. */
enum cpio_feed cpio_feed(struct cpio *c, const uint8_t *data, size_t len, size_t *ret_used, cpio_entry_fn fn,
			 void *arg);

/* Take up to `len` bytes that nobody needs to read; returns how many. */
uint64_t cpio_skip(struct cpio *c, uint64_t len);

/* At least one archive, and the last one ended as it should. */
static inline bool cpio_is_whole(const struct cpio *c)
{
	return c->state == CPIO_BETWEEN && c->trailers > 0;
}

#endif
