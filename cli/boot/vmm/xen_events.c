// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes out of a Xen domain: its console as xenconsoled logs it, and what `xl create -F` says,
 * which stays with the domain over its reboots: "Domain 7 has shut down, reason code 1 0x1", the
 * codes of xen/include/public/sched.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include "boot/clock.h"
#include "boot/guest/console.h"
#include "xen_driver.h"

enum shutdown { SHUTDOWN_POWEROFF, SHUTDOWN_REBOOT, SHUTDOWN_SUSPEND, SHUTDOWN_CRASH, SHUTDOWN_WATCHDOG };

#define LOOK_SECONDS  0.2  /* a log tells nobody that it grew */
#define READS_AT_ONCE 1024 /* or a guest that never stops to speak would hold up the clock */
#define REST_SECONDS  0.5  /* an end is told at once, the console's last words come by way of a daemon */

static void on_console(void *ctx, const char *line, size_t len)
{
	struct xen *x = ctx;

	(void)len;
	x->vm.listener.console(x->vm.listener.ctx, line);
}

static void on_event(void *ctx, const char *line, size_t len)
{
	struct xen *x = ctx;
	const char *text = strstr(line, "Domain ");
	unsigned id;
	int code;

	if (text && sscanf(text, "Domain %u has shut down, reason code %d", &id, &code) == 2) {
		x->shutdown_code = code;
		x->ended = boot_now();
	} else if (len > 0 && strstr(line, "rror")) { /* the rest is what xl does, step by step */
		console_clean(line, x->vm.errors, sizeof(x->vm.errors));
	}
}

static void read_console(struct xen *x)
{
	off_t before;
	int reads = 0;

	if (x->console.fd < 0) {
		int fd = open(x->log, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return;
		lines_open(&x->console, fd, 4096);
		x->console.grows = true;
	}
	do {
		before = lseek(x->console.fd, 0, SEEK_CUR);
		if (lines_read(&x->console, on_console, x) < 0)
			return;
	} while (++reads < READS_AT_ONCE && lseek(x->console.fd, 0, SEEK_CUR) != before);
}

static void look_at_console(struct xen *x)
{
	off_t before = x->console.fd < 0 ? 0 : lseek(x->console.fd, 0, SEEK_CUR);
	const char *prompt;

	read_console(x);
	prompt = lines_partial(&x->console);
	if (x->console.fd >= 0 && *prompt && lseek(x->console.fd, 0, SEEK_CUR) != before)
		x->vm.listener.prompt(x->vm.listener.ctx, prompt);
}

size_t xen_watch(struct vmm *vm, struct pollfd *fds, double *ret_seconds)
{
	struct xen *x = xen_of(vm);

	fds[0] = (struct pollfd){ .fd = x->events.fd, .events = POLLIN };
	*ret_seconds = LOOK_SECONDS;
	return 1;
}

/* The guest ended the machine: after its last words. */
static void hand_on_end(struct xen *x)
{
	int code = x->shutdown_code;

	x->ended = 0;
	if (code == SHUTDOWN_REBOOT)
		x->vm.listener.reset(x->vm.listener.ctx);
	else if (code == SHUTDOWN_POWEROFF)
		x->vm.powered_off = true;
	else if (code == SHUTDOWN_CRASH || code == SHUTDOWN_WATCHDOG)
		x->vm.end = VMM_CRASHED;
}

static void note_end(struct xen *x)
{
	int s;

	process_reap(&x->process);
	process_describe(&x->process, x->vm.how, sizeof(x->vm.how));
	s = WIFSIGNALED(x->process.status) ? WTERMSIG(x->process.status) : 0;
	if (x->vm.end == VMM_CRASHED)
		return;
	if (s == SIGKILL || s == SIGTERM || s == SIGINT || s == SIGHUP)
		x->vm.end = VMM_WAS_KILLED;
	else if (x->shutdown_code < 0 && x->process.status == 0)
		x->vm.end = VMM_WAS_KILLED; /* xl destroy, by somebody else */
	else
		x->vm.end = x->process.status ? VMM_BROKE : VMM_ENDED;
}

enum vmm_fault xen_events(struct vmm *vm, const struct pollfd *fds)
{
	struct xen *x = xen_of(vm);
	int err = 0;

	look_at_console(x);
	if (fds[0].revents)
		err = lines_read(&x->events, on_event, x);
	if (err == -ENOMEM)
		return VMM_NO_MEMORY;
	if (x->ended && boot_now() - x->ended < REST_SECONDS) {
		struct timespec rest = { .tv_nsec = (long)(REST_SECONDS * 1e9) };

		nanosleep(&rest, NULL);
		look_at_console(x);
	}
	if (x->ended)
		hand_on_end(x);
	if (x->events.fd >= 0)
		return VMM_NO_FAULT;
	if (x->process.pid)
		note_end(x);
	return VMM_GONE;
}
