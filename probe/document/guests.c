// SPDX-License-Identifier: GPL-2.0-or-later
/* The verdicts inside a boot matrix or a fleet, as verdicts. */
#include <errno.h>
#include "core/check.h"
#include "core/util.h"
#include "read.h"

int vms_cell_read(const struct vms_cell_verdict *cell, struct vms_verdict **ret)
{
	const char *why;
	int err;

	*ret = NULL;
	if (!cell->document)
		return 0;
	err = vms_document_read(cell->document, strlen(cell->document), ret, &why);
	return err == -EBADMSG ? -ENOMEM : err; /* it was read once already */
}

int vms_guests_read(const struct vms_verdict *v, struct vms_guests *ret)
{
	struct vms_guests g = { .verdicts = calloc(v->n_cells + 1, sizeof(struct vms_verdict *)),
				.n = v->n_cells };
	int err = g.verdicts ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < g.n; i++)
		err = vms_cell_read(&v->cells[i], &g.verdicts[i]);
	if (err) {
		vms_guests_clear(&g);
		return err;
	}
	*ret = g;
	return 0;
}

void vms_guests_clear(struct vms_guests *g)
{
	for (size_t i = 0; g->verdicts && i < g->n; i++)
		vms_verdict_free(g->verdicts[i]);
	free(g->verdicts);
	*g = (struct vms_guests){ 0 };
}
