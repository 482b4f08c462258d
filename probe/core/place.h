/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a path leads: the folder, held open, and the name in it. Each folder and each link on the way is
 * looked at by a descriptor of its own, so nothing that is exchanged meanwhile can lead elsewhere than what
 * was looked at.
 */
#ifndef VMS_PLACE_H
#define VMS_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

struct vms_place {
	int fd;	      /* the folder, opened to read; -1: none */
	char *name;   /* in it */
	bool linked;  /* the path itself was a link, which was followed */
	bool magical; /* the name is a link of /proc, which the kernel alone can follow */
};
#define VMS_PLACE_NONE                                                                                       \
	{                                                                                                    \
		.fd = -1                                                                                     \
	}

/*
 * `follow`: a link in the place of the path itself, too. What the name stands for need not be there.
 * -EACCES: a link on the way was put by somebody else into a folder where everybody may write (the kernel's
 * fs.protected_symlinks, which not all have turned on); -EISDIR: the path ends in "/", "." or "..";
 * -ELOOP, -ENOENT, -ENOTDIR, -errno.
 */
int vms_place_open(const char *path, bool follow, struct vms_place *ret);
/* The same of a folder, whose path may end in "/"; a link in its place is not followed. */
int vms_place_open_folder(const char *path, struct vms_place *ret);
void vms_place_close(struct vms_place *p);

/* Is what has this owner, in the folder, somebody else's who may put anything there? */
bool vms_place_planted(int folder_fd, uid_t owner);

/* Root's or ours, and nobody else may write there, or at least not replace what is ours. */
bool vms_folder_is_ours(int fd);

/*
 * A folder that is ours (vms_folder_is_ours()); a link in its place is not followed. `mode`: where it is
 * missing it is made with that, and its name is brought to stable storage; 0: it is not made. -EUCLEAN:
 * somebody else's, or others may write there; -errno as of vms_place_open().
 */
int vms_folder_open(const char *path, mode_t mode, int *ret_fd);

/* A folder as it stands, whoever's it is, over links that nobody planted. -errno as of vms_place_open(). */
int vms_folder_enter(const char *path, int *ret_fd);

/* A new folder (0700) "PREFIX.??????" in another, which nobody else could put there. -ESTALE: somebody did.
 */
int vms_folder_fresh(int parent_fd, const char *prefix, char **ret_name, int *ret_fd);

/* The same in the folder `tmp`, an absolute path, where that is ours (vms_folder_is_ours()); *ret_place is
 * the new one's. -ENAMETOOLONG: no absolute path, or of more than `longest` bytes; -EUCLEAN: it is not ours.
 */
int vms_folder_tmp(const char *tmp, size_t longest, const char *prefix, struct vms_place *ret_place,
		   int *ret_fd);

/* Remove it, and what is in the folder that is held open, as far as that can be done. Follows no link. */
void vms_folder_remove(int parent_fd, const char *name, int fd);

#endif
