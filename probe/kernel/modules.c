/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Modules by depmod's text indexes; see modules.h. modules.dep of a
 * distribution's kernel is half a megabyte: one pass, no line looked at twice.
 */
#include <errno.h>

#include "modules.h"

#define INDEX_MAX (16u << 20)

bool module_is(const char *base, size_t len, const char *name)
{
	static const char *const endings[] = { ".ko",	  ".ko.xz",  ".ko.zst", ".ko.gz",
					       ".ko.lz4", ".ko.bz2", ".ko.lzma" };
	size_t n = 0;

	for (; name[n]; n++)
		if (n >= len || (base[n] == '-' ? '_' : base[n]) != name[n])
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (len - n == strlen(endings[i]) && memcmp(base + n, endings[i], len - n) == 0)
			return true;
	return false;
}

const char *modules_next_dep(const char *deps, const char **ret_base, size_t *ret_len)
{
	const char *path = deps + strspn(deps, " \t"), *end = path + strcspn(path, " \t"), *base, *ending;

	if (path == end)
		return NULL;
	base = memrchr(path, '/', (size_t)(end - path));
	base = base ? base + 1 : path;
	ending = memmem(base, (size_t)(end - base), ".ko", 3);
	*ret_base = base;
	*ret_len = (size_t)((ending ? ending : end) - base);
	return end;
}

void modules_scan(struct vms_span text, const struct module *want, size_t n, modules_found_fn found,
		  void *arg)
{
	const char *p = (const char *)text.data, *end = p + text.len;
	bool first[256] = { false };

	for (size_t i = 0; i < n; i++)
		first[(unsigned char)want[i].name[0]] = true;
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop, *base, *line = p;

		if (!nl)
			break; /* a line that is cut short names nothing */
		p = nl + 1;
		stop = memchr(line, ':', (size_t)(nl - line));
		if (!stop)
			stop = nl;
		base = memrchr(line, '/', (size_t)(stop - line));
		base = base ? base + 1 : line;
		if (base == stop || !first[(unsigned char)*base])
			continue;
		for (size_t i = 0; i < n; i++)
			if (module_is(base, (size_t)(stop - base), want[i].name))
				found(arg, i, line, (size_t)(stop - line),
				      vms_span((const uint8_t *)stop + (stop < nl),
					       (size_t)(nl - stop - (stop < nl))));
	}
}

/* One index, as it is read. */
struct index {
	struct module *want;
	size_t n;
	modules_found_fn found;
	bool any; /* it is not empty */
	bool oom;
};

static void found_builtin(void *arg, size_t i, const char *path _unused_, size_t len _unused_,
			  struct vms_span rest _unused_)
{
	struct index *x = arg;

	x->want[i].builtin = true;
}

static void found_dep(void *arg, size_t i, const char *path, size_t len, struct vms_span rest)
{
	struct index *d = arg;

	if (d->want[i].path)
		return;
	d->want[i].path = vms_strndup(path, len);
	d->want[i].deps = vms_strndup((const char *)rest.data, rest.len);
	if (!d->want[i].path || !d->want[i].deps)
		d->oom = true;
}

/* modules.dep may outlive the file that it names. */
static int look_for_files(struct vms_machine *m, const char *dir, struct module *want, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *path = NULL;

		if (!want[i].path)
			continue;
		path = want[i].path[0] == '/' ? strdup(want[i].path)
					      : vms_asprintf("%s/%s", dir, want[i].path);
		if (!path)
			return -ENOMEM;
		want[i].file_err = vms_root_probe(m->root, path);
	}
	return 0;
}

static void take_lines(void *arg, struct vms_span lines)
{
	struct index *x = arg;

	x->any = true;
	modules_scan(lines, x->want, x->n, x->found, x);
}

static int read_index(struct vms_machine *m, const char *dir, const char *name, struct index *x)
{
	_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, name);
	int err;

	if (!path)
		return -ENOMEM;
	err = vms_root_read_lines(m->root, path, INDEX_MAX, take_lines, x);
	if (x->oom)
		return -ENOMEM;
	if (err == 0 && !x->any)
		return -EBADMSG;
	/* the folder is there: no index does not mean no modules */
	return err == -ENOENT ? -VMS_ENOPARENT : err;
}

/* What an index had told before it could not be read on. */
static void forget(struct module *want, size_t n, bool builtin, bool dep)
{
	for (size_t i = 0; i < n; i++) {
		want[i].builtin = want[i].builtin && !builtin;
		if (!dep)
			continue;
		free(want[i].path);
		free(want[i].deps);
		want[i].path = want[i].deps = NULL;
	}
}

static int read_dir(struct vms_machine *m, const char *dir, struct modules *mods, struct module *want,
		    size_t n)
{
	struct index builtin = { .want = want, .n = n, .found = found_builtin };
	struct index dep = { .want = want, .n = n, .found = found_dep };

	mods->builtin_err = read_index(m, dir, "modules.builtin", &builtin);
	mods->dep_err = read_index(m, dir, "modules.dep", &dep);
	if (mods->builtin_err == -ENOMEM || mods->dep_err == -ENOMEM)
		return -ENOMEM;
	forget(want, n, mods->builtin_err < 0, mods->dep_err < 0);
	return look_for_files(m, dir, want, n);
}

/* None of the running kernel: those of another one, as after an upgrade? */
static int look_for_others(struct vms_machine *m, const char *root, struct modules *mods)
{
	char *const *names = NULL;
	int err = mods->other ? 0 : vms_root_names(m->root, root, &names);

	for (char *const *name = names; err == 0 && name && *name && !mods->other; name++) {
		_cleanup_free_ char *index = vms_asprintf("%s/%s/modules.dep", root, *name);

		if (!index)
			return -ENOMEM;
		if (vms_root_probe(m->root, index) != 0)
			continue;
		mods->other = strdup(*name);
		if (!mods->other)
			return -ENOMEM;
	}
	return err == -ENOMEM ? err : 0;
}

int modules_read(struct vms_machine *m, const char *release, struct modules *ret, struct module *want,
		 size_t n)
{
	static const char *const roots[] = {
		"/lib/modules", "/usr/lib/modules",
		"/run/booted-system/kernel-modules/lib/modules", /* NixOS */
	};
	struct modules mods = { .builtin_err = -VMS_ENOPARENT, .dep_err = -VMS_ENOPARENT };

	for (size_t i = 0; release && i < ARRAY_SIZE(roots) && !mods.dir; i++) {
		_cleanup_free_ char *dir = vms_asprintf("%s/%s", roots[i], release);
		int err;

		if (!dir)
			return -ENOMEM;
		err = vms_root_probe(m->root, dir);
		if (err == 0) {
			err = read_dir(m, dir, &mods, want, n);
			mods.dir = dir;
			dir = NULL;
			if (err < 0) {
				modules_clear(&mods, want, n);
				return err;
			}
		} else if (err != -VMS_ENOPARENT && mods.dep_err == -VMS_ENOPARENT) {
			mods.builtin_err = mods.dep_err = err;
		}
	}
	for (size_t i = 0; release && i < ARRAY_SIZE(roots) && !mods.dir; i++) {
		if (look_for_others(m, roots[i], &mods) < 0) {
			modules_clear(&mods, want, n);
			return -ENOMEM;
		}
	}
	*ret = mods;
	return 0;
}

void modules_clear(struct modules *mods, struct module *want, size_t n)
{
	free(mods->dir);
	free(mods->other);
	mods->dir = mods->other = NULL;
	for (size_t i = 0; i < n; i++) {
		free(want[i].path);
		free(want[i].deps);
		want[i].path = want[i].deps = NULL;
	}
}
