/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a verdict document to a verdict: what was judged elsewhere, or at another time, is
 * rendered, compared and joined like what was judged here. A document is not trusted.
 */
#ifndef VMS_DOCUMENT_READ_H
#define VMS_DOCUMENT_READ_H

#include <stddef.h>
#include "../../include/vmspec.h"

/*
 * One document of cli/format/vmspec-verdict-1.schema.json. Profiles and checks that this
 * version does not know are taken as they are named. -EBADMSG: it is none, and *ret_why (a
 * constant, "its verdict is none") says what is wrong; -ENOMEM.
 */
int vms_document_read(const char *text, size_t len, struct vms_verdict **ret, const char **ret_why);

/* The verdict in a cell; NULL: it has none. -ENOMEM. */
int vms_cell_read(const struct vms_cell_verdict *cell, struct vms_verdict **ret);

/* Those of all cells, in their order. */
struct vms_guests {
	struct vms_verdict **verdicts; /* NULL where a cell has none */
	size_t n;
};
int vms_guests_read(const struct vms_verdict *v, struct vms_guests *ret);
void vms_guests_clear(struct vms_guests *g);
#define _cleanup_guests_ __attribute__((cleanup(vms_guests_clear)))

static inline void vms_verdict_freep(struct vms_verdict **v)
{
	vms_verdict_free(*v);
}
#define _cleanup_verdict_ __attribute__((cleanup(vms_verdict_freep)))

#endif
