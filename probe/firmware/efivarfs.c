/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing and deleting our variable by efivarfs alone, where there is no libefivar: in what
 * vmspec-boot brings into a guest. Documentation/filesystems/efivarfs.rst and fs/efivarfs/ of Linux:
 * a file of a variable nobody is warned of losing is immutable, one write() of attributes and data
 * is one SetVariable, unlink() is one with no data. A file that is created and not written is no
 * variable; before Linux 6.14 it stays there, empty.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "core/util.h"
#include "efivarwrite.h"

#define TRIES 5 /* EINTR comes before the firmware is called: nothing was written */

/* Clears the immutable flag; *ret_flags are what is to be put back, 0: nothing. A file system
 * without such flags (a test's) has none to clear. */
static int make_mutable(int fd, int *ret_flags)
{
	int flags = 0, cleared;

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
		return errno == ENOTTY || errno == EOPNOTSUPP || errno == ENOSYS ? 0 : -errno;
	if (!(flags & FS_IMMUTABLE_FL))
		return 0;
	cleared = flags & ~FS_IMMUTABLE_FL;
	if (ioctl(fd, FS_IOC_SETFLAGS, &cleared) < 0)
		return -errno;
	*ret_flags = flags;
	return 0;
}

static void restore_flags(int fd, int flags)
{
	if (flags)
		(void)ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

/* Attributes and data in one call; what efivarfs took of it in part, it did not take. */
static int write_once(int fd, const uint8_t *bytes, size_t len)
{
	ssize_t n = -1;

	for (int i = 0; i < TRIES; i++) {
		n = write(fd, bytes, len);
		if (n >= 0 || errno != EINTR)
			break;
	}
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

static int unlink_ours(int dir_fd)
{
	int err = 0;

	for (int i = 0; i < TRIES; i++) {
		err = unlinkat(dir_fd, VMS_VARIABLE_FILE, 0) < 0 ? -errno : 0;
		if (err != -EINTR)
			break;
	}
	return err;
}

/* Our file as it is there, made mutable. -ENOENT: none. */
static int open_there(int dir_fd, int *ret_fd, int *ret_flags)
{
	_cleanup_close_ int fd =
		openat(dir_fd, VMS_VARIABLE_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = make_mutable(fd, ret_flags);
	if (err < 0)
		return err;
	*ret_fd = vms_take_fd(&fd);
	return 0;
}

/* A variable that is there is replaced: its file's descriptor keeps the flags. */
static int replace(int dir_fd, int there_fd, int flags, const uint8_t *bytes, size_t len, bool plain)
{
	_cleanup_close_ int fd =
		openat(dir_fd, VMS_VARIABLE_FILE, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int err = fd < 0 ? -errno : write_once(fd, bytes, len);

	/* SetVariable replaces all of it, a plain file keeps its tail */
	if (!err && plain && ftruncate(fd, (off_t)len) < 0)
		err = -errno;
	restore_flags(there_fd, flags);
	return err;
}

/* A refused one (ENOSPC) leaves no empty file behind. */
static int create(int dir_fd, const uint8_t *bytes, size_t len)
{
	_cleanup_close_ int fd =
		openat(dir_fd, VMS_VARIABLE_FILE, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int err = fd < 0 ? -errno : write_once(fd, bytes, len), flags = 0;

	if (err < 0 && fd >= 0 && make_mutable(fd, &flags) == 0)
		(void)unlink_ours(dir_fd);
	return err;
}

int vms_efivarfs_set(const struct vms_varstore *s, const uint8_t *data, size_t len, uint32_t attrs)
{
	_cleanup_close_ int dir_fd = -1, fd = -1;
	uint8_t bytes[4 + VMS_VARIABLE_MAX];
	int flags = 0, err = len <= VMS_VARIABLE_MAX ? vms_varstore_open(s, &dir_fd) : -EMSGSIZE;

	if (err < 0)
		return err;
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(attrs >> 8 * i);
	memcpy(bytes + 4, data, len);
	err = open_there(dir_fd, &fd, &flags);
	if (err == -ENOENT)
		return create(dir_fd, bytes, 4 + len);
	return err < 0 ? err : replace(dir_fd, fd, flags, bytes, 4 + len, s->plain);
}

int vms_efivarfs_del(const struct vms_varstore *s)
{
	_cleanup_close_ int dir_fd = -1, fd = -1;
	int flags = 0, err = vms_varstore_open(s, &dir_fd);

	if (!err)
		err = open_there(dir_fd, &fd, &flags);
	if (!err)
		err = unlink_ours(dir_fd);
	/* refused: as it was */
	if (err < 0 && fd >= 0)
		restore_flags(fd, flags);
	return err;
}
