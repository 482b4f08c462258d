/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks over what was done in the cells once they were up: reboot and power-off, what
 * became of the variable, devices that come and go. One cell that fails is a failure;
 * one that passes, where none fails, a pass.
 */
#include <errno.h>

#include "judge.h"
#include "kernel/remedy.h"

static const struct {
	const char *passed;
	enum remedy_topic topic; /* to the hypervisor */
} words[VMS_N_STEPS] = {
	[VMS_STEP_RESTART] = { "rebooted", REMEDY_RESET },
	[VMS_STEP_POWEROFF] = { "powered off", REMEDY_POWEROFF },
	[VMS_STEP_REBOOT] = { "the variable survived the guest's reboot", REMEDY_VARSTORE_KEPT },
	[VMS_STEP_COLD] = { "the variable survived a new VM process with the same store",
			    REMEDY_VARSTORE_KEPT },
	[VMS_STEP_HOTPLUG_BLK] = { "the guest saw a disk come and go", REMEDY_HOTPLUG },
	[VMS_STEP_HOTPLUG_NET] = { "the guest saw a network card come and go", REMEDY_HOTPLUG },
};

/* How a step of a cell that was up ended; unstated, it was not reached. */
static enum vms_status step_status(const struct vms_cell *cell, enum vms_cell_step step, const char **ret_why)
{
	const struct vms_step_result *s = &cell->steps[step];

	*ret_why = s->reason ? s->reason : "not reached";
	return s->reason ? s->status : VMS_UNKNOWN;
}

/* A store that loses the variable in a reboot has nothing to show later. */
static bool lost_before(const struct vms_cell *cell, enum vms_cell_step step)
{
	const struct vms_step_result *reboot = &cell->steps[VMS_STEP_REBOOT];

	return step == VMS_STEP_COLD && reboot->reason && reboot->status == VMS_FAIL;
}

/* Is there anything of this cell to judge a step by? One that gave no verdict and came to
 * no step has only its own end to tell of. */
static bool was_up(const struct vms_cell *cell, enum vms_cell_step step)
{
	const struct vms_step_result *s = &cell->steps[step];

	return cell->end == VMS_CELL_VERDICT ||
	       (s->reason && (s->status == VMS_PASS || s->status == VMS_FAIL));
}

enum vms_status matrix_step_status(const struct vms_cell *cell, enum vms_cell_step step)
{
	const char *why;

	return was_up(cell, step) && !lost_before(cell, step) ? step_status(cell, step, &why) : VMS_SKIP;
}

enum vms_status matrix_power_status(const struct vms_cell *cell)
{
	enum vms_status restart = matrix_step_status(cell, VMS_STEP_RESTART);
	enum vms_status off = matrix_step_status(cell, VMS_STEP_POWEROFF);

	if (restart == VMS_FAIL || off == VMS_FAIL)
		return VMS_FAIL;
	if (restart == VMS_UNKNOWN || off == VMS_UNKNOWN)
		return VMS_UNKNOWN;
	return restart == VMS_PASS || off == VMS_PASS ? VMS_PASS : VMS_SKIP;
}

struct tally {
	unsigned n[VMS_N_STATUS];
	const struct vms_cell *first[VMS_N_STATUS];
	const char *why[VMS_N_STATUS]; /* of the first */
	unsigned lost;		       /* by the reboot already */
};

static void count(const struct vms_matrix *m, enum vms_cell_step step, struct vms_result *r, struct tally *t)
{
	*t = (struct tally){ 0 };
	for (size_t i = 0; i < m->n_cells; i++) {
		const struct vms_cell *cell = &m->cells[i];
		enum vms_status s;
		const char *why;

		if (!was_up(cell, step))
			continue;
		if (lost_before(cell, step)) {
			t->lost++;
			continue;
		}
		s = step_status(cell, step, &why);
		if (t->n[s]++ == 0) {
			t->first[s] = cell;
			t->why[s] = why;
		}
		if (s != VMS_SKIP)
			vms_evidence(r, matrix_cell_name(cell), "%s: %s",
				     s == VMS_FAIL ? "failed" : vms_status_name(s), why);
	}
}

/* No cell came so far. */
static int judge_none(const struct vms_matrix *m, struct vms_result *r)
{
	const char *none = matrix_none_ran(m);
	const struct vms_cell *open = NULL;

	if (none)
		return vms_unknown(r, "no cell was run: %s", none);
	if (matrix_nothing_boots(m))
		return vms_skip_because(r, "VMSPEC-BOOT-DEFAULT", VMS_FAIL,
					"needs VMSPEC-BOOT-DEFAULT, which failed");
	for (size_t i = 0; i < m->n_cells && !open; i++)
		if (m->cells[i].end == VMS_CELL_NOT_RUN || m->cells[i].end == VMS_CELL_OPEN)
			open = &m->cells[i];
	if (open)
		return vms_unknown(r, "no cell came so far: %s: %s", matrix_cell_name(open),
				   matrix_cell_reason(open));
	return m->n_cells ? vms_skip(r, "no cell booted") : vms_unknown(r, "the matrix has no cells");
}

/* Whose words advice is to be in: the driver names its program first, "qemu 7.2.17 (tcg)". */
static enum platform platform_of_matrix(const struct vms_matrix *m)
{
	if (!m->hypervisor)
		return PLATFORM_UNKNOWN;
	return startswith(m->hypervisor, "qemu")  ? PLATFORM_QEMU
	       : startswith(m->hypervisor, "xen") ? PLATFORM_XEN
						  : PLATFORM_UNKNOWN;
}

static int judge_failed(const struct vms_matrix *m, const struct tally *t, enum vms_cell_step step,
			struct vms_result *r)
{
	enum vms_owner owner;
	const char *advice = remedy_words(platform_of_matrix(m), words[step].topic, &owner);

	vms_remedy(r, owner, "%s", advice);
	if (t->n[VMS_FAIL] == 1)
		return vms_fail(r, "%s: %s", matrix_cell_name(t->first[VMS_FAIL]), t->why[VMS_FAIL]);
	return vms_fail(r, "in %u cells; %s: %s", t->n[VMS_FAIL], matrix_cell_name(t->first[VMS_FAIL]),
			t->why[VMS_FAIL]);
}

/* Neither failed nor passed anywhere. */
static int judge_open(const struct vms_matrix *m, const struct tally *t, struct vms_result *r)
{
	const enum vms_status s = t->n[VMS_UNKNOWN] ? VMS_UNKNOWN : VMS_SKIP;

	if (s == VMS_UNKNOWN)
		return vms_unknown(r, "%s: %s", matrix_cell_name(t->first[s]), t->why[s]);
	if (t->lost)
		return vms_skip_because(r, "VMSPEC-BOOT-REBOOT", VMS_FAIL,
					"needs VMSPEC-BOOT-REBOOT, which failed");
	return t->n[s] ? vms_skip(r, "%s", t->why[s]) : judge_none(m, r);
}

int matrix_judge_step(struct vms_matrix *m, enum vms_cell_step step, struct vms_result *r)
{
	struct tally t;

	count(m, step, r, &t);
	if (t.n[VMS_FAIL])
		return judge_failed(m, &t, step, r);
	if (t.n[VMS_PASS])
		return vms_pass(r, "%s (%u %s)", words[step].passed, t.n[VMS_PASS],
				t.n[VMS_PASS] == 1 ? "cell" : "cells");
	return judge_open(m, &t, r);
}

int matrix_judge_power(struct vms_matrix *m, struct vms_result *r)
{
	struct tally restart, off;

	count(m, VMS_STEP_RESTART, r, &restart);
	count(m, VMS_STEP_POWEROFF, r, &off);
	if (restart.n[VMS_FAIL])
		return judge_failed(m, &restart, VMS_STEP_RESTART, r);
	if (off.n[VMS_FAIL])
		return judge_failed(m, &off, VMS_STEP_POWEROFF, r);
	if (restart.n[VMS_PASS] && off.n[VMS_PASS])
		return vms_pass(r, "the guest rebooted and powered off as asked");
	/* the one that was shown leaves the other open */
	if (restart.n[VMS_PASS] && off.n[VMS_SKIP] && !off.n[VMS_UNKNOWN])
		return vms_unknown(r, "rebooted; power-off: %s", off.why[VMS_SKIP]);
	if (off.n[VMS_PASS] && restart.n[VMS_SKIP] && !restart.n[VMS_UNKNOWN])
		return vms_unknown(r, "powered off; reboot: %s", restart.why[VMS_SKIP]);
	return judge_open(m, restart.n[VMS_PASS] ? &off : &restart, r);
}
