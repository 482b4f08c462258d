/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into a program under test: one of its allocations fails. Which programs: those whose name
 * begins with $VMSPEC_MEMORY_OF. With $VMSPEC_MEMORY_LOG, a file, each allocation that has a way of its own
 * to it (the callers of the last calls) is noted there, by its number; with $VMSPEC_MEMORY_FAIL, a number,
 * that one fails, and with $VMSPEC_MEMORY_FAIL=N+ all from there on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEPTH 10
#define TABLE (1u << 16)

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);

static unsigned long fail_at;
static unsigned long *count; /* shared with the processes that it forks */
static bool ready, fail_on;
static __thread bool inside;
static int log_fd = -1;
static uint64_t seen[TABLE];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void)
{
	const char *of = getenv("VMSPEC_MEMORY_OF"), *log = getenv("VMSPEC_MEMORY_LOG"),
		   *fail = getenv("VMSPEC_MEMORY_FAIL");
	void *warm[2];

	if (of && strncmp(program_invocation_short_name, of, strlen(of)) != 0)
		return;
	backtrace(warm, 2); /* which allocates, once */
	if (log)
		log_fd = fcntl(open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), F_DUPFD_CLOEXEC,
			       200);
	if (fail) {
		fail_at = strtoul(fail, NULL, 10);
		fail_on = strchr(fail, '+') != NULL;
	}
	count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ready = count != MAP_FAILED && (log || fail);
}

/* Is this way to an allocation a new one? */
static bool is_new(void)
{
	void *frames[DEPTH + 2];
	int n = backtrace(frames, DEPTH + 2);
	uint64_t hash = 14695981039346656037u;

	for (int i = 2; i < n; i++)
		hash = (hash ^ (uintptr_t)frames[i]) * 1099511628211u;
	for (unsigned i = (unsigned)(hash % TABLE);; i = (i + 1) % TABLE) {
		if (seen[i] == hash)
			return false;
		if (seen[i] == 0) {
			seen[i] = hash;
			return true;
		}
	}
}

static void note(unsigned long n)
{
	char line[32];
	int len = snprintf(line, sizeof(line), "%lu\n", n);

	(void)!write(log_fd, line, (size_t)len);
}

static bool fails(void)
{
	unsigned long n;
	bool is;

	if (!ready || inside)
		return false;
	inside = true;
	n = __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
	if (log_fd >= 0) {
		pthread_mutex_lock(&lock);
		if (is_new())
			note(n);
		pthread_mutex_unlock(&lock);
	}
	is = n == fail_at || (fail_on && n > fail_at);
	if (is)
		errno = ENOMEM;
	inside = false;
	return is;
}

void *malloc(size_t n)
{
	return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails() ? NULL : __libc_realloc(p, n);
}

void *reallocarray(void *p, size_t n, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(n, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, all);
}

void *memalign(size_t align, size_t n)
{
	return fails() ? NULL : __libc_memalign(align, n);
}
