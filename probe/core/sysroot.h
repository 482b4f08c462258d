/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that is a file is read through one root file descriptor: "/" of
 * the live machine, or the folder of a recorded one. Paths are absolute as the
 * machine itself sees them; symlinks resolve inside the root.
 *
 * Three outcomes of every look: there (0), absent (-ENOENT), could not look
 * (any other -errno). -ENOENT is given only when the parent directory could be
 * listed and lacks the name, and nothing foreign is mounted over the place;
 * a parent that is itself not there gives -ENODATA.
 */
#ifndef VMS_SYSROOT_H
#define VMS_SYSROOT_H

#include <errno.h>
#include <stdint.h>
#include "span.h"
#include "util.h"

/* could not look: something else is mounted over the place, a container's mask */
#define VMS_EMASKED EREMOTE
/* could not look: the directory it would be in is not there */
#define VMS_ENOPARENT ENODATA

/* could not look: what is there ends before what it says of itself, or where the kernel never ends it */
#define VMS_ECUT EUCLEAN

/* In a record a symlink "VMS_UNREADABLE EACCES" stands in the place of what could
 * not be looked at when it was made; looking there again gives that error. */
#define VMS_UNREADABLE ".vmspec-unreadable/"

/* Is it an answer of a look for something that may lie in one of several places, and does not lie in this
 * one: absent, or without the directory that it would be in? */
static inline bool vms_is_absent(int err)
{
	return err == -ENOENT || err == -VMS_ENOPARENT || err == -ENOTDIR;
}

struct vms_root;

/* A file's bytes; data[len] is NUL, so that text can be used as a string. */
struct vms_buf {
	char *data;
	size_t len;
};

static inline void vms_buf_clear(struct vms_buf *b)
{
	free(b->data);
	*b = (struct vms_buf){ NULL, 0 };
}
#define _cleanup_buf_ _cleanup_(vms_buf_clear)

static inline struct vms_span vms_buf_span(const struct vms_buf *b)
{
	return vms_span(b->data, b->len);
}

/* -errno of opening `dir`. `live`: /proc and /sys must be the kernel's own. */
int vms_root_open(const char *dir, bool live, struct vms_root **ret);
void vms_root_free(struct vms_root *root);

/* Is something there? 0, -ENOENT, or could not look. Follows symlinks. */
int vms_root_probe(struct vms_root *root, const char *path) _must_check_;

/* The whole of a regular file. -EFBIG: more than `max` bytes; -EISDIR; -ENXIO:
 * no regular file. */
int vms_root_read(struct vms_root *root, const char *path, size_t max, struct vms_buf *ret) _must_check_;

/* The same in pieces of whole lines, for a large text of which little is kept; the last piece may lack its
 * newline. Pieces may have been given where an error ended it. */
typedef void (*vms_lines_fn)(void *arg, struct vms_span lines);
int vms_root_read_lines(struct vms_root *root, const char *path, size_t max, vms_lines_fn take,
			void *arg) _must_check_;

/* As vms_root_read, for text of one line: trailing white space cut off. */
int vms_root_read_line(struct vms_root *root, const char *path, struct vms_buf *ret) _must_check_;

/* The same for a file of the kernel's, which it ends with a newline, and which says something. -VMS_ECUT: it
 * was cut short, so that a part of a word or number would be taken for the whole. */
int vms_root_read_attribute(struct vms_root *root, const char *path, struct vms_buf *ret) _must_check_;

/* Names in a directory, sorted, without "." and ".."; NULL-terminated. */
int vms_root_list(struct vms_root *root, const char *path, char ***ret) _must_check_;

/* The same, listed once and owned by the root: for what a verdict rests on. */
int vms_root_names(struct vms_root *root, const char *path, char *const **ret) _must_check_;

/* Where a symlink points, as it stands there. -EINVAL: no symlink. */
int vms_root_readlink(struct vms_root *root, const char *path, char **ret) _must_check_;

/* The path with all symlinks resolved, absolute inside the root. */
int vms_root_realpath(struct vms_root *root, const char *path, char **ret) _must_check_;

/* A descriptor for reading a regular file piece by piece; *ret_size is st_size. */
int vms_root_open_file(struct vms_root *root, const char *path, int *ret_fd, uint64_t *ret_size) _must_check_;

/* The text of /proc/self/mountinfo, or NULL when it could not be read. Owned by root. */
const char *vms_root_mountinfo(struct vms_root *root);

#endif
