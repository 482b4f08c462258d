/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a record; see record_tree.h. The layout is that of --root. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "record_tree.h"
#include "core/place.h"
#include "core/replace.h"
#include "core/sysroot.h"

int record_tree_open(struct record_tree *t, int parent_fd, const char *name)
{
	struct stat st;

	*t = (struct record_tree){ .parent_fd = parent_fd, .fd = -1, .dir_fd = -1 };
	t->final = strdup(name);
	if (!t->final)
		return -ENOMEM;
	if (fstatat(parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	if (errno != ENOENT)
		return -errno;
	return vms_folder_fresh(parent_fd, name, &t->passing, &t->fd);
}

static int count(struct record_tree *t, size_t bytes)
{
	t->bytes += bytes;
	return ++t->entries > TREE_MAX_ENTRIES || t->bytes > TREE_MAX_BYTES ? -EFBIG : 0;
}

/* A descriptor of `path`, whose folders are made. -ENOTDIR: something else is
 * recorded in the place of one. */
static int enter(struct record_tree *t, const char *path)
{
	int fd = dup(t->fd), err = fd < 0 ? -errno : 0;
	const char *p = path;

	while (!err) {
		char name[NAME_MAX + 1];
		size_t len;
		int next;

		p += strspn(p, "/");
		len = strcspn(p, "/");
		if (len == 0)
			return fd;
		if (len > NAME_MAX) {
			err = -ENAMETOOLONG;
			break;
		}
		memcpy(name, p, len);
		name[len] = '\0';
		p += len;
		if (mkdirat(fd, name, 0755) == 0)
			err = count(t, 0);
		else if (errno != EEXIST)
			err = -errno;
		next = err ? -1 : openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && !err)
			err = errno == ELOOP ? -ENOTDIR : -errno;
		close(fd);
		fd = next;
	}
	if (fd >= 0)
		close(fd);
	return err;
}

int record_tree_dir(struct record_tree *t, const char *path)
{
	int fd;

	if (t->dir_fd >= 0 && streq(t->dir, path))
		return 0;
	if (strlen(path) >= sizeof(t->dir))
		return 0;
	fd = enter(t, path);
	if (fd < 0)
		return fd == -ENOTDIR || fd == -ENAMETOOLONG ? 0 : fd;
	if (t->dir_fd >= 0)
		close(t->dir_fd);
	t->dir_fd = fd;
	strcpy(t->dir, path);
	return 0;
}

/* The name in its directory, which is now t->dir; NULL: it cannot be written. */
static const char *enter_parent(struct record_tree *t, const char *path, int *ret_err)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];

	*ret_err = 0;
	if (!slash || slash[1] == '\0' || (size_t)(slash - path) >= sizeof(parent))
		return NULL;
	memcpy(parent, path, (size_t)(slash - path));
	parent[slash - path] = '\0';
	*ret_err = record_tree_dir(t, parent);
	return *ret_err == 0 && t->dir_fd >= 0 && streq(t->dir, parent) ? slash + 1 : NULL;
}

int record_tree_file(struct record_tree *t, const char *path, const void *data, size_t len)
{
	int err, fd;
	const char *name = enter_parent(t, path, &err);

	if (!name)
		return err;
	fd = openat(t->dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	err = count(t, len);
	if (!err)
		err = vms_write_all(fd, data, len);
	if (close(fd) < 0 && !err)
		err = -errno;
	return err;
}

int record_tree_link(struct record_tree *t, const char *path, const char *target)
{
	int err;
	const char *name = enter_parent(t, path, &err);

	if (!name)
		return err;
	if (symlinkat(target, t->dir_fd, name) < 0)
		return errno == EEXIST ? 0 : -errno;
	return count(t, strlen(target));
}

int record_tree_unreadable(struct record_tree *t, const char *path, int err)
{
	char target[64];

	snprintf(target, sizeof(target), VMS_UNREADABLE "%s", vms_error_name(err));
	return record_tree_link(t, path, target);
}

int record_tree_commit(struct record_tree *t)
{
	struct stat ours;
	int err;

	/* a full disk shows itself here at the latest */
	if (syncfs(t->fd) < 0 || fstat(t->fd, &ours) < 0)
		return -errno;
	err = vms_rename_checked(&ours, t->parent_fd, t->passing, t->final, true);
	if (err < 0)
		return err;
	free(t->passing);
	t->passing = NULL;
	return 0;
}

void record_tree_close(struct record_tree *t)
{
	if (t->dir_fd >= 0)
		close(t->dir_fd);
	if (t->passing)
		vms_folder_remove(t->parent_fd, t->passing, t->fd);
	if (t->fd >= 0)
		close(t->fd);
	free(t->passing);
	free(t->final);
	*t = (struct record_tree){ .parent_fd = -1, .fd = -1, .dir_fd = -1 };
}
