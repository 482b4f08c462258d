// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps of a cell, as a list. A cell that boots once has only some of them. */
#include <errno.h>
#include "boot/guest/seed.h"
#include "run.h"
#include "script.h"

static bool has_verdict(const struct run *run)
{
	const struct agent_boot *b = run_boot(run);

	return b->verdict || b->no_tool || *run->guest.login.refused ||
	       (run->cell->setup->exec == EXEC_NONE && run->guest.console.stage >= VMS_STAGE_LOGIN);
}

static bool has_arm(const struct run *run)
{
	return run_boot(run)->arm.came;
}

static bool has_check(const struct run *run)
{
	return run_boot(run)->check.came;
}

static bool was_reset(const struct run *run)
{
	return run->reset;
}

static bool has_begun(const struct run *run)
{
	return run->at < run->guest.agent.begun;
}

static bool never(const struct run *run)
{
	(void)run;
	return false;
}

static bool step_boot(struct run *run)
{
	enum vmm_fault fault = run_start(run);
	enum wait w;

	if (fault) {
		outcome_no_start(run, fault);
		return false;
	}
	w = run_wait(run, has_verdict);
	if (w == WAIT_REACHED)
		outcome_booted(run);
	else
		outcome_no_verdict(run, w);
	return run->facts->end == VMS_CELL_VERDICT;
}

static bool missed_restart(struct run *run, enum wait w)
{
	outcome_step_missed(run, VMS_STEP_RESTART, w, "the guest's reboot");
	return false;
}

static bool step_arm(struct run *run)
{
	enum wait w = run_wait(run, has_arm);

	run->armed = run_boot(run)->arm;
	run->asked = boot_now();
	return w == WAIT_REACHED || missed_restart(run, w);
}

static bool step_reboot(struct run *run)
{
	enum wait w = run_wait(run, was_reset);

	return w == WAIT_REACHED || missed_restart(run, w);
}

static bool step_come_back(struct run *run)
{
	bool asked_for = run_boot(run)->reboot;
	enum wait w;

	run->at++;
	w = run_wait(run, has_begun);
	if (w != WAIT_REACHED)
		return missed_restart(run, w);
	if (asked_for)
		vms_cell_step(run->facts, VMS_STEP_RESTART, VMS_PASS,
			      "the guest's reboot reset the machine, and it came back after %.0f s",
			      boot_now() - run->asked);
	else
		vms_cell_step(run->facts, VMS_STEP_RESTART, VMS_UNKNOWN,
			      "the machine was reset before the guest asked for it");
	if (run_boot(run)->number == 2)
		return true;
	vms_cell_step(run->facts, VMS_STEP_REBOOT, VMS_UNKNOWN,
		      "the guest's disk forgot what was written to it");
	return false;
}

static bool step_check(struct run *run)
{
	enum wait w = run_wait(run, has_check);

	if (w == WAIT_REACHED)
		outcome_variable(run, VMS_STEP_REBOOT, "a guest reboot");
	else
		outcome_step_missed(run, VMS_STEP_REBOOT, w, "the check of the variable");
	return w == WAIT_REACHED;
}

static bool step_again(struct run *run)
{
	bool came = run_wait(run, has_verdict) == WAIT_REACHED && run_wait(run, has_arm) == WAIT_REACHED;

	run->armed = run_boot(run)->arm;
	return came;
}

static bool step_power_off(struct run *run)
{
	double asked = boot_now();
	enum wait w = run_wait(run, never);

	if (w != WAIT_ENDED || !run->vm->powered_off || run->vm->end != VMM_ENDED) {
		outcome_step_missed(run, VMS_STEP_POWEROFF, w, "the guest's power-off");
		return false;
	}
	if (run_boot(run)->poweroff)
		vms_cell_step(run->facts, VMS_STEP_POWEROFF, VMS_PASS,
			      "the guest's power-off ended the machine after %.0f s", boot_now() - asked);
	else
		vms_cell_step(run->facts, VMS_STEP_POWEROFF, VMS_UNKNOWN,
			      "the machine powered off before the guest asked for it");
	return true;
}

static bool step_cold_boot(struct run *run)
{
	enum vmm_fault fault;
	enum wait w;

	run->vm->ops->kill(run->vm);
	run->at = run->guest.agent.begun;
	fault = run_start(run);
	if (fault) {
		outcome_step_no_start(run, VMS_STEP_COLD, fault);
		return false;
	}
	w = run_wait(run, has_check);
	if (w == WAIT_REACHED)
		outcome_variable(run, VMS_STEP_COLD,
				 "a power cycle (a new process with the same variable store)");
	else
		outcome_step_missed(run, VMS_STEP_COLD, w, "the check of the variable in a new process");
	return w == WAIT_REACHED;
}

/* A direct boot has no firmware, and so no variables. */
static bool keeps_variables(const struct vms_cell *cell)
{
	return !cell->direct;
}

static bool takes_devices(const struct vms_cell *cell)
{
	return cell->bus != VMS_BUS_MMIO;
}

static const struct step {
	const char *stage;	      /* shown while it runs */
	const char *what;	      /* is done, for --dry-run */
	bool (*run)(struct run *run); /* false: the cell ends here */
	bool once;		      /* also in a cell that boots once */
	bool plugs;		      /* only where the bus takes devices */
} steps[] = {
	{ "boot", "boots; vmspec-verify inside gives a verdict", step_boot, true, false },
	{ "arm", "vmspec-verify --persistence arm", step_arm, false, false },
	{ "reboot", "the guest reboots: the machine is reset", step_reboot, false, false },
	{ "boot after the reboot", "it comes back", step_come_back, false, false },
	{ "check", "vmspec-verify --persistence check", step_check, false, false },
	{ "verdict, arm", "a verdict again, and armed again", step_again, false, false },
	{ "power-off", "the guest powers off: the machine ends", step_power_off, true, false },
	{ "cold boot", "started anew on the same files; vmspec-verify --persistence check", step_cold_boot,
	  false, false },
	{ "hot-plug", "a disk and a network card are plugged in and taken out", step_hotplug, false, true },
};

static bool has_step(const struct boot_cell *cell, const struct step *s)
{
	return (s->once || !cell->once) && (!s->plugs || takes_devices(cell->facts));
}

/* What stands when nothing else is stated. */
static void state_steps(struct run *run)
{
	for (enum vms_cell_step s = 0; s < VMS_N_STEPS; s++) {
		bool plug = s == VMS_STEP_HOTPLUG_BLK || s == VMS_STEP_HOTPLUG_NET;

		if (run->cell->once && s != VMS_STEP_POWEROFF)
			vms_cell_step(run->facts, s, VMS_SKIP, "this cell boots once");
		else if ((s == VMS_STEP_REBOOT || s == VMS_STEP_COLD) && !keeps_variables(run->facts))
			vms_cell_step(run->facts, s, VMS_SKIP, "a direct boot has no UEFI variables");
		else if (plug && !takes_devices(run->facts))
			vms_cell_step(run->facts, s, VMS_SKIP, "virtio-mmio takes no device while running");
		else
			vms_cell_step(run->facts, s, VMS_UNKNOWN, "not reached");
	}
}

static enum vmm_fault prepare_seed(struct run *run)
{
	static const struct seed_marks marks = { VMM_PLUG_SERIAL, VMM_PLUG_MAC, VMM_PLUG_BYTES };
	_cleanup_free_ char *tools = NULL;
	int err;

	if (run->cell->setup->exec == EXEC_NONE)
		return VMM_NO_FAULT;
	tools = boot_seed_tools(run->cell);
	run->vm->seed = vms_asprintf("%s/seed", run->vm->dir);
	if (!run->vm->seed)
		return VMM_NO_MEMORY;
	err = boot_seed_write(run->cell, run->vm->seed, tools, &marks);
	return err ? vmm_fault(run->vm, VMM_NO_FILES, "the seed cannot be written: %s", vms_error_text(err))
		   : VMM_NO_FAULT;
}

static bool prepare(struct run *run, int stop)
{
	enum vmm_fault fault;

	progress_stage(run->cell, "prepare");
	state_steps(run);
	fault = run_open(run, stop);
	if (!fault)
		fault = prepare_seed(run);
	if (!fault)
		fault = vmm_prepare(run->vm);
	if (fault)
		outcome_no_start(run, fault);
	return fault == VMM_NO_FAULT;
}

static unsigned time_limit(const struct boot_cell *cell)
{
	if (cell->setup->timeout)
		return cell->setup->timeout;
	return cell->kvm ? 300 : 900;
}

void script_run(struct boot_cell *cell, int stop)
{
	struct run run = { .cell = cell, .facts = cell->facts };
	unsigned failures = vms_no_memory_count(); /* of this thread */
	double begun = boot_now();
	bool going;

	run.timeout = time_limit(cell);
	run.deadline = begun + run.timeout;
	going = prepare(&run, stop);
	for (size_t i = 0; going && i < ARRAY_SIZE(steps); i++) {
		if (!has_step(cell, &steps[i]))
			continue;
		progress_stage(cell, steps[i].stage);
		going = steps[i].run(&run);
	}
	vmm_close(run.vm);
	guest_clear(&run.guest);
	cell->facts->seconds = boot_now() - begun;
	cell->no_memory = run.fault == VMM_NO_MEMORY || vms_no_memory_count() != failures;
	progress_ended(cell, cell->facts->end == VMS_CELL_VERDICT);
}

static void print_steps(const struct boot_cell *cell, FILE *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (has_step(cell, &steps[i]))
			fprintf(f, "#   %s: %s\n", steps[i].stage, steps[i].what);
}

int script_print(struct boot_cell *cell, FILE *f)
{
	const struct vmm_ops *ops = vmm_ops_of(cell->setup->vmm);
	struct commands make = { 0 }, start = { 0 };
	struct vmm *vm = NULL;
	int err = 0;

	fprintf(f, "# %s\n", cell->facts->name);
	if (cell->facts->reason) {
		fprintf(f, "# cannot run: %s\n\n", cell->facts->reason);
		return 0;
	}
	vm = ops->open(cell);
	err = vm ? ops->commands(vm, true, &make, &start) : -ENOMEM;
	if (!err) {
		commands_print(&make, f);
		commands_print(&start, f);
		print_steps(cell, f);
		putc('\n', f);
	}
	commands_clear(&make);
	commands_clear(&start);
	vmm_close(vm);
	return err;
}
