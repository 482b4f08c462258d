/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replacing a file whole; see replace.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/util.h"
#include "replace.h"

int vms_sync(int fd)
{
	while (fsync(fd) < 0) {
		struct stat st;

		if (errno == EINVAL && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			return 0;
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

int vms_rename_fresh(int folder_fd, const char *from, int to_fd, const char *to)
{
	struct stat st;

	if (renameat2(folder_fd, from, to_fd, to, RENAME_NOREPLACE) == 0)
		return 0;
	/* not every file system has NOREPLACE */
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (fstatat(to_fd, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return renameat(folder_fd, from, to_fd, to) < 0 ? -errno : 0;
}

int vms_replace_begin(struct vms_replace *ret, int folder_fd, const char *name, const char *temporary,
		      mode_t mode)
{
	int fd;

	if (unlinkat(folder_fd, temporary, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(folder_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	*ret = (struct vms_replace){ folder_fd, fd, name, temporary };
	return 0;
}

int vms_rename_checked(const struct stat *ours, int folder_fd, const char *from, const char *to, bool fresh)
{
	struct stat st;
	int err = 0;

	if (fstatat(folder_fd, from, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (st.st_ino != ours->st_ino || st.st_dev != ours->st_dev)
		return -ESTALE;
	if (fresh)
		err = vms_rename_fresh(folder_fd, from, folder_fd, to);
	else if (renameat(folder_fd, from, folder_fd, to) < 0)
		err = -errno;
	/* another copy of ours may have come since; somebody else's file is none */
	if (!err && fstatat(folder_fd, to, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    (st.st_ino != ours->st_ino || st.st_dev != ours->st_dev) && st.st_uid != ours->st_uid)
		err = -ESTALE;
	return err;
}

int vms_replace_commit(struct vms_replace *r, bool fresh)
{
	int folder_fd = r->folder_fd, err = r->temporary ? vms_sync(r->fd) : -EBADF;
	struct stat ours;

	if (!err && fstat(r->fd, &ours) < 0)
		err = -errno;
	if (close(vms_take_fd(&r->fd)) < 0 && !err)
		err = -errno;
	if (!err)
		err = vms_rename_checked(&ours, folder_fd, r->temporary, r->name, fresh);
	if (!err)
		r->folder_fd = -1; /* nothing is left to be taken away */
	vms_replace_discard(r);
	return err ? err : vms_sync(folder_fd);
}

void vms_replace_discard(struct vms_replace *r)
{
	if (r->fd >= 0)
		close(r->fd);
	if (r->folder_fd >= 0)
		(void)unlinkat(r->folder_fd, r->temporary, 0);
	*r = (struct vms_replace)VMS_REPLACE_NONE;
}

int vms_replace_file(int folder_fd, const char *name, const char *temporary, mode_t mode, const char *data,
		     size_t len)
{
	struct vms_replace r = VMS_REPLACE_NONE;
	int err = vms_replace_begin(&r, folder_fd, name, temporary, 0600);

	if (err < 0)
		return err;
	err = vms_write_all(r.fd, data, len);
	/* readable by others only once it is whole */
	if (!err && mode != 0600 && fchmod(r.fd, mode) < 0)
		err = -errno;
	if (!err)
		return vms_replace_commit(&r, false);
	vms_replace_discard(&r);
	return err;
}
