/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a path leads; see place.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "place.h"
#include "replace.h"
#include "util.h"

#define LINKS_MAX 40 /* the kernel's */
#define TRIES	  100

/* A walk: the folder that it has come to, -1: the root, and what of the path is left. */
struct walk {
	int fd;
	char path[2 * PATH_MAX]; /* a link's, and what stood behind the link */
	const char *left;
	unsigned links;
	bool follow, linked;
};

bool vms_place_planted(int folder_fd, uid_t owner)
{
	struct stat in;

	return owner != geteuid() && fstat(folder_fd, &in) == 0 && (in.st_mode & S_IWOTH) &&
	       owner != in.st_uid;
}

bool vms_folder_is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_uid == 0 || st.st_uid == geteuid()) &&
	       (!(st.st_mode & (S_IWGRP | S_IWOTH)) || (st.st_mode & S_ISVTX));
}

static bool is_on_proc(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static void step_to(struct walk *w, int fd)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = fd;
}

/* Go on with `to`, and then `rest`; from the beginning where that is absolute. */
static int go_on(struct walk *w, const char *to, const char *rest)
{
	char path[sizeof(w->path)];
	int n = snprintf(path, sizeof(path), "%s%s%s", to, *rest ? "/" : "", rest);

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	memcpy(w->path, path, (size_t)n + 1);
	w->left = w->path;
	if (*w->path == '/')
		step_to(w, -1);
	return 0;
}

/* What the link leads to, in its own place in the path. */
static int follow_link(struct walk *w, int link, const struct stat *st, const char *rest)
{
	char to[PATH_MAX];
	ssize_t n;

	if (vms_place_planted(w->fd, st->st_uid))
		return -EACCES;
	if (++w->links > LINKS_MAX)
		return -ELOOP;
	n = readlinkat(link, "", to, sizeof(to) - 1);
	if (n <= 0)
		return n < 0 ? -errno : -ENOENT;
	to[n] = '\0';
	return go_on(w, to, rest);
}

/* A folder on the way, or a link to one. `name`: of the root with its "/". */
static int enter(struct walk *w, const char *name, const char *rest)
{
	_cleanup_close_ int fd = openat(w->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) && is_on_proc(w->fd)) {
		close(fd);
		fd = openat(w->fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			return -errno;
	} else if (S_ISLNK(st.st_mode)) {
		return follow_link(w, fd, &st, rest);
	} else if (!S_ISDIR(st.st_mode)) {
		return -ENOTDIR;
	}
	step_to(w, vms_take_fd(&fd));
	return 0;
}

/* The path's end, which goes to *ret unless it is a link, behind which there is more to go. `name`: as above.
 */
static int arrive(struct walk *w, const char *name, struct vms_place *ret)
{
	_cleanup_close_ int link = -1, folder = -1;
	_cleanup_free_ char *last = NULL;
	struct stat st;
	bool is_link;

	if (w->follow)
		link = openat(w->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (w->follow && link < 0 && errno != ENOENT)
		return -errno;
	is_link = link >= 0 && fstat(link, &st) == 0 && S_ISLNK(st.st_mode);
	ret->magical = is_link && is_on_proc(w->fd);
	if (is_link && !ret->magical) {
		w->linked = true;
		return follow_link(w, link, &st, "");
	}
	last = strdup(w->fd < 0 ? name + 1 : name);
	if (!last)
		return -ENOMEM;
	folder = openat(w->fd, w->fd < 0 ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	ret->linked = w->linked;
	ret->name = vms_take_string(&last);
	ret->fd = vms_take_fd(&folder);
	return 0;
}

/* The next name on the way, in the root with its "/"; *ret_last: nothing is behind it. */
static int next_name(struct walk *w, char ret[NAME_MAX + 2], bool *ret_last)
{
	char *to = ret;
	size_t len;

	w->left += strspn(w->left, "/");
	len = strcspn(w->left, "/");
	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	if (w->fd < 0)
		*to++ = '/';
	memcpy(to, w->left, len);
	to[len] = '\0';
	w->left += len;
	*ret_last = *w->left == '\0';
	return *ret_last && (!*to || streq(to, ".") || streq(to, "..")) ? -EISDIR : 0;
}

static int walk(struct walk *w, struct vms_place *ret)
{
	char name[NAME_MAX + 2];
	bool last = false;
	int err = 0;

	while (!err && !ret->name) {
		err = next_name(w, name, &last);
		if (!err)
			err = last ? arrive(w, name, ret) : enter(w, name, w->left);
	}
	return err;
}

int vms_place_open(const char *path, bool follow, struct vms_place *ret)
{
	struct walk w = { .fd = -1, .follow = follow };
	struct vms_place p = VMS_PLACE_NONE;
	int err = *path ? 0 : -ENOENT;

	if (!err && *path != '/') {
		w.fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
		err = w.fd < 0 ? -errno : 0;
	}
	if (!err)
		err = go_on(&w, path, "");
	if (!err)
		err = walk(&w, &p);
	if (w.fd >= 0)
		close(w.fd);
	if (err)
		vms_place_close(&p);
	else
		*ret = p;
	return err;
}

int vms_place_open_folder(const char *path, struct vms_place *ret)
{
	_cleanup_free_ char *plain = strdup(path);
	size_t len = strlen(path);

	if (!plain)
		return -ENOMEM;
	while (len > 1 && plain[len - 1] == '/')
		plain[--len] = '\0';
	return vms_place_open(plain, false, ret);
}

void vms_place_close(struct vms_place *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p->name);
	*p = (struct vms_place)VMS_PLACE_NONE;
}

int vms_folder_open(const char *path, mode_t mode, int *ret_fd)
{
	_cleanup_(vms_place_close) struct vms_place p = VMS_PLACE_NONE;
	_cleanup_close_ int fd = -1;
	bool made = false;
	int err = vms_place_open_folder(path, &p);

	if (err)
		return err;
	if (mode && mkdirat(p.fd, p.name, mode) == 0)
		made = true;
	else if (mode && errno != EEXIST)
		return -errno;
	fd = openat(p.fd, p.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!vms_folder_is_ours(fd))
		return -EUCLEAN;
	err = made ? vms_sync(p.fd) : 0;
	if (!err)
		*ret_fd = vms_take_fd(&fd);
	return err;
}

int vms_folder_enter(const char *path, int *ret_fd)
{
	_cleanup_(vms_place_close) struct vms_place p = VMS_PLACE_NONE;
	_cleanup_free_ char *within = vms_asprintf("%s/_", path);
	int err = within ? vms_place_open(within, false, &p) : -ENOMEM;

	if (!err)
		*ret_fd = vms_take_fd(&p.fd);
	return err;
}

/* Not to be guessed, so that nobody can be there before. */
static char *fresh_name(const char *prefix)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	unsigned char chance[6];
	char end[sizeof(chance) + 1] = "";

	if (getrandom(chance, sizeof(chance), GRND_NONBLOCK) != (ssize_t)sizeof(chance))
		for (size_t i = 0; i < sizeof(chance); i++)
			chance[i] = (unsigned char)(getpid() >> i);
	for (size_t i = 0; i < sizeof(chance); i++)
		end[i] = letters[chance[i] % (sizeof(letters) - 1)];
	return vms_asprintf("%s.%s", prefix, end);
}

int vms_folder_fresh(int parent_fd, const char *prefix, char **ret_name, int *ret_fd)
{
	_cleanup_free_ char *name = NULL;
	struct stat st;
	int fd, made = -1;

	for (int i = 0; made < 0 && i < TRIES; i++) {
		free(name);
		name = fresh_name(prefix);
		if (!name)
			return -ENOMEM;
		made = mkdirat(parent_fd, name, 0700);
		if (made < 0 && errno != EEXIST)
			return -errno;
	}
	if (made < 0)
		return -EEXIST;
	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	made = fd < 0 ? -errno : 0;
	if (!made && (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 077)))
		made = -ESTALE;
	if (made) {
		if (fd >= 0)
			close(fd);
		(void)unlinkat(parent_fd, name, AT_REMOVEDIR); /* it is empty, or somebody else's */
		return made;
	}
	*ret_name = name;
	name = NULL;
	*ret_fd = fd;
	return 0;
}

int vms_folder_tmp(const char *tmp, size_t longest, const char *prefix, struct vms_place *ret_place,
		   int *ret_fd)
{
	_cleanup_close_ int fd = -1;
	int err;

	if (!tmp || *tmp != '/' || strlen(tmp) > longest)
		return -ENAMETOOLONG;
	err = vms_folder_enter(tmp, &fd);
	if (!err && !vms_folder_is_ours(fd))
		err = -EUCLEAN;
	if (!err)
		err = vms_folder_fresh(fd, prefix, &ret_place->name, ret_fd);
	if (!err)
		ret_place->fd = vms_take_fd(&fd);
	return err;
}

void vms_folder_remove(int parent_fd, const char *name, int fd)
{
	vms_empty_folder(fd);
	(void)unlinkat(parent_fd, name, AT_REMOVEDIR);
}
