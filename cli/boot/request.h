/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one run works on: what the command line asked for, and what became of it. */
#ifndef VMS_BOOT_REQUEST_H
#define VMS_BOOT_REQUEST_H

#include "boot.h"
#include "common/cli.h"
#include "media/espkernel.h"
#include "plan.h"

/* What the command line asked for. */
struct boot_options {
	struct cli_asked asked; /* first: see cli.h */
	const char *image, *firmware, *vars, *qemu, *guest_tools, *keep;
	char **matrix; /* words of --matrix */
	size_t n_matrix;
	const char *vmm; /* NULL: by the host */
	const char *kernel, *initrd, *append;
	char **documents; /* --join */
	size_t n_documents;
	const char *cell; /* only this one */
	bool plan;	  /* print their names */
	bool silent, persistent, dt_only, no_gicv3, mmio, dry_run, secure_boot;
	unsigned jobs, timeout, memory, smp;
	enum boot_accel accel;
	enum boot_exec exec;
	char *user, *password; /* of serial-login; point into a copy */
	bool backing;
};

/* Everything that one run needs, from the plan to the facts. */
struct pair {
	const struct boot_options *o;
	struct boot_setup setup;
	struct plan plan;
	struct vms_image *image;
	bool has_arm, has_aarch64; /* removable paths in the image, as far as it could be read */
	bool aarch32;		   /* the image is made for it */
	struct vms_matrix matrix;
	struct boot_cell *cells;
	struct boot_firmware *firmware; /* one a cell */
	char *path, *tools;		/* absolute */
	struct esp_kernel kernel;	/* of the image; empty: none, or not looked for */
};

#endif
