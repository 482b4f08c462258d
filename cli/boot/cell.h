/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cell while it runs: one QEMU process at a time and what comes out of it. */
#ifndef VMS_BOOT_CELL_H
#define VMS_BOOT_CELL_H

#include <stdio.h>
#include "agent.h"
#include "boot.h"
#include "console.h"
#include "lines.h"
#include "process.h"
#include "qemu.h"
#include "qmp.h"

enum channel { CHANNEL_QMP, CHANNEL_CONSOLE, CHANNEL_VERDICT, CHANNEL_ERRORS, N_CHANNELS };
#define N_SOCKETS CHANNEL_ERRORS

/* How a wait ended. */
enum wait {
	WAIT_REACHED,
	WAIT_STOP,  /* the user ended it */
	WAIT_TIME,  /* the cell's time is up */
	WAIT_STUCK, /* the console shows that the boot has come to its end */
	WAIT_ENDED, /* the QEMU process is gone */
	WAIT_ERROR, /* ours: run->err */
};

/* Operations on the judged disk, as QEMU counts them. */
struct disk_ops {
	bool known;
	long long n;
};

struct plugs; /* cell_hotplug.c */

struct cell_run {
	struct boot_cell *cell;
	struct vms_cell *facts;
	int stop;
	int err;
	char trouble[300]; /* why it could not be looked at */

	struct boot_files files;
	char *keep; /* folder of this cell; NULL */
	struct process process;
	int listeners[N_SOCKETS];
	struct lines lines[N_CHANNELS];
	char said[300]; /* the last thing QEMU said on stderr */

	struct qmp qmp;
	bool reset;		 /* the guest reset the machine after its agent spoke, in this process */
	bool shutdown;		 /* SHUTDOWN came: by the guest */
	bool gone_blk, gone_net; /* DEVICE_DELETED */
	struct plugs *plugs;	 /* while devices are plugged */

	struct console console;
	unsigned login;		 /* serial login: what was sent in this boot */
	char login_refused[160]; /* what was said to it; "": nothing so far */
	struct agent agent;
	unsigned at; /* the boot that it is about, an index of agent.boots */

	unsigned timeout;
	double deadline;
	double life;			 /* when the guest was last heard of */
	struct disk_ops marked, sampled; /* at the kernel's start; before the end of the time */
	double sampled_at;
};

/* cell_vm.c: files, and the process. 0; -errno after a text in run->trouble. */
int cell_prepare(struct cell_run *run);
int cell_start(struct cell_run *run);
/* Cut the power. */
void cell_kill(struct cell_run *run);
void cell_clean_up(struct cell_run *run);

/* The boot that it is about; empty while it has not begun. */
static inline const struct agent_boot *cell_boot(const struct cell_run *run)
{
	static const struct agent_boot none;

	return run->at < run->agent.begun ? &run->agent.boots[run->at] : &none;
}

/* Silent for as long as this, in seconds, at the end of its time, a guest stands still. */
static inline double cell_still(const struct cell_run *run)
{
	return MAX(60.0, run->timeout / 4.0);
}

/* cell_wait.c: whom the events, lines and documents go to; before all else. */
void cell_listen(struct cell_run *run);
/* A line of QEMU's stderr. */
void cell_note_said(void *run, const char *line, size_t len);

/* Go on until `reached`, or something that ends the wait. */
typedef bool (*reached_fn)(const struct cell_run *run);
enum wait cell_wait(struct cell_run *run, reached_fn reached);
/* A QMP command and its reply in run->qmp.reply; `arguments` is taken over. */
enum wait cell_command(struct cell_run *run, const char *command, struct json_object *arguments);

/* cell_why.c: how the way to the verdict ended (printf). */
void cell_end(struct cell_run *run, enum vms_cell_end how, const char *fmt, ...) _printf_(3, 4);
/* Why a wait did not reach what it was for. */
void cell_no_verdict(struct cell_run *run, enum wait w);
void cell_step_missed(struct cell_run *run, enum vms_cell_step step, enum wait w, const char *what);
struct disk_ops cell_disk_ops(struct cell_run *run);

/* cell_hotplug.c */
void cell_hotplug(struct cell_run *run);

/* login.c: a line, or what waits for an answer, on the console: log in and start the agent. */
void cell_login(struct cell_run *run, const char *text);

#endif
