// SPDX-License-Identifier: GPL-2.0-or-later
/* Child processes that do not outlive us: QEMU, and the tools that prepare for it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "boot/clock.h"
#include "core/util.h"
#include "process.h"

/* xl waits 40 s for a script of Xen's; the rest takes a moment. */
#define RUN_SECONDS 90

/* In the child, between fork and exec: only what may be called there. */
_Noreturn static void child(char *const argv[], int in, int out, int report, pid_t parent)
{
	sigset_t none;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent && dup2(in, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0)
		execvp(argv[0], argv);
	err = errno;
	if (write(report, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

/* What kept the child from its exec, -errno; nothing comes when that went well. A child that is not wanted is
 * gone then. */
static int child_report(pid_t pid, int report)
{
	int err = 0;
	ssize_t n;

	while ((n = read(report, &err, sizeof(err))) < 0 && errno == EINTR)
		;
	if (n == 0)
		return 0;
	err = n < 0 ? -errno : -err;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return err ? err : -EIO;
}

int process_start(struct process *p, char *const argv[])
{
	_cleanup_close_ int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int out[2] = { -1, -1 }, report[2] = { -1, -1 }, err = 0;
	pid_t parent = getpid(), pid;

	*p = (struct process){ .errors = -1 };
	if (null < 0 || pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(report, O_CLOEXEC) < 0) {
		err = -errno;
		close(out[0]);
		close(out[1]);
		return err;
	}
	pid = fork();
	if (pid == 0)
		child(argv, null, out[1], report[1], parent);
	if (pid < 0)
		err = -errno;
	close(out[1]);
	close(report[1]);
	if (!err)
		err = child_report(pid, report[0]);
	close(report[0]);
	if (err) {
		close(out[0]);
		return err;
	}
	p->pid = pid;
	p->errors = out[0];
	return 0;
}

void process_reap(struct process *p)
{
	while (p->pid && waitpid(p->pid, &p->status, 0) < 0 && errno == EINTR)
		;
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

bool program_is_there(const char *name)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *copy = path ? strdup(path) : NULL;
	char *save = NULL;

	for (char *dir = copy ? strtok_r(copy, ":", &save) : NULL; dir; dir = strtok_r(NULL, ":", &save)) {
		_cleanup_free_ char *file = vms_asprintf("%s/%s", dir, name);

		if (file && access(file, X_OK) == 0)
			return true;
	}
	return false;
}
