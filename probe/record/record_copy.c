/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copying paths so that they answer alike in the record; see record_copy.h. */
#include <errno.h>
#include <search.h>

#include "record_copy.h"

#define MAX_LINKS 40
#define EFIVARS	  "/sys/firmware/efi/efivars/"

int scrub_as_text(struct recording *r, _unused_ const char *path, char *data, size_t len)
{
	return scrub_text(r->scrub, data, len);
}

int scrub_as_parameters(struct recording *r, _unused_ const char *path, char *data, size_t len)
{
	scrub_parameters(data, len);
	return scrub_text(r->scrub, data, len);
}

int scrub_as_serial(struct recording *r, _unused_ const char *path, char *data, size_t len)
{
	return scrub_serial(r->scrub, data, len);
}

int scrub_as_host(_unused_ struct recording *r, _unused_ const char *path, char *data, size_t len)
{
	scrub_host(data, len);
	return 0;
}

int scrub_nothing(_unused_ struct recording *r, _unused_ const char *path, _unused_ char *data,
		  _unused_ size_t len)
{
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

bool first_time(void **tree, const char *path, int *ret_err)
{
	char *copy = strdup(path), **node = copy ? tsearch(copy, tree, by_text) : NULL;

	*ret_err = node ? 0 : -ENOMEM;
	if (!node || *node != copy) {
		free(copy);
		return false;
	}
	return true;
}

/*
 * The name a path has in the record: it may hold a UUID (a VMBus device) or a MAC
 * address (a network card). The variables' names hold those of vendors.
 */
static int recorded_name(struct recording *r, const char *path, char **ret)
{
	char *name = strdup(path);
	int err;

	if (!name)
		return -ENOMEM;
	err = startswith(path, EFIVARS) ? 0 : scrub_text(r->scrub, name, strlen(name));
	if (err < 0) {
		free(name);
		return err;
	}
	*ret = name;
	return 0;
}

static int put_dir(struct recording *r, const char *path)
{
	_cleanup_free_ char *name = NULL;
	int err = recorded_name(r, path, &name);

	return err < 0 ? err : record_tree_dir(&r->tree, name);
}

static int put_parent(struct recording *r, const char *path)
{
	_cleanup_free_ char *parent = strdup(path);
	char *slash = parent ? strrchr(parent, '/') : NULL;

	if (!slash)
		return -ENOMEM;
	slash[slash == parent] = '\0';
	return put_dir(r, parent);
}

static int put_link(struct recording *r, const char *path, char *target)
{
	_cleanup_free_ char *name = NULL;
	int err = recorded_name(r, path, &name);

	/* efivarfs has no symlinks; were there some, they would lead to such names */
	if (!err && !startswith(path, EFIVARS))
		err = scrub_text(r->scrub, target, strlen(target));
	return err ? err : record_tree_link(&r->tree, name, target);
}

int write_error(struct recording *r, const char *path, int err)
{
	_cleanup_free_ char *name = NULL;
	int failed = err == -ENOMEM ? err : recorded_name(r, path, &name);

	return failed ? failed : record_tree_unreadable(&r->tree, name, err);
}

int write_text(struct recording *r, const char *path, char *text, size_t len)
{
	int err = scrub_text(r->scrub, text, len);

	return err ? err : record_tree_file(&r->tree, path, text, len);
}

/* Something else stands in the place of a folder: `path` itself, or what is on the way to it. It is there,
 * and of no folder's kind: that is enough. */
static int put_no_folder(struct recording *r, const char *path)
{
	_cleanup_free_ char *way = strdup(path), *name = NULL;
	char *slash = way;
	int err = 0;

	while (way && slash && (err = vms_root_probe(r->m->root, way)) == -ENOTDIR) {
		slash = strrchr(way, '/');
		if (slash)
			*slash = '\0';
	}
	if (!way || err == -ENOMEM)
		return -ENOMEM;
	if (err || !*way) /* gone since */
		return write_error(r, path, -ENOTDIR);
	err = recorded_name(r, way, &name);
	return err ? err : record_tree_file(&r->tree, name, "", 0);
}

/* Make the record say of `path` what -errno `err` says. */
static int put_outcome(struct recording *r, const char *path, int err)
{
	_cleanup_free_ char *parent = NULL;
	char *slash;

	switch (err) {
	case -ENOENT:
		return put_parent(r, path);
	case -EISDIR:
		return put_dir(r, path);
	case -ENOTDIR:
		return put_no_folder(r, path);
	case -VMS_ENOPARENT:
		parent = strdup(path);
		slash = parent ? strrchr(parent, '/') : NULL;
		if (!slash)
			return -ENOMEM;
		if (slash == parent)
			return 0;
		*slash = '\0';
		err = vms_root_probe(r->m->root, parent);
		return err < 0 ? put_outcome(r, parent, err) : write_error(r, path, -VMS_ENOPARENT);
	default:
		return write_error(r, path, err);
	}
}

/* procfs: /proc/self leads to a number that is another one next time. */
static bool is_flat(const char *path)
{
	return startswith(path, "/proc/") || startswith(path, "/.vmspec/");
}

/* Append a component to `done`; "." and ".." as usual. -ENAMETOOLONG. */
static int step(char *done, const char *name, size_t len)
{
	size_t at = strlen(done);
	char *slash = strrchr(done, '/');

	if (len == 1 && name[0] == '.')
		return 0;
	if (len == 2 && memcmp(name, "..", 2) == 0) {
		if (slash)
			*slash = '\0';
		return 0;
	}
	if (at + 1 + len >= PATH_MAX)
		return -ENAMETOOLONG;
	done[at] = '/';
	memcpy(done + at + 1, name, len);
	done[at + 1 + len] = '\0';
	return 0;
}

/* Is `done` a symlink? 1: it is, and was copied; *ret_target. */
static int look_at_step(struct recording *r, const char *done, char **ret_target)
{
	int err = 0, looked;
	bool known = r->plain && tfind(done, &r->plain, by_text);

	if (known)
		return 0;
	looked = vms_root_readlink(r->m->root, done, ret_target);
	if (looked == 0) {
		_cleanup_free_ char *copy = strdup(*ret_target);

		err = copy ? put_link(r, done, copy) : -ENOMEM;
		return err ? err : 1;
	}
	if (looked == -EINVAL) {
		first_time(&r->plain, done, &err);
		return err;
	}
	if (looked != -ENOMEM)
		err = put_outcome(r, done, looked);
	return looked == -ENOMEM ? looked : err ? err : -ECANCELED;
}

/* The walk of copy_way(); -ECANCELED: it ends before the end, which is told. */
static int walk(struct recording *r, const char *path, bool follow, char *done)
{
	_cleanup_free_ char *todo = strdup(path);
	char *p = todo;
	int err = todo ? 0 : -ENOMEM;

	*done = '\0';
	for (unsigned links = 0; !err;) {
		_cleanup_free_ char *target = NULL;
		char before[PATH_MAX], *next;
		size_t len;

		p += strspn(p, "/");
		len = strcspn(p, "/");
		if (len == 0)
			return 0;
		strcpy(before, done);
		err = step(done, p, len);
		p += len;
		if (err || !*done || (!follow && p[strspn(p, "/")] == '\0'))
			continue;
		err = look_at_step(r, done, &target);
		if (err != 1)
			continue;
		if (++links > MAX_LINKS)
			return -ECANCELED; /* the same loop is in the record */
		next = vms_asprintf("%s/%s", target, p);
		err = next ? 0 : -ENOMEM;
		free(todo);
		todo = p = next;
		strcpy(done, target[0] == '/' ? "" : before);
	}
	return err == -ENAMETOOLONG ? -ECANCELED : err;
}

int copy_way(struct recording *r, const char *path, char **ret)
{
	char done[PATH_MAX];
	int err;

	*ret = NULL;
	if (is_flat(path)) {
		*ret = strdup(path);
		return *ret ? 0 : -ENOMEM;
	}
	err = walk(r, path, true, done);
	if (err)
		return err == -ECANCELED ? 0 : err;
	*ret = strdup(*done ? done : "/");
	return *ret ? 0 : -ENOMEM;
}

int copy_link(struct recording *r, const char *path)
{
	_cleanup_free_ char *target = NULL;
	char done[PATH_MAX];
	int err = walk(r, path, false, done);

	if (err)
		return err == -ECANCELED ? 0 : err;
	err = vms_root_readlink(r->m->root, done, &target);
	if (err == -EINVAL)
		return 0;
	return err ? put_outcome(r, done, err) : put_link(r, done, target);
}

int copy_file(struct recording *r, const char *path, size_t max, scrub_fn fn)
{
	_cleanup_free_ char *real = NULL, *name = NULL;
	_cleanup_buf_ struct vms_buf data = { NULL, 0 };
	int err = copy_way(r, path, &real);

	if (err || !real)
		return err;
	err = vms_root_read(r->m->root, path, max, &data);
	if (err)
		return err == -ENOMEM ? err : put_outcome(r, real, err);
	err = fn(r, path, data.data, data.len);
	if (!err)
		err = recorded_name(r, real, &name);
	if (!err)
		err = record_tree_file(&r->tree, name, data.data, data.len);
	return err;
}

int copy_presence(struct recording *r, const char *path)
{
	_cleanup_free_ char *real = NULL, *name = NULL;
	int err = copy_way(r, path, &real);

	if (err || !real)
		return err;
	err = vms_root_probe(r->m->root, path);
	if (err)
		return err == -ENOMEM ? err : put_outcome(r, real, err);
	err = recorded_name(r, real, &name);
	return err ? err : record_tree_file(&r->tree, name, "", 0);
}

int copy_dir(struct recording *r, const char *path, char ***ret_names)
{
	_cleanup_free_ char *real = NULL;
	int err = copy_way(r, path, &real);

	*ret_names = NULL;
	if (err || !real)
		return err;
	err = vms_root_list(r->m->root, path, ret_names);
	if (err)
		return err == -ENOMEM ? err : put_outcome(r, real, err);
	return put_dir(r, real);
}
