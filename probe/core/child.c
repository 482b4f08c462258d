/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Child processes; see child.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "child.h"
#include "core/util.h"

#define FDS_MAX	       8
#define OLD_KERNEL_FDS 1024 /* closed one by one where there is no close_range(2) */

pid_t vms_child_fork(void)
{
	pid_t parent = getpid(), pid = fork();
	sigset_t none;

	if (pid < 0)
		return -errno;
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return 0;
}

/* In the child. Descriptors are moved out of each other's way first; all but them end at the exec. */
static bool place_descriptors(const struct vms_program *p, int *report)
{
	int moved[FDS_MAX + 1];

	for (size_t i = 0; i <= p->n_fds; i++) {
		moved[i] = fcntl(i < p->n_fds ? p->fds[i] : *report, F_DUPFD_CLOEXEC, (int)p->n_fds);
		if (moved[i] < 0)
			return false;
	}
	*report = moved[p->n_fds];
	for (size_t i = 0; i < p->n_fds; i++)
		if (dup2(moved[i], (int)i) < 0)
			return false;
	if (close_range((unsigned)p->n_fds, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		for (int fd = (int)p->n_fds; fd < OLD_KERNEL_FDS; fd++)
			(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return true;
}

_Noreturn static void become(const struct vms_program *p, int report)
{
	int err;

	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	if (p->group)
		setpgid(0, 0);
	if (place_descriptors(p, &report)) {
		if (p->prepare)
			p->prepare();
		execvp(p->argv[0], p->argv);
	}
	err = errno;
	if (write(report, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

/* What kept the child from its exec, -errno; nothing comes when that went well. */
static int read_report(int report)
{
	int err = 0;
	ssize_t n;

	while ((n = read(report, &err, sizeof(err))) < 0 && errno == EINTR)
		;
	if (n == 0)
		return 0;
	if (n < 0)
		return -errno;
	return err > 0 ? -err : -EIO;
}

int vms_child_exec(const struct vms_program *program, pid_t *ret_pid)
{
	int report[2], err;
	pid_t pid;

	if (program->n_fds > FDS_MAX)
		return -EINVAL;
	if (pipe2(report, O_CLOEXEC) < 0)
		return -errno;
	pid = vms_child_fork();
	if (pid == 0)
		become(program, report[1]);
	close(report[1]);
	err = pid < 0 ? pid : read_report(report[0]);
	close(report[0]);
	if (!err)
		*ret_pid = pid;
	else if (pid > 0)
		vms_child_kill(pid);
	return err;
}

int vms_child_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int vms_child_kill(pid_t pid)
{
	kill(pid, SIGKILL);
	return vms_child_wait(pid);
}

pid_t vms_child_ended(int *ret_status)
{
	pid_t pid = waitpid(-1, ret_status, WNOHANG);

	return pid > 0 ? pid : 0;
}

bool vms_program_is_there(const char *name)
{
	const char *path = getenv("PATH");

	for (path = path ? path : "/usr/bin:/bin"; *path;) {
		size_t n = strcspn(path, ":");
		_cleanup_free_ char *file = vms_asprintf("%.*s/%s", (int)n, path, name);

		if (file && access(file, X_OK) == 0)
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}
