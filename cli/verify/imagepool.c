// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pool: keeps worker processes busy with jobs (imagejobs.c) and takes back
 * verdicts. A worker is made for raw disks, for one kind of NBD, or for compressed
 * files (it opens that library before its sandbox closes); a job that turns out to
 * need another kind goes back in line. A worker that dies costs one image its verdict.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "core/child.h"
#include "document/wire.h"
#include "image/qemunbd.h"
#include "imagepool.h"

static size_t cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) < 0 ? 1 : (size_t)CPU_COUNT(&set);
}

static int worker_start(struct pool *p, struct worker *w, enum image_format format)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = vms_child_fork();
	if (pid == 0) {
		for (size_t i = 0; i < p->n_workers; i++)
			if (p->workers[i].pid > 0)
				close(p->workers[i].sock);
		close(pair[0]);
		image_worker(pair[1], format, p->options);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return pid;
	}
	*w = (struct worker){ .pid = pid, .sock = pair[0], .format = format };
	return 0;
}

/* Let it go: the end of its socket ends it. What wait says about it. */
static int worker_stop(struct worker *w, bool kill_it)
{
	int status;

	if (w->pid <= 0)
		return 0;
	qemunbd_stop(&w->server);
	close(w->sock);
	inbox_clear(&w->inbox);
	status = kill_it ? vms_child_kill(w->pid) : vms_child_wait(w->pid);
	w->pid = 0;
	return status;
}

static void job_done(struct pool *p, size_t index, struct vms_verdict *v, int status)
{
	image_out_put(p->out, index, v, p->jobs[index].failed ? EXIT_TOOL : status);
	job_close(p, index);
}

/* What an idle worker without a job of its kind should become. */
static bool format_wanted(const struct pool *p, enum image_format *ret)
{
	if (p->n_again > 0)
		*ret = p->jobs[p->again[0]].format;
	else if (p->next < p->list->n)
		*ret = FORMAT_RAW;
	else
		return false;
	return true;
}

static int worker_feed(struct pool *p, struct worker *w)
{
	size_t had = w->n_jobs;
	enum image_format format;
	int r;

	if (w->pid > 0 && had == 0 && !job_waits(p, w->format)) {
		if (!format_wanted(p, &format))
			return 0;
		worker_stop(w, false);
	}
	if (w->pid <= 0) {
		if (!format_wanted(p, &format))
			return 0;
		r = worker_start(p, w, format);
		if (r < 0)
			return r;
	}
	/* many at once cost less than one by one */
	return had > 0 && had > worker_depth(p, w) / 2 ? 0 : worker_fill(p, w);
}

/* Its first job is answered. */
static void worker_forget(struct worker *w)
{
	w->until = 0;
	w->n_jobs--;
	memmove(w->jobs, w->jobs + 1, w->n_jobs * sizeof(*w->jobs));
}

/* It ended, or is to, because of `err`. Which of several jobs did that is not known (what it had answered may
 * be lost with it): each is handed out again, alone. */
static int worker_died(struct pool *p, struct worker *w, int err)
{
	/* when it is gone by itself, why? */
	int status = worker_stop(w, err != -EPIPE && err != -ECONNRESET), r = 0;
	/* 127: of the dynamic loader, which has no other way to say so */
	bool memory = err == -ENOMEM || (WIFEXITED(status) && (WEXITSTATUS(status) == WORKER_NO_MEMORY ||
							       WEXITSTATUS(status) == 127));

	for (size_t i = 0; i < w->n_jobs && r == 0; i++) {
		struct job *j = &p->jobs[w->jobs[i]];

		if (w->n_jobs > 1) {
			j->alone = true;
		} else if (j->failed) { /* twice: not even saying so works */
			complain("%s: cannot be judged%s", p->list->names[w->jobs[i]].path,
				 memory ? ": out of memory" : "");
			p->out->status = EXIT_TOOL;
			job_leave(p, w->jobs[i]);
			continue;
		} else {
			j->failed = true;
			r = memory ? job_block(j, "out of memory")
				   : job_block(j, "the process that read it ended: this is a fault of %s",
					       cli_tool);
		}
		if (r == 0)
			r = job_again(p, w->jobs[i]);
	}
	w->n_jobs = 0;
	return r;
}

/* A reply is about the job that is next: the worker may have been taken over by an image. */
static bool reply_fits(const struct worker *w, const struct image_reply *head)
{
	if (w->n_jobs == 0 || w->jobs[0] != head->index)
		return false;
	switch (head->answer) {
	case ANSWER_DONE:
		return head->exit_status == EXIT_COMPLIANT || head->exit_status == EXIT_NONCOMPLIANT ||
		       head->exit_status == EXIT_INCONCLUSIVE;
	case ANSWER_WANTS:
		return head->format < N_FORMATS;
	default:
		return head->answer == ANSWER_NO_DISK || head->answer == ANSWER_NBD_FAILED;
	}
}

/* -EBADMSG: it is no verdict. */
static int take_verdict(struct pool *p, struct worker *w, const struct image_reply *head, const char *why,
			const char *rows)
{
	const char *path = p->list->names[head->index].path, *wrong = NULL;
	int status = (int)head->exit_status, r = 0;
	struct vms_verdict *v = NULL;

	if (!p->options->quiet)
		r = vms_wire_read(rows, head->rows_len, path, &p->run, &v, &wrong);
	if (r < 0)
		return r;
	if (*why) {
		image_out_clear_line(p->out);
		complain("%s: %s", path, why);
	}
	worker_forget(w);
	job_done(p, head->index, v, v ? vms_verdict_exit_status(v) : status);
	qemunbd_stop(&w->server);
	return 0;
}

/* libnbd could not talk to qemu-nbd: what that said is the better reason. */
static int take_nbd_failure(struct pool *p, struct worker *w, size_t index, const char *why)
{
	_cleanup_free_ char *said = qemunbd_complaint(&w->server);
	struct job *j = &p->jobs[index];
	int r = said ? job_block(j, "%s image: qemu-nbd: %s", format_name(w->format), said)
		     : job_block(j, "%s", why);

	return r < 0 ? r : job_again(p, index);
}

static int take_reply(struct pool *p, struct worker *w, const struct image_reply *head, const char *why,
		      const char *rows)
{
	if (head->answer == ANSWER_DONE)
		return take_verdict(p, w, head, why, rows);
	worker_forget(w);
	switch (head->answer) {
	case ANSWER_WANTS:
		p->jobs[head->index].format = head->format;
		p->jobs[head->index].sector = head->sector;
		return job_again(p, head->index);
	case ANSWER_NBD_FAILED:
		return take_nbd_failure(p, w, head->index, why);
	default:
		job_leave(p, head->index);
		return 0;
	}
}

/* Take what it has to say. What is no answer, or what there is no memory for, ends it. */
static int worker_read(struct pool *p, struct worker *w)
{
	int r = inbox_fill(&w->inbox, w->sock);
	const char *why, *rows;
	struct image_reply head;

	while (r == 0 && (r = inbox_first(&w->inbox, &head, &why, &rows)) == 0) {
		r = reply_fits(w, &head) ? take_reply(p, w, &head, why, rows) : -EPROTO;
		if (r == 0)
			inbox_drop(&w->inbox, &head);
	}
	return r == -EAGAIN ? 0 : worker_died(p, w, r);
}

/* A qemu-nbd that does not answer holds up one image, no others. */
static int worker_late(struct pool *p, struct worker *w)
{
	size_t index = w->jobs[0];
	int r;

	worker_forget(w);
	worker_stop(w, true);
	r = job_block(&p->jobs[index], "%s image: qemu-nbd did not answer within %d seconds",
		      format_name(w->format), QEMUNBD_SECONDS);
	return r < 0 ? r : job_again(p, index);
}

/* Wait for the next answer and take it. */
static int pool_step(struct pool *p)
{
	struct pollfd polls[WORKERS_MAX];
	int r = 0;

	for (size_t i = 0; i < p->n_workers; i++)
		polls[i] = (struct pollfd){ .fd = p->workers[i].pid > 0 ? p->workers[i].sock : -1,
					    .events = POLLIN };
	if (poll(polls, p->n_workers, 0) <= 0) {
		image_out_progress(p->out);
		if (poll(polls, p->n_workers, 200) < 0 && errno != EINTR)
			return -errno;
	}
	for (size_t i = 0; i < p->n_workers && r == 0; i++) {
		struct worker *w = &p->workers[i];

		if (polls[i].fd >= 0 && polls[i].revents)
			r = worker_read(p, w);
		else if (w->pid > 0 && w->n_jobs > 0 && w->until && monotonic_seconds() > w->until)
			r = worker_late(p, w);
	}
	return r;
}

static int pool_run(struct pool *p)
{
	int r = 0;

	do {
		for (size_t i = 0; i < p->n_workers && r == 0; i++)
			r = worker_feed(p, &p->workers[i]);
		if (r == 0 && p->open > 0)
			r = pool_step(p);
	} while (r == 0 && (p->open > 0 || p->n_again > 0 || p->next < p->list->n));
	return r;
}

int image_pool_run(const struct verify_options *o, const struct image_list *l, struct image_out *out)
{
	struct pool p = { .options = o, .list = l, .out = out };
	int r = -ENOMEM;

	cli_run_options(&o->asked, &p.run);
	p.n_workers = MIN(MIN(cpus(), l->n), (size_t)WORKERS_MAX);
	p.jobs = calloc(l->n + 1, sizeof(*p.jobs));
	p.again = calloc(l->n + 1, sizeof(*p.again));
	if (p.jobs && p.again)
		r = pool_run(&p);
	for (size_t i = 0; i < p.n_workers; i++)
		worker_stop(&p.workers[i], r < 0);
	for (size_t i = 0; p.jobs && i < l->n; i++)
		free(p.jobs[i].why);
	free(p.jobs);
	free(p.again);
	if (r == 0)
		return 0;
	image_out_clear_line(out);
	complain("cannot judge images: %s", vms_error_text(r));
	return EXIT_TOOL;
}
