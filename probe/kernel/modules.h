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
	char *deps;	  /* and what it depends on: the rest of that line, "" nothing; owned */
	int file_err;	  /* that file: 0 or could not look; -ENOENT: it is gone */
};

struct modules {
	char *dir; /* "/lib/modules/6.1.0-50-arm64"; NULL: none could be looked at */
	/* 0: read. -ENOENT: no modules of that release are installed.
	 * Other -errno: could not look. */
	int builtin_err;
	int dep_err;
	char *other; /* where there are none of that release: one that is there; NULL; owned */
};

/* Fill `want`. -ENOMEM alone is returned. `release`: NULL when not known. */
int modules_read(struct vms_machine *m, const char *release, struct modules *ret, struct module *want,
		 size_t n) _must_check_;
void modules_clear(struct modules *mods, struct module *want, size_t n);

/* Is the file name base[0..len) that of module `name`: '-' and '_' are the same,
 * .ko at its end, or a compressed one's .ko.xz? */
bool module_is(const char *base, size_t len, const char *name);

/* The next path of `deps`, or NULL: *ret_base and *ret_len are its file's name without
 * the ending. */
const char *modules_next_dep(const char *deps, const char **ret_base, size_t *ret_len);

/* Over the text of one index: lines "PATH.ko" or "PATH.ko: PATH.ko ...". For each
 * line whose module is `want[i]`, found(arg, i, path, len, rest): [rest, end of the line)
 * is what stands behind the colon. */
typedef void (*modules_found_fn)(void *arg, size_t i, const char *path, size_t len, struct vms_span rest);
void modules_scan(struct vms_span text, const struct module *want, size_t n, modules_found_fn found,
		  void *arg);

#endif
