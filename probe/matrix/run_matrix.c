/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging an image on a matrix of virtual hardware: VMSPEC-IMAGE-* and VMSPEC-BOOT-*. */
#include <errno.h>

#include "image/image.h"
#include "matrix/judge.h"
#include "matrix/matrix.h"
#include "core/run.h"
#include "core/verdict.h"

/* What somebody who had the image said of it. A waiver is the run's to apply. */
static int take_judged(const struct vms_matrix_rows *judged, const struct vms_check *c, struct vms_result *r)
{
	const struct vms_verdict_row *row = matrix_judged(judged, c->id);
	int err;

	if (!row)
		return vms_unknown(r, "the cells' documents do not tell of it");
	err = vms_result_copy(&row->result, r);
	if (!err && r->status == VMS_WAIVED) {
		r->status = VMS_FAIL;
		free(r->waiver);
		free(r->until);
		r->waiver = r->until = NULL;
	}
	return err;
}

static int run_check(void *ctx, const struct vms_check *c, struct vms_result *r)
{
	struct vms_matrix *m = ctx;

	if (c->matrix_fn)
		return c->matrix_fn(m, r);
	if (!c->image_fn)
		return vms_unknown(r, "not looked at in a boot matrix");
	if (m->judged)
		return take_judged(m->judged, c, r);
	if (!m->image)
		return vms_unknown(r, "the image was not opened");
	if (m->image->blocked)
		return vms_unknown(r, "%s", m->image->blocked);
	return c->image_fn(m->image, r);
}

/* NULL stays NULL. */
static int copy(const char *from, char **ret)
{
	if (!from)
		return 0;
	*ret = vms_printable(from, strlen(from));
	return *ret ? 0 : -ENOMEM;
}

/* What all guests have in common: the architecture, and the firmware of those that have one. NULL:
 * nothing. */
static const char *common_arch(const struct vms_matrix *m)
{
	for (size_t i = 1; i < m->n_cells; i++)
		if (m->cells[i].aarch32 != m->cells[0].aarch32)
			return NULL;
	return m->n_cells == 0 ? NULL : m->cells[0].aarch32 ? "aarch32" : "aarch64";
}

static const char *common_firmware(const struct vms_matrix *m)
{
	const char *common = NULL;

	for (size_t i = 0; i < m->n_cells; i++) {
		const char *own = m->cells[i].firmware;

		if (own && common && !streq(own, common))
			return NULL;
		common = own ? own : common;
	}
	return common;
}

static int describe(const struct vms_matrix *m, struct vms_subject_info *s)
{
	int err = copy(m->name, &s->name);

	if (!err)
		err = copy(common_arch(m), &s->arch);
	if (!err)
		err = copy(m->hypervisor, &s->hypervisor);
	if (!err)
		err = copy(common_firmware(m), &s->firmware);
	return err;
}

static int copy_cell(const struct vms_cell *cell, const struct vms_verdict *v, struct vms_cell_verdict *to)
{
	_cleanup_free_ char *ended = matrix_cell_ended(cell);
	int err;

	to->statuses = calloc(v->n_rows + 1, sizeof(*to->statuses));
	if (!ended || !to->statuses)
		return -ENOMEM;
	to->outcome = VMS_INCONCLUSIVE;
	memcpy(to->failed, cell->failed, sizeof(to->failed));
	memcpy(to->open, cell->open, sizeof(to->open));
	for (int o = VMS_COMPLIANT; cell->outcome && o <= VMS_INCONCLUSIVE; o++)
		if (streq(cell->outcome, vms_outcome_name((enum vms_outcome)o)))
			to->outcome = (enum vms_outcome)o;
	for (size_t i = 0; i < v->n_rows; i++)
		to->statuses[i] = matrix_cell_status(cell, v->rows[i].check);
	err = copy(matrix_cell_name(cell), &to->name);
	if (!err)
		err = copy(ended, &to->reason);
	if (!err)
		err = vms_cell_facts(cell, &to->facts);
	if (!err && cell->document)
		err = (to->document = strdup(cell->document)) ? 0 : -ENOMEM;
	return err;
}

static int copy_cells(const struct vms_matrix *m, struct vms_verdict *v)
{
	v->cells = calloc(m->n_cells + 1, sizeof(*v->cells));
	if (!v->cells)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_cells; i++) {
		int err = copy_cell(&m->cells[i], v, &v->cells[v->n_cells++]);

		if (err < 0)
			return err;
	}
	return 0;
}

int vms_run_matrix(struct vms_matrix *m, const struct vms_run_options *opt, struct vms_verdict **ret)
{
	struct vms_run_subject s = { .kind = VMS_KIND_BOOT_MATRIX, .run = run_check, .ctx = m };
	struct vms_verdict *v = NULL;
	int err = 0;

	for (size_t i = 0; !err && i < m->n_cells; i++)
		err = vms_cell_ask(&m->cells[i], opt);
	if (!err)
		err = vms_run_subject(&s, opt, &v);
	if (!err)
		err = describe(m, &v->subject);
	if (!err)
		err = copy_cells(m, v);
	if (!err)
		vms_verdict_count(v);
	if (err < 0) {
		vms_verdict_free(v);
		return err;
	}
	*ret = v;
	return 0;
}
