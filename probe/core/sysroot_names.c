/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Directories that several readers ask for (/sys/bus/xen/devices, /sys/class/block, efivarfs) are
 * listed once: what is enumerated twice may be two different things by then.
 */
#include <errno.h>

#include "sysroot_internal.h"

/* A directory that was listed. */
struct vms_listing {
	struct vms_listing *next;
	char *path;
	char **names; /* err == 0 */
	int err;
};

static struct vms_listing *find(struct vms_root *root, const char *path)
{
	struct vms_listing *l = root->listings;

	while (l && !streq(l->path, path))
		l = l->next;
	return l;
}

/* NULL: -ENOMEM. */
static struct vms_listing *list(struct vms_root *root, const char *path)
{
	struct vms_listing *l = calloc(1, sizeof(*l));
	char *copy = vms_strdup(path);
	int err = l && copy ? vms_root_list(root, path, &l->names) : vms_no_memory();

	if (!l || !copy || err == -ENOMEM) {
		free(copy);
		free(l);
		return NULL;
	}
	*l = (struct vms_listing){ root->listings, copy, l->names, err };
	root->listings = l;
	return l;
}

int vms_root_names(struct vms_root *root, const char *path, char *const **ret)
{
	const struct vms_listing *l = find(root, path);

	if (!l)
		l = list(root, path);
	if (!l)
		return -ENOMEM;
	if (l->err < 0)
		return l->err;
	*ret = l->names;
	return 0;
}

bool vms_root_names_lack(struct vms_root *root, const char *dir, const char *name)
{
	const struct vms_listing *l = find(root, dir);

	if (!l || l->err < 0)
		return false;
	for (char *const *n = l->names; *n; n++)
		if (streq(*n, name))
			return false;
	return true;
}

void vms_root_names_free(struct vms_root *root)
{
	for (struct vms_listing *l = root->listings, *next; l; l = next) {
		next = l->next;
		vms_strv_free(l->names);
		free(l->path);
		free(l);
	}
}
