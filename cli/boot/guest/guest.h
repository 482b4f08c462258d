/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes from inside a cell's guest, over its console and over the agent's port, and what it means. */
#ifndef VMS_BOOT_GUEST_H
#define VMS_BOOT_GUEST_H

#include "agent.h"
#include "console.h"
#include "login.h"

struct guest {
	struct agent agent;
	struct console console;
	struct login login;
	double heard;	  /* when it was last heard of, monotonic seconds */
	unsigned kernels; /* how often a kernel began: from there on, what reads the disk is it */
};

/* A line of the console; what stands there without an end; a line of the port. */
void guest_console(struct guest *g, const char *line);
void guest_prompt(struct guest *g, const char *text);
void guest_port(struct guest *g, const char *line);
/* Another boot begins. */
void guest_begin(struct guest *g);
void guest_clear(struct guest *g);

#endif
