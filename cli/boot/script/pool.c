// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All cells: a thread each, `jobs` at a time. A signal that asks us to end makes `stop`
 * readable; every thread then ends its machine and says how far it came. What a cell's
 * thread starts dies with it (PR_SET_PDEATHSIG), whatever happens to us.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include "core/util.h"
#include "progress.h"
#include "script.h"
#include <stdatomic.h>

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

	script_run(w->cell, w->stop);
	atomic_store(&w->ended, true);
	return write(w->done, &one, sizeof(one)) < 0 ? NULL : w; /* if not: within the pool's next moment */
}

struct pool {
	struct worker *workers;
	size_t n, next;
	unsigned jobs, running;
	int signals, stop, done;
	int signal;		 /* that ended it; 0 */
	struct display *display; /* NULL: none */
};

static int begin(struct pool *p)
{
	while (p->next < p->n && p->running < p->jobs && !p->signal) {
		struct worker *w = &p->workers[p->next++];
		int err;

		if (w->cell->facts->reason) /* why it cannot run */
			continue;
		err = -pthread_create(&w->thread, NULL, work, w);
		if (err)
			return err;
		w->started = true;
		p->running++;
	}
	return 0;
}

static void collect(struct pool *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct worker *w = &p->workers[i];

		if (!w->started || w->joined || !atomic_load(&w->ended))
			continue;
		pthread_join(w->thread, NULL);
		w->joined = true;
		p->running--;
	}
}

static void ask_to_stop(struct pool *p, int signal)
{
	uint64_t one = 1;

	p->signal = signal;
	if (write(p->stop, &one, sizeof(one)) < 0)
		p->next = p->n;
}

static void wait_a_moment(struct pool *p)
{
	struct pollfd fds[] = { { .fd = p->signals, .events = POLLIN }, { .fd = p->done, .events = POLLIN } };
	struct signalfd_siginfo info;
	uint64_t count;

	if (poll(fds, ARRAY_SIZE(fds), 500) <= 0)
		fds[0].revents = fds[1].revents = 0;
	if (fds[0].revents && read(p->signals, &info, sizeof(info)) == (ssize_t)sizeof(info) && !p->signal)
		ask_to_stop(p, (int)info.ssi_signo);
	if (fds[1].revents)
		(void)!read(p->done, &count, sizeof(count));
	collect(p); /* the word of one that ended may not have come */
}

static int run_all(struct pool *p)
{
	int err = begin(p);

	while (p->running > 0) {
		if (p->display)
			display_paint(p->display);
		wait_a_moment(p);
		if (err && !p->signal)
			ask_to_stop(p, SIGTERM);
		else if (!err)
			err = begin(p);
	}
	return err;
}

/* What was never begun says so. */
static int state_the_rest(struct pool *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct vms_cell *c = p->workers[i].cell->facts;

		if (c->reason)
			continue;
		c->end = VMS_CELL_NOT_RUN;
		c->cause = VMS_CAUSE_USER;
		c->reason = strdup("ended by the user before its turn");
		if (!c->reason)
			return -ENOMEM;
	}
	return 0;
}

static int open_all(struct pool *p, sigset_t *ret_old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, ret_old);
	p->signals = signalfd(-1, &set, SFD_CLOEXEC);
	p->stop = eventfd(0, EFD_CLOEXEC);
	p->done = eventfd(0, EFD_CLOEXEC);
	return p->signals < 0 || p->stop < 0 || p->done < 0 ? -errno : 0;
}

int script_run_all(struct boot_cell *cells, size_t n, unsigned jobs, bool silent, int *ret_signal)
{
	struct display display = { .cells = cells, .n = n };
	struct pool p = { .n = n, .jobs = jobs, .signals = -1, .stop = -1, .done = -1 };
	bool terminal = isatty(STDERR_FILENO);
	sigset_t old;
	int err;

	p.workers = calloc(n + 1, sizeof(*p.workers));
	p.display = terminal && !silent ? &display : NULL;
	err = open_all(&p, &old);
	if (!p.workers)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < n; i++) {
		pthread_mutex_init(&cells[i].progress.lock, NULL);
		cells[i].progress.plain = !terminal && !silent;
		p.workers[i] = (struct worker){ .cell = &cells[i], .stop = p.stop, .done = p.done };
	}
	if (!err)
		err = run_all(&p);
	if (!err)
		err = state_the_rest(&p);
	if (p.display)
		display_paint(p.display);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	close(p.signals);
	close(p.stop);
	close(p.done);
	free(p.workers);
	*ret_signal = p.signal;
	return err;
}
