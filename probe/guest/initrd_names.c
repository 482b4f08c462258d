/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The modules of an initial ramdisk by the names of its files; see initrd.h. modprobe
 * looks below lib/modules/RELEASE/, and some minimal ones into lib/modules/ itself
 * (Android). What lies anywhere else may be loaded by a script, or by nobody.
 */
#include <errno.h>

#include "initrd.h"
#include "kernel/modules.h"

enum place { PLACE_OURS, PLACE_OTHER, PLACE_ELSEWHERE };

void initrd_names_begin(struct initrd_names *s, const char *release, struct initrd_module *want, size_t n)
{
	*s = (struct initrd_names){ .release = release, .want = want, .n = n };
	for (size_t i = 0; i < n; i++)
		s->missing += !want[i].found;
}

/* "usr/lib/modules/RELEASE/kernel/.../x.ko" */
static enum place place_of(struct initrd_names *s, const char *path, size_t len)
{
	static const char folder[] = "lib/modules/";
	const char *p = memmem(path, len, folder, strlen(folder)), *end = path + len, *slash;
	size_t n;

	if (!p || (p != path && p[-1] != '/'))
		return PLACE_ELSEWHERE;
	p += strlen(folder);
	slash = memchr(p, '/', (size_t)(end - p));
	if (!slash)
		return PLACE_OURS;
	n = (size_t)(slash - p);
	if (n == strlen(s->release) && memcmp(p, s->release, n) == 0) {
		s->ours = true;
		return PLACE_OURS;
	}
	if (!s->other[0])
		snprintf(s->other, sizeof(s->other), "%.*s", (int)MIN(n, sizeof(s->other) - 1), p);
	return PLACE_OTHER;
}

static int take(struct initrd_names *s, struct initrd_module *want, enum place place, const char *path,
		size_t len)
{
	char **at = place == PLACE_OURS ? &want->path : &want->elsewhere;

	if (place == PLACE_OTHER || *at)
		return 0;
	*at = strndup(path, len);
	if (!*at)
		return -ENOMEM;
	if (place == PLACE_OURS) {
		want->found = true;
		s->missing--;
	}
	return 0;
}

int initrd_names_take(struct initrd_names *s, const char *path, size_t len)
{
	const char *slash = memrchr(path, '/', len), *base = slash ? slash + 1 : path;
	size_t base_len = len - (size_t)(base - path);
	enum place place;
	int err = 0;

	if (!memmem(base, base_len, ".ko", 3))
		return 0;
	place = place_of(s, path, len);
	for (size_t i = 0; i < s->n && !err; i++)
		if (!s->want[i].found && module_is(base, base_len, s->want[i].name))
			err = take(s, &s->want[i], place, path, len);
	return err;
}
