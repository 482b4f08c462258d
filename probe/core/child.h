/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Child processes: none outlives the thread that made it, none keeps a descriptor that it was not given. */
#ifndef VMS_CHILD_H
#define VMS_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A program to be run: argv[0] is looked up in PATH. */
struct vms_program {
	char *const *argv;
	const int *fds; /* become 0, 1, ... there; all others are closed */
	size_t n_fds;
	bool group;	       /* a process group of its own: a terminal's Ctrl-C is ours to act on */
	void (*prepare)(void); /* called in the child, last before the exec; NULL: nothing to do */
};

/* Start it. -errno, of exec too: then there is no child. */
int vms_child_exec(const struct vms_program *program, pid_t *ret_pid);

/* fork(2), in the child with no signal blocked; 0 there. -errno. */
pid_t vms_child_fork(void);

/* Wait for its end; what waitpid(2) says of it. */
int vms_child_wait(pid_t pid);
/* The same, after SIGKILL. */
int vms_child_kill(pid_t pid);

/* The next child that has ended by now; *ret_status as waitpid(2) says. 0: none. */
pid_t vms_child_ended(int *ret_status);

/* Can a program of that name be found in PATH? */
bool vms_program_is_there(const char *name);

#endif
