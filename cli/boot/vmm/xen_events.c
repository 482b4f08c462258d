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

#define LOOK_SECONDS  0.2	 /* a log tells nobody that it grew */
#define FORGET_BYTES  (1u << 20) /* of the log at a time: what was read needs no room on the host's disk */
#define READS_AT_ONCE 1024	 /* or a guest that never stops to speak would hold up the clock */
#define REST_SECONDS  0.5 /* an end is told at once, the console's last words come by way of a daemon */

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

static bool open_console(struct xen *x)
{
	int fd = open(x->log, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return false;
	lines_open(&x->console, fd, 4096);
	x->console.grows = true;
	x->console.raw = kept_raw;
	x->console.raw_ctx = &x->kept;
	return true;
}

/* A guest may speak without an end, and xenconsoled writes it all down: what was read becomes a hole. Where
 * the file system has none, the log grows until the cell's end. */
static void forget_console(struct xen *x)
{
	off_t at = lseek(x->console.fd, 0, SEEK_CUR);

	if (at - x->forgotten < FORGET_BYTES)
		return;
	if (fallocate(x->console.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, x->forgotten,
		      at - x->forgotten) == 0)
		x->forgotten = at;
}

static void read_console(struct xen *x, lines_fn fn)
{
	off_t before;
	int reads = 0;

	if (x->console.fd < 0 && !open_console(x))
		return;
	do {
		before = lseek(x->console.fd, 0, SEEK_CUR);
		if (lines_read(&x->console, fn, x) < 0)
			return;
	} while (++reads < READS_AT_ONCE && lseek(x->console.fd, 0, SEEK_CUR) != before);
	forget_console(x);
}

static void nobody_listens(void *ctx, const char *line, size_t len)
{
	(void)ctx;
	(void)line;
	(void)len;
}

void xen_keep_console(struct xen *x)
{
	read_console(x, nobody_listens);
	kept_close(&x->kept);
}

static void look_at_console(struct xen *x)
{
	off_t before = x->console.fd < 0 ? 0 : lseek(x->console.fd, 0, SEEK_CUR);
	const char *prompt;

	read_console(x, on_console);
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
