/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Give up everything but memory and the descriptors that are open or handed in; root's capabilities, too. */
#ifndef VMS_SANDBOX_H
#define VMS_SANDBOX_H

/*
 * From here on this process (it has one thread) can read, write and receive
 * descriptors; it cannot open, create, connect, execute or signal anything: these give
 * EPERM. 0; -ENOSYS: this kernel has no seccomp filter, nothing was given up.
 */
int vms_sandbox_enter(void);

/*
 * Close every descriptor but standard error and `keep`: what a caller left open is none of an
 * image's business. Standard input and output lead nowhere then. To be called before libraries
 * and files for the work are opened.
 */
void vms_sandbox_strip(int keep);

#endif
