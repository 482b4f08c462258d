// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Why something was not reached. A failure is only what was seen to be one: a panic, a
 * firmware that found nothing, a machine that stood still. Whoever was still on the way
 * when the time was up, or was ended by somebody, decided nothing.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include "cell.h"

void cell_end(struct cell_run *run, enum vms_cell_end how, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL;
		run->err = -ENOMEM;
		return;
	}
	run->facts->end = how;
	free(run->facts->reason);
	run->facts->reason = vms_printable(text, (size_t)n);
	if (!run->facts->reason)
		run->err = -ENOMEM;
}

struct disk_ops cell_disk_ops(struct cell_run *run)
{
	struct disk_ops ops = { 0 };
	struct json_object *list, *disk, *stats, *v;

	if (cell_command(run, "query-blockstats", NULL) != WAIT_REACHED || run->qmp.reply.failed)
		return ops;
	list = run->qmp.reply.value;
	for (size_t i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list);
	     i++) {
		disk = json_object_array_get_idx(list, i);
		if (!json_object_object_get_ex(disk, "node-name", &v) || !json_object_get_string(v) ||
		    !streq(json_object_get_string(v), "disk") ||
		    !json_object_object_get_ex(disk, "stats", &stats))
			continue;
		ops.known = true;
		if (json_object_object_get_ex(stats, "rd_operations", &v))
			ops.n += json_object_get_int64(v);
		if (json_object_object_get_ex(stats, "wr_operations", &v))
			ops.n += json_object_get_int64(v);
	}
	return ops;
}

/* Was anything heard of the guest, or did it use its disk, near the end of the time? */
static bool is_alive(struct cell_run *run, struct disk_ops *ret_now)
{
	double deadline = run->deadline;

	*ret_now = (struct disk_ops){ 0 };
	if (boot_now() - run->life < cell_still(run) || !run->sampled.known)
		return true;
	run->deadline = boot_now() + 10; /* for this one question */
	*ret_now = cell_disk_ops(run);
	run->deadline = deadline;
	return !ret_now->known || ret_now->n != run->sampled.n;
}

static const char *last(const struct cell_run *run)
{
	return *run->console.last ? run->console.last : "nothing";
}

static void stood_still(struct cell_run *run, struct disk_ops now)
{
	const char *where = stage_name(run->console.stage);
	unsigned silent = (unsigned)(boot_now() - run->life);
	enum boot_stage stage = run->console.stage;

	if (stage == STAGE_START && now.known && now.n == 0)
		cell_end(run, VMS_CELL_FAILED,
			 "firmware: no word on the console, nothing read from the disk in %u s",
			 run->timeout);
	else if (stage == STAGE_FIRMWARE)
		cell_end(run, VMS_CELL_FAILED,
			 "firmware: stands still for %u s, started no boot loader; last on the console: %s",
			 silent, last(run));
	else if ((stage == STAGE_LOADER || stage == STAGE_KERNEL) && now.known && run->marked.known &&
		 now.n == run->marked.n)
		cell_end(run, VMS_CELL_FAILED,
			 "%s: stands still for %u s and never came to read the disk; last on the console: %s",
			 where + 4, silent, last(run));
	else if (stage == STAGE_AGENT)
		cell_end(run, VMS_CELL_OPEN, "vmspec-verify did not end inside the guest within %u s",
			 run->timeout);
	else
		cell_end(run, VMS_CELL_OPEN,
			 "no verdict within %u s, and nothing happens: the guest may be up (%s) and not run "
			 "cloud-init (see --exec-via); last on the console: %s",
			 run->timeout, where, last(run));
}

static void out_of_time(struct cell_run *run)
{
	struct disk_ops now;

	if (!is_alive(run, &now))
		stood_still(run, now);
	else
		cell_end(run, VMS_CELL_OPEN,
			 "still on its way in %s when %u s were up (--timeout); last on the console: %s",
			 stage_name(run->console.stage), run->timeout, last(run));
}

/* Somebody else ended it: that says nothing about the pair. */
static bool was_ended(const struct process *p)
{
	int s = WIFSIGNALED(p->status) ? WTERMSIG(p->status) : 0;

	return s == SIGKILL || s == SIGTERM || s == SIGINT || s == SIGHUP;
}

static void process_gone(struct cell_run *run)
{
	const char *where = stage_name(run->console.stage);
	char how[80];

	process_describe(&run->process, how, sizeof(how));
	if (run->shutdown)
		cell_end(run, VMS_CELL_FAILED,
			 "the guest powered off in %s, before a verdict; last on the console: %s", where,
			 last(run));
	else
		cell_end(run, was_ended(&run->process) ? VMS_CELL_OPEN : VMS_CELL_FAILED,
			 "QEMU %s in %s%s%s; last on the console: %s", how, where, *run->said ? ": " : "",
			 run->said, last(run));
}

static void stuck(struct cell_run *run)
{
	const char *where = stage_name(run->console.stage);

	where = startswith(where, "the ") ? startswith(where, "the ") : where;
	cell_end(run, VMS_CELL_FAILED, "%s: %s; on the console: %s", where, run->console.why,
		 run->console.stopped);
}

void cell_no_verdict(struct cell_run *run, enum wait w)
{
	switch (w) {
	case WAIT_REACHED:
		return;
	case WAIT_STOP:
		cell_end(run, VMS_CELL_NOT_RUN, "ended by the user in %s", stage_name(run->console.stage));
		return;
	case WAIT_TIME:
		out_of_time(run);
		return;
	case WAIT_STUCK:
		stuck(run);
		return;
	case WAIT_ENDED:
		process_gone(run);
		return;
	case WAIT_ERROR:
		cell_end(run, VMS_CELL_NOT_RUN, "could not be driven: %s", strerror(-run->err));
		if (run->err != -ENOMEM)
			run->err = 0;
	}
}

void cell_step_missed(struct cell_run *run, enum vms_cell_step step, enum wait w, const char *what)
{
	enum vms_status status = VMS_UNKNOWN;
	struct disk_ops now;
	char how[80];

	switch (w) {
	case WAIT_REACHED:
		return;
	case WAIT_STOP:
		vms_cell_step(run->facts, step, VMS_UNKNOWN, "ended by the user before %s", what);
		return;
	case WAIT_TIME:
		status = is_alive(run, &now) ? VMS_UNKNOWN : VMS_FAIL;
		vms_cell_step(run->facts, step, status,
			      "%s did not come within the cell's %u s%s; last on the console: %s", what,
			      run->timeout,
			      status == VMS_FAIL ? ", and the guest stands still" : " (--timeout)",
			      last(run));
		return;
	case WAIT_STUCK:
		vms_cell_step(run->facts, step, VMS_FAIL, "instead of %s: %s: %s", what, run->console.why,
			      run->console.stopped);
		return;
	case WAIT_ENDED:
		process_describe(&run->process, how, sizeof(how));
		status = was_ended(&run->process) ? VMS_UNKNOWN : VMS_FAIL;
		if (run->shutdown)
			vms_cell_step(run->facts, step, VMS_FAIL, "instead of %s the machine powered off",
				      what);
		else
			vms_cell_step(run->facts, step, status, "instead of %s QEMU %s%s%s", what, how,
				      *run->said ? ": " : "", run->said);
		return;
	case WAIT_ERROR:
		vms_cell_step(run->facts, step, VMS_UNKNOWN, "could not be driven: %s", strerror(-run->err));
	}
}
