// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All cells: a thread each, `jobs` at a time. A signal that asks us to end makes `stop`
 * readable; every thread then ends its QEMU and says how far it came. QEMU is started by
 * its cell's thread and dies with it (PR_SET_PDEATHSIG), whatever happens to us.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include "boot.h"

struct worker {
	pthread_t thread;
	struct boot_cell *cell;
	int stop;
	int done; /* eventfd of all: one of them has ended */
	atomic_bool ended;
	bool started, joined;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	uint64_t one = 1;

	boot_cell_run(w->cell, w->stop);
	atomic_store(&w->ended, true);
	return write(w->done, &one, sizeof(one)) < 0 ? NULL : w;
}

struct run {
	struct worker *workers;
	size_t n, next;
	unsigned jobs, running;
	int signals, stop, done;
	int signal;		      /* that ended it; 0 */
	struct boot_display *display; /* NULL: none */
};

static int begin(struct run *r)
{
	while (r->next < r->n && r->running < r->jobs && !r->signal) {
		struct worker *w = &r->workers[r->next++];
		int err;

		if (!w->cell->firmware) /* facts->reason says why it cannot run */
			continue;
		err = -pthread_create(&w->thread, NULL, work, w);
		if (err)
			return err;
		w->started = true;
		r->running++;
	}
	return 0;
}

static void collect(struct run *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct worker *w = &r->workers[i];

		if (!w->started || w->joined || !atomic_load(&w->ended))
			continue;
		pthread_join(w->thread, NULL);
		w->joined = true;
		r->running--;
	}
}

static void ask_to_stop(struct run *r, int signal)
{
	uint64_t one = 1;

	r->signal = signal;
	if (write(r->stop, &one, sizeof(one)) < 0)
		r->next = r->n;
}

static void wait_a_moment(struct run *r)
{
	struct pollfd p[] = { { .fd = r->signals, .events = POLLIN }, { .fd = r->done, .events = POLLIN } };
	struct signalfd_siginfo info;
	uint64_t count;

	if (poll(p, ARRAY_SIZE(p), 500) <= 0)
		return;
	if (p[0].revents && read(r->signals, &info, sizeof(info)) == (ssize_t)sizeof(info) && !r->signal)
		ask_to_stop(r, (int)info.ssi_signo);
	if (p[1].revents && read(r->done, &count, sizeof(count)) < 0)
		return;
	collect(r);
}

static int run_all(struct run *r)
{
	int err = begin(r);

	while (r->running > 0) {
		if (r->display)
			boot_display_paint(r->display);
		wait_a_moment(r);
		if (err && !r->signal)
			ask_to_stop(r, SIGTERM);
		else if (!err)
			err = begin(r);
	}
	return err;
}

/* What was never begun says so. */
static int state_the_rest(struct run *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct vms_cell *c = r->workers[i].cell->facts;

		if (c->reason)
			continue;
		c->end = VMS_CELL_NOT_RUN;
		c->reason = strdup("ended by the user before its turn");
		if (!c->reason)
			return -ENOMEM;
	}
	return 0;
}

static int open_all(struct run *r, sigset_t *ret_old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, ret_old);
	r->signals = signalfd(-1, &set, SFD_CLOEXEC);
	r->stop = eventfd(0, EFD_CLOEXEC);
	r->done = eventfd(0, EFD_CLOEXEC);
	return r->signals < 0 || r->stop < 0 || r->done < 0 ? -errno : 0;
}

int boot_run(struct boot_cell *cells, size_t n, unsigned jobs, bool silent, int *ret_signal)
{
	struct boot_display display = { .cells = cells, .n = n };
	struct run r = { .n = n, .jobs = jobs, .signals = -1, .stop = -1, .done = -1 };
	bool terminal = isatty(STDERR_FILENO);
	sigset_t old;
	int err;

	r.workers = calloc(n + 1, sizeof(*r.workers));
	r.display = terminal && !silent ? &display : NULL;
	err = open_all(&r, &old);
	if (!r.workers)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < n; i++) {
		pthread_mutex_init(&cells[i].progress.lock, NULL);
		cells[i].progress.plain = !terminal && !silent;
		r.workers[i] = (struct worker){ .cell = &cells[i], .stop = r.stop, .done = r.done };
	}
	if (!err)
		err = run_all(&r);
	if (!err)
		err = state_the_rest(&r);
	if (r.display)
		boot_display_paint(r.display);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	close(r.signals);
	close(r.stop);
	close(r.done);
	free(r.workers);
	*ret_signal = r.signal;
	return err;
}
