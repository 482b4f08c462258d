/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a device tree of somebody else's may come from: the menus of GRUB (its own
 * folder, and those on the ESP), of systemd-boot and other loaders that read boot
 * loader entries (UAPI.1), of U-Boot (extlinux.conf), of Limine; unified kernel images and their
 * addons, which systemd-stub starts (UAPI.5). What a menu of GRUB's sources is looked at,
 * too, wherever it lies. /etc/grub.d is none of them: GRUB never
 * reads it, and its scripts name a tree in a branch that few machines take.
 */
#include <errno.h>
#include <strings.h>

#include "core/span.h"
#include "fdt_origin.h"
#include "kernel/cmdline.h"
#include "kernel/esp.h"
#include "kernel/kconfig.h"

#define NAMES_MAX 256 /* of one folder; what is behind them may name a tree */
#define DEPTH_MAX 4   /* of menus that source menus */

/* What is done with a file that was found. */
typedef int (*visit_fn)(const struct fdt_visit *v, const char *path);

bool fdt_ends_with(const char *name, const char *ending)
{
	return strlen(name) > strlen(ending) && ends_with_nocase(name, ending);
}

/* Each file of a folder with that ending. */
static int visit_files(const struct fdt_visit *v, const char *dir, const char *ending, visit_fn file)
{
	_cleanup_strv_ char **names = NULL;
	int err = v->list(v->ctx, dir, &names);

	for (size_t i = 0, n = 0; !err && names && names[i]; i++) {
		_cleanup_free_ char *path = NULL;

		if (!fdt_ends_with(names[i], ending))
			continue;
		if (n++ == NAMES_MAX)
			return v->too_many(v->ctx, dir);
		path = vms_asprintf("%s/%s", dir, names[i]);
		err = path ? file(v, path) : -ENOMEM;
	}
	return err;
}

/* The folders in a folder; names without an ending (of a folder "x.efi.extra.d": with it). */
static int visit_folders(const struct fdt_visit *v, const char *dir, const char *folder_ending,
			 const char *ending, visit_fn file)
{
	_cleanup_strv_ char **names = NULL;
	int err = v->list(v->ctx, dir, &names);

	for (size_t i = 0, n = 0; !err && names && names[i]; i++) {
		_cleanup_free_ char *path = NULL;

		if (folder_ending ? !fdt_ends_with(names[i], folder_ending) : strchr(names[i], '.') != NULL)
			continue;
		if (n++ == NAMES_MAX)
			return v->too_many(v->ctx, dir);
		path = vms_asprintf("%s/%s", dir, names[i]);
		err = path ? visit_files(v, path, ending, file) : -ENOMEM;
	}
	return err;
}

static int visit_at(const struct fdt_visit *v, const char *place, const char *sub, const char *ending,
		    visit_fn file)
{
	_cleanup_free_ char *dir = vms_asprintf("%s/%s", place, sub);

	return dir ? visit_files(v, dir, ending, file) : -ENOMEM;
}

static int visit_sourced(const struct fdt_visit *v, const char *path, unsigned depth);

/* A menu of GRUB's, and what it sources. */
static int visit_grub(const struct fdt_visit *v, const char *path, unsigned depth)
{
	int err = v->menu(v->ctx, path);

	return err || depth == DEPTH_MAX ? err : visit_sourced(v, path, depth);
}

/* What GRUB itself sets, or `search`: where it or its menu lies. */
static bool is_known_variable(const char *name)
{
	static const char *const known[] = { "prefix", "config_directory", "root", "cmdpath", "fw_path" };
	const char *at = name + strspn(name, "($\"'{");

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		size_t n = strlen(known[i]);

		if (strncmp(at, known[i], n) == 0 && strchr("})/", at[n]))
			return true;
	}
	return false;
}

/*
 * Where a sourced file may lie for an OS: "/grub/x.cfg" is below a partition, which is
 * mounted somewhere; "$prefix/x.cfg" and "${config_directory}/x.cfg" beside the menu or in
 * GRUB's folder. Of another variable nobody knows what it is.
 */
static int visit_places(const struct fdt_visit *v, const char *menu, const char *arg, size_t len,
			unsigned depth)
{
	static const char *const folders[] = { "/boot/grub", "/boot/grub2" };
	_cleanup_free_ char *name = strndup(arg, len), *here = strdup(menu);
	bool variable = *arg == '$', found;
	const char *rest = name;
	int err = 0;

	if (!name || !here)
		return -ENOMEM;
	*strrchr(here, '/') = '\0';
	found = !strchr(name, '$') || is_known_variable(name);
	if (*name == '(' || variable)
		rest = strchr(name, '/');
	if (!rest || *rest != '/')
		return found ? 0 : v->unresolved(v->ctx, menu);
	for (unsigned i = 0; i <= (variable ? ARRAY_SIZE(folders) : ESP_PLACES) && !err; i++) {
		const char *base = i == 0     ? (variable ? here : "")
				   : variable ? folders[i - 1]
					      : esp_place(i - 1);
		_cleanup_free_ char *path = vms_asprintf("%s%s", base, rest);

		if (!path)
			return -ENOMEM;
		/* a partition of any name is mounted somewhere */
		found |= !variable && vms_root_probe(v->root, path) == 0;
		if (!streq(path, menu))
			err = visit_grub(v, path, depth + 1);
	}
	return err || found ? err : v->unresolved(v->ctx, menu);
}

static int visit_sourced(const struct fdt_visit *v, const char *path, unsigned depth)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	int err = v->root ? vms_root_read(v->root, path, FDT_MENU_MAX, &text) : -ENOENT;
	const char *cursor = text.data, *line, *arg;
	size_t len, n;

	if (err)
		return err == -ENOMEM ? err : 0; /* said by who looked at it */
	while (!err && vms_next_line(&cursor, &line, &len)) {
		arg = fdt_menu_sources(line, len, &n);
		if (arg)
			err = visit_places(v, path, arg, n, depth);
	}
	return err;
}

static int grub_menu(const struct fdt_visit *v, const char *path)
{
	return visit_grub(v, path, 0);
}

/* Of a loader whose menus are single files. */
static int plain_menu(const struct fdt_visit *v, const char *path)
{
	return v->menu(v->ctx, path);
}

static int image(const struct fdt_visit *v, const char *path)
{
	return v->image(v->ctx, path);
}

/* Where Limine looks for its menu, on the partition that it was started from (its CONFIG.md). */
static int visit_limine(const struct fdt_visit *v, const char *place)
{
	static const char *const folders[] = { ".", "limine", "EFI/BOOT", "EFI/limine" };
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(folders) && !err; i++)
		err = visit_at(v, place, folders[i], "imine.conf", plain_menu);
	return err;
}

int fdt_visit_grub(const struct fdt_visit *v)
{
	int err = 0;

	for (unsigned i = 0; i < ESP_PLACES && !err; i++) {
		_cleanup_free_ char *efi = vms_asprintf("%s/EFI", esp_place(i));

		err = efi ? visit_folders(v, efi, NULL, ".cfg", grub_menu) : -ENOMEM;
		if (!err)
			err = visit_at(v, esp_place(i), "grub", ".cfg", grub_menu);
		if (!err)
			err = visit_at(v, esp_place(i), "grub2", ".cfg", grub_menu);
	}
	return err;
}

int fdt_visit_menus(const struct fdt_visit *v)
{
	int err = fdt_visit_grub(v);

	for (unsigned i = 0; i < ESP_PLACES && !err; i++) {
		err = visit_at(v, esp_place(i), "loader/entries", ".conf", plain_menu);
		if (!err)
			err = visit_at(v, esp_place(i), "extlinux", "linux.conf", plain_menu);
		if (!err)
			err = visit_at(v, esp_place(i), "boot/extlinux", "linux.conf", plain_menu);
		if (!err)
			err = visit_limine(v, esp_place(i));
	}
	return err ? err : visit_files(v, "/extlinux", "linux.conf", plain_menu);
}

int fdt_started_by_grub(struct vms_machine *m, char **ret)
{
	const struct cmdline *c = cmdline_read(m);
	const struct cmdline_word *w = c ? cmdline_next(c, "BOOT_IMAGE", NULL) : NULL;

	if (!c)
		return -ENOMEM;
	if (!w)
		return 0;
	*ret = vms_printable(w->text, MIN(strlen(w->text), (size_t)200));
	return *ret ? 0 : -ENOMEM;
}

/* dtbloader publishes a tree for the board that it finds; systemd-boot loads what lies there. */
static int visit_drivers(const struct fdt_visit *v, const char *place)
{
	_cleanup_free_ char *dir = vms_asprintf("%s/EFI/systemd/drivers", place);
	_cleanup_strv_ char **names = NULL;
	int err = dir ? v->list(v->ctx, dir, &names) : -ENOMEM;

	for (size_t i = 0; !err && names && names[i]; i++) {
		_cleanup_free_ char *path = NULL;

		if (strncasecmp(names[i], "dtb", 3) != 0 || !fdt_ends_with(names[i], ".efi"))
			continue;
		path = vms_asprintf("%s/%s", dir, names[i]);
		err = path ? v->driver(v->ctx, path) : -ENOMEM;
	}
	return err;
}

int fdt_visit_drivers(const struct fdt_visit *v)
{
	int err = 0;

	for (unsigned i = 0; i < ESP_PLACES && !err; i++)
		err = visit_drivers(v, esp_place(i));
	return err;
}

/* It may lie where nobody looks for images. */
static int visit_started_image(const struct fdt_visit *v)
{
	_cleanup_free_ char *name = NULL, *path = NULL;
	int err = v->root ? esp_started_image(v->root, &name, &path) : 0;

	if (err) /* said by who searches for a tree */
		return err == -ENOMEM ? err : 0;
	return path ? image(v, path) : 0;
}

int fdt_visit_images(const struct fdt_visit *v)
{
	int err = 0;

	for (unsigned i = 0; i < ESP_PLACES && !err; i++) {
		_cleanup_free_ char *efi = vms_asprintf("%s/EFI", esp_place(i));
		_cleanup_free_ char *dir = efi ? vms_asprintf("%s/Linux", efi) : NULL;

		err = dir ? visit_folders(v, efi, NULL, ".efi", image) : -ENOMEM;
		if (!err)
			err = visit_folders(v, dir, ".extra.d", ".efi", image);
		if (!err)
			err = visit_at(v, esp_place(i), "loader/addons", ".efi", image);
	}
	return err ? err : visit_started_image(v);
}

/* stubble stands in front of Ubuntu's kernels for arm64 (25.10 and later): it takes the tree of a board that
 * it knows out of the same file, and leaves no variable. */
int fdt_visit_kernel(const struct fdt_visit *v)
{
	_cleanup_free_ char *release = NULL, *path = NULL;
	int err = kernel_release(v->root, &release);

	if (err)
		return err == -ENOMEM ? err : 0;
	path = vms_asprintf("/boot/vmlinuz-%s", release);
	if (!path)
		return -ENOMEM;
	return vms_is_absent(vms_root_probe(v->root, path)) ? 0 : image(v, path);
}

/* ---- images ---- */

/* Has it a section of that name? "" is none. */
static bool has_section(struct vms_span head, const char *const names[2])
{
	uint32_t pe = 0;
	uint16_t n = 0, optional = 0;

	if (!span_is(head, 0, "MZ", 2) || !span_le32(head, 0x3c, &pe) || !span_is(head, pe, "PE\0\0", 4) ||
	    !span_le16(head, pe + 6ull, &n) || !span_le16(head, pe + 20ull, &optional))
		return false;
	for (unsigned i = 0; i < n; i++) {
		uint64_t at = pe + 24ull + optional + 40ull * i;

		for (unsigned k = 0; k < 2; k++)
			/* eight bytes, filled up with NUL */
			if (*names[k] && span_is(head, at, names[k], MIN(strlen(names[k]) + 1, (size_t)8)))
				return true;
	}
	return false;
}

bool fdt_image_has_tree(struct vms_span head)
{
	return has_section(head, (const char *const[]){ ".dtb", ".dtbauto" });
}

bool fdt_image_is_unified(struct vms_span head)
{
	return has_section(head, (const char *const[]){ ".linux", "" });
}
