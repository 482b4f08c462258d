/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cell while it runs: its machine, its guest, and the clock of its script. wait.c turns what comes
 * out of the machine into how a wait ended; outcome.c states results; the steps use both.
 */
#ifndef VMS_BOOT_RUN_H
#define VMS_BOOT_RUN_H

#include "boot/clock.h"
#include "boot/guest/guest.h"
#include "boot/vmm/vmm.h"
#include "progress.h"

/* How a wait ended. */
enum wait {
	WAIT_REACHED,
	WAIT_STOP,  /* the user ended it */
	WAIT_TIME,  /* the cell's time is up */
	WAIT_STUCK, /* the console shows that the boot has come to its end */
	WAIT_ENDED, /* the machine is gone: vm->end */
	WAIT_ERROR, /* it cannot be driven: run->fault */
};

/* Operations on the judged disk, as the hypervisor counts them. */
struct disk_ops {
	bool known;
	long long n;
};

struct run {
	struct boot_cell *cell;
	struct vms_cell *facts; /* of it: the steps' results */
	struct vmm *vm;
	struct guest guest;
	unsigned at; /* the boot that it is about, an index of guest.agent.boots */

	bool reset;		 /* the guest reset the machine after its agent spoke */
	bool bad_document;	 /* what came as a verdict is none */
	struct agent_step armed; /* before the last restart */
	double asked;		 /* when that restart was asked for */
	enum vmm_fault fault;	 /* of WAIT_ERROR */

	unsigned told; /* guest.agent.told and vm->unplugged, as hot-plug last saw them */
	bool was_unplugged[VMM_N_DEVICES];

	unsigned timeout;
	double deadline;
	double sampled_at;
	unsigned kernels;		 /* guest.kernels at `marked` */
	struct disk_ops marked, sampled; /* at the kernel's start; before the end of the time */
};

/* The boot that it is about; empty while it has not begun. */
static inline const struct agent_boot *run_boot(const struct run *run)
{
	static const struct agent_boot none;

	return run->at < run->guest.agent.begun ? &run->guest.agent.boots[run->at] : &none;
}

/* wait.c: a machine and a guest for the cell, listening to each other. */
enum vmm_fault run_open(struct run *run, int stop);
/* Start the machine: another boot. */
enum vmm_fault run_start(struct run *run);
/* Go on until `reached`, or something that ends the wait. */
typedef bool (*reached_fn)(const struct run *run);
enum wait run_wait(struct run *run, reached_fn reached);
/* How a fault of the machine's ends a wait. */
enum wait run_fault(struct run *run, enum vmm_fault fault);
/* Near the end of the time: was the guest heard of, or did it use its disk? *ret_now: its operations. */
bool run_is_alive(struct run *run, struct disk_ops *ret_now);

/* outcome.c: how the way to the verdict ended. */
void outcome_booted(struct run *run);
void outcome_no_start(struct run *run, enum vmm_fault fault);
void outcome_no_verdict(struct run *run, enum wait w);
/* A step of `facts`, why a wait did not reach `what` it was for. */
void outcome_step_missed(struct run *run, enum vms_cell_step step, enum wait w, const char *what);
/* The machine did not start for a step. */
void outcome_step_no_start(struct run *run, enum vms_cell_step step, enum vmm_fault fault);
/* What the variable's check said after `over`, or why there was nothing to check. */
void outcome_variable(struct run *run, enum vms_cell_step step, const char *over);

/* hotplug.c */
bool step_hotplug(struct run *run);

#endif
