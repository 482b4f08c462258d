/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that the VMSPEC-OS-DRIVER-* checks are judged by: configuration,
 * indexes of modules, drivers at work, and the initial ramdisk, which is only
 * looked into when a verdict depends on it.
 */
#ifndef VMS_DRIVER_FACTS_H
#define VMS_DRIVER_FACTS_H

#include "kernel/cmdline.h"
#include "kernel/modules.h"
#include "kernel/options.h"
#include "running.h"

enum driver_module {
	MODULE_PL011,
	MODULE_VIRTIO_CONSOLE,
	MODULE_VIRTIO_PCI,
	MODULE_VIRTIO_MMIO,
	MODULE_VIRTIO_BLK,
	MODULE_VIRTIO_SCSI,
	MODULE_VIRTIO_NET,
	MODULE_VIRTIO_BALLOON,
	MODULE_XEN_BLK,
	MODULE_XEN_NET,
	N_MODULES,
	MODULE_NONE = N_MODULES, /* can only be built in */
};

/* Is a module in the initial ramdisk? */
struct in_ramdisk {
	enum { RAMDISK_UNKNOWN, RAMDISK_YES, RAMDISK_NO } state;
	char *source; /* which ramdisk says so; NULL: none */
	char *value;
};

/* A module that others need before they can be loaded. */
#define DEPENDENCIES_MAX 48
struct dependency {
	char *name;  /* with '_'; owned */
	uint32_t of; /* 1 << enum driver_module */
};

struct driver_facts {
	const struct kernel_options *kernel;
	struct modules modules;
	struct module module[N_MODULES + 1]; /* the last: `configs`, which makes /proc/config.gz */
	struct dependency dependency[DEPENDENCIES_MAX];
	size_t n_dependencies;
	uint32_t dependencies_cut; /* 1 << enum driver_module: not all of them are known */
	struct running running;
	const struct cmdline *cmdline;

	/* filled by driver_facts_ramdisk() */
	bool ramdisk_done;
	bool looked;						    /* into one that may be the one */
	struct in_ramdisk in_ramdisk[N_MODULES + DEPENDENCIES_MAX]; /* then the dependencies */
	bool loose;	   /* that is all of it? see struct ramdisks */
	int ramdisk_err;   /* of the look that `ramdisk_why` is about, or 0 */
	char *ramdisk_why; /* what stands in the way of RAMDISK_UNKNOWN */
};

/* The facts of `m`, read once; not yet the ramdisk. NULL: -ENOMEM. */
struct driver_facts *driver_facts(struct vms_machine *m);

/* The option that makes a module, or builds it in. */
enum kernel_option driver_module_option(enum driver_module i);

/* Must it be built in or in the initial ramdisk, because the root file system may
 * need it? MODULE_NONE: no. */
bool driver_module_is_early(enum driver_module i);

/* An installed module; where the file itself could not be looked at, the index is
 * believed. */
bool driver_facts_on_disk(const struct driver_facts *f, enum driver_module i);

/* Look into the initial ramdisk, once, for all modules that are not built in and that
 * it would not do to have on disk. */
int driver_facts_ramdisk(struct vms_machine *m, struct driver_facts *f);

void driver_facts_ramdisk_clear(struct driver_facts *f);

#endif
