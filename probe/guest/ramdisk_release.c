/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The initial ramdisk of a release where distributions put it, or inside a unified
 * kernel image, or whatever in /boot looks like one; see ramdisk.h. Reads /boot, the ESP,
 * /usr/lib/modules/RELEASE.
 */
#include <errno.h>

#include "core/result.h"
#include "ramdisk.h"

/* For each `%s` of a place the name; 1: one was there. */
static int try_places(struct vms_machine *m, struct ramdisks *r, const char *const places[], size_t n,
		      const char *name)
{
	int found = 0, err = 0;

	for (size_t i = 0; i < n && err >= 0; i++) {
		const char *gap = strstr(places[i], "%s");
		_cleanup_free_ char *path =
			vms_asprintf("%.*s%s%s", (int)(gap - places[i]), places[i], name, gap + 2);

		err = path ? ramdisks_try(m, r, path) : -ENOMEM;
		found |= err > 0;
	}
	return err < 0 ? err : found;
}

static const char *const release_places[] = {
	"/boot/initrd.img-%s",	  /* Debian, Ubuntu */
	"/boot/initramfs-%s.img", /* Fedora, RHEL, Gentoo */
	"/boot/initrd-%s",	  /* SUSE */
	"/boot/initrd-%s.img",
	"/boot/initramfs-%s",
	"/boot/booster-%s.img",
	"/boot/initramfs-genkernel-arm64-%s", /* Gentoo, before its own kernels */
	"/boot/initramfs-genkernel-aarch64-%s",
	"/usr/lib/modules/%s/initramfs.img", /* ostree */
	"/usr/lib/modules/%s/initrd",	     /* MicroOS, mkosi */
};

static const char *const flavour_places[] = { "/boot/initramfs-%s.img", "/boot/booster-%s.img",
					      "/boot/initramfs-%s" };

/* The name that a distribution gives its kernel: Arch's pkgbase ("linux"; of Arch Linux
 * ARM's "linux-aarch64" the files leave the rest out), or what follows the last '-' of
 * the release (Alpine: "virt"). */
static int find_flavoured(struct vms_machine *m, struct ramdisks *r, const char *release)
{
	_cleanup_free_ char *base_path = vms_asprintf("/usr/lib/modules/%s/pkgbase", release);
	_cleanup_buf_ struct vms_buf base = { NULL, 0 };
	const char *flavour = strrchr(release, '-');
	int err = base_path ? vms_root_read_line(m->root, base_path, &base) : -ENOMEM;

	if (err == -ENOMEM)
		return err;
	if (err == 0 && base.data[0] && !strchr(base.data, '/')) {
		err = try_places(m, r, flavour_places, ARRAY_SIZE(flavour_places), base.data);
		if (err == 0 && startswith(base.data, "linux-"))
			err = try_places(m, r, flavour_places, ARRAY_SIZE(flavour_places), "linux");
		if (err)
			return err;
	}
	if (flavour && flavour[1])
		return try_places(m, r, flavour_places, ARRAY_SIZE(flavour_places), flavour + 1);
	return 0;
}

/* kernel-install: TOKEN/RELEASE/initrd below the boot partition. */
static int find_token(struct vms_machine *m, struct ramdisks *r, const char *release, const char *token_file)
{
	_cleanup_buf_ struct vms_buf token = { NULL, 0 };
	int err = vms_root_read_line(m->root, token_file, &token);

	if (err == -ENOMEM)
		return err;
	if (err < 0 || !token.data[0] || strchr(token.data, '/') || token.data[0] == '.')
		return 0;
	err = 0;
	for (size_t i = 0; i < RAMDISK_ESPS && err >= 0; i++) {
		_cleanup_free_ char *path =
			vms_asprintf("%s/%s/%s/initrd", ramdisk_esps[i], token.data, release);

		err = path ? ramdisks_try(m, r, path) : -ENOMEM;
	}
	return err;
}

/* The names that tools give to what they make, but for those of rescue. */
static bool looks_like_one(const char *name)
{
	static const char *const not_booted[] = { "fallback", "rescue", "recovery", "kdump", "old", ".bak" };

	for (size_t i = 0; i < ARRAY_SIZE(not_booted); i++)
		if (strcasestr(name, not_booted[i]))
			return false;
	return strcasestr(name, "initr") || startswith(name, "booster") || strstr(name, ".cpio");
}

/* Whose modules are in it decides. */
static int guess(struct vms_machine *m, struct ramdisks *r)
{
	char *const *names = NULL;
	int err = vms_root_names(m->root, "/boot", &names);

	if (err < 0)
		return err == -ENOMEM ? err : 0;
	r->guessed = true;
	for (size_t i = 0; names[i] && err >= 0; i++) {
		_cleanup_free_ char *path = vms_asprintf("/boot/%s", names[i]);

		if (!path)
			return -ENOMEM;
		if (looks_like_one(names[i]))
			err = ramdisks_try(m, r, path);
	}
	return err < 0 ? err : 0;
}

int ramdisks_of_release(struct vms_machine *m, struct ramdisks *r, const char *release)
{
	int err = try_places(m, r, release_places, ARRAY_SIZE(release_places), release);

	if (err >= 0)
		err = find_token(m, r, release, "/etc/machine-id");
	if (err >= 0)
		err = find_token(m, r, release, "/etc/kernel/entry-token");
	if (err >= 0)
		err = ramdisks_of_images(m, r, release);
	if (err >= 0 && r->n == 0 && !r->why) {
		err = find_flavoured(m, r, release);
		r->loose = true;
	}
	if (err >= 0 && r->n == 0 && !r->why)
		err = ramdisks_try(m, r, "/run/booted-system/initrd"); /* NixOS */
	if (err >= 0 && r->n == 0 && !r->why)
		err = guess(m, r);
	return err < 0 ? err : 0;
}
