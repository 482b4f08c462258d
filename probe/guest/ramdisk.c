/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the initial ramdisk; see ramdisk.h. Reads /proc/cmdline, /boot, the ESP. */
#include <errno.h>
#include <sys/stat.h>

#include "core/result.h"
#include "initrd_record.h"

#define CMDLINE_MAX (64u << 10)
#define MAX_IMAGES  32 /* of EFI/Linux */

/* Where the ESP, or the extended boot loader partition, is mounted. */
static const char *const esps[] = { "/boot/efi", "/efi", "/boot" };

static bool already(const struct ramdisks *r, const struct stat *st, uint64_t off)
{
	for (size_t i = 0; i < r->n; i++) {
		struct stat other;

		if (r->at[i].off == off && fstat(r->at[i].fd, &other) == 0 && other.st_dev == st->st_dev &&
		    other.st_ino == st->st_ino)
			return true;
	}
	return false;
}

/* Takes fd. The same file by another path is not taken twice. */
static int add(struct ramdisks *r, const char *path, int fd, uint64_t off, uint64_t size, bool section)
{
	struct stat st;
	char *copy;

	if (r->n == RAMDISK_MAX || fstat(fd, &st) < 0 || already(r, &st, off)) {
		close(fd);
		return 0;
	}
	copy = strdup(path);
	if (!copy) {
		close(fd);
		return -ENOMEM;
	}
	r->at[r->n++] = (struct ramdisk){ copy, fd, off, size, section, NULL };
	return 0;
}

/* The first thing that stood in the way is the one to name. */
static int set_why(struct ramdisks *r, char *why)
{
	if (!why)
		return -ENOMEM;
	if (r->why)
		free(why);
	else
		r->why = why;
	return 0;
}

static bool is_absent(int err)
{
	return err == -ENOENT || err == -VMS_ENOPARENT;
}

/* One path: 1 added, 0 absent. One that cannot be opened is named in `why`. */
static int try_path(struct vms_machine *m, struct ramdisks *r, const char *path)
{
	uint64_t size;
	int fd, err = vms_root_open_file(m->root, path, &fd, &size);

	if (err == -ENOMEM || is_absent(err))
		return err == -ENOMEM ? err : 0;
	if (err < 0) {
		err = set_why(r, vms_asprintf("%s: %s", path, vms_blocker(err)));
		return err < 0 ? err : 1;
	}
	err = add(r, path, fd, 0, size, false);
	return err < 0 ? err : 1;
}

/* initrd=\path\file: relative to the volume that the kernel came from. */
static int try_named(struct vms_machine *m, struct ramdisks *r, const char *arg, size_t len)
{
	_cleanup_free_ char *name = strndup(arg, len);
	const char *rest;
	int got = 0;

	if (!name)
		return -ENOMEM;
	for (char *p = name; *p; p++)
		if (*p == '\\')
			*p = '/';
	rest = name + strspn(name, "/");
	r->named = true;
	for (size_t i = 0; i < ARRAY_SIZE(esps) && got == 0; i++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s", esps[i], rest);

		got = path ? try_path(m, r, path) : -ENOMEM;
	}
	if (got == 0)
		got = set_why(r,
			      vms_asprintf("the command line says initrd=%.*s, which is not to be seen under "
					   "/boot/efi, /efi or /boot",
					   (int)len, arg));
	return got < 0 ? got : 0;
}

static int find_named(struct vms_machine *m, struct ramdisks *r)
{
	_cleanup_buf_ struct vms_buf b = { NULL, 0 };
	int err = vms_root_read(m->root, "/proc/cmdline", CMDLINE_MAX, &b);
	const char *p;

	if (err == -ENOMEM)
		return err;
	if (err < 0)
		return 0;
	for (p = b.data; *p && err >= 0;) {
		size_t len = strcspn(p, " \n");

		if (len > 7 && memcmp(p, "initrd=", 7) == 0 && r->n < RAMDISK_MAX)
			err = try_named(m, r, p + 7, len - 7);
		p += len;
		p += strspn(p, " \n");
	}
	return err;
}

/* The name that a distribution gives its kernel: Arch's pkgbase ("linux"), or
 * what follows the last '-' of the release (Alpine: "virt"). */
static int find_flavoured(struct vms_machine *m, struct ramdisks *r, const char *release)
{
	_cleanup_free_ char *base_path = vms_asprintf("/usr/lib/modules/%s/pkgbase", release);
	_cleanup_buf_ struct vms_buf base = { NULL, 0 };
	const char *flavour = strrchr(release, '-');
	int err;

	if (!base_path)
		return -ENOMEM;
	err = vms_root_read_line(m->root, base_path, &base);
	if (err == -ENOMEM)
		return err;
	if (err == 0 && base.data[0] && !strchr(base.data, '/')) {
		_cleanup_free_ char *path = vms_asprintf("/boot/initramfs-%s.img", base.data);

		err = path ? try_path(m, r, path) : -ENOMEM;
		if (err)
			return err;
	}
	if (flavour && flavour[1]) {
		_cleanup_free_ char *path = vms_asprintf("/boot/initramfs-%s", flavour + 1);

		return path ? try_path(m, r, path) : -ENOMEM;
	}
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
	for (size_t i = 0; i < ARRAY_SIZE(esps) && err >= 0; i++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s/%s/initrd", esps[i], token.data, release);

		err = path ? try_path(m, r, path) : -ENOMEM;
	}
	return err;
}

static int try_uki(struct vms_machine *m, struct ramdisks *r, const char *path, const char *release)
{
	uint64_t size, off, len;
	int fd, err = vms_root_open_file(m->root, path, &fd, &size);

	if (err < 0)
		return err == -ENOMEM ? err : 0;
	if (uki_initrd(fd, size, release, &off, &len) < 0) {
		close(fd);
		return 0;
	}
	return add(r, path, fd, off, len, true);
}

static int find_ukis(struct vms_machine *m, struct ramdisks *r, const char *release)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(esps) && err >= 0; i++) {
		_cleanup_free_ char *dir = vms_asprintf("%s/EFI/Linux", esps[i]);
		_cleanup_strv_ char **names = NULL;

		if (!dir)
			return -ENOMEM;
		if (vms_root_list(m->root, dir, &names) < 0)
			continue;
		for (size_t k = 0; names[k] && k < MAX_IMAGES && err >= 0; k++) {
			_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, names[k]);
			size_t len = strlen(names[k]);

			if (!path)
				return -ENOMEM;
			if (len > 4 && strcasecmp(names[k] + len - 4, ".efi") == 0)
				err = try_uki(m, r, path, release);
		}
	}
	return err;
}

static int find_of_release(struct vms_machine *m, struct ramdisks *r, const char *release)
{
	static const struct {
		const char *before, *after; /* the release */
	} places[] = {
		{ "/boot/initrd.img-", "" },	/* Debian, Ubuntu */
		{ "/boot/initramfs-", ".img" }, /* Fedora, RHEL */
		{ "/boot/initrd-", "" },	/* SUSE */
		{ "/boot/initramfs-", "" },
	};
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(places) && err >= 0; i++) {
		_cleanup_free_ char *path =
			vms_asprintf("%s%s%s", places[i].before, release, places[i].after);

		err = path ? try_path(m, r, path) : -ENOMEM;
	}
	if (err >= 0)
		err = find_token(m, r, release, "/etc/machine-id");
	if (err >= 0)
		err = find_token(m, r, release, "/etc/kernel/entry-token");
	if (err >= 0)
		err = find_ukis(m, r, release);
	if (err >= 0 && r->n == 0 && !r->why)
		err = find_flavoured(m, r, release);
	if (err >= 0 && r->n == 0 && !r->why)
		err = try_path(m, r, "/run/booted-system/initrd"); /* NixOS */
	return err < 0 ? err : 0;
}

int ramdisks_find(struct vms_machine *m, const char *release, struct ramdisks *ret)
{
	struct ramdisks r = { .n = 0 };
	struct vms_buf list;
	int err;

	if (m->live->ramdisk && m->live->ramdisk(m, &list) == 0)
		return initrd_recorded(list.data, ret);
	err = find_named(m, &r);
	if (err == 0 && !r.named && release)
		err = find_of_release(m, &r, release);
	if (err == 0 && !r.named && r.n == 0 && !r.why)
		err = set_why(
			&r, release ? vms_asprintf(
					      "no initial ramdisk of %s is to be seen in /boot or on the ESP",
					      release)
				    : strdup("the release of the running kernel is not known"));
	if (err < 0) {
		ramdisks_clear(&r);
		return err;
	}
	*ret = r;
	return 0;
}

void ramdisks_clear(struct ramdisks *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->at[i].fd >= 0)
			close(r->at[i].fd);
		free(r->at[i].path);
	}
	free(r->why);
	free(r->list);
	*r = (struct ramdisks){ .n = 0 };
}
