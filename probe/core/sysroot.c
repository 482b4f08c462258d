/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading through one root file descriptor; see sysroot.h.
 *
 * openat2() with RESOLVE_IN_ROOT keeps symlinks inside the root. Where the
 * kernel lacks it, or a seccomp filter refuses it, paths are resolved one
 * component at a time (sysroot_walk.c).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sysroot_internal.h"

#define MOUNTINFO      "/proc/self/mountinfo"
#define MOUNTINFO_MAX  (4u << 20)
#define LINE_MAX_BYTES 4096
/* a sane directory of /sys or /proc has far fewer */
#define LIST_MAX      65536
#define EINTR_RETRIES 50

static int sys_openat2(int fd, const char *path, uint64_t flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	long n = syscall(SYS_openat2, fd, path, &how, sizeof(how));

	return n < 0 ? -errno : (int)n;
}

int vms_root_open(const char *dir, bool live, struct vms_root **ret)
{
	struct vms_root *root = calloc(1, sizeof(*root));
	int probe;

	if (!root)
		return vms_no_memory();
	root->live = live;
	root->direct = live && streq(dir, "/");
	root->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root->fd < 0) {
		int err = -errno;

		free(root);
		return err;
	}
	probe = sys_openat2(root->fd, ".", O_PATH);
	if (probe >= 0)
		close(probe);
	root->walk = probe < 0;
	*ret = root;
	return 0;
}

void vms_root_free(struct vms_root *root)
{
	if (!root)
		return;
	close(root->fd);
	vms_root_names_free(root);
	free(root->mountinfo);
	free(root->mounts);
	free(root->mounts_text);
	free(root);
}

static const char *relative(const char *path)
{
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

/* Open without asking why it may be absent. */
static int open_raw(struct vms_root *root, const char *path, int flags)
{
	char canonical[PATH_MAX];
	int err, fd, tries = 0;

	do {
		if (!root->walk) {
			fd = sys_openat2(root->fd, relative(path), (uint64_t)(unsigned)flags);
		} else {
			err = vms_root_walk(root, path, !(flags & O_NOFOLLOW), canonical);
			if (err < 0)
				return err;
			fd = openat(root->fd, relative(canonical), flags | O_CLOEXEC | O_NOFOLLOW);
			if (fd < 0)
				fd = -errno;
		}
	} while ((fd == -EINTR || fd == -EAGAIN) && ++tries < EINTR_RETRIES);
	return fd;
}

/* What the target of a symlink in a record stands for: 0, or that -errno. */
static int recorded_error(const struct vms_root *root, const char *target)
{
	const char *word = root->live ? NULL : startswith(target, VMS_UNREADABLE);
	int err;

	if (!word)
		return 0;
	err = vms_error_named(word, strlen(word));
	return err && err != -ENOENT ? err : -ENOLINK;
}

/* A symlink that leads nowhere, `name` of `fd`. */
static int dangling(const struct vms_root *root, int fd, const char *name)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(fd, name, target, sizeof(target) - 1);
	int err = 0;

	if (n >= 0) {
		target[n] = '\0';
		err = recorded_error(root, target);
	}
	return err ? err : -ENOLINK;
}

/* A directory that is not there: because one on the way to it could not be recorded? */
static int parent_lost(struct vms_root *root, const char *path)
{
	char prefix[PATH_MAX];
	size_t len = strlen(path);

	if (root->live || len >= sizeof(prefix))
		return -VMS_ENOPARENT;
	memcpy(prefix, path, len + 1);
	while (len > 1) {
		_cleanup_close_ int fd = open_raw(root, prefix, O_PATH | O_NOFOLLOW);
		int err = fd >= 0 ? dangling(root, fd, "") : 0;

		if (fd >= 0)
			return err == -ENOLINK ? -VMS_ENOPARENT : err;
		while (len > 0 && prefix[len] != '/')
			len--;
		prefix[len] = '\0';
	}
	return -VMS_ENOPARENT;
}

/* Each name of a directory but "." and ".."; what `fn` returns, if not 0, ends it.
 * readdir() would cost a buffer of 32 KiB and three system calls more each time. */
static int each_name(int fd, int (*fn)(void *arg, const char *name), void *arg)
{
	union {
		struct dirent64 align;
		char bytes[8192];
	} b;
	ssize_t n;
	int err = 0;

	while (!err && (n = getdents64(fd, &b, sizeof(b))) != 0) {
		if (n < 0)
			return -errno;
		for (ssize_t at = 0; !err && at < n;) {
			const struct dirent64 *e = (const void *)(b.bytes + at);

			at += e->d_reclen;
			if (!streq(e->d_name, ".") && !streq(e->d_name, ".."))
				err = fn(arg, e->d_name);
		}
	}
	return err;
}

static int is_name(void *arg, const char *name)
{
	return streq(name, arg);
}

/* Does the listing of `parent` lack `name`? -ENOENT: yes; -ENOLINK: it is there,
 * and leads nowhere; or the error that a record keeps in its place. */
static int listing_lacks(struct vms_root *root, const char *parent, char *name)
{
	_cleanup_close_ int fd = -1;
	int found;

	if (vms_root_names_lack(root, parent, name))
		return -ENOENT;
	fd = open_raw(root, parent, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	if (fd < 0)
		return fd == -ENOENT ? parent_lost(root, parent) : fd;
	found = each_name(fd, is_name, name);
	if (found < 0)
		return found;
	return found ? dangling(root, fd, name) : -ENOENT;
}

/* ENOENT from the kernel: absent for certain, or only not to be seen? */
static int absent_or_unseen(struct vms_root *root, const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	char *slash, *name;
	int err = vms_root_foreign_mount(root, path);

	if (!copy)
		return vms_no_memory();
	if (err < 0)
		return err;
	while ((slash = strrchr(copy, '/')) && slash[1] == '\0' && slash != copy)
		*slash = '\0';
	if (!slash)
		return -ENOENT;
	name = slash + 1;
	if (slash == copy)
		return listing_lacks(root, "/", name);
	*slash = '\0';
	return listing_lacks(root, copy, name);
}

static int root_open_fd(struct vms_root *root, const char *path, int flags)
{
	int fd = open_raw(root, path, flags), err;

	if (fd == -ENOENT)
		return absent_or_unseen(root, path);
	if (fd < 0)
		return fd;
	err = vms_root_foreign_mount(root, path);
	if (err < 0) {
		close(fd);
		return err;
	}
	return fd;
}

int vms_root_probe(struct vms_root *root, const char *path)
{
	struct stat st;
	int fd;

	if (root->direct && fstatat(root->fd, relative(path), &st, 0) == 0)
		return vms_root_foreign_mount(root, path);
	fd = root_open_fd(root, path, O_PATH);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

int vms_root_open_file(struct vms_root *root, const char *path, int *ret_fd, uint64_t *ret_size)
{
	int fd = root_open_fd(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY), err = 0;
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		err = -ENXIO;
	if (err < 0) {
		close(fd);
		return err;
	}
	*ret_fd = fd;
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

ssize_t vms_root_read_on(int fd, char *data, size_t room)
{
	for (int tries = 0;; tries++) {
		ssize_t n = read(fd, data, room);

		if (n >= 0 || (errno != EINTR && errno != EAGAIN) || tries == EINTR_RETRIES)
			return n < 0 ? -errno : n;
	}
}

/* Read up to `max` bytes and see whether more follow. `size`: what fstat() said. A
 * file that is just as long was read to its end: asking for more of an EFI variable
 * calls the firmware once more. procfs and sysfs say 0 or a page, whatever comes. */
static int read_bounded(int fd, uint64_t size, size_t max, struct vms_buf *ret)
{
	size_t room = (size_t)MIN(MAX(size, 4096), max) + 1, len = 0;
	_cleanup_free_ char *data = malloc(room + 1);

	if (!data)
		return vms_no_memory();
	for (;;) {
		ssize_t n = vms_root_read_on(fd, data + len, room - len);

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > max)
			return -EFBIG;
		if (len == size)
			break;
		if (len == room) {
			char *grown;

			room = MIN(2 * room, max + 1);
			grown = realloc(data, room + 1);
			if (!grown)
				return vms_no_memory();
			data = grown;
		}
	}
	data[len] = '\0';
	*ret = (struct vms_buf){ data, len };
	data = NULL;
	return 0;
}

int vms_root_read(struct vms_root *root, const char *path, size_t max, struct vms_buf *ret)
{
	_cleanup_close_ int fd = -1;
	uint64_t size;
	int err = vms_root_open_file(root, path, &fd, &size);

	if (err < 0)
		return err;
	if (size > max)
		return -EFBIG;
	return read_bounded(fd, size, max, ret);
}

int vms_root_read_line(struct vms_root *root, const char *path, struct vms_buf *ret)
{
	int err = vms_root_read(root, path, LINE_MAX_BYTES, ret);

	if (err < 0)
		return err;
	while (ret->len && strchr(" \t\r\n", ret->data[ret->len - 1]) && ret->data[ret->len - 1])
		ret->data[--ret->len] = '\0';
	return 0;
}

int vms_root_read_attribute(struct vms_root *root, const char *path, struct vms_buf *ret)
{
	struct vms_buf text;
	int err = vms_root_read(root, path, LINE_MAX_BYTES, &text);

	if (err < 0)
		return err;
	if (text.len < 2 || text.data[text.len - 1] != '\n' || strspn(text.data, " \t\n") == text.len) {
		vms_buf_clear(&text);
		return -VMS_ECUT;
	}
	while (strchr(" \t\r\n", text.data[text.len - 1]) && text.data[text.len - 1])
		text.data[--text.len] = '\0';
	*ret = text;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

struct names {
	char **strv;
	size_t n;
};

static int push_name(void *arg, const char *name)
{
	struct names *names = arg;

	return names->n < LIST_MAX ? vms_strv_push(&names->strv, &names->n, name) : -EFBIG;
}

int vms_root_list(struct vms_root *root, const char *path, char ***ret)
{
	_cleanup_close_ int fd = root_open_fd(root, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	struct names names = { NULL, 0 };
	int err;

	if (fd < 0)
		return fd;
	err = each_name(fd, push_name, &names);
	if (!err && !names.strv && !(names.strv = calloc(1, sizeof(*names.strv))))
		err = vms_no_memory();
	if (err < 0) {
		vms_strv_free(names.strv);
		return err;
	}
	qsort(names.strv, names.n, sizeof(*names.strv), by_name);
	*ret = names.strv;
	return 0;
}

/* Its length, or -errno. */
static ssize_t read_target(struct vms_root *root, const char *path, char *target, size_t size)
{
	_cleanup_close_ int fd = -1;
	ssize_t n;

	if (root->direct) {
		n = readlinkat(root->fd, relative(path), target, size);
		if (n >= 0) {
			int err = vms_root_foreign_mount(root, path);

			return err < 0 ? err : n;
		}
	}
	fd = root_open_fd(root, path, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return fd;
	n = readlinkat(fd, "", target, size);
	/* ENOENT, for the empty name: that which was opened is no symlink */
	return n >= 0 ? n : errno == ENOENT ? -EINVAL : -errno;
}

int vms_root_readlink(struct vms_root *root, const char *path, char **ret)
{
	char target[PATH_MAX];
	ssize_t n = read_target(root, path, target, sizeof(target) - 1);

	if (n < 0)
		return (int)n;
	target[n] = '\0';
	n = recorded_error(root, target);
	if (n < 0)
		return (int)n;
	*ret = strdup(target);
	return *ret ? 0 : vms_no_memory();
}

int vms_root_realpath(struct vms_root *root, const char *path, char **ret)
{
	char canonical[PATH_MAX];
	char *copy;
	int err = vms_root_walk(root, path, true, canonical);

	if (err == -ENOENT)
		return absent_or_unseen(root, path);
	if (err < 0)
		return err;
	copy = strdup(canonical);
	if (!copy)
		return vms_no_memory();
	*ret = copy;
	return 0;
}

const char *vms_root_mountinfo(struct vms_root *root)
{
	_cleanup_close_ int fd = -1;
	struct vms_buf buf = { 0 };

	if (root->mountinfo_read)
		return root->mountinfo;
	root->mountinfo_read = true;
	fd = open_raw(root, MOUNTINFO, O_RDONLY | O_NONBLOCK);
	if (fd >= 0 && read_bounded(fd, 0, MOUNTINFO_MAX, &buf) == 0)
		root->mountinfo = buf.data;
	return root->mountinfo;
}
