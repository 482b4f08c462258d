/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of the running kernel: /proc/config.gz, or the file that
 * the distribution put beside the kernel of that release. Serves "the guest OS
 * must include support for ..." of the chapter VM Images.
 */
#ifndef VMS_KCONFIG_H
#define VMS_KCONFIG_H

#include "core/machine.h"

enum kconfig_value {
	KCONFIG_NOT_MENTIONED, /* its dependencies are not met, or the file is cut short */
	KCONFIG_NOT_SET,
	KCONFIG_MODULE,
	KCONFIG_BUILT_IN,
};

struct kconfig_option {
	const char *name; /* without "CONFIG_" */
	bool is_text;	  /* a string: BUILT_IN when it is not empty */
	enum kconfig_value value;
};

/* Where distributions keep the configuration of a kernel whose release stands between the two. */
#define N_KCONFIG_PLACES 6
extern const struct kconfig_place {
	const char *before, *after;
} kconfig_places[N_KCONFIG_PLACES];

struct kconfig {
	/* 0: `path` was read. -ENOENT: there is none; other -errno: the first
	 * place where there is one, `path`, could not be read. */
	int err;
	char *path;
	/* Everything up to the drivers is there, so that "not mentioned" means
	 * "not built". */
	bool whole;
};

/*
 * The release of the running kernel, as `uname -r` gives it; only characters
 * that are safe in a path. -EBADMSG: no release; other -errno: could not look.
 */
int kernel_release(struct vms_root *root, char **ret) _must_check_;

/* "6.1.0-50-arm64": is that before Linux `major`.`minor`? False, too, for what is no release, and NULL. */
bool kernel_is_before(const char *release, unsigned major, unsigned minor);

/* Fill `options` from the first configuration that can be read. What went wrong
 * is told in ret->err; -ENOMEM alone is returned. `release`: NULL when not known. */
int kconfig_read(struct vms_machine *m, const char *release, struct kconfig *ret,
		 struct kconfig_option *options, size_t n) _must_check_;
void kconfig_clear(struct kconfig *c);

/* The same over text. False: no line of a kernel configuration in it. */
bool kconfig_scan(struct vms_span text, struct kconfig_option *options, size_t n, bool *ret_whole);

/* Decompress gzip data; -ENOPKG: no zlib here; -EBADMSG: damaged or cut short;
 * -EFBIG: more than `max` bytes. */
int kconfig_gunzip(int fd, size_t max, struct vms_buf *ret) _must_check_;

#endif
