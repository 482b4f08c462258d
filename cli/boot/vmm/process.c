// SPDX-License-Identifier: GPL-2.0-or-later
/* Child processes that do not outlive us: QEMU, and the tools that prepare for it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include "boot/clock.h"
#include "core/child.h"
#include "core/util.h"
#include "process.h"

/* xl waits 40 s for a script of Xen's; the rest takes a moment. */
#define RUN_SECONDS 90

int process_start(struct process *p, char *const argv[])
{
	_cleanup_close_ int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int out[2], err;
	struct vms_program program = { .argv = argv, .n_fds = 3, .group = true };

	*p = (struct process){ .errors = -1 };
	if (null < 0 || pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	program.fds = (const int[]){ null, out[1], out[1] };
	err = vms_child_exec(&program, &p->pid);
	close(out[1]);
	if (err)
		close(out[0]);
	else
		p->errors = out[0];
	return err;
}

void process_reap(struct process *p)
{
	if (p->pid)
		p->status = vms_child_wait(p->pid);
	p->pid = 0;
}

void process_kill(struct process *p)
{
	if (p->pid) {
		kill(-p->pid, SIGKILL); /* its group: it may be a script around the program */
		kill(p->pid, SIGKILL);
		process_reap(p);
	}
	if (p->errors >= 0)
		close(p->errors);
	p->errors = -1;
}

void process_describe(const struct process *p, char *buf, size_t size)
{
	if (WIFSIGNALED(p->status))
		snprintf(buf, size, "was killed by signal %d (%s)", WTERMSIG(p->status),
			 strsignal(WTERMSIG(p->status)));
	else
		snprintf(buf, size, "ended with status %d", WEXITSTATUS(p->status));
}

/* Until its output ends. 0; -ETIME: it did not in time; -errno: it cannot be heard. */
static int listen_to(const struct process *p, char *said, size_t size)
{
	struct pollfd fd = { .fd = p->errors, .events = POLLIN };
	double until = boot_now() + RUN_SECONDS, left;
	size_t len = 0;
	int err = -ETIME;
	char rest[512];

	while (err == -ETIME && (left = until - boot_now()) > 0) {
		bool room = len + 1 < size;
		ssize_t got = poll(&fd, 1, (int)(left * 1000) + 1);

		if (got == 0)
			continue;
		if (got > 0)
			got = read(p->errors, room ? said + len : rest, room ? size - len - 1 : sizeof(rest));
		if (got < 0 && errno != EINTR)
			err = -errno;
		else if (got == 0)
			err = 0;
		else if (got > 0 && room)
			len += (size_t)got;
	}
	while (len > 0 && said[len - 1] == '\n')
		len--;
	said[len] = '\0';
	return err;
}

int process_run(char *const argv[], char *said, size_t size)
{
	struct process p;
	int err = process_start(&p, argv);

	if (err)
		return err;
	err = listen_to(&p, said, size);
	if (err) {
		process_kill(&p);
		return err;
	}
	process_reap(&p);
	close(p.errors);
	return WIFEXITED(p.status) ? WEXITSTATUS(p.status) : -EINTR;
}
