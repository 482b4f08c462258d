/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that is there as it was or as it is to be, never half: what is new is written under another name
 * in the same folder, brought to stable storage and renamed. The folder is held open, so that a link that
 * is put in its way in the meantime leads nowhere.
 */
#ifndef VMS_REPLACE_H
#define VMS_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

struct vms_replace {
	int folder_fd;		      /* -1: not begun */
	int fd;			      /* to write to */
	const char *name, *temporary; /* borrowed */
};
#define VMS_REPLACE_NONE                                                                                     \
	{                                                                                                    \
		.folder_fd = -1, .fd = -1                                                                    \
	}

/*
 * Begin: a new file `temporary` (what lies there is an earlier one's that was killed, and goes) with `mode`
 * as open(2) takes it, to become `name`. Both in the folder; it and the names stay the caller's. -errno.
 */
int vms_replace_begin(struct vms_replace *ret, int folder_fd, const char *name, const char *temporary,
		      mode_t mode);

/*
 * It is whole: give it its name, in the place of what bears it. On -errno the old file or the new one is
 * there. `fresh`: -EEXIST where something bears that name. -ESTALE: somebody put another file in its place.
 */
int vms_replace_commit(struct vms_replace *r, bool fresh);

/* Leave all as it was. Takes VMS_REPLACE_NONE, and what was committed. */
void vms_replace_discard(struct vms_replace *r);

/* All of that at once; the file has `mode` whatever the umask says. */
int vms_replace_file(int folder_fd, const char *name, const char *temporary, mode_t mode, const char *data,
		     size_t len);

/* Rename where nothing bears the new name. -EEXIST. */
int vms_rename_fresh(int folder_fd, const char *from, int to_fd, const char *to);

/*
 * Rename what is `ours` within a folder, `fresh` as above. -ESTALE: somebody else put something in its place,
 * which in a folder where others may write can be told only so.
 */
int vms_rename_checked(const struct stat *ours, int folder_fd, const char *from, const char *to, bool fresh);

/* fsync(2), however often it is interrupted. Some file systems cannot sync a folder: that is 0. */
int vms_sync(int fd);

#endif
