/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's command line, /proc/cmdline, taken apart as the kernel does it (kernel/params.c and
 * lib/cmdline.c; Documentation/admin-guide/kernel-parameters.rst): blanks within double quotes part no
 * words, '-' and '_' are the same in a name, what follows "--" is init's.
 */
#ifndef VMS_KERNEL_CMDLINE_H
#define VMS_KERNEL_CMDLINE_H

#include "core/machine.h"

struct cmdline_word {
	const char *text;  /* as it stands there: "acpi=off" */
	const char *name;  /* "acpi" */
	const char *value; /* "off", without quotes; NULL: no '=' */
	bool inits;	   /* after "--": the kernel does not look at it, programs may */
};

struct cmdline {
	int err;	     /* -errno: it could not be read, and has no word */
	struct vms_buf line; /* the whole of it; .data NULL: err */
	struct cmdline_word *word;
	size_t n;
	char *names; /* what name and value point into */
	char *texts;
};

/* That of `m`, read once. NULL: -ENOMEM. */
const struct cmdline *cmdline_read(struct vms_machine *m);

/* The next of the kernel's words with that name after `last`, the first where it is NULL. NULL: no more. */
const struct cmdline_word *cmdline_next(const struct cmdline *c, const char *name,
					const struct cmdline_word *last);

/* The last of them, which counts where one overrides the other. NULL: none. */
const struct cmdline_word *cmdline_last(const struct cmdline *c, const char *name);

/* Has its value, a list with commas, that item? '-' and '_' are the same, as they are in names of modules. */
bool cmdline_lists(const struct cmdline_word *w, const char *item);

/* What the kernel takes it for where a bool is wanted (kstrtobool(); the name alone is true), to *ret. False:
 * for none, and what was before stays. */
bool cmdline_bool(const struct cmdline_word *w, bool *ret);

#endif
