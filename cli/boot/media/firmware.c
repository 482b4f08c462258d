// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Choosing the firmware: the descriptors that serve a machine in the order of preference, or
 * the file that the user names, with the variable store that belongs to it.
 */
#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include "common/cli.h"
#include "core/json_print.h"
#include "descriptor.h"
#include "firmware.h"

void boot_firmware_clear(struct boot_firmware *f)
{
	free(f->code);
	free(f->vars_template);
	free(f->code_format);
	free(f->vars_format);
	free(f->label);
	*f = (struct boot_firmware){ 0 };
}

/* 0, or -errno: no file that can be read, -EISDIR, -ENODATA: empty. */
static int check_file(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return st.st_size > 0 ? 0 : -ENODATA;
}

static int check_named(const char *what, const char *path)
{
	int err = check_file(path);

	if (err == -ENODATA)
		complain("%s %s is empty", what, path);
	else if (err == -EINVAL)
		complain("%s %s is no regular file", what, path);
	else if (err)
		complain("cannot read %s %s: %s", what, path, vms_error_text(err));
	return err;
}

/* What follows from the files: the label, and whether the code fills its flash bank. */
static int complete(struct boot_firmware *f)
{
	const char *slash = strrchr(f->code, '/');
	struct stat st;

	f->label = strdup(slash ? slash + 1 : f->code);
	f->pad = f->flash && streq(f->code_format, "raw") && stat(f->code, &st) == 0 &&
		 st.st_size < BOOT_FLASH_BANK;
	return f->label ? 0 : -ENOMEM;
}

/* The same descriptors are read for every cell; each is complained about once. */
static void complain_once(const char *path, int err)
{
	static uint64_t told[64];
	static size_t n;
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (const char *c = path; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	for (size_t i = 0; i < n; i++)
		if (told[i] == hash)
			return;
	if (n < ARRAY_SIZE(told))
		told[n++] = hash;
	complain("%s is passed over: %s", path,
		 err == -EBADMSG ? "damaged, or no firmware descriptor" : vms_error_text(err));
}

/* What is looked for among the descriptors. */
struct wish {
	const char *arch;
	const char *machine; /* NULL: any */
	bool enrolled_keys;
	const char *code; /* not NULL: one of exactly this executable */
};

static bool same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return stat(a, &sa) == 0 && stat(b, &sb) == 0 && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

#define FITS_NOT INT_MAX

/* How well a descriptor fits, 0 best. Distributions link several names to
 * one executable: the name as typed goes first. */
static int rank(const struct wish *w, struct json_object *o, const struct boot_firmware *f)
{
	bool enrolled = descriptor_has_feature(o, "enrolled-keys"),
	     secure = descriptor_has_feature(o, "secure-boot");

	if (!w->code)
		return enrolled != w->enrolled_keys ? FITS_NOT : 2 * !f->vars_template + secure;
	if (!f->flash || !same_file(f->code, w->code))
		return FITS_NOT;
	return 4 * !streq(f->code, w->code) + 2 * enrolled + secure;
}

/* Is the descriptor in `path` better than *best, whose rank is *best_rank? Then it takes its place. */
static int consider(const struct wish *w, const char *path, struct boot_firmware *best, int *best_rank)
{
	_cleanup_json_ struct json_object *o = NULL;
	_cleanup_(boot_firmware_clear) struct boot_firmware f = { 0 };
	int err = descriptor_read(path, &o), r;

	if (!err && !descriptor_serves(o, w->arch, w->machine))
		return 0;
	if (!err)
		err = descriptor_files(o, &f);
	if (err == -ENOMEM || err == -EOPNOTSUPP)
		return err == -ENOMEM ? err : 0;
	if (err) {
		complain_once(path, err);
		return 0;
	}
	if (check_file(f.code) || (f.vars_template && check_file(f.vars_template)))
		return 0; /* its package is not whole */
	r = rank(w, o, &f);
	if (r >= *best_rank)
		return 0;
	*best_rank = r;
	boot_firmware_clear(best);
	*best = f;
	f = (struct boot_firmware){ 0 };
	return 0;
}

static int choose(const struct wish *w, struct boot_firmware *ret)
{
	_cleanup_strv_ char **paths = NULL;
	_cleanup_(boot_firmware_clear) struct boot_firmware best = { 0 };
	int err = descriptor_list(&paths), best_rank = FITS_NOT;

	for (size_t i = 0; !err && paths && paths[i]; i++)
		err = consider(w, paths[i], &best, &best_rank);
	if (!err && best_rank == FITS_NOT)
		err = -ENOENT;
	if (err)
		return err;
	*ret = best;
	best = (struct boot_firmware){ 0 };
	return 0;
}

/* Hand *f over when it is whole. */
static int deliver(struct boot_firmware *f, struct boot_firmware *ret)
{
	int err = complete(f);

	if (err)
		return err;
	*ret = *f;
	*f = (struct boot_firmware){ 0 };
	return 0;
}

int boot_firmware_find(const char *qemu_arch, const char *machine, bool enrolled_keys,
		       struct boot_firmware *ret)
{
	struct wish w = { .arch = qemu_arch, .machine = machine, .enrolled_keys = enrolled_keys };
	_cleanup_(boot_firmware_clear) struct boot_firmware f = { 0 };
	int err = choose(&w, &f);

	return err ? err : deliver(&f, ret);
}

/* "raw" or "qcow2", by its first bytes. */
static char *format_of(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char magic[4];

	return strdup(fd >= 0 && pread(fd, magic, 4, 0) == 4 && memcmp(magic, "QFI\xfb", 4) == 0 ? "qcow2"
												 : "raw");
}

/* A descriptor that the user names must be good. */
static int named_descriptor(const char *file, const char *qemu_arch, struct boot_firmware *f)
{
	_cleanup_json_ struct json_object *o = NULL;
	int err = descriptor_read(file, &o);

	if (!err && !descriptor_serves(o, qemu_arch, NULL)) {
		complain("%s describes no UEFI firmware for qemu-system-%s", file, qemu_arch);
		return -EINVAL;
	}
	if (!err)
		err = descriptor_files(o, f);
	if (err == -EOPNOTSUPP)
		complain("%s describes firmware that is neither a pair of flash files nor for -bios", file);
	else if (err && err != -ENOMEM)
		complain("cannot read the firmware descriptor %s: %s", file,
			 err == -EBADMSG ? "it is damaged, or none" : vms_error_text(err));
	if (!err)
		err = check_named("the firmware", f->code);
	if (!err && f->vars_template)
		err = check_named("the variable store", f->vars_template);
	return err;
}

/* The executable itself: with the template of the descriptor that knows it, else alone. */
static int named_executable(const char *file, const char *qemu_arch, struct boot_firmware *f)
{
	struct wish w = { .arch = qemu_arch, .code = file };
	int err = choose(&w, f);

	if (err && err != -ENOENT)
		return err;
	free(f->code);
	free(f->code_format);
	f->code = strdup(file);
	f->code_format = format_of(file);
	return f->code && f->code_format ? 0 : -ENOMEM;
}

static int set_template(struct boot_firmware *f, const char *vars)
{
	free(f->vars_template);
	free(f->vars_format);
	f->vars_template = strdup(vars);
	f->vars_format = format_of(vars);
	f->flash = true;
	return f->vars_template && f->vars_format ? 0 : -ENOMEM;
}

int boot_firmware_named(const char *file, const char *vars, bool persistent, const char *qemu_arch,
			struct boot_firmware *ret)
{
	_cleanup_(boot_firmware_clear) struct boot_firmware f = { 0 };
	size_t len = strlen(file);
	int err = check_named("the firmware", file);

	if (!err && vars)
		err = check_named("the variable store", vars);
	if (!err)
		err = len > 5 && streq(file + len - 5, ".json") ? named_descriptor(file, qemu_arch, &f)
								: named_executable(file, qemu_arch, &f);
	if (!err && vars)
		err = set_template(&f, vars);
	if (err)
		return err;
	if (persistent && !f.vars_template)
		f.flash = f.blank_store = true;
	return deliver(&f, ret);
}
