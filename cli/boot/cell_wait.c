// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting for what comes out of a QEMU process: its events, the console, the agent's lines. */
#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include "cell.h"

static void on_event(void *ctx, const char *name, struct json_object *data)
{
	struct cell_run *run = ctx;
	struct json_object *v;
	bool by_guest = data && json_object_object_get_ex(data, "guest", &v) && json_object_get_boolean(v);

	run->life = boot_now();
	if (streq(name, "RESET") && by_guest) {
		run->reset = run->agent.begun > run->at; /* boot loaders reset, too */
		console_reset(&run->console);
		run->login = 0;
	} else if (streq(name, "SHUTDOWN") && by_guest) {
		run->shutdown = true;
	} else if (streq(name, "DEVICE_DELETED") && data && json_object_object_get_ex(data, "device", &v)) {
		run->gone_blk = run->gone_blk || streq(json_object_get_string(v), QEMU_PLUG_BLK);
		run->gone_net = run->gone_net || streq(json_object_get_string(v), QEMU_PLUG_NET);
	}
}

/* One a boot: "verdict-1.json". */
static void keep_document(const struct cell_run *run)
{
	_cleanup_free_ char *path =
		run->keep ? vms_asprintf("%s/verdict-%u.json", run->keep, run->agent.begun) : NULL;
	_cleanup_fclose_ FILE *f = path ? fopen(path, "we") : NULL;

	if (f)
		fputs(run->facts->document, f);
}

static void on_document(void *ctx, const char *json, size_t len)
{
	struct cell_run *run = ctx;
	int err = vms_cell_take_document(run->facts, json, len);

	if (!err)
		keep_document(run);
	if (err == -ENOMEM)
		run->err = err;
	else if (err)
		snprintf(run->trouble, sizeof(run->trouble), "what the guest sent as its verdict is none");
}

static void on_agent(struct cell_run *run, const char *text)
{
	agent_take(&run->agent, text);
	run->console.stage = STAGE_AGENT;
}

static void on_port(void *ctx, const char *line, size_t len)
{
	const char *text = agent_line(line);

	(void)len;
	if (text)
		on_agent(ctx, text);
}

/* The kernel's first lines: from here on, what reads the disk is the kernel. */
static bool begins_kernel(const char *line)
{
	return strstr(line, "EFI stub:") || strstr(line, "BdsDxe: starting") ||
	       strstr(line, "Booting Linux on");
}

static void on_console(void *ctx, const char *line, size_t len)
{
	struct cell_run *run = ctx;
	const char *text = strstr(line, "vmspec-boot: ");

	(void)len;
	text = text ? agent_line(text) : NULL;
	if (text) {
		on_agent(run, text);
		return;
	}
	console_line(&run->console, line, false);
	if (begins_kernel(line))
		run->marked.known = false; /* to be counted anew */
	if (*run->console.last)
		boot_last_line(run->cell, run->console.last);
	cell_login(run, line);
}

void cell_note_said(void *ctx, const char *line, size_t len)
{
	struct cell_run *run = ctx;

	if (len > 0)
		console_clean(line, run->said, sizeof(run->said));
}

static void after_console(struct cell_run *run)
{
	const char *prompt = lines_partial(&run->lines[CHANNEL_CONSOLE]);

	if (!*prompt)
		return;
	console_line(&run->console, prompt, true);
	cell_login(run, prompt);
}

/* What is there now, however much. */
static int read_all(struct lines *l, lines_fn take, void *ctx)
{
	int err, waiting = 0;

	do {
		err = lines_read(l, take, ctx);
	} while (!err && l->fd >= 0 && ioctl(l->fd, FIONREAD, &waiting) == 0 && waiting > 0);
	return err;
}

/* One round. 0; -EPIPE: the process is gone; -ECANCELED: stop; -errno. */
static int pump(struct cell_run *run, double until)
{
	static const lines_fn take[N_CHANNELS] = { qmp_line, on_console, on_port, cell_note_said };
	void *const ctx[N_CHANNELS] = { &run->qmp, run, run, run };
	struct pollfd p[N_CHANNELS + 1];
	double left = until - boot_now();
	int n, err = 0;

	for (size_t i = 0; i < N_CHANNELS; i++)
		p[i] = (struct pollfd){ .fd = run->lines[i].fd, .events = POLLIN };
	p[N_CHANNELS] = (struct pollfd){ .fd = run->stop, .events = POLLIN };
	n = poll(p, ARRAY_SIZE(p), left > 0 ? (int)(left * 1000) + 1 : 0);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (p[N_CHANNELS].revents)
		return -ECANCELED;
	/* all of the guest's lines before the events that came after them */
	for (size_t i = N_CHANNELS; i-- > 0;) {
		int e = p[i].revents ? read_all(&run->lines[i], take[i], ctx[i]) : 0;

		if (p[i].revents && (i == CHANNEL_CONSOLE || i == CHANNEL_VERDICT))
			run->life = boot_now();
		if (e == -ENOMEM)
			err = e;
		if (i == CHANNEL_CONSOLE && p[i].revents)
			after_console(run);
	}
	if (run->err)
		err = run->err;
	return err ? err : run->lines[CHANNEL_QMP].fd < 0 ? -EPIPE : 0;
}

/* The process is gone: what it still said, and how it ended. */
static void drain(struct cell_run *run)
{
	struct pollfd p = { .events = POLLIN };

	/* its stderr ends when it does; one that only hung up is not waited for */
	while ((p.fd = run->lines[CHANNEL_ERRORS].fd) >= 0) {
		if (poll(&p, 1, 10000) == 0) {
			process_kill(&run->process);
			break;
		}
		if (lines_read(&run->lines[CHANNEL_ERRORS], cell_note_said, run) < 0)
			break;
	}
	while (run->lines[CHANNEL_VERDICT].fd >= 0 &&
	       lines_read(&run->lines[CHANNEL_VERDICT], on_port, run) == 0)
		;
	while (run->lines[CHANNEL_CONSOLE].fd >= 0 &&
	       lines_read(&run->lines[CHANNEL_CONSOLE], on_console, run) == 0)
		;
	process_reap(&run->process);
}

static enum wait ended(struct cell_run *run, int err)
{
	switch (err) {
	case -EPIPE:
		drain(run);
		return WAIT_ENDED;
	case -ECANCELED:
		return WAIT_STOP;
	default:
		run->err = err;
		return WAIT_ERROR;
	}
}

void cell_listen(struct cell_run *run)
{
	run->qmp.event = on_event;
	run->qmp.ctx = run;
	run->agent.document = on_document;
	run->agent.ctx = run;
}

enum wait cell_command(struct cell_run *run, const char *command, struct json_object *arguments)
{
	double until = MIN(run->deadline, boot_now() + 30);
	int err = qmp_send(&run->qmp, command, arguments);

	while (!err && !run->qmp.reply.done && boot_now() < until)
		err = pump(run, until);
	if (run->qmp.reply.done)
		return WAIT_REACHED;
	return err ? ended(run, err) : WAIT_TIME;
}

/* Counted before the end of the time, too: does the guest still do anything? */
static void sample(struct cell_run *run)
{
	if (!run->marked.known && run->console.stage >= STAGE_LOADER && run->console.stage < STAGE_USERSPACE)
		run->marked = cell_disk_ops(run);
	if (!run->sampled.known && boot_now() >= run->sampled_at)
		run->sampled = cell_disk_ops(run);
}

/* Once the agent spoke, what a console shows is the guest's own affair, but for a panic. */
static bool is_stuck(const struct cell_run *run)
{
	const char *s = run->console.stopped;

	return *s && (run->console.stage != STAGE_AGENT || strstr(s, "Kernel panic"));
}

enum wait cell_wait(struct cell_run *run, reached_fn reached)
{
	for (;;) {
		double until = run->sampled.known ? run->deadline : MIN(run->deadline, run->sampled_at);
		int err;

		if (reached(run))
			return WAIT_REACHED;
		if (is_stuck(run))
			return WAIT_STUCK;
		if (boot_now() >= run->deadline)
			return WAIT_TIME;
		err = pump(run, until);
		if (err) {
			enum wait w = ended(run, err);

			return reached(run) ? WAIT_REACHED : w;
		}
		sample(run);
		if (run->lines[CHANNEL_QMP].fd < 0)
			return ended(run, -EPIPE);
	}
}
