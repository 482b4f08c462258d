/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device tree as the kernel unflattened it: /sys/firmware/devicetree/base, a folder a
 * node, a file a property, for everybody to read (Documentation/ABI/testing/
 * sysfs-firmware-ofw). Put together to a blob again, so that there is one parser. Nodes
 * come in the order of their names. The kernel gives each a property "name": a folder without
 * one (of a damaged record) is no whole node.
 */
#include <errno.h>
#include <libfdt.h>
#include "fdt_origin.h"

#define DEPTH_MAX   32
#define ENTRIES_MAX 50000 /* nodes and properties */

struct rebuild {
	struct vms_root *root;
	void *fdt;
	unsigned n;
};

/* libfdt answers that the buffer is full, or that we asked in a wrong order. */
static int of_libfdt(int err)
{
	return err == 0 ? 0 : err == -FDT_ERR_NOSPACE ? -EFBIG : -EBADMSG;
}

/* Those that even here are root's alone (security-*), and the kernel's own. */
static bool is_left_out(const char *name)
{
	return streq(name, "name") || startswith(name, "security-");
}

/* One entry of a node. Properties come before nodes: of the folders is only told that they
 * are some, 1. 0: a property, which was put; -errno. */
static int put_property(struct rebuild *b, const char *path, const char *name)
{
	_cleanup_buf_ struct vms_buf data = { NULL, 0 };
	int err = vms_root_read(b->root, path, FDT_SIZE_MAX, &data);

	if (err == -EISDIR)
		return 1;
	return err < 0 ? err : of_libfdt(fdt_property(b->fdt, name, data.data, (int)data.len));
}

static int put_node(struct rebuild *b, const char *dir, const char *name, unsigned depth);

static int put_entries(struct rebuild *b, const char *dir, char **names, bool *is_folder, unsigned depth)
{
	int err = 0;

	for (size_t i = 0; names[i] && err >= 0; i++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, names[i]);

		if (!path)
			return -ENOMEM;
		if (b->n++ > ENTRIES_MAX)
			return -EFBIG;
		err = is_left_out(names[i]) ? 0 : put_property(b, path, names[i]);
		is_folder[i] = err == 1;
	}
	for (size_t i = 0; names[i] && err >= 0; i++) {
		_cleanup_free_ char *path = is_folder[i] ? vms_asprintf("%s/%s", dir, names[i]) : NULL;

		if (is_folder[i])
			err = path ? put_node(b, path, names[i], depth + 1) : -ENOMEM;
	}
	return err < 0 ? err : 0;
}

static int put_node(struct rebuild *b, const char *dir, const char *name, unsigned depth)
{
	_cleanup_strv_ char **names = NULL;
	_cleanup_free_ bool *is_folder = NULL;
	bool whole = false;
	size_t n = 0;
	int err = depth > DEPTH_MAX ? -ELOOP : vms_root_list(b->root, dir, &names);

	if (err < 0)
		return err;
	while (names[n])
		whole |= streq(names[n++], "name");
	if (!whole)
		return -EBADMSG;
	is_folder = calloc(n + 1, sizeof(*is_folder));
	if (!is_folder)
		return -ENOMEM;
	err = of_libfdt(fdt_begin_node(b->fdt, name));
	if (!err)
		err = put_entries(b, dir, names, is_folder, depth);
	return err ? err : of_libfdt(fdt_end_node(b->fdt));
}

int fdt_rebuild(struct vms_machine *m, const char *base, struct vms_buf *ret)
{
	/* pages that are not written to cost nothing */
	_cleanup_free_ char *buf = malloc(FDT_SIZE_MAX);
	struct rebuild b = { m->root, buf, 0 };
	int err = buf ? of_libfdt(fdt_create(buf, FDT_SIZE_MAX)) : -ENOMEM;

	if (!err)
		err = of_libfdt(fdt_finish_reservemap(buf));
	if (!err)
		err = put_node(&b, base, "", 0);
	if (!err)
		err = of_libfdt(fdt_finish(buf));
	if (err)
		return err;
	*ret = (struct vms_buf){ buf, fdt_totalsize(buf) };
	buf = NULL;
	return 0;
}
