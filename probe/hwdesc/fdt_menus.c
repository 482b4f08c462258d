/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a device tree of somebody else's may come from: the menus of GRUB (its own
 * folder, and those on the ESP), of systemd-boot and other loaders that read boot
 * loader entries (UAPI.1), of U-Boot (extlinux.conf); unified kernel images and their
 * addons, which systemd-stub starts (UAPI.5). /etc/grub.d is none of them: GRUB never
 * reads it, and its scripts name a tree in a branch that few machines take.
 */
#include <errno.h>
#include <strings.h>

#include "core/span.h"
#include "fdt_origin.h"
#include "kernel/esp.h"

#define NAMES_MAX 64 /* of one folder */

static bool ends_with(const char *name, const char *ending)
{
	size_t n = strlen(name), e = strlen(ending);

	return n > e && strcasecmp(name + n - e, ending) == 0;
}

/* Each file of a folder with that ending. */
static int visit_files(const struct fdt_visit *v, const char *dir, const char *ending,
		       int (*file)(void *ctx, const char *path))
{
	_cleanup_strv_ char **names = NULL;
	int err = v->list(v->ctx, dir, &names);

	for (size_t i = 0; !err && names && names[i] && i < NAMES_MAX; i++) {
		_cleanup_free_ char *path = NULL;

		if (!ends_with(names[i], ending))
			continue;
		path = vms_asprintf("%s/%s", dir, names[i]);
		err = path ? file(v->ctx, path) : -ENOMEM;
	}
	return err;
}

/* The folders in a folder; names without an ending (of a folder "x.efi.extra.d": with it). */
static int visit_folders(const struct fdt_visit *v, const char *dir, const char *folder_ending,
			 const char *ending, int (*file)(void *ctx, const char *path))
{
	_cleanup_strv_ char **names = NULL;
	int err = v->list(v->ctx, dir, &names);

	for (size_t i = 0; !err && names && names[i] && i < NAMES_MAX; i++) {
		_cleanup_free_ char *path = NULL;

		if (folder_ending ? !ends_with(names[i], folder_ending) : strchr(names[i], '.') != NULL)
			continue;
		path = vms_asprintf("%s/%s", dir, names[i]);
		err = path ? visit_files(v, path, ending, file) : -ENOMEM;
	}
	return err;
}

static int visit_at(const struct fdt_visit *v, const char *place, const char *sub, const char *ending,
		    int (*file)(void *ctx, const char *path))
{
	_cleanup_free_ char *dir = vms_asprintf("%s/%s", place, sub);

	return dir ? visit_files(v, dir, ending, file) : -ENOMEM;
}

int fdt_visit_menus(const struct fdt_visit *v)
{
	int err = 0;

	for (unsigned i = 0; i < ESP_PLACES && !err; i++) {
		_cleanup_free_ char *efi = vms_asprintf("%s/EFI", esp_place(i));

		err = efi ? visit_folders(v, efi, NULL, ".cfg", v->menu) : -ENOMEM;
		if (!err)
			err = visit_at(v, esp_place(i), "grub", ".cfg", v->menu);
		if (!err)
			err = visit_at(v, esp_place(i), "grub2", ".cfg", v->menu);
		if (!err)
			err = visit_at(v, esp_place(i), "loader/entries", ".conf", v->menu);
		if (!err)
			err = visit_at(v, esp_place(i), "extlinux", "linux.conf", v->menu);
	}
	return err ? err : visit_files(v, "/extlinux", "linux.conf", v->menu);
}

int fdt_visit_images(const struct fdt_visit *v)
{
	int err = 0;

	for (unsigned i = 0; i < ESP_PLACES && !err; i++) {
		_cleanup_free_ char *dir = vms_asprintf("%s/EFI/Linux", esp_place(i));

		err = dir ? visit_files(v, dir, ".efi", v->image) : -ENOMEM;
		if (!err)
			err = visit_folders(v, dir, ".extra.d", ".efi", v->image);
		if (!err)
			err = visit_at(v, esp_place(i), "EFI/BOOT", ".efi", v->image);
		if (!err)
			err = visit_at(v, esp_place(i), "loader/addons", ".efi", v->image);
	}
	return err;
}

/* ---- lines ---- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* A command stands at the beginning of a line, behind ';' or '{', or one of these. */
static bool is_command_place(const char *line, size_t before)
{
	static const char *const words[] = { "then", "else", "do" };

	while (before && is_space(line[before - 1]))
		before--;
	if (!before || line[before - 1] == ';' || line[before - 1] == '{')
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (before >= n && memcmp(line + before - n, words[i], n) == 0 &&
		    (before == n || is_space(line[before - n - 1]) || line[before - n - 1] == ';'))
			return true;
	}
	return false;
}

/* devicetree, devicetree-overlay */
static bool has_command(const char *line, size_t len)
{
	static const char command[] = "devicetree";
	const size_t n = sizeof(command) - 1;
	const char *at = line;

	while ((at = memmem(at, len - (size_t)(at - line), command, n))) {
		size_t off = (size_t)(at - line), end = off + n;

		if (end + 8 < len && memcmp(line + end, "-overlay", 8) == 0)
			end += 8;
		if (end < len && is_space(line[end]) && is_command_place(line, off))
			return true;
		at += n;
	}
	return false;
}

bool fdt_menu_names_tree(const char *line, size_t len, bool extlinux)
{
	static const char *const words[] = { "fdt", "fdtdir", "fdtoverlays", "devicetreedir" };

	while (len && is_space(*line))
		line++, len--;
	if (!len || *line == '#')
		return false;
	if (has_command(line, len))
		return true;
	for (size_t i = 0; extlinux && i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (len > n && strncasecmp(line, words[i], n) == 0 && is_space(line[n]))
			return true;
	}
	return false;
}

/* ---- images ---- */

bool fdt_image_has_tree(struct vms_span head)
{
	uint32_t pe = 0;
	uint16_t n = 0, optional = 0;

	if (!span_is(head, 0, "MZ", 2) || !span_le32(head, 0x3c, &pe) || !span_is(head, pe, "PE\0\0", 4) ||
	    !span_le16(head, pe + 6ull, &n) || !span_le16(head, pe + 20ull, &optional))
		return false;
	for (unsigned i = 0; i < n; i++) {
		uint64_t at = pe + 24ull + optional + 40ull * i;

		if (span_is(head, at, ".dtb\0", 5) || span_is(head, at, ".dtbauto", 8))
			return true;
	}
	return false;
}
