/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QEMU command line of a cell. */
#ifndef VMS_BOOT_QEMU_H
#define VMS_BOOT_QEMU_H

#include "boot.h"

/* Files of a cell, in its folder. */
struct boot_files {
	char *dir;     /* sockets are here: a short path */
	char *overlay; /* qcow2 over the image */
	char *code;    /* a copy of the firmware that fills its bank; NULL: it is taken as it is */
	char *vars;    /* NULL: the firmware has no store */
	char *seed;    /* folder; NULL: none */
	char *console; /* log */
};

/* The program for a cell: as the user said, else by architecture. */
const char *qemu_program(const struct boot_cell *cell);

/*
 * Its arguments, ended by NULL. `channels`: with the three sockets that the driver listens
 * on (qmp, console, verdict); else for a person to run: the console on the terminal, no
 * seed and no port. -ENOMEM.
 */
int qemu_command(const struct boot_cell *cell, const struct boot_files *files, bool channels, char ***ret);

/* Else it is qcow2, which has its size from its making. */
bool qemu_store_is_raw(const struct boot_firmware *f);

/* The version that a cell's program tells, "7.2.22"; NULL: none. Owned by the caller. */
char *qemu_version(const struct boot_cell *cell);

/* What is hot-plugged: id, driver and backend, as device_add takes them. */
#define QEMU_PLUG_BLK	 "vmspec-blk"
#define QEMU_PLUG_NET	 "vmspec-net"
#define QEMU_PLUG_MAC	 "52:54:00:76:6d:99"
#define QEMU_PLUG_SERIAL "vmspec-plug"

/* Is /dev/kvm there for guests of this architecture? */
bool qemu_can_kvm(bool aarch32);

#endif
