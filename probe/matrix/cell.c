/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was seen of one cell; see matrix.h. */
#include <errno.h>

#include "matrix.h"

const struct vms_cell_row *vms_cell_row(const struct vms_cell *cell, const char *id)
{
	for (size_t i = 0; i < cell->n_rows; i++)
		if (streq(cell->rows[i].id, id))
			return &cell->rows[i];
	return NULL;
}

bool vms_matrix_waived(const struct vms_matrix *m, const char *id)
{
	for (size_t i = 0; i < m->n_cells; i++) {
		const struct vms_cell_row *row = vms_cell_row(&m->cells[i], id);

		if (row && row->status == VMS_WAIVED)
			return true;
	}
	return false;
}

int vms_cell_step(struct vms_cell *cell, enum vms_cell_step step, enum vms_status status, const char *fmt,
		  ...)
{
	struct vms_step_result *s = &cell->steps[step];
	_cleanup_free_ char *raw = NULL;
	char *reason;
	va_list ap;
	int n;

	/* what came after the first failure may well be its consequence */
	if (s->reason && s->status == VMS_FAIL)
		return 0;
	va_start(ap, fmt);
	n = vasprintf(&raw, fmt, ap);
	va_end(ap);
	if (n < 0) {
		raw = NULL;
		return vms_no_memory();
	}
	reason = vms_printable(raw, (size_t)n);
	if (!reason)
		return -ENOMEM;
	free(s->reason);
	*s = (struct vms_step_result){ .status = status, .reason = reason };
	return 0;
}

int vms_cell_copy_hardware(const struct vms_cell *from, struct vms_cell *to)
{
	*to = (struct vms_cell){
		.standard = from->standard,
		.gic = from->gic,
		.hw = from->hw,
		.bus = from->bus,
		.aarch32 = from->aarch32,
		.direct = from->direct,
		.vuart = from->vuart,
		.name = strdup(from->name),
		.firmware = from->firmware ? strdup(from->firmware) : NULL,
	};
	return to->name && (to->firmware || !from->firmware) ? 0 : -ENOMEM;
}

void vms_cell_clear(struct vms_cell *cell)
{
	for (size_t i = 0; i < cell->n_rows; i++) {
		free(cell->rows[i].id);
		free(cell->rows[i].reason);
	}
	for (size_t i = 0; i < VMS_N_STEPS; i++)
		free(cell->steps[i].reason);
	free(cell->rows);
	free(cell->name);
	free(cell->firmware);
	free(cell->reason);
	free(cell->document);
	free(cell->outcome);
	for (size_t i = 0; i < cell->n_plan; i++)
		vms_cell_clear(&cell->plan[i]);
	free(cell->plan);
	*cell = (struct vms_cell){ 0 };
}
