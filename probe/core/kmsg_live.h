/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live kernel log: /dev/kmsg, else this boot's journal. */
#ifndef VMS_KMSG_LIVE_H
#define VMS_KMSG_LIVE_H

#include "machine.h"

/* As vms_live.kernel_log. -EACCES and the like: neither could be read. */
int vms_kernel_log_live(struct vms_machine *m, struct vms_buf *ret, bool *ret_whole);

/* This boot's kernel messages in the journal, through libsystemd; *ret_begins: the
 * first of them is among the first of the boot. -ENOENT: no libsystemd; -ENODATA: no
 * such messages to be seen. */
int vms_journal_kernel_log(struct vms_machine *m, struct vms_buf *ret, bool *ret_begins);

#endif
