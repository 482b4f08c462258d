/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A verdict of a disk image as it goes from the sandboxed process that judged it to the one that renders it:
 * rows of numbers and strings, in host byte order. Who reads them does not trust who wrote them, whom an
 * image may have taken over: only what depends on the image is told by them; of the checks, their levels and
 * clauses, waivers and the outcome the reader knows or counts itself.
 */
#ifndef VMS_DOCUMENT_WIRE_H
#define VMS_DOCUMENT_WIRE_H

#include <stddef.h>
#include "../../include/vmspec.h"

/* Bytes that grow; to be used for one verdict after the other. */
struct vms_wire {
	char *bytes;
	size_t len, room;
};

/* `v` in place of what `w` holds. -ENOMEM; -EINVAL: facts and cells do not go this way. */
int vms_wire_write(struct vms_wire *w, const struct vms_verdict *v);
void vms_wire_clear(struct vms_wire *w);

/*
 * The verdict that was asked for by `opt`, of the image called `name`. Strings become printable lines of
 * bearable length. -EBADMSG: these bytes are none, and *ret_why (a constant) says why; -ENOMEM.
 */
int vms_wire_read(const char *bytes, size_t len, const char *name, const struct vms_run_options *opt,
		  struct vms_verdict **ret, const char **ret_why);

#endif
