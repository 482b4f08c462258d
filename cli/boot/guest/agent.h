/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What agent.sh tells from inside the guest: lines "vmspec-boot: BOOT WORD [ARGUMENT...]". */
#ifndef VMS_BOOT_AGENT_H
#define VMS_BOOT_AGENT_H

#include "vmspec.h"

#define AGENT_MARKER "vmspec-boot: "

/* A step of the persistence cycle, from its document. */
struct agent_step {
	bool came, done;
	enum vms_status status;
	char reason[200];
};

struct agent_plug {
	double added, removed; /* monotonic seconds when it was told; 0: not yet */
	char name[32];	       /* "vdc" */
};

/* One boot of the guest's, as far as it was told. */
struct agent_boot {
	unsigned number; /* counted on the guest's disk */
	bool by_console;
	bool no_tool;
	char no_tool_why[160];
	bool verdict;
	struct agent_step arm, check;
	bool reboot, poweroff; /* the guest said that it is about to */
	bool hotplug;	       /* ready for it */
	unsigned looks;	       /* that it took at its devices since, told now and then: LOOKS of hotplug.c */
	struct agent_plug blk, net;
};

#define AGENT_BOOTS 8

/* All of a cell's boots, in the order in which they began; later ones are left out. */
struct agent {
	struct agent_boot boots[AGENT_BOOTS];
	unsigned begun;
	unsigned told; /* lines that were taken */
	char *parts;   /* base64 of a document that comes over the console */
	size_t n_parts;
	/* a whole document came */
	void (*document)(void *ctx, const char *json, size_t len);
	void *ctx;
};

/* The text after the marker; NULL: not a line of the agent's. */
const char *agent_line(const char *line);

/* Take the text after the marker. */
void agent_take(struct agent *a, const char *text);

void agent_clear(struct agent *a);

#endif
