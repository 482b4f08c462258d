/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live kernel log: /dev/kmsg, else this boot's journal. */
#ifndef VMS_KMSG_LIVE_H
#define VMS_KMSG_LIVE_H

#include "core/machine.h"

/* As vms_live.kernel_log. -EACCES and the like: neither could be read. */
int vms_kernel_log_live(struct vms_machine *m, struct vms_buf *ret, bool *ret_whole);

/* What syslog(2) gives, as lines of a log; perhaps not all of it. -EBADMSG: it has no
 * stamps, or another form. -EPERM, -ENOSYS: not for us. */
int vms_syslog_read(struct vms_buf *ret);

/* "<6>[    0.000000] text\n" to "[    0.000000] text\n" in place; what was not said by
 * the kernel itself is left out. -EBADMSG: another form. */
int vms_syslog_to_log(char *text, size_t len, size_t *ret_len);

/* This boot's kernel messages in the journal, through libsystemd; *ret_begins: the
 * first of them is among the first of the boot. -ENOENT: no libsystemd; -ENODATA: no
 * such messages to be seen. */
int vms_journal_kernel_log(struct vms_machine *m, struct vms_buf *ret, bool *ret_begins);

#endif
