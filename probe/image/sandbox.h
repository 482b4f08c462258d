/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Give up everything but memory and the descriptors that are open or handed in. */
#ifndef VMS_SANDBOX_H
#define VMS_SANDBOX_H

/*
 * From here on this process (it has one thread) can read, write and receive
 * descriptors; it cannot open, create, connect, execute or signal anything: these give
 * EPERM. 0; -ENOSYS: this kernel has no seccomp filter, nothing was given up.
 */
int vms_sandbox_enter(void);

#endif
