/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symlinks resolved by hand, inside the root: for canonical paths, and for
 * kernels without openat2().
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "sysroot_internal.h"

#define MAX_LINKS 40

static void drop_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

/* Put `target`, then `rest`, in front of what is still to be walked. */
static int prepend(char *todo, const char *target, const char *rest)
{
	char joined[PATH_MAX];
	int n = snprintf(joined, sizeof(joined), "%s/%s", target, rest);

	if (n < 0 || (size_t)n >= sizeof(joined))
		return -ENAMETOOLONG;
	memcpy(todo, joined, (size_t)n + 1);
	return 0;
}

int vms_root_walk(struct vms_root *root, const char *path, bool follow, char *ret_canonical)
{
	char todo[PATH_MAX], done[PATH_MAX] = "", target[PATH_MAX];
	unsigned links = 0;

	if (strlen(path) >= sizeof(todo))
		return -ENAMETOOLONG;
	strcpy(todo, path);
	for (;;) {
		char *name = todo + strspn(todo, "/"), *end = name + strcspn(name, "/");
		size_t len = (size_t)(end - name), at = strlen(done);
		bool last = end[strspn(end, "/")] == '\0';
		ssize_t n;

		if (len == 0)
			break;
		if (len == 2 && name[0] == '.' && name[1] == '.')
			drop_last(done);
		if ((len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.')) {
			memmove(todo, end, strlen(end) + 1);
			continue;
		}
		if (at + 1 + len >= sizeof(done))
			return -ENAMETOOLONG;
		done[at] = '/';
		memcpy(done + at + 1, name, len);
		done[at + 1 + len] = '\0';
		n = readlinkat(root->fd, done + 1, target, sizeof(target) - 1);
		if (n < 0 && errno != EINVAL)
			return -errno;
		if (n >= 0 && (follow || !last)) {
			char rest[PATH_MAX];
			int err;

			if (++links > MAX_LINKS)
				return -ELOOP;
			target[n] = '\0';
			strcpy(rest, end);
			done[target[0] == '/' ? 0 : at] = '\0';
			err = prepend(todo, target, rest);
			if (err < 0)
				return err;
			continue;
		}
		memmove(todo, end, strlen(end) + 1);
	}
	strcpy(ret_canonical, *done ? done : "/");
	return 0;
}
