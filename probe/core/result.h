/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a check states what it found. Each vms_pass/_fail/... sets status and
 * reason (printf) and returns 0, so that a check can `return vms_pass(...)`.
 * Text from the machine is made printable here, once, for all renderers.
 */
#ifndef VMS_RESULT_H
#define VMS_RESULT_H

#include "../../include/vmspec.h"
#include "util.h"

int vms_pass(struct vms_result *r, const char *fmt, ...) _printf_(2, 3);
int vms_fail(struct vms_result *r, const char *fmt, ...) _printf_(2, 3);
int vms_unknown(struct vms_result *r, const char *fmt, ...) _printf_(2, 3);
int vms_pending(struct vms_result *r, const char *fmt, ...) _printf_(2, 3);
int vms_skip(struct vms_result *r, const char *fmt, ...) _printf_(2, 3);

/* Skipped because check `id`, which the contract gives this weight, ended with `status`:
 * the verdict then knows that nothing was decided here. */
int vms_skip_because(struct vms_result *r, const char *id, enum vms_status status, const char *fmt, ...)
	_printf_(4, 5);

/* `path` could not be looked at: unknown, with the blocker that -errno `err`
 * stands for. Returns 0. */
int vms_blocked(struct vms_result *r, const char *path, int err);

/* What -errno means to somebody who wanted to read a file of the machine. */
const char *vms_blocker(int err);

/* What was read, where. */
void vms_evidence(struct vms_result *r, const char *source, const char *fmt, ...) _printf_(3, 4);

/* Who can mend it and how; shown for every status but pass and skip. */
void vms_remedy(struct vms_result *r, enum vms_owner owner, const char *fmt, ...) _printf_(3, 4);

/* Make `to`, which is empty, the same. -ENOMEM: it holds a part, to be cleared. */
int vms_result_copy(const struct vms_result *from, struct vms_result *to);

/* What was to be read is kept from this process, and its administrator may read it. The
 * runner words the advice: a record can't be read with more rights, only made with them. */
void vms_remedy_rights(struct vms_result *r);

/* Free what `r` owns and make it empty. */
void vms_result_clear(struct vms_result *r);

#endif
