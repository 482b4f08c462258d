/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Child processes that do not outlive us: QEMU, and the tools that prepare for it. */
#ifndef VMS_BOOT_PROCESS_H
#define VMS_BOOT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
	pid_t pid;  /* 0: none */
	int errors; /* what it says on stdout and stderr; ends when it does. -1: closed */
	int status; /* of waitpid(), once it was reaped */
};

/* Start argv[0] (looked up in PATH), to be killed when this thread ends. Stands in a process
 * group of its own: a terminal's Ctrl-C is ours to act on. -errno of exec, too. */
int process_start(struct process *p, char *const argv[]);
/* SIGKILL, if it still runs, to all of its group; then reap. */
void process_kill(struct process *p);
/* Wait for its end and reap it. */
void process_reap(struct process *p);
/* "ended with status 1", "was killed by signal 11 (Segmentation fault)". */
void process_describe(const struct process *p, char *buf, size_t size);

/* Run to its end; what it said into `said`. 0; -errno (-ETIME: it did not end within a minute and a half, and
 * was killed); its exit status. */
int process_run(char *const argv[], char *said, size_t size);

#endif
