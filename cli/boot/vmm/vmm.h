/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cell's virtual machine, whoever runs it: one table of operations a hypervisor. A driver tells
 * what comes out of the machine to a listener and notes what happened to it; it knows neither what
 * the guest's lines mean nor what is to be done next.
 */
#ifndef VMS_BOOT_VMM_H
#define VMS_BOOT_VMM_H

#include <poll.h>
#include "boot/boot.h"
#include "core/place.h"
#include "commands.h"

/* What is plugged into a running guest, and how the guest knows it. */
enum vmm_device { VMM_DISK, VMM_NIC, VMM_N_DEVICES };
#define VMM_PLUG_SERIAL "vmspec-plug"	    /* of the disk, where disks have one */
#define VMM_PLUG_BYTES	(2085 * 512)	    /* of the disk: no other has this size */
#define VMM_PLUG_MAC	"52:54:00:76:6d:99" /* of the network card */

/* Why an operation did not succeed. What the hypervisor or the kernel said of it stands in vmm->said. */
enum vmm_fault {
	VMM_NO_FAULT,
	VMM_NO_PROGRAM,	 /* the hypervisor's program, or a tool, cannot be started */
	VMM_HOST_CANNOT, /* the host's hardware lacks what the cell asks for */
	VMM_NO_FILES,	 /* the machine's files cannot be made */
	VMM_NO_START,	 /* the machine did not start */
	VMM_REFUSED,	 /* the hypervisor said no */
	VMM_SILENT,	 /* no answer within the time */
	VMM_GONE,	 /* the machine has ended */
	VMM_STOPPED,	 /* the user ended it */
	VMM_NO_MEMORY,	 /* ours */
};

/* How a machine ended. */
enum vmm_end {
	VMM_RUNS,	/* it did not */
	VMM_ENDED,	/* of itself, all well */
	VMM_BROKE,	/* the hypervisor's process ended badly */
	VMM_CRASHED,	/* the hypervisor says that the guest crashed */
	VMM_WAS_KILLED, /* by somebody: that says nothing about image and hypervisor */
};

struct vmm_listener {
	void (*console)(void *ctx, const char *line);
	/* a line of the console that has no end yet */
	void (*prompt)(void *ctx, const char *text);
	/* a line of the port that is the agent's alone, where the hypervisor has one */
	void (*port)(void *ctx, const char *line);
	/* the guest reset the machine: what comes now is another boot */
	void (*reset)(void *ctx);
	void *ctx;
};

struct vmm;

struct vmm_ops {
	const char *name;		     /* "qemu" */
	const char *title;		     /* of its process, in a sentence: "QEMU" */
	const char *plug_word, *unplug_word; /* as it calls these operations */
	/* the machine of a cell; NULL: out of memory */
	struct vmm *(*open)(const struct boot_cell *cell);
	/* commands that make its files, and the one that starts it: for a run, or (`shown`) as a
	 * person can paste them. -ENOMEM */
	int (*commands)(struct vmm *vm, bool shown, struct commands *prepare, struct commands *start);
	/* what else its files need, once vm->dir is there and the commands have run */
	enum vmm_fault (*prepare)(struct vmm *vm);
	/* until it runs; `deadline` in monotonic seconds */
	enum vmm_fault (*start)(struct vmm *vm, double deadline);
	/* cut the power */
	void (*kill)(struct vmm *vm);
	enum vmm_fault (*plug)(struct vmm *vm, enum vmm_device device);
	enum vmm_fault (*unplug)(struct vmm *vm, enum vmm_device device);
	/* events: what to poll, at most VMM_FDS, and for how many seconds at most */
	size_t (*watch)(struct vmm *vm, struct pollfd *fds, double *ret_seconds);
	/* ... and tell the listener what is there. VMM_GONE: it has ended, all was told */
	enum vmm_fault (*events)(struct vmm *vm, const struct pollfd *fds);
	/* operations on the judged disk so far; false: cannot be told */
	bool (*disk_operations)(struct vmm *vm, long long *ret);
	/* a line for its console */
	void (*type)(struct vmm *vm, const char *line);
	void (*close)(struct vmm *vm);
};

#define VMM_FDS 4

struct vmm {
	const struct vmm_ops *ops;
	const struct boot_cell *cell;
	struct vmm_listener listener;
	int stop;	 /* readable when all is to end */
	double deadline; /* monotonic: nothing is waited for after it */
	char *dir;	 /* the machine's files: a short path */
	char *keep;	 /* logs that stay: what the folder is called, for people; NULL: none */
	int keep_fd;	 /* that folder */
	char *seed;	 /* folder; NULL: the guest gets none */

	/* what was seen since it was started: written by the driver */
	char said[300];	  /* about the last fault */
	char errors[300]; /* the last thing on its stderr; "": nothing */
	enum vmm_end end;
	char how[80];		       /* it ended: "was killed by signal 11 (Segmentation fault)" */
	bool powered_off;	       /* by the guest */
	bool unplugged[VMM_N_DEVICES]; /* gone for good */

	/* vmm.c: the folder `dir` itself, and where it is */
	struct vms_place dir_place;
	int dir_fd;
};

/* A cell's, of which nothing is there yet. */
#define VMM_OF(table, of_cell)                                                                               \
	{                                                                                                    \
		.ops = table, .cell = of_cell, .keep_fd = -1, .dir_place = VMS_PLACE_NONE, .dir_fd = -1      \
	}

/* The table for a cell's hypervisor. */
const struct vmm_ops *vmm_ops_of(enum vms_vmm which);

/* Note what was said (printf), and return `fault`. */
enum vmm_fault vmm_fault(struct vmm *vm, enum vmm_fault fault, const char *fmt, ...) _printf_(3, 4);

/* A machine for the cell, with its folder. *ret is set, to be closed, also where that failed; not
 * on VMM_NO_MEMORY. */
enum vmm_fault vmm_open(const struct boot_cell *cell, const struct vmm_listener *listener, int stop,
			struct vmm **ret);
/* Make its files. What stands in vm->seed goes with it. */
enum vmm_fault vmm_prepare(struct vmm *vm);
/* End it, remove its folder, free it. NULL-safe. */
void vmm_close(struct vmm *vm);

/* For drivers: the command that starts it goes to what is kept. */
void vmm_keep_command(const struct vmm *vm, char *const *argv);

extern const struct vmm_ops vmm_qemu, vmm_xen;

#endif
