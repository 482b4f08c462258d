/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel modules by the text indexes of depmod: modules.builtin and modules.dep
 * of the running kernel's release. (libkmod reads the binary indexes alone, which
 * not every image and no record has.)
 */
#ifndef VMS_MODULES_H
#define VMS_MODULES_H

#include "core/machine.h"

/* One module that is asked for, and what the indexes say. */
struct module {
	const char *name; /* with '_', as /proc/modules shows it */
	bool builtin;	  /* modules.builtin lists it */
	char *path;	  /* modules.dep lists it: "kernel/drivers/.../virtio_net.ko.xz"; owned */
	int file_err;	  /* that file: 0 or could not look; -ENOENT: it is gone */
};

struct modules {
	char *dir; /* "/lib/modules/6.1.0-50-arm64"; NULL: none could be looked at */
	/* 0: read. -ENOENT: no modules of that release are installed.
	 * Other -errno: could not look. */
	int builtin_err;
	int dep_err;
};

/* Fill `want`. -ENOMEM alone is returned. `release`: NULL when not known. */
int modules_read(struct vms_machine *m, const char *release, struct modules *ret, struct module *want,
		 size_t n) _must_check_;
void modules_clear(struct modules *mods, struct module *want, size_t n);

/* Is the file name base[0..len) that of module `name`: '-' and '_' are the same,
 * .ko, .ko.gz, .ko.xz or .ko.zst at its end? */
bool module_is(const char *base, size_t len, const char *name);

/* Over the text of one index: lines "PATH.ko" or "PATH.ko: PATH.ko ...". For each
 * line whose module is `want[i]`, found(arg, i, path, len). */
typedef void (*modules_found_fn)(void *arg, size_t i, const char *path, size_t len);
void modules_scan(struct vms_span text, const struct module *want, size_t n, modules_found_fn found,
		  void *arg);

#endif
