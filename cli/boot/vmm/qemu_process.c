// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A QEMU process, and the sockets that it dials: we listen on them before it starts, so that no
 * byte of the guest's is lost and nothing need be tried again.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "boot/clock.h"
#include "boot/guest/console.h"
#include "qemu_driver.h"

static const char *const sockets[N_SOCKETS] = { "qmp", "console", "verdict" };

static int listen_on(struct qemu *q, int *ret_listener, const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	*ret_listener = fd;
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/%s", q->vm.dir, name);
	unlink(at.sun_path);
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 1) < 0 ? -errno : 0;
}

static void close_listeners(struct qemu *q)
{
	for (size_t i = 0; i < N_SOCKETS; i++) {
		if (q->listeners[i] >= 0)
			close(q->listeners[i]);
		q->listeners[i] = -1;
	}
}

/* A line of its stderr: the last one is kept. */
static void note_said(void *qemu, const char *line, size_t len)
{
	struct qemu *q = qemu;

	if (len > 0)
		console_clean(line, q->vm.errors, sizeof(q->vm.errors));
}

/* The first `n` of the channels, or the process's end. */
static enum vmm_fault accept_channels(struct qemu *q, size_t n_channels, double deadline)
{
	static const size_t max[N_SOCKETS] = { 1u << 20, 4096, 2u << 20 };

	for (size_t i = 0; i < n_channels && i < N_SOCKETS;) {
		struct pollfd p[] = { { .fd = q->listeners[i], .events = POLLIN },
				      { .fd = q->lines[CHANNEL_ERRORS].fd, .events = POLLIN },
				      { .fd = q->vm.stop, .events = POLLIN } };
		double left = deadline - boot_now();
		int fd, n = poll(p, ARRAY_SIZE(p), left > 0 ? (int)(left * 1000) : 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vmm_fault(&q->vm, VMM_NO_START, "%s", vms_error_text(-errno));
		if (n == 0 || p[2].revents)
			return p[2].revents ? VMM_STOPPED : VMM_SILENT;
		if (p[0].revents) {
			fd = accept4(q->listeners[i], NULL, NULL, SOCK_CLOEXEC);
			if (fd < 0)
				return vmm_fault(&q->vm, VMM_NO_START, "%s", vms_error_text(-errno));
			lines_open(&q->lines[i], fd, max[i]);
			if (i == CHANNEL_CONSOLE)
				q->lines[i].raw = kept_raw, q->lines[i].raw_ctx = &q->console;
			i++;
		} else if (lines_read(&q->lines[CHANNEL_ERRORS], note_said, q) < 0) {
			return VMM_GONE;
		}
	}
	return VMM_NO_FAULT;
}

static enum vmm_fault launch(struct qemu *q, char *const argv[])
{
	int err = process_start(&q->process, argv);

	if (err)
		return vmm_fault(&q->vm, err == -ENOMEM ? VMM_NO_MEMORY : VMM_NO_PROGRAM, "%s: %s", argv[0],
				 vms_error_text(err));
	lines_open(&q->lines[CHANNEL_ERRORS], q->process.errors, 4096);
	q->process.errors = -1; /* the lines' now */
	return VMM_NO_FAULT;
}

static enum vmm_fault launch_cell(struct qemu *q)
{
	struct commands prepare = { 0 }, start = { 0 };
	_cleanup_strv_ char **argv = NULL;
	int err = qemu_commands(&q->vm, false, &prepare, &start);

	argv = err ? NULL : commands_take(&start);
	commands_clear(&prepare);
	commands_clear(&start);
	if (!argv)
		return VMM_NO_MEMORY;
	vmm_keep_command(&q->vm, argv);
	return launch(q, argv);
}

static enum vmm_fault listen_and_launch(struct qemu *q, size_t n_channels, char *const argv[])
{
	int err = 0;

	for (enum channel c = 0; !err && c < n_channels && c < N_SOCKETS; c++)
		err = listen_on(q, &q->listeners[c], sockets[c]);
	if (err)
		return vmm_fault(&q->vm, VMM_NO_FILES, "no sockets in %s: %s", q->vm.dir,
				 vms_error_text(err));
	return argv ? launch(q, argv) : launch_cell(q);
}

enum vmm_fault qemu_connect(struct qemu *q, size_t n_channels, char *const argv[], double deadline)
{
	enum vmm_fault fault;

	q->vm.end = VMM_RUNS;
	q->vm.powered_off = false;
	q->vm.said[0] = q->vm.errors[0] = '\0';
	fault = listen_and_launch(q, n_channels, argv);
	if (!fault) {
		fault = accept_channels(q, n_channels, deadline);
		q->qmp.fd = q->lines[CHANNEL_QMP].fd;
	}
	close_listeners(q);
	if (fault == VMM_GONE)
		qemu_note_end(q);
	if (!fault)
		fault = qemu_ask(q, "qmp_capabilities", NULL, boot_now() + ANSWER_SECONDS);
	return fault == VMM_GONE ? VMM_NO_START : fault;
}
