// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a command costs:   cost FILE COMMAND [ARGUMENT...]
 * FILE gets one line: its peak resident memory in KiB (as seen five times a second), its CPU time in ms, and
 * that of the programs that it waited for in ms; from proc(5). The exit status is the command's.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static long peak_memory(pid_t pid)
{
	char path[32], line[128];
	long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %ld kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

/* Own time and that of awaited children; fields 14 to 17, after a name that ends with the last ')'. */
static int cpu_time(pid_t pid, long *own, long *children)
{
	char path[32], line[1024] = "";
	unsigned long u, s, tick = (unsigned long)sysconf(_SC_CLK_TCK);
	long cu, cs;
	const char *end;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f) {
		end = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
		fclose(f);
		if (end && sscanf(end + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu %ld %ld", &u,
				  &s, &cu, &cs) == 4) {
			*own = (long)((u + s) * 1000 / tick);
			*children = (long)((unsigned long)(cu + cs) * 1000 / tick);
			return 0;
		}
	}
	return -1;
}

int main(int argc, char **argv)
{
	FILE *out = argc > 2 ? fopen(argv[1], "we") : NULL;
	pid_t pid = out ? fork() : -1;
	siginfo_t ended = { 0 };
	long peak = 0, seen, own, children;
	int status;

	if (pid == 0) {
		execv(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0) {
		perror("cost");
		return 127;
	}
	/* not yet reaped: its times can still be read */
	while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && !ended.si_pid) {
		seen = peak_memory(pid);
		if (seen > peak)
			peak = seen;
		usleep(200000);
	}
	if (cpu_time(pid, &own, &children) == 0)
		fprintf(out, "%ld %ld %ld\n", peak, own, children);
	if (fclose(out) || waitpid(pid, &status, 0) != pid)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
