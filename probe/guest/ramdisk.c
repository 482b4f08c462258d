/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the initial ramdisk; see ramdisk.h. Reads /proc/cmdline. */
#include <errno.h>
#include <sys/stat.h>

#include "core/result.h"
#include "initrd_record.h"
#include "kernel/cmdline.h"

const char *const ramdisk_esps[RAMDISK_ESPS] = { "/boot/efi", "/efi", "/boot" };

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

int ramdisks_add(struct ramdisks *r, const char *path, int fd, uint64_t off, uint64_t size, bool section)
{
	struct stat st;
	char *copy;

	if (fstat(fd, &st) < 0 || already(r, &st, off)) {
		close(fd);
		return 0;
	}
	if (r->n == RAMDISK_MAX) { /* the one that was booted may be this one */
		close(fd);
		return ramdisks_blocked(r, vms_asprintf("there are more than %d that it may be, %s is one",
							RAMDISK_MAX, path));
	}
	copy = strdup(path);
	if (!copy) {
		close(fd);
		return -ENOMEM;
	}
	r->at[r->n++] = (struct ramdisk){ copy, fd, off, size, section, NULL };
	return 0;
}

int ramdisks_blocked(struct ramdisks *r, char *why)
{
	if (!why)
		return -ENOMEM;
	if (r->why)
		free(why);
	else
		r->why = why;
	return 0;
}

int ramdisks_try(struct vms_machine *m, struct ramdisks *r, const char *path)
{
	uint64_t size;
	int fd, err = vms_root_open_file(m->root, path, &fd, &size);

	if (err == -ENOMEM || vms_is_absent(err))
		return err == -ENOMEM ? err : 0;
	if (err < 0) {
		err = ramdisks_blocked(r, vms_asprintf("%s: %s", path, vms_blocker(err)));
		return err < 0 ? err : 1;
	}
	err = ramdisks_add(r, path, fd, 0, size, false);
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
	if (streq(name, "initrd")) {
		r->named = true;
		return ramdisks_blocked(r, strdup("the command line says initrd=initrd, as EDK II does where "
						  "the host gave the kernel and its ramdisk (-kernel, "
						  "-initrd)"));
	}
	for (char *p = name; *p; p++)
		if (*p == '\\')
			*p = '/';
	rest = name + strspn(name, "/");
	r->named = true;
	for (size_t i = 0; i < RAMDISK_ESPS && got == 0; i++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s", ramdisk_esps[i], rest);

		got = path ? ramdisks_try(m, r, path) : -ENOMEM;
	}
	if (got == 0)
		got = ramdisks_blocked(
			r, vms_asprintf("the command line says initrd=%.*s, which is not to be seen under "
					"/boot/efi, /efi or /boot",
					(int)len, arg));
	return got < 0 ? got : 0;
}

static int find_named(struct vms_machine *m, struct ramdisks *r)
{
	const struct cmdline *c = cmdline_read(m);
	int err = c ? 0 : -ENOMEM;

	/* by blanks alone, as the EFI stub reads it */
	for (const char *p = c ? c->line.data : NULL; p && *p && err >= 0;) {
		size_t len = strcspn(p, " \n");

		if (len > 7 && memcmp(p, "initrd=", 7) == 0 && r->n < RAMDISK_MAX)
			err = try_named(m, r, p + 7, len - 7);
		p += len;
		p += strspn(p, " \n");
	}
	return err;
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
		err = ramdisks_of_stub(m, &r, release);
	if (err == 0 && !r.named && release && r.n == 0 && !r.why)
		err = ramdisks_of_loader(m, &r, release);
	if (err == 0 && !r.named && release && r.n == 0 && !r.why)
		err = ramdisks_of_release(m, &r, release);
	if (err == 0 && r.n && !r.why)
		err = ramdisks_of_this_boot(m, &r);
	if (err == 0 && !r.named && r.n == 0 && !r.why)
		err = ramdisks_blocked(
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
