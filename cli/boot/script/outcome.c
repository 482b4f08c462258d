// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Results, and the sentences that state them. A failure is only what was seen to be one: a panic, a
 * firmware that found nothing, a machine that stood still. Whoever was still on the way when the
 * time was up, or was ended by somebody, decided nothing.
 */
#include <errno.h>
#include "run.h"

/* How the way to the verdict ended, for what cause (printf). */
static void _printf_(4, 5)
	end(struct run *run, enum vms_cell_end how, enum vms_cell_cause cause, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		text = NULL;
	free(run->facts->reason);
	run->facts->reason = text ? vms_printable(text, (size_t)n) : NULL;
	run->facts->end = how;
	run->facts->cause = cause;
	/* how much of the console was read when the verdict came is chance */
	run->facts->stage = how == VMS_CELL_VERDICT ? VMS_STAGE_AGENT : run->guest.console.stage;
	if (!run->facts->reason)
		run->fault = VMM_NO_MEMORY;
}

static const char *last_line(const struct run *run)
{
	return *run->guest.console.last ? run->guest.console.last : "nothing";
}

static const char *stage_of(const struct run *run)
{
	return stage_name(run->guest.console.stage);
}

/* "the kernel" at the beginning of a sentence that goes on with ":". */
static const char *stage_bare(const struct run *run)
{
	const char *name = stage_of(run), *bare = startswith(name, "the ");

	return bare ? bare : name;
}

void outcome_booted(struct run *run)
{
	const struct agent_boot *b = run_boot(run);

	if (b->no_tool)
		end(run, VMS_CELL_OPEN, VMS_CAUSE_NO_TOOL, "%s",
		    *b->no_tool_why ? b->no_tool_why
				    : "the guest is up, but there is no vmspec-verify for it (see "
				      "--guest-tools)");
	else if (!b->verdict && *run->guest.login.refused)
		end(run, VMS_CELL_OPEN, VMS_CAUSE_NO_LOGIN,
		    "the guest is up, but %s cannot log in on its console: %s", run->cell->setup->user,
		    run->guest.login.refused);
	else if (!b->verdict)
		end(run, VMS_CELL_OPEN, VMS_CAUSE_NO_LOGIN,
		    "the guest came up to its login prompt; nothing runs inside with --exec-via=none");
	else if (!run->facts->document)
		end(run, VMS_CELL_OPEN, VMS_CAUSE_DOCUMENT, "what the guest sent as its verdict is none");
	else
		end(run, VMS_CELL_VERDICT, VMS_CAUSE_NONE, "booted to a verdict%s",
		    b->by_console ? ", told over the console" : "");
}

/* Before the guest: "" and what was said of it. */
static void end_unstarted(struct run *run, enum vms_cell_cause cause, const char *what)
{
	const struct vmm *vm = run->vm;

	end(run, VMS_CELL_NOT_RUN, cause, "%s%s%s", what, *what && *vm->said ? ": " : "", vm->said);
}

void outcome_no_start(struct run *run, enum vmm_fault fault)
{
	const struct vmm *vm = run->vm;
	_cleanup_free_ char *ended = NULL;

	switch (fault) {
	case VMM_HOST_CANNOT:
		end(run, VMS_CELL_CANNOT, VMS_CAUSE_HOST, "%s", vm->said);
		return;
	case VMM_NO_PROGRAM:
		end_unstarted(run, VMS_CAUSE_NO_HYPERVISOR, "cannot be run");
		return;
	case VMM_STOPPED:
		end(run, VMS_CELL_NOT_RUN, VMS_CAUSE_USER, "ended by the user");
		return;
	case VMM_NO_MEMORY:
		end(run, VMS_CELL_NOT_RUN, VMS_CAUSE_DRIVER, "could not be driven: %s",
		    vms_error_text(-ENOMEM));
		run->fault = fault;
		return;
	case VMM_NO_START:
		if (vm->end == VMM_RUNS)
			break;
		ended = vms_asprintf("%s %s before the guest started%s%s", vm->ops->title, vm->how,
				     *vm->errors ? ": " : "", vm->errors);
		end(run, VMS_CELL_NOT_RUN, VMS_CAUSE_DRIVER, "%s", ended ? ended : "");
		return;
	case VMM_SILENT:
		end(run, VMS_CELL_NOT_RUN, VMS_CAUSE_DRIVER, "%s did not start within %u s", vm->ops->title,
		    run->timeout);
		return;
	default:
		break;
	}
	end_unstarted(run, VMS_CAUSE_DRIVER, "");
}

static void stood_still(struct run *run, struct disk_ops now)
{
	unsigned silent = (unsigned)(boot_now() - run->guest.heard);
	enum vms_cell_stage stage = run->guest.console.stage;

	if (stage == VMS_STAGE_NONE && now.known && now.n == 0)
		end(run, VMS_CELL_FAILED, VMS_CAUSE_STILL,
		    "firmware: no word on the console, nothing read from the disk in %u s", run->timeout);
	else if (stage == VMS_STAGE_FIRMWARE)
		end(run, VMS_CELL_FAILED, VMS_CAUSE_STILL,
		    "firmware: stands still for %u s, started no boot loader; last on the console: %s",
		    silent, last_line(run));
	else if ((stage == VMS_STAGE_LOADER || stage == VMS_STAGE_KERNEL) && now.known && run->marked.known &&
		 now.n == run->marked.n)
		end(run, VMS_CELL_FAILED, VMS_CAUSE_STILL,
		    "%s: stands still for %u s and never came to read the disk; last on the console: %s",
		    stage_bare(run), silent, last_line(run));
	else if (stage == VMS_STAGE_AGENT)
		end(run, VMS_CELL_OPEN, VMS_CAUSE_STILL,
		    "vmspec-verify did not end inside the guest within %u s", run->timeout);
	else
		end(run, VMS_CELL_OPEN, VMS_CAUSE_STILL,
		    "no verdict within %u s, and nothing happens: the guest may be up (%s) and not run "
		    "cloud-init (see --exec-via); last on the console: %s",
		    run->timeout, stage_of(run), last_line(run));
}

static void out_of_time(struct run *run)
{
	struct disk_ops now;

	if (!run_is_alive(run, &now))
		stood_still(run, now);
	else
		end(run, VMS_CELL_OPEN, VMS_CAUSE_TIME,
		    "still on its way in %s when %u s were up (--timeout); last on the console: %s",
		    stage_of(run), run->timeout, last_line(run));
}

static void machine_gone(struct run *run)
{
	const struct vmm *vm = run->vm;

	if (vm->powered_off)
		end(run, VMS_CELL_FAILED, VMS_CAUSE_POWERED_OFF,
		    "the guest powered off in %s, before a verdict; last on the console: %s", stage_of(run),
		    last_line(run));
	else if (vm->end == VMM_CRASHED)
		end(run, VMS_CELL_FAILED, VMS_CAUSE_CRASHED,
		    "%s: the guest crashed, as the hypervisor says; last on the console: %s", stage_bare(run),
		    last_line(run));
	else
		end(run, vm->end == VMM_WAS_KILLED ? VMS_CELL_OPEN : VMS_CELL_FAILED, VMS_CAUSE_PROCESS,
		    "%s %s in %s%s%s; last on the console: %s", vm->ops->title, vm->how, stage_of(run),
		    *vm->errors ? ": " : "", vm->errors, last_line(run));
}

/* What hinders it, for WAIT_ERROR. */
static const char *trouble(const struct run *run)
{
	if (run->fault == VMM_NO_MEMORY)
		return vms_error_text(-ENOMEM);
	return *run->vm->said ? run->vm->said : "no answer";
}

void outcome_no_verdict(struct run *run, enum wait w)
{
	switch (w) {
	case WAIT_REACHED:
		return;
	case WAIT_STOP:
		end(run, VMS_CELL_NOT_RUN, VMS_CAUSE_USER, "ended by the user in %s", stage_of(run));
		return;
	case WAIT_TIME:
		out_of_time(run);
		return;
	case WAIT_STUCK:
		end(run, VMS_CELL_FAILED, VMS_CAUSE_STOPPED, "%s: %s; on the console: %s", stage_bare(run),
		    run->guest.console.why, run->guest.console.stopped);
		return;
	case WAIT_ENDED:
		machine_gone(run);
		return;
	case WAIT_ERROR:
		end(run, VMS_CELL_NOT_RUN, VMS_CAUSE_DRIVER, "could not be driven: %s", trouble(run));
	}
}

void outcome_step_no_start(struct run *run, enum vms_cell_step step, enum vmm_fault fault)
{
	const struct vmm *vm = run->vm;

	if (fault == VMM_NO_START && vm->end != VMM_RUNS)
		vms_cell_step(run->facts, step, VMS_UNKNOWN, "%s %s before the guest started%s%s",
			      vm->ops->title, vm->how, *vm->errors ? ": " : "", vm->errors);
	else if (fault == VMM_STOPPED)
		vms_cell_step(run->facts, step, VMS_UNKNOWN, "ended by the user");
	else
		vms_cell_step(run->facts, step, VMS_UNKNOWN, "the machine did not start: %s",
			      *vm->said ? vm->said : "no answer");
}

static void step_out_of_time(struct run *run, enum vms_cell_step step, const char *what)
{
	struct disk_ops now;
	bool alive = run_is_alive(run, &now);

	vms_cell_step(run->facts, step, alive ? VMS_UNKNOWN : VMS_FAIL,
		      "%s did not come within the cell's %u s%s; last on the console: %s", what, run->timeout,
		      alive ? " (--timeout)" : ", and the guest stands still", last_line(run));
}

static void step_machine_gone(struct run *run, enum vms_cell_step step, const char *what)
{
	const struct vmm *vm = run->vm;

	if (vm->powered_off && step != VMS_STEP_POWEROFF)
		vms_cell_step(run->facts, step, VMS_FAIL, "instead of %s the machine powered off", what);
	else if (vm->powered_off)
		vms_cell_step(run->facts, step, VMS_FAIL, "the guest powered off, and %s %s", vm->ops->title,
			      vm->how);
	else if (vm->end == VMM_CRASHED)
		vms_cell_step(run->facts, step, VMS_FAIL, "instead of %s the guest crashed", what);
	else
		vms_cell_step(run->facts, step, vm->end == VMM_WAS_KILLED ? VMS_UNKNOWN : VMS_FAIL,
			      "instead of %s %s %s%s%s", what, vm->ops->title, vm->how,
			      *vm->errors ? ": " : "", vm->errors);
}

void outcome_step_missed(struct run *run, enum vms_cell_step step, enum wait w, const char *what)
{
	switch (w) {
	case WAIT_REACHED:
		return;
	case WAIT_STOP:
		vms_cell_step(run->facts, step, VMS_UNKNOWN, "ended by the user before %s", what);
		return;
	case WAIT_TIME:
		step_out_of_time(run, step, what);
		return;
	case WAIT_STUCK:
		vms_cell_step(run->facts, step, VMS_FAIL, "instead of %s: %s: %s", what,
			      run->guest.console.why, run->guest.console.stopped);
		return;
	case WAIT_ENDED:
		step_machine_gone(run, step, what);
		return;
	case WAIT_ERROR:
		vms_cell_step(run->facts, step, VMS_UNKNOWN, "could not be driven: %s", trouble(run));
	}
}

void outcome_variable(struct run *run, enum vms_cell_step step, const char *over)
{
	const struct vms_cell_row *write = vms_cell_row(run->facts, "VMSPEC-EFIVARIABLE-WRITE");
	const struct agent_step *c = &run_boot(run)->check, *armed = &run->armed;

	if (run->facts->direct)
		return; /* skipped from the beginning */
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
