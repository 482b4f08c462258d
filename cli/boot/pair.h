/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line to the verdict of the pair of image and hypervisor. */
#ifndef VMS_BOOT_PAIR_H
#define VMS_BOOT_PAIR_H

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
	char *path, *tools, *keep;	/* absolute */
	struct esp_kernel kernel;	/* of the image; empty: none, or not looked for */
};

/* pair.c: the image, the plan, the cells with their firmware. -1: go on; else the exit
 * status, after a complaint. */
int pair_open(struct pair *s, const struct boot_options *o);
void pair_close(struct pair *s);

/* Run all cells, judge, render. The exit status of the contract. */
int pair_run(struct pair *s);

/* cells.c: facts, names and firmware of each cell of the plan. -1; else the exit status. */
int pair_make_cells(struct pair *s);
/* Forget all cells but one, which keeps their names. -1; else the exit status. */
int pair_keep_cell(struct pair *s, size_t i);

/* host.c: the hypervisor and its version, or why it starts nothing. */
int pair_describe(struct pair *s);
int pair_check_image(struct pair *s);

/* Print the cells' names, a line each. The exit status. */
int pair_print_plan(struct pair *s);

/* Print what would be run, for a shell. The exit status. */
int pair_print(struct pair *s);

#endif
