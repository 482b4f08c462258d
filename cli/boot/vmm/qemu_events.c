// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes out of a QEMU process: its events, the console, the port, its stderr. */
#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include "boot/guest/console.h"
#include "boot/clock.h"
#include "qemu_driver.h"

#define READS_AT_ONCE 1024 /* 4 MiB, twice what is in a line of the port's */

const char *const qemu_plug_ids[VMM_N_DEVICES] = { [VMM_DISK] = "vmspec-blk", [VMM_NIC] = "vmspec-net" };

static enum vmm_device device_of(const char *id)
{
	enum vmm_device d = 0;

	while (d < VMM_N_DEVICES && !streq(qemu_plug_ids[d], id))
		d++;
	return d;
}

static void on_event(void *ctx, const char *name, struct json_object *data)
{
	struct qemu *q = ctx;
	bool by_guest = vms_json_get_true(data, "guest");
	const char *id = vms_json_get_string(data, "device");
	enum vmm_device device = id ? device_of(id) : VMM_N_DEVICES;

	if (streq(name, "RESET") && by_guest)
		q->vm.listener.reset(q->vm.listener.ctx);
	else if (streq(name, "SHUTDOWN") && by_guest)
		q->vm.powered_off = true;
	else if (streq(name, "DEVICE_DELETED") && device < VMM_N_DEVICES)
		q->vm.unplugged[device] = true;
}

static void on_port(void *ctx, const char *line, size_t len)
{
	struct qemu *q = ctx;

	(void)len;
	q->vm.listener.port(q->vm.listener.ctx, line);
}

static void on_console(void *ctx, const char *line, size_t len)
{
	struct qemu *q = ctx;

	(void)len;
	q->vm.listener.console(q->vm.listener.ctx, line);
}

static void on_errors(void *ctx, const char *line, size_t len)
{
	struct qemu *q = ctx;

	if (len > 0)
		console_clean(line, q->vm.errors, sizeof(q->vm.errors));
}

void qemu_listen(struct qemu *q)
{
	q->qmp.event = on_event;
	q->qmp.ctx = q;
}

size_t qemu_watch(struct vmm *vm, struct pollfd *fds, double *ret_seconds)
{
	struct qemu *q = qemu_of(vm);

	for (size_t i = 0; i < N_CHANNELS; i++)
		fds[i] = (struct pollfd){ .fd = q->lines[i].fd, .events = POLLIN };
	/* an end that was met while a command was under way is still to be told */
	*ret_seconds = q->lines[CHANNEL_QMP].fd < 0 ? 0 : 3600;
	return N_CHANNELS;
}

/* What is there now, but not for ever: whoever never stops to speak must not hold up the clock. */
static int read_all(struct lines *l, lines_fn take, void *ctx)
{
	int err, left, reads = 0;

	do {
		err = lines_read(l, take, ctx);
	} while (!err && ++reads < READS_AT_ONCE && l->fd >= 0 && ioctl(l->fd, FIONREAD, &left) == 0 &&
		 left > 0);
	return err;
}

/* Somebody else ended it: that says nothing about the pair. */
static enum vmm_end end_of(const struct process *p)
{
	int s = WIFSIGNALED(p->status) ? WTERMSIG(p->status) : 0;

	if (s == SIGKILL || s == SIGTERM || s == SIGINT || s == SIGHUP)
		return VMM_WAS_KILLED;
	return p->status ? VMM_BROKE : VMM_ENDED;
}

void qemu_note_end(struct qemu *q)
{
	static const lines_fn take[] = { [CHANNEL_CONSOLE] = on_console, [CHANNEL_VERDICT] = on_port };
	struct pollfd p = { .events = POLLIN };

	/* its stderr ends when it does; one that only hung up is not waited for */
	while ((p.fd = q->lines[CHANNEL_ERRORS].fd) >= 0) {
		if (poll(&p, 1, 10000) == 0) {
			process_kill(&q->process);
			break;
		}
		if (lines_read(&q->lines[CHANNEL_ERRORS], on_errors, q) < 0)
			break;
	}
	for (enum channel c = CHANNEL_VERDICT; c >= CHANNEL_CONSOLE; c--)
		while (q->lines[c].fd >= 0 && lines_read(&q->lines[c], take[c], q) == 0)
			;
	process_reap(&q->process);
	process_describe(&q->process, q->vm.how, sizeof(q->vm.how));
	q->vm.end = end_of(&q->process);
}

enum vmm_fault qemu_events(struct vmm *vm, const struct pollfd *fds)
{
	static const lines_fn take[N_CHANNELS] = { qmp_line, on_console, on_port, on_errors };
	struct qemu *q = qemu_of(vm);
	void *const ctx[N_CHANNELS] = { &q->qmp, q, q, q };
	const char *prompt;

	/* all of the guest's lines before the events that came after them */
	for (size_t i = N_CHANNELS; i-- > 0;) {
		if (fds[i].revents && read_all(&q->lines[i], take[i], ctx[i]) == -ENOMEM)
			return VMM_NO_MEMORY;
		prompt = i == CHANNEL_CONSOLE && fds[i].revents ? lines_partial(&q->lines[i]) : "";
		if (*prompt)
			vm->listener.prompt(vm->listener.ctx, prompt);
	}
	if (q->lines[CHANNEL_QMP].fd >= 0)
		return VMM_NO_FAULT;
	if (vm->end == VMM_RUNS)
		qemu_note_end(q);
	return VMM_GONE;
}

/* Go on, with one look at what is there. */
static enum vmm_fault pump(struct qemu *q, double until)
{
	struct pollfd fds[N_CHANNELS + 1];
	double left = until - boot_now(), ignored;
	size_t n = qemu_watch(&q->vm, fds, &ignored);

	fds[n] = (struct pollfd){ .fd = q->vm.stop, .events = POLLIN };
	if (poll(fds, n + 1, left > 0 ? (int)(left * 1000) + 1 : 0) < 0)
		return errno == EINTR ? VMM_NO_FAULT : VMM_SILENT;
	return fds[n].revents ? VMM_STOPPED : qemu_events(&q->vm, fds);
}

enum vmm_fault qemu_ask(struct qemu *q, const char *command, struct json_object *arguments, double until)
{
	int err = qmp_send(&q->qmp, command, arguments);
	enum vmm_fault fault = err == -ENOMEM ? VMM_NO_MEMORY : VMM_NO_FAULT;

	while (!fault && !q->qmp.reply.done && boot_now() < until)
		fault = pump(q, until);
	if (!q->qmp.reply.done)
		return fault ? fault : vmm_fault(&q->vm, VMM_SILENT, "%s does not answer", command);
	return q->qmp.reply.failed ? vmm_fault(&q->vm, VMM_REFUSED, "%s", q->qmp.reply.error) : VMM_NO_FAULT;
}
