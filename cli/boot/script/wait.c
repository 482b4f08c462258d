// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting for what comes out of a machine: the guest's lines, resets, the end. */
#include <errno.h>
#include "boot/vmm/kept.h"
#include "run.h"

/* Silent for as long as this, in seconds, at the end of its time, a guest stands still. */
static double stillness(const struct run *run)
{
	return MAX(60.0, run->timeout / 4.0);
}

/* One a boot: "verdict-1.json". */
static void keep_document(const struct run *run)
{
	struct kept kept = { 0 };
	char name[40];

	snprintf(name, sizeof(name), "verdict-%u.json", run->guest.agent.begun);
	if (run->vm->keep && kept_open(&kept, run->vm->keep_fd, name) == 0)
		fputs(run->facts->document, kept.file);
	kept_close(&kept);
}

static void on_document(void *ctx, const char *json, size_t len)
{
	struct run *run = ctx;
	int err = vms_cell_take_document(run->facts, json, len);

	if (!err)
		keep_document(run);
	else if (err == -ENOMEM)
		run->fault = VMM_NO_MEMORY;
	else
		run->bad_document = true;
}

static void on_console(void *ctx, const char *line)
{
	struct run *run = ctx;

	guest_console(&run->guest, line);
	if (*run->guest.console.last)
		progress_last_line(run->cell, run->guest.console.last);
}

static void on_prompt(void *ctx, const char *text)
{
	struct run *run = ctx;

	guest_prompt(&run->guest, text);
}

static void on_port(void *ctx, const char *line)
{
	struct run *run = ctx;

	guest_port(&run->guest, line);
}

static void on_reset(void *ctx)
{
	struct run *run = ctx;

	run->reset = run->guest.agent.begun > run->at; /* boot loaders reset, too */
	guest_begin(&run->guest);
}

static void type_line(void *ctx, const char *line)
{
	struct run *run = ctx;

	run->vm->ops->type(run->vm, line);
}

enum vmm_fault run_open(struct run *run, int stop)
{
	const struct boot_setup *s = run->cell->setup;
	struct vmm_listener listener = {
		.console = on_console, .prompt = on_prompt, .port = on_port, .reset = on_reset, .ctx = run
	};

	run->sampled_at = run->deadline - stillness(run);
	run->guest.agent.document = on_document;
	run->guest.agent.ctx = run;
	run->guest.login = (struct login){ .type = type_line, .ctx = run };
	if (s->exec == EXEC_SERIAL_LOGIN) {
		run->guest.login.user = s->user;
		run->guest.login.password = s->password;
	}
	return vmm_open(run->cell, &listener, stop, &run->vm);
}

enum vmm_fault run_start(struct run *run)
{
	enum vmm_fault fault;

	guest_begin(&run->guest);
	run->reset = false;
	run->marked = run->sampled = (struct disk_ops){ 0 };
	run->vm->deadline = run->deadline;
	fault = run->vm->ops->start(run->vm, run->deadline);
	if (fault == VMM_NO_MEMORY)
		run->fault = fault;
	run->guest.heard = boot_now();
	return fault;
}

enum wait run_fault(struct run *run, enum vmm_fault fault)
{
	switch (fault) {
	case VMM_NO_FAULT:
		return WAIT_REACHED;
	case VMM_GONE:
		return WAIT_ENDED;
	case VMM_STOPPED:
		return WAIT_STOP;
	default:
		run->fault = fault;
		return WAIT_ERROR;
	}
}

static struct disk_ops disk_operations(struct run *run)
{
	struct disk_ops ops = { 0 };

	ops.known = run->vm->ops->disk_operations(run->vm, &ops.n);
	return ops;
}

/* Counted at the kernel's start and before the end of the time: does the guest still do anything? */
static void sample(struct run *run)
{
	enum vms_cell_stage stage = run->guest.console.stage;

	if ((!run->marked.known || run->kernels != run->guest.kernels) && stage >= VMS_STAGE_LOADER &&
	    stage < VMS_STAGE_USERSPACE) {
		run->kernels = run->guest.kernels;
		run->marked = disk_operations(run);
	}
	if (!run->sampled.known && boot_now() >= run->sampled_at)
		run->sampled = disk_operations(run);
}

bool run_is_alive(struct run *run, struct disk_ops *ret_now)
{
	*ret_now = (struct disk_ops){ 0 };
	if (boot_now() - run->guest.heard < stillness(run) || !run->sampled.known)
		return true;
	*ret_now = disk_operations(run);
	return !ret_now->known || ret_now->n != run->sampled.n;
}

/* Once the agent spoke, what a console shows is the guest's own affair, but for a panic. */
static bool is_stuck(const struct run *run)
{
	const struct console *c = &run->guest.console;

	return *c->stopped && (c->stage != VMS_STAGE_AGENT || c->panicked);
}

/* One look at what is there, or at most until then. */
static enum vmm_fault pump(struct run *run, double until)
{
	struct pollfd fds[VMM_FDS + 1];
	double seconds, left;
	size_t n = run->vm->ops->watch(run->vm, fds, &seconds);

	left = MIN(until - boot_now(), seconds);
	fds[n] = (struct pollfd){ .fd = run->vm->stop, .events = POLLIN };
	if (poll(fds, n + 1, left > 0 ? (int)(left * 1000) + 1 : 0) < 0)
		return errno == EINTR ? VMM_NO_FAULT
				      : vmm_fault(run->vm, VMM_SILENT, "%s", vms_error_text(-errno));
	if (fds[n].revents)
		return VMM_STOPPED;
	return run->vm->ops->events(run->vm, fds);
}

enum wait run_wait(struct run *run, reached_fn reached)
{
	for (;;) {
		double until = run->sampled.known ? run->deadline : MIN(run->deadline, run->sampled_at);
		enum vmm_fault fault;

		if (reached(run))
			return WAIT_REACHED;
		if (is_stuck(run))
			return WAIT_STUCK;
		if (boot_now() >= run->deadline)
			return WAIT_TIME;
		fault = pump(run, until);
		if (!fault)
			fault = run->fault;
		if (fault)
			return reached(run) ? WAIT_REACHED : run_fault(run, fault);
		sample(run);
	}
}
