/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the modules asked for are in an initial ramdisk? Streamed once, in
 * memory that does not grow with it, and only until all have been found.
 */
#ifndef VMS_INITRD_H
#define VMS_INITRD_H

#include "core/machine.h"

/* A decompressed ramdisk that is bigger, or has more members or entries, is not
 * looked through (a distribution's: 0.2 GiB, 3, 5,000). */
#define INITRD_MAX_BYTES   (1ull << 30)
#define INITRD_MAX_ENTRIES 1000000u
#define INITRD_MAX_MEMBERS 64u

struct initrd_module {
	const char *name; /* with '_' */
	bool found;
	char *path; /* as it stands in the archive; owned */
	/* Not found, and a file of that name lies where modprobe does not look: a script
	 * of the ramdisk may load it, or not. Owned. */
	char *elsewhere;
};

struct initrd_look {
	/* 0: all were found, or it was read to its end. Else why it could not be:
	 * -EBADMSG damaged or cut short, -ENOPKG no library for its compression,
	 * -EOPNOTSUPP nobody can do its compression, -EFBIG above the limits, -EUCLEAN of
	 * another kernel, -EXDEV files in a file system inside it, -errno */
	int err;
	char why[192];
	uint64_t entries, bytes; /* seen, decompressed */
	bool ours;		 /* a module of that release was seen */
	unsigned packed;	 /* 1 << enum compression of each member */
};

/*
 * Look through [off, off + size) of `fd` for the modules of `want` that are not
 * `found`, under modules/RELEASE/. What went wrong is told in ret->err; what was
 * found before that is true all the same. -ENOMEM alone is returned.
 */
int initrd_search(int fd, uint64_t off, uint64_t size, const char *release, struct initrd_module *want,
		  size_t n, struct initrd_look *ret) _must_check_;

/* As initrd_search(), to the end, for all modules wherever they lie: each(arg, PATH),
 * which returns 0 or -ENOMEM. */
typedef int (*initrd_each_fn)(void *arg, const char *path);
int initrd_list(int fd, uint64_t off, uint64_t size, const char *release, initrd_each_fn each, void *arg,
		struct initrd_look *ret) _must_check_;

/* ---- by the names alone: an archive's, or a record's list of them ------------------ */

struct initrd_names {
	const char *release;
	struct initrd_module *want;
	size_t n, missing;
	bool ours;	/* a module of that release was seen */
	char other[65]; /* a release that modules were seen of; "" none */
};

void initrd_names_begin(struct initrd_names *s, const char *release, struct initrd_module *want, size_t n);

/* A regular file of the ramdisk. -ENOMEM. */
int initrd_names_take(struct initrd_names *s, const char *path, size_t len) _must_check_;

#endif
