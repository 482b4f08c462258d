/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmspec-boot: an image on a matrix of virtual hardware. The plan says which cells there
 * are; a thread drives each cell, one QEMU process at a time; what it sees goes into the
 * facts of probe/matrix/, which are judged when all have ended.
 */
#ifndef VMS_BOOT_H
#define VMS_BOOT_H

#include <pthread.h>
#include <stdatomic.h>
#include "matrix/matrix.h"
#include "firmware.h"

enum boot_accel { ACCEL_AUTO, ACCEL_KVM, ACCEL_TCG };

/* How vmspec-verify gets to run inside. */
enum boot_exec { EXEC_CLOUD_INIT, EXEC_SERIAL_LOGIN, EXEC_NONE };

/* What all cells share. Borrowed strings. */
struct boot_setup {
	const char *image;	  /* absolute path */
	const char *image_format; /* as QEMU names it */
	const char *profile;
	const char *qemu;	 /* NULL: qemu-system-ARCH of the cell */
	const char *guest_tools; /* folder with one folder an architecture; NULL: none */
	enum boot_accel accel;
	enum boot_exec exec;
	const char *user, *password; /* of EXEC_SERIAL_LOGIN; password may be NULL */
	unsigned timeout;	     /* seconds a cell; 0: by accelerator */
	unsigned memory;	     /* MiB */
	unsigned smp;
	const char *keep; /* NULL: nothing is kept */
};

/* Shown while a cell runs; written by its thread, read by the progress display. */
struct boot_progress {
	pthread_mutex_t lock;
	const char *stage; /* constant string */
	char last[160];	   /* the last line of the console, printable */
	double started;	   /* monotonic, seconds; 0: not yet */
	double took;	   /* seconds, when it ended; 0: not yet */
	bool plain;	   /* no terminal: each stage is a line of its own */
};

/* A cell with what it needs to run. */
struct boot_cell {
	struct vms_cell *facts;
	const struct boot_setup *setup;
	const struct boot_firmware *firmware; /* NULL: none was found; facts->reason says so */
	bool once;			      /* boot to a verdict and power off, no more */
	bool kvm;
	struct boot_progress progress;
};

double boot_now(void); /* monotonic, seconds */

/* cell.c: run one cell to its end. `stop` becomes readable when all is to end. */
void boot_cell_run(struct boot_cell *cell, int stop);

/* run.c: all cells, `jobs` at a time, with a live display unless `silent`. Ends early,
 * with what there is, on SIGINT, SIGTERM and SIGHUP: *ret_signal then names it. 0 or -errno. */
int boot_run(struct boot_cell *cells, size_t n, unsigned jobs, bool silent, int *ret_signal);

/* progress.c */
void boot_stage(struct boot_cell *cell, const char *stage);
void boot_last_line(struct boot_cell *cell, const char *line);
struct boot_display {
	struct boot_cell *cells;
	size_t n;
	unsigned painted; /* lines on the terminal now */
};
void boot_display_paint(struct boot_display *d);

#endif
