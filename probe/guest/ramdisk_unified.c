/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The initial ramdisk inside a unified kernel image: of the one that systemd-stub was started in, by the
 * stub's variables, or of those of a release in the usual folders of the ESP; see ramdisk.h.
 */
#include <errno.h>
#include <fcntl.h>

#include "core/result.h"
#include "kernel/esp.h"
#include "ramdisk.h"

#define MAX_IMAGES 256 /* of one folder */

static int try_image(struct vms_machine *m, struct ramdisks *r, const char *path, const char *release,
		     bool started)
{
	struct uki_section part[UKI_INITRDS];
	uint64_t size;
	size_t n = 0;
	int fd, err = vms_root_open_file(m->root, path, &fd, &size);

	if (err < 0)
		return err;
	err = uki_initrd(fd, size, release, started, part, &n);
	for (size_t i = 0; i < n && err == 0; i++) {
		int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

		err = copy < 0 ? -errno : ramdisks_add(r, path, copy, part[i].off, part[i].size, true);
	}
	close(fd);
	return err;
}

/* ---- those of a release ---- */

static int try_folder(struct vms_machine *m, struct ramdisks *r, const char *dir, const char *release)
{
	char *const *names = NULL;
	int err = vms_root_names(m->root, dir, &names);

	if (err < 0) {
		/* what a plain user may not list may hold the one that was booted */
		if (err == -EACCES || err == -EPERM)
			return ramdisks_blocked(r, vms_asprintf("%s: %s", dir, vms_blocker(err)));
		return err == -ENOMEM ? err : 0;
	}
	err = 0;
	for (size_t k = 0; names[k] && k < MAX_IMAGES && err != -ENOMEM; k++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, names[k]);
		size_t len = strlen(names[k]);

		if (!path)
			return -ENOMEM;
		if (len > 4 && strcasecmp(names[k] + len - 4, ".efi") == 0)
			err = try_image(m, r, path, release, false);
	}
	return err == -ENOMEM ? err : 0;
}

int ramdisks_of_images(struct vms_machine *m, struct ramdisks *r, const char *release)
{
	static const char *const folders[] = { "EFI/Linux", "EFI/BOOT" };
	int err = 0;

	for (size_t i = 0; i < RAMDISK_ESPS * ARRAY_SIZE(folders) && err >= 0; i++) {
		_cleanup_free_ char *dir = vms_asprintf("%s/%s", ramdisk_esps[i / ARRAY_SIZE(folders)],
							folders[i % ARRAY_SIZE(folders)]);

		err = dir ? try_folder(m, r, dir, release) : -ENOMEM;
	}
	return err;
}

/* ---- the one that was started ---- */

/* Addons of the stub may bring a part of the ramdisk, too: those of the image, and those of all. */
static int try_addons(struct vms_machine *m, struct ramdisks *r, const char *dir)
{
	char *const *names = NULL;
	int err = vms_root_names(m->root, dir, &names);

	if (err == -ENOMEM || vms_is_absent(err))
		return err == -ENOMEM ? err : 0;
	if (err < 0)
		return ramdisks_blocked(r, vms_asprintf("%s: %s", dir, vms_blocker(err)));
	for (; *names; names++)
		if (ends_with(*names, ".addon.efi"))
			return ramdisks_blocked(
				r, vms_asprintf("%s/%s may bring a part of the ramdisk", dir, *names));
	return 0;
}

/* `name` ends `path`. */
static int find_addons(struct vms_machine *m, struct ramdisks *r, const char *path, const char *name)
{
	_cleanup_free_ char *own = vms_asprintf("%s.extra.d", path);
	_cleanup_free_ char *all =
		vms_asprintf("%.*s/loader/addons", (int)(strlen(path) - strlen(name)), path);
	int err = own && all ? try_addons(m, r, own) : -ENOMEM;

	return err ? err : try_addons(m, r, all);
}

/* Of its profiles the stub was told one. */
static int take_started(struct vms_machine *m, struct ramdisks *r, const char *path, const char *name,
			const char *release)
{
	int err = try_image(m, r, path, release, true);

	if (err == -ENOMEM)
		return err;
	if (err == -ENOENT)
		return ramdisks_blocked(
			r, vms_asprintf("systemd-stub started %s, which has no initial ramdisk of %s in it",
					path, release));
	if (err < 0)
		return ramdisks_blocked(r, vms_asprintf("%s: %s", path, vms_blocker(err)));
	r->named = r->n == 1;
	return find_addons(m, r, path, name);
}

/* By a stub that does not name its image. */
static int find_unnamed(struct vms_machine *m, struct ramdisks *r, const char *release)
{
	int err = ramdisks_of_images(m, r, release);

	if (err < 0 || r->n || r->why)
		return err;
	return ramdisks_blocked(
		r, strdup("systemd-stub started a unified kernel image of this release, which is not "
			  "to be seen (the ESP is not mounted, or it lies elsewhere)"));
}

int ramdisks_of_stub(struct vms_machine *m, struct ramdisks *r, const char *release)
{
	_cleanup_free_ char *name = NULL, *path = NULL;
	int err;

	if (vms_root_probe(m->root, ESP_STUB) != 0)
		return 0;
	err = esp_started_image(m->root, &name, &path);
	if (err == -ENOMEM)
		return err;
	if (err < 0)
		return ramdisks_blocked(
			r, vms_asprintf("%s: %s", name ? name : ESP_STUB_IMAGE, vms_blocker(err)));
	if (!name)
		return find_unnamed(m, r, release);
	if (!path)
		return ramdisks_blocked(r,
					vms_asprintf("systemd-stub started %s, which is not to be seen (its "
						     "partition is not mounted, or it is gone)",
						     name));
	return take_started(m, r, path, name, release);
}
