/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the Xen driver. */
#ifndef VMS_BOOT_XEN_DRIVER_H
#define VMS_BOOT_XEN_DRIVER_H

#include "boot/guest/lines.h"
#include "kept.h"
#include "process.h"
#include "vmm.h"

struct xen {
	struct vmm vm;		/* first: they are one object */
	char name[64];		/* of the domain and its devices: "vmspec-PID-CELL", no other's */
	char *log;		/* its console, as xenconsoled writes it */
	struct process process; /* xl create, which stays until the domain's end */
	struct lines events;	/* what xl says */
	struct lines console;
	off_t forgotten;   /* so much of the log has no blocks any more */
	struct kept kept;  /* the console, over all starts */
	int shutdown_code; /* of the last end; -1: none yet */
	double ended;	   /* when xl told of an end that is still to be handed on; 0: none */
};

static inline struct xen *xen_of(struct vmm *vm)
{
	return (struct xen *)vm;
}

#define XEN_DISK "xvda"
#define XEN_SEED "xvdb"
#define XEN_PLUG "xvdp"

/* xen_command.c: see vmm.h. */
int xen_commands(struct vmm *vm, bool shown, struct commands *prepare, struct commands *start);
/* What takes the devices away again; those that are not there do not matter. */
void xen_removal(const struct xen *x, struct commands *c);

/* xen_events.c */
size_t xen_watch(struct vmm *vm, struct pollfd *fds, double *ret_seconds);
enum vmm_fault xen_events(struct vmm *vm, const struct pollfd *fds);
/* The domain is gone: keep what its console still said, where it is kept at all. */
void xen_keep_console(struct xen *x);

/* xen_host.c: is this a Xen control domain? */
bool xen_is_control_domain(void);
/* "4.17.7", as xl tells it. 0; -errno; -ENOEXEC: it runs, and tells none. */
int xen_version(char **ret, char *said, size_t size);

#endif
