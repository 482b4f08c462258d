/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Facts that only the kernel's log has: EFI and PSCI version, exception level,
 * the time the clock was set to. /dev/kmsg, or this boot's journal when its
 * beginning is gone; a record's .vmspec/kmsg, in whatever form it was kept.
 */
#ifndef VMS_KMSG_H
#define VMS_KMSG_H

#include "core/machine.h"

/*
 * The first message of the last boot in the log that contains `needle`, copied to
 * *ret without what stands before it (kmsg_line.h) and without a carriage return.
 * -ENOENT: the log is whole and has no such message. -ENODATA: the beginning of
 * the log is gone; other -errno: the log could not be read.
 */
int vms_kmsg_find(struct vms_machine *m, const char *needle, char **ret);

/* As vms_kmsg_find; also the time stamp, in seconds since boot; -1: it has none. */
int vms_kmsg_find_at(struct vms_machine *m, const char *needle, char **ret, double *ret_seconds);

/* As vms_kmsg_find, one message after another: *cursor is NULL before the first, and then
 * in the log: the greater, the later. What ends them is that function's error. */
int vms_kmsg_next(struct vms_machine *m, const char *needle, const char **cursor, char **ret);

/* The time stamp of the last message that has one, in seconds since boot. */
int vms_kmsg_last(struct vms_machine *m, double *ret_seconds);

/* Why the log could not be looked at: "kernel log: the beginning is gone ...". */
int vms_kmsg_blocked(struct vms_result *r, int err);

#endif
