/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who published the ACPI tables: GRUB's command acpi installs others in place of the firmware's, and makes
 * them where it has none. (What a kernel takes from its initial ramdisk only changes tables that the firmware
 * has published.) Reads /proc/cmdline and the menus of GRUB, as fdt_origin.c does for a device tree.
 */
#include <errno.h>

#include "acpi.h"
#include "fdt_origin.h"
#include "kernel/platform.h"

struct origin {
	struct vms_machine *m;
	char *why;
	bool unseen;	 /* why is what could not be looked at */
	unsigned n_read; /* menus */
};

static int found(struct origin *o, char *why)
{
	o->why = why;
	return why ? 1 : -ENOMEM;
}

static int unseen(struct origin *o, char *why)
{
	o->unseen = true;
	return found(o, why);
}

static int not_read(struct origin *o, const char *path, int err)
{
	if (err == -ENOMEM)
		return err;
	if (vms_is_absent(err))
		return 0;
	return unseen(o, vms_asprintf("%s could not be searched for an acpi line of GRUB's: %s", path,
				      vms_blocker(err)));
}

static int list(void *ctx, const char *dir, char ***ret_names)
{
	struct origin *o = ctx;
	int err = vms_root_list(o->m->root, dir, ret_names);

	return err ? not_read(o, dir, err) : 0;
}

static int menu(void *ctx, const char *path)
{
	struct origin *o = ctx;
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	int err = vms_root_read(o->m->root, path, FDT_MENU_MAX, &text);
	const char *cursor = text.data, *line;
	size_t len;

	if (err)
		return not_read(o, path, err);
	o->n_read++;
	while (vms_next_line(&cursor, &line, &len))
		if (fdt_menu_has_command(line, len, "acpi"))
			return found(o,
				     vms_asprintf("%s has an acpi line, by which GRUB loads tables", path));
	if (!fdt_menu_hides_command(&text, "acpi"))
		return 0;
	return found(
		o, vms_asprintf("%s runs a command that only GRUB knows (a variable): it may be acpi", path));
}

static int unresolved(void *ctx, const char *path)
{
	return found(ctx, vms_asprintf("%s sources a menu whose place only GRUB knows (a variable): it may "
				       "have an acpi line",
				       path));
}

static int too_many(void *ctx, const char *dir)
{
	return found(ctx,
		     vms_asprintf("there are more files in %s than were searched for an acpi line", dir));
}

/* What GRUB was told where none of its menus is to be seen nobody knows. Tables that bear a VMM's mark were
 * made when it started, and are in no file. */
static int no_menu(struct origin *o)
{
	_cleanup_free_ char *image = NULL;
	int err = o->n_read ? 0 : fdt_started_by_grub(o->m, &image);

	if (!err && image)
		err = platform_made_tables(o->m);
	if (err || !image)
		return MIN(err, 0);
	return unseen(o,
		      vms_asprintf("GRUB started this kernel (%s), and none of its menus is to be seen: it "
				   "may have an acpi line",
				   image));
}

int acpi_read_origin(struct vms_machine *m, char **ret_why, bool *ret_unseen)
{
	struct origin o = { .m = m };
	const struct fdt_visit v = {
		.ctx = &o,
		.root = m->root,
		.list = list,
		.menu = menu,
		.unresolved = unresolved,
		.too_many = too_many,
	};
	int err = fdt_visit_grub(&v);

	if (!err)
		err = no_menu(&o);
	if (err < 0)
		return err;
	*ret_why = o.why;
	*ret_unseen = o.unseen;
	return 0;
}
