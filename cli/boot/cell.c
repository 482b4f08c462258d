// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One cell, from its first process to its last:
 *
 *	boot, verdict, arm, guest reboot            first process
 *	check, verdict, arm, guest power-off
 *	check, hot-plug                             second process, the same variable store
 *
 * A cell that runs once ends with the power-off after the first verdict.
 */
#include <errno.h>
#include <time.h>
#include "cell.h"

double boot_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool has_verdict(const struct cell_run *run)
{
	return cell_boot(run)->verdict || cell_boot(run)->no_tool || *run->login_refused ||
	       (run->cell->setup->exec == EXEC_NONE && run->console.stage >= STAGE_LOGIN);
}

static bool has_arm(const struct cell_run *run)
{
	return cell_boot(run)->arm.came;
}

static bool has_check(const struct cell_run *run)
{
	return cell_boot(run)->check.came;
}

static bool was_reset(const struct cell_run *run)
{
	return run->reset;
}

static bool has_begun(const struct cell_run *run)
{
	return run->at < run->agent.begun;
}

static bool never(const struct cell_run *run)
{
	(void)run;
	return false;
}

/* What stands when nothing else is stated. */
static void state_steps(struct cell_run *run)
{
	for (enum vms_cell_step s = 0; s < VMS_N_STEPS; s++) {
		bool plug = s == VMS_STEP_HOTPLUG_BLK || s == VMS_STEP_HOTPLUG_NET;

		if (run->cell->once && s != VMS_STEP_POWEROFF)
			vms_cell_step(run->facts, s, VMS_SKIP, "this cell boots once");
		else if (plug && run->facts->bus == VMS_BUS_MMIO)
			vms_cell_step(run->facts, s, VMS_SKIP, "virtio-mmio takes no device while running");
		else
			vms_cell_step(run->facts, s, VMS_UNKNOWN, "not reached");
	}
}

/* The host's hardware lacks a GIC for guests of that version. */
static bool host_cannot(const struct cell_run *run)
{
	return run->cell->kvm && run->facts->gic && strcasestr(run->said, "gic");
}

static bool start(struct cell_run *run, const char *stage)
{
	int err;

	boot_stage(run->cell, stage);
	err = cell_start(run);
	if (err == -ENOMEM)
		run->err = err;
	return err == 0;
}

/* The first boot, to a verdict. */
static bool first_boot(struct cell_run *run)
{
	const struct agent_boot *b;
	enum wait w;

	if (!start(run, "boot")) {
		cell_end(run, host_cannot(run) ? VMS_CELL_CANNOT : VMS_CELL_NOT_RUN, "%s", run->trouble);
		return false;
	}
	w = cell_wait(run, has_verdict);
	if (w != WAIT_REACHED) {
		cell_no_verdict(run, w);
		return false;
	}
	b = cell_boot(run);
	if (b->no_tool) {
		cell_end(run, VMS_CELL_OPEN, "%s",
			 *b->no_tool_why ? b->no_tool_why
					 : "the guest is up, but there is no vmspec-verify for it (see "
					   "--guest-tools)");
		return false;
	}
	if (!b->verdict && *run->login_refused) {
		cell_end(run, VMS_CELL_OPEN, "the guest is up, but %s cannot log in on its console: %s",
			 run->cell->setup->user, run->login_refused);
		return false;
	}
	if (!b->verdict) {
		cell_end(run, VMS_CELL_OPEN,
			 "the guest came up to its login prompt; nothing runs inside with --exec-via=none");
		return false;
	}
	if (!run->facts->document) {
		cell_end(run, VMS_CELL_OPEN, "%s", run->trouble);
		return false;
	}
	cell_end(run, VMS_CELL_VERDICT, "booted to a verdict%s",
		 b->by_console ? ", told over the console" : "");
	return true;
}

/* What the variable's check said, or why there was nothing to check. */
static void judge_variable(struct cell_run *run, enum vms_cell_step step, const struct agent_step *armed,
			   const char *over)
{
	const struct vms_cell_row *write = vms_cell_row(run->facts, "VMSPEC-EFIVARIABLE-WRITE");
	const struct agent_step *c = &cell_boot(run)->check;

	if (!armed->done && write && write->status == VMS_FAIL)
		vms_cell_step(run->facts, step, VMS_FAIL, "no variable can be kept: %s", write->reason);
	else if (!armed->done)
		vms_cell_step(run->facts, step, VMS_UNKNOWN, "no variable was written: %s",
			      armed->came ? armed->reason : "arming was not reached");
	else if (c->status == VMS_PASS)
		vms_cell_step(run->facts, step, VMS_PASS, "the variable survived %s", over);
	else if (c->status == VMS_FAIL)
		vms_cell_step(run->facts, step, VMS_FAIL, "the variable did not survive %s: %s", over,
			      c->reason);
	else
		vms_cell_step(run->facts, step, VMS_UNKNOWN, "%s", c->reason);
}

/* "arm" said and the reboot asked for: reset, boot, check. */
static bool reboot(struct cell_run *run)
{
	struct agent_step armed;
	bool asked_for = false;
	double asked;
	enum wait w;

	boot_stage(run->cell, "arm");
	w = cell_wait(run, has_arm);
	armed = cell_boot(run)->arm;
	asked = boot_now();
	if (w == WAIT_REACHED) {
		boot_stage(run->cell, "reboot");
		w = cell_wait(run, was_reset);
	}
	if (w == WAIT_REACHED) {
		asked_for = cell_boot(run)->reboot;
		boot_stage(run->cell, "boot after the reboot");
		run->at++;
		w = cell_wait(run, has_begun);
	}
	if (w != WAIT_REACHED) {
		cell_step_missed(run, VMS_STEP_RESTART, w, "the guest's reboot");
		return false;
	}
	if (asked_for)
		vms_cell_step(run->facts, VMS_STEP_RESTART, VMS_PASS,
			      "the guest's reboot reset the machine, and it came back after %.0f s",
			      boot_now() - asked);
	else
		vms_cell_step(run->facts, VMS_STEP_RESTART, VMS_UNKNOWN,
			      "the machine was reset before the guest asked for it");
	if (cell_boot(run)->number != 2) {
		vms_cell_step(run->facts, VMS_STEP_REBOOT, VMS_UNKNOWN,
			      "the guest's disk forgot what was written to it");
		return false;
	}
	w = cell_wait(run, has_check);
	if (w != WAIT_REACHED) {
		cell_step_missed(run, VMS_STEP_REBOOT, w, "the check of the variable");
		return false;
	}
	judge_variable(run, VMS_STEP_REBOOT, &armed, "a guest reboot");
	return true;
}

/* The guest powers itself off: QEMU says so, and ends. */
static bool power_off(struct cell_run *run)
{
	double asked = boot_now();
	enum wait w;

	boot_stage(run->cell, "power-off");
	w = cell_wait(run, never);
	if (w != WAIT_ENDED || !run->shutdown || run->process.status) {
		bool asked_for = run->shutdown;

		run->shutdown = false; /* it is what was asked for */
		if (w == WAIT_ENDED && asked_for) {
			char how[80];

			process_describe(&run->process, how, sizeof(how));
			vms_cell_step(run->facts, VMS_STEP_POWEROFF, VMS_FAIL,
				      "the guest powered off, and QEMU %s", how);
		} else {
			cell_step_missed(run, VMS_STEP_POWEROFF, w, "the guest's power-off");
		}
		return false;
	}
	if (cell_boot(run)->poweroff)
		vms_cell_step(run->facts, VMS_STEP_POWEROFF, VMS_PASS,
			      "the guest's power-off ended the machine after %.0f s", boot_now() - asked);
	else
		vms_cell_step(run->facts, VMS_STEP_POWEROFF, VMS_UNKNOWN,
			      "the machine powered off before the guest asked for it");
	return true;
}

/* Another process with the same variable store. */
static void cold_boot(struct cell_run *run, const struct agent_step *armed)
{
	enum wait w;

	cell_kill(run);
	run->at = run->agent.begun;
	if (!start(run, "cold boot")) {
		vms_cell_step(run->facts, VMS_STEP_COLD, VMS_UNKNOWN, "%s", run->trouble);
		return;
	}
	w = cell_wait(run, has_check);
	if (w != WAIT_REACHED) {
		cell_step_missed(run, VMS_STEP_COLD, w, "the check of the variable in a new process");
		return;
	}
	judge_variable(run, VMS_STEP_COLD, armed,
		       "a power cycle (a new process with the same variable store)");
	if (run->facts->bus == VMS_BUS_MMIO)
		return;
	boot_stage(run->cell, "hot-plug");
	cell_hotplug(run);
}

static void sequence(struct cell_run *run)
{
	struct agent_step armed = { 0 };

	if (!first_boot(run))
		return;
	if (!run->cell->once) {
		if (!reboot(run) || cell_wait(run, has_verdict) != WAIT_REACHED ||
		    cell_wait(run, has_arm) != WAIT_REACHED)
			return;
		armed = cell_boot(run)->arm;
	}
	if (power_off(run) && !run->cell->once)
		cold_boot(run, &armed);
}

static unsigned time_limit(const struct boot_cell *cell)
{
	if (cell->setup->timeout)
		return cell->setup->timeout;
	return cell->kvm ? 300 : 900;
}

void boot_cell_run(struct boot_cell *cell, int stop)
{
	struct cell_run run = {
		.cell = cell, .facts = cell->facts, .stop = stop, .listeners = { -1, -1, -1 }
	};
	double begun = boot_now();
	int err;

	for (size_t i = 0; i < N_CHANNELS; i++)
		run.lines[i].fd = -1;
	run.process.errors = -1;
	run.timeout = time_limit(cell);
	run.deadline = begun + run.timeout;
	run.sampled_at = run.deadline - cell_still(&run);
	cell_listen(&run);
	boot_stage(cell, "prepare");
	state_steps(&run);
	err = cell_prepare(&run);
	if (err)
		cell_end(&run, VMS_CELL_NOT_RUN, "%s", *run.trouble ? run.trouble : strerror(-err));
	else
		sequence(&run);
	cell_clean_up(&run);
	cell->facts->seconds = boot_now() - begun;
	boot_stage(cell, cell->facts->end == VMS_CELL_VERDICT ? "done" : "ended");
}
