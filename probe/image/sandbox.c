/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A seccomp filter, written out: an image is untrusted, and who parses it needs
 * nothing but the bytes. What is not on the list gives EPERM, so that a library that
 * tries to open a file (a time zone, a message catalogue) goes on without it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "core/util.h"
#include "image/sandbox.h"

#ifndef __NR_close_range
#define __NR_close_range 436 /* on all of them, since 5.9 */
#endif
#define FDS_MAX 65536u /* tried one by one where the kernel lacks that call */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCH AUDIT_ARCH_ARM
#else
#define ARCH 0 /* not known here: no filter */
#endif

static const unsigned allowed[] = {
	/* descriptors that are there */
	__NR_read,
	__NR_write,
	__NR_readv,
	__NR_writev,
	__NR_pread64,
	__NR_pwrite64,
	__NR_close,
	__NR_lseek,
	__NR_fstat,
	__NR_ftruncate,
	__NR_recvmsg,
	__NR_sendmsg,
	__NR_recvfrom,
	__NR_sendto,
	__NR_ppoll,
	__NR_shutdown,
	__NR_fcntl,
	__NR_getsockopt,
	__NR_setsockopt,
#ifdef __NR_poll
	__NR_poll,
#endif
#ifdef __NR__llseek
	__NR__llseek,
	__NR_fstat64,
	__NR_ftruncate64,
	__NR_fcntl64,
#endif
#ifdef __NR_recv
	__NR_recv,
	__NR_send,
#endif
#ifdef __NR_ppoll_time64
	__NR_ppoll_time64,
#endif
	/* memory */
	__NR_brk,
	__NR_munmap,
	__NR_mremap,
	__NR_mprotect,
	__NR_madvise,
#ifdef __NR_mmap
	__NR_mmap,
#endif
#ifdef __NR_mmap2
	__NR_mmap2,
#endif
	/* itself */
	__NR_exit,
	__NR_exit_group,
	__NR_rt_sigreturn,
	__NR_rt_sigprocmask,
	__NR_rt_sigaction,
	__NR_sigaltstack,
	__NR_getpid,
	__NR_gettid,
	__NR_futex,
	__NR_sched_yield,
	__NR_restart_syscall,
	__NR_getrandom,
	__NR_clock_gettime,
	__NR_clock_nanosleep,
	__NR_gettimeofday,
#ifdef __NR_futex_time64
	__NR_futex_time64,
#endif
#ifdef __NR_clock_gettime64
	__NR_clock_gettime64,
#endif
#ifdef __NR_time
	__NR_time,
#endif
#ifdef __NR_rseq
	__NR_rseq,
#endif
};

#define N_HEAD 4
#define N_TAIL 2

static void close_from_to(unsigned first, unsigned last)
{
	struct rlimit limit;

	if (first > last || syscall(__NR_close_range, first, last, 0) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
		last = (unsigned)MIN((rlim_t)last, limit.rlim_cur);
	for (unsigned fd = first; fd <= MIN(last, FDS_MAX); fd++)
		close((int)fd);
}

void vms_sandbox_strip(int keep)
{
	unsigned kept = (unsigned)keep;
	int null;

	close_from_to(STDERR_FILENO + 1, kept - 1);
	close_from_to(kept + 1, ~0u);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0) {
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
	}
	if (null > STDERR_FILENO)
		close(null);
}

static void give_up_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { .effective = 0 } };

	syscall(__NR_capset, &head, none); /* a plain user has none to give up */
}

int vms_sandbox_enter(void)
{
	struct sock_filter code[N_HEAD + ARRAY_SIZE(allowed) + N_TAIL] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	const struct sock_fprog program = { ARRAY_SIZE(code), code };
	const struct rlimit none = { 0, 0 };

	give_up_capabilities();
	if (ARCH == 0)
		return -ENOSYS;
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++)
		code[N_HEAD + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i],
								(uint8_t)(ARRAY_SIZE(allowed) - i), 0);
	code[N_HEAD + ARRAY_SIZE(allowed)] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	code[N_HEAD + ARRAY_SIZE(allowed) + 1] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	setrlimit(RLIMIT_CORE, &none); /* no image's bytes in a core file */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return -ENOSYS;
	return 0;
}
