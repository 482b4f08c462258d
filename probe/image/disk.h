/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The disk as the hypervisor would show it to the guest: a number of bytes and a
 * way to read some of them. What stands behind it (a raw file, a block device, an
 * NBD connection, a decompressor, bytes in memory) is a function and its context.
 *
 * Serves the chapter "VM Image Format". Parsers read through vms_disk_read() and
 * nothing else; it never reads past the end, counts what it reads, and keeps a few
 * small blocks, so that neighbouring structures cost one system call.
 */
#ifndef VMS_DISK_H
#define VMS_DISK_H

#include <stdint.h>
#include "core/span.h"
#include "core/util.h"

#define VMS_DISK_SIZE_UNKNOWN UINT64_MAX /* a compressed stream that was not read to its end */
#define VMS_DISK_LINE	      4096	 /* bytes of one kept block */
#define VMS_DISK_LINES	      8
#define VMS_DISK_AHEAD	      20480 /* bytes that are read ahead at once, at most */
#define VMS_DISK_AHEADS	      3

struct vms_disk {
	/* Read all of `len` bytes at `off`, inside the disk: 0 or -errno; -ENXIO:
	 * the disk of unknown size ends before them. */
	int (*read)(void *ctx, uint64_t off, void *buf, size_t len);
	void *ctx;
	uint64_t size; /* bytes; VMS_DISK_SIZE_UNKNOWN */
	uint64_t bytes_read, n_reads;

	/* those that were asked for, each of VMS_DISK_LINE, and those that were read ahead */
	struct vms_disk_line {
		uint64_t off, used;
		size_t len; /* 0: empty */
	} lines[VMS_DISK_LINES + VMS_DISK_AHEADS];
	size_t recent;	     /* the line that served last */
	bool ahead_pays;     /* a larger read costs hardly more than a smaller one, and has no other effect */
	size_t next_ahead;   /* the one that is read anew next */
	uint8_t *data;	     /* VMS_DISK_LINES * VMS_DISK_LINE */
	uint8_t *ahead_data; /* VMS_DISK_AHEADS * VMS_DISK_AHEAD */
	uint64_t clock;
};

/* What a parser says about something broken: one line, for people. */
#define VMS_WHY 240
struct vms_why {
	char text[VMS_WHY];
};

/* State why and return -EBADMSG: "broken, and here is the evidence". Any other
 * -errno of a parser means that it could not look. */
int vms_broken(struct vms_why *why, const char *fmt, ...) _printf_(2, 3);

void vms_disk_init(struct vms_disk *d, uint64_t size,
		   int (*read)(void *ctx, uint64_t off, void *buf, size_t len), void *ctx);
void vms_disk_clear(struct vms_disk *d);

/* All of `len` bytes at `off`. -ENXIO: (some of) these bytes are past the end of
 * the disk, they are not there; other -errno: they could not be read. */
int vms_disk_read(struct vms_disk *d, uint64_t off, void *buf, size_t len) _must_check_;

/* The same bytes where they are kept already, until the next read; NULL: they are not. */
const uint8_t *vms_disk_kept(struct vms_disk *d, uint64_t off, size_t len);

/* The same without keeping the block: for a look at the head of a file. */
int vms_disk_peek(struct vms_disk *d, uint64_t off, void *buf, size_t len) _must_check_;

/* These bytes, as far as they are there, will be asked for in pieces: of a file or block device one read
 * serves them. What cannot be read is read, and told of, when it is asked for. */
void vms_disk_ahead(struct vms_disk *d, uint64_t off, size_t len);

/* A disk in memory, for tests and fuzzers; `bytes` stay the caller's. */
void vms_disk_init_span(struct vms_disk *d, const struct vms_span *bytes);

/* A regular file or block device; *fd stays the caller's. */
void vms_disk_init_fd(struct vms_disk *d, uint64_t size, const int *fd);

#endif
