/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children: what kept one from its exec is told, and none inherits what it was not given. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "core/child.h"
#include "fixture.h"

static int start(char *const argv[], int out, pid_t *ret_pid)
{
	const struct vms_program p = {
		.argv = argv, .fds = (const int[]){ out, out, 2 }, .n_fds = 3, .group = true
	};

	return vms_child_exec(&p, ret_pid);
}

static char *const list_descriptors[] = { (char[]){ "sh" }, (char[]){ "-c" },
					  (char[]){ "cd /proc/$$/fd && echo *" }, NULL };

static void test_descriptors(void **state)
{
	int pipe_fd[2], kept = fcntl(2, F_DUPFD, 77); /* without close-on-exec, as a caller may leave one */
	char said[100] = "";
	pid_t pid;

	(void)state;
	assert_true(kept >= 77);
	assert_int_equal(pipe2(pipe_fd, O_CLOEXEC), 0);
	assert_int_equal(start(list_descriptors, pipe_fd[1], &pid), 0);
	close(pipe_fd[1]);
	assert_true(read(pipe_fd[0], said, sizeof(said) - 1) > 0);
	assert_int_equal(vms_child_wait(pid), 0);
	assert_non_null(startswith(said, "0 1 2"));
	assert_true(strlen(said) < 12); /* and the folder that is listed */
	close(pipe_fd[0]);
	close(kept);
}

static void test_exec_fails(void **state)
{
	char *const none[] = { (char[]){ "no-such-program-of-vmspec" }, NULL };
	char *const folder[] = { (char[]){ "/" }, NULL };
	pid_t pid = -5;
	int status;

	(void)state;
	assert_int_equal(start(none, 2, &pid), -ENOENT);
	assert_int_equal(start(folder, 2, &pid), -EACCES);
	assert_int_equal(pid, -5);
	assert_int_equal(vms_child_ended(&status), 0); /* none is left to be waited for */
	assert_true(vms_program_is_there("sh"));
	assert_false(vms_program_is_there("no-such-program-of-vmspec"));
}

static void test_kill(void **state)
{
	char *const sleeps[] = { (char[]){ "sleep" }, (char[]){ "1000" }, NULL };
	pid_t pid;

	(void)state;
	assert_int_equal(start(sleeps, 2, &pid), 0);
	assert_int_equal(getpgid(pid), pid);
	assert_int_equal(WTERMSIG(vms_child_kill(pid)), SIGKILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_exec_fails),
		cmocka_unit_test(test_kill),
	};

	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
