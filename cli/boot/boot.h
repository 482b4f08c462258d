/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmspec-boot: an image on a matrix of virtual hardware. The plan says which cells there are, a
 * thread runs each cell's script (script/) on a machine (vmm/) with a guest inside (guest/); what is
 * seen goes into the facts of probe/matrix/, which are judged when all have ended.
 */
#ifndef VMS_BOOT_H
#define VMS_BOOT_H

#include <pthread.h>
#include "matrix/matrix.h"

enum boot_accel { ACCEL_AUTO, ACCEL_KVM, ACCEL_TCG };

/* How vmspec-verify gets to run inside. */
enum boot_exec { EXEC_CLOUD_INIT, EXEC_SERIAL_LOGIN, EXEC_NONE };

/* What all cells share. Borrowed strings. */
struct boot_setup {
	enum vms_vmm vmm;
	const char *image;	  /* absolute path */
	const char *image_format; /* as QEMU names it */
	uint64_t image_bytes;	  /* of a raw one */
	/* of a direct boot: files of this host, or of the ESP that begins at byte `esp`; NULL: none */
	const char *kernel, *initrd, *append;
	bool from_esp;
	uint64_t esp;
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
	int keep_fd;	  /* that folder */
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

struct boot_firmware;

/* A cell with what it needs to run. */
struct boot_cell {
	struct vms_cell *facts;
	const struct boot_setup *setup;
	const struct boot_firmware *firmware; /* NULL: none; facts->reason says why it cannot run */
	bool once;			      /* boot to a verdict and power off, no more */
	bool kvm;
	bool no_memory; /* ran out while it was run: what is not known of it may be for that */
	struct boot_progress progress;
};

#endif
