/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the QEMU driver. */
#ifndef VMS_BOOT_QEMU_DRIVER_H
#define VMS_BOOT_QEMU_DRIVER_H

#include "boot/guest/lines.h"
#include "process.h"
#include "qmp.h"
#include "vmm.h"

enum channel { CHANNEL_QMP, CHANNEL_CONSOLE, CHANNEL_VERDICT, CHANNEL_ERRORS, N_CHANNELS };
#define N_SOCKETS CHANNEL_ERRORS

struct qemu {
	struct vmm vm; /* first: they are one object */
	char *vars;    /* the copy of the variable store; NULL: the firmware has none */
	struct process process;
	int listeners[N_SOCKETS];
	struct lines lines[N_CHANNELS];
	struct qmp qmp;
	struct kept console; /* over all starts */
};

static inline struct qemu *qemu_of(struct vmm *vm)
{
	return (struct qemu *)vm;
}

#define ANSWER_SECONDS 30

/* Names on its command line that the protocol uses, too. */
#define QEMU_NODE_DISK	  "disk"
#define QEMU_BACKEND_DISK "plug-blk"
#define QEMU_BACKEND_NIC  "plug-net"

/* qemu_command.c: see vmm.h. Not `shown`: with three sockets that the driver listens on; else for a
 * person to run: the console on the terminal, no seed and no port. */
int qemu_commands(struct vmm *vm, bool shown, struct commands *prepare, struct commands *start);
/* The program for a cell: as the user said, else by architecture. */
const char *qemu_program(const struct boot_cell *cell);

/* qemu_process.c: start a process (NULL: the cell's) that dials the first `n_channels` sockets, and greet
 * it. */
enum vmm_fault qemu_connect(struct qemu *q, size_t n_channels, char *const argv[], double deadline);

/* qemu_events.c: what comes out of it. */
extern const char *const qemu_plug_ids[VMM_N_DEVICES];
void qemu_listen(struct qemu *q);
size_t qemu_watch(struct vmm *vm, struct pollfd *fds, double *ret_seconds);
enum vmm_fault qemu_events(struct vmm *vm, const struct pollfd *fds);
/* A command and its reply in q->qmp.reply; `arguments` is taken over. Events go on meanwhile. */
enum vmm_fault qemu_ask(struct qemu *q, const char *command, struct json_object *arguments, double until);
/* The process is gone: what it still said, and how it ended. */
void qemu_note_end(struct qemu *q);

/* qemu_host.c: what this host's QEMU can. */
enum vmm_fault qemu_host_can(struct qemu *q);
/* Is /dev/kvm there for guests of this architecture? */
bool qemu_can_kvm(bool aarch32);
/* The version that the program tells, "7.2.22". 0; -errno; -ENOEXEC: it runs, and tells none. What it
 * said instead in `said`. */
int qemu_version(const char *program, char **ret, char *said, size_t size);

#endif
