/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files sysroot*.c share. */
#ifndef VMS_SYSROOT_INTERNAL_H
#define VMS_SYSROOT_INTERNAL_H

#include "sysroot.h"

/* A line of /proc/self/mountinfo; strings point into vms_root.mountinfo. */
struct vms_mount {
	const char *point; /* mount point, octal escapes undone */
	const char *type;  /* file system type */
	const char *super; /* super block options */
};

struct vms_listing; /* sysroot_names.c */

struct vms_root {
	int fd;
	bool live;
	bool direct; /* the root is this process's own: paths need no guard */
	bool walk;   /* no openat2() here */
	bool mountinfo_read, mounts_read;
	char *mountinfo;
	char *mounts_text; /* what the strings of mounts point into */
	struct vms_mount *mounts;
	size_t n_mounts;
	struct vms_listing *listings;
};

/* Was `dir` listed by vms_root_names(), without `name`? false: nobody knows yet. */
bool vms_root_names_lack(struct vms_root *root, const char *dir, const char *name);
void vms_root_names_free(struct vms_root *root);

/*
 * Resolve `path` inside the root, component by component, to an absolute path
 * without symlinks. `follow`: also a symlink in the last place. -ENOENT (the
 * last component or one on the way), -ELOOP, -ENAMETOOLONG, -EACCES ...
 */
int vms_root_walk(struct vms_root *root, const char *path, bool follow, char *ret_canonical);

/* One read(2), tried again where a signal came between. Bytes, 0: its end, or -errno. */
ssize_t vms_root_read_on(int fd, char *data, size_t room);

/* 0, or -VMS_EMASKED: `path` lies in /proc or /sys, and something that is not
 * the kernel's own file system is mounted over it (or, live, nothing is). */
int vms_root_foreign_mount(struct vms_root *root, const char *path);

#endif
