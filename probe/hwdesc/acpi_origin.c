/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who published the ACPI tables: GRUB's command acpi installs others in place of the firmware's, and makes
 * them where it has none. (What a kernel takes from its initial ramdisk only changes tables that the firmware
 * has published.) Reads the menus of GRUB. Only one in which the command is seen counts: what could not be
 * looked at stands in the way of a device tree's origin, which loaders often give, and not of this.
 */
#include <errno.h>

#include "acpi.h"
#include "fdt_origin.h"

struct origin {
	struct vms_machine *m;
	char *why;
};

static int found(struct origin *o, char *why)
{
	o->why = why;
	return why ? 1 : -ENOMEM;
}

/* What can't be listed or read has no sign in it. */
static int list(void *ctx, const char *dir, char ***ret_names)
{
	struct origin *o = ctx;
	int err = vms_root_list(o->m->root, dir, ret_names);

	return err == -ENOMEM ? err : 0;
}

static int menu(void *ctx, const char *path)
{
	struct origin *o = ctx;
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	int err = vms_root_read(o->m->root, path, FDT_MENU_MAX, &text);
	const char *cursor = text.data, *line;
	size_t len;

	if (err)
		return err == -ENOMEM ? err : 0;
	while (vms_next_line(&cursor, &line, &len))
		if (fdt_menu_has_command(line, len, "acpi"))
			return found(o,
				     vms_asprintf("%s has an acpi line, by which GRUB loads tables", path));
	return 0;
}

static int pass_by(void *ctx, const char *path)
{
	(void)ctx;
	(void)path;
	return 0;
}

int acpi_read_origin(struct vms_machine *m, char **ret_why)
{
	struct origin o = { m, NULL };
	const struct fdt_visit v = {
		.ctx = &o,
		.root = m->root,
		.list = list,
		.menu = menu,
		.unresolved = pass_by,
		.too_many = pass_by,
	};
	int err = fdt_visit_grub(&v);

	if (err < 0)
		return err;
	*ret_why = o.why;
	return 0;
}
