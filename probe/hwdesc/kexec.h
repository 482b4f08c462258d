/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Was this kernel started by another one (kexec)? Then its ramdisk, its command line and its device tree are
 * what that one gave it. fdt_read() asks once; see fdt_facts.kexec. Old kernels' kexec_file_load, and
 * kexec_load of kexec-tools, leave no sign in the tree.
 */
#ifndef VMS_KEXEC_H
#define VMS_KEXEC_H

#include "fdt.h"

/* `tree`: NULL where there is none to be seen. *ret: the sign, one line, owned; NULL: none is seen. -ENOMEM.
 */
int kexec_sign(struct vms_machine *m, const struct fdt_tree *tree, char **ret) _must_check_;

#endif
