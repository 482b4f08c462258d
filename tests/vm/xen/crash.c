// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ends a domain as the hypervisor ends one that crashed, from the control domain: crash DOMID
 * SCHEDOP_remote_shutdown with SHUTDOWN_crash, of xen/include/public/sched.h; by privcmd,
 * include/uapi/xen/privcmd.h of the kernel.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#define SCHED_OP		29
#define SCHEDOP_REMOTE_SHUTDOWN 4
#define SHUTDOWN_CRASH		3

struct hypercall {
	uint64_t op, arg[5];
};
#define PRIVCMD_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct hypercall))

int main(int argc, char **argv)
{
	static struct {
		uint16_t domid;
		uint32_t reason;
	} shutdown = { .reason = SHUTDOWN_CRASH };
	struct hypercall call = { SCHED_OP, { SCHEDOP_REMOTE_SHUTDOWN, (uintptr_t)&shutdown } };
	int fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);

	shutdown.domid = (uint16_t)(argc == 2 ? atoi(argv[1]) : 0);
	if (!shutdown.domid || fd < 0 || ioctl(fd, PRIVCMD_HYPERCALL, &call) < 0) {
		perror("crash");
		return 1;
	}
	return 0;
}
