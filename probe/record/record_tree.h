/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a record: a folder that mirrors absolute paths. It is built under a
 * passing name beside the final one and takes that name when it is whole.
 * Nothing that the record itself holds is followed while writing, so that a
 * recorded symlink cannot lead out of it.
 */
#ifndef VMS_RECORD_TREE_H
#define VMS_RECORD_TREE_H

#include <limits.h>
#include "core/util.h"

/* A record of a guest has some 3,000 files in 5 MiB. */
#define TREE_MAX_ENTRIES 200000u
#define TREE_MAX_BYTES	 (128ull << 20)

struct record_tree {
	int parent_fd; /* of the folder that it lies in; the caller's */
	char *final;   /* the name that was asked for */
	char *passing; /* the name it is built under; NULL: none, or renamed */
	int fd;
	int dir_fd;	    /* of `dir`, -1 none */
	char dir[PATH_MAX]; /* the directory that was written to last */
	unsigned entries;
	unsigned long long bytes;
};

/* -EEXIST: `name` is there; -errno of making the folder beside it. `parent_fd` stays open until the end. */
int record_tree_open(struct record_tree *t, int parent_fd, const char *name) _must_check_;

/*
 * Paths are absolute, without symlinks, "." and "..". What is there already is
 * left as it is: 0. -EFBIG: more than any record needs; -errno of writing.
 */
int record_tree_dir(struct record_tree *t, const char *path) _must_check_;
int record_tree_file(struct record_tree *t, const char *path, const void *data, size_t len) _must_check_;
int record_tree_link(struct record_tree *t, const char *path, const char *target) _must_check_;

/* Put in the place of what could not be looked at, because of -errno `err`. */
int record_tree_unreadable(struct record_tree *t, const char *path, int err) _must_check_;

/* Give the record its name. -EEXIST: somebody else did; -ESTALE: somebody put another folder in its place. */
int record_tree_commit(struct record_tree *t) _must_check_;

/* Free; a record that was not committed is removed. */
void record_tree_close(struct record_tree *t);

#endif
