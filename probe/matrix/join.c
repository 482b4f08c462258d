/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells from documents of their own into one matrix; see join.h. */
#include <errno.h>
#include <json-c/json.h>

#include "core/result.h"
#include "core/util.h"
#include "core/profile.h"
#include "document/parse.h"
#include "join.h"
#include "judge.h"

static int refuse(const char **ret_why, const char *why)
{
	*ret_why = why;
	return -EBADMSG;
}

static struct vms_cell *find_cell(const struct vms_matrix *m, const char *name)
{
	for (size_t i = 0; i < m->n_cells; i++)
		if (streq(m->cells[i].name, name))
			return &m->cells[i];
	return NULL;
}

/* Room for one more at the end of an array. */
static int grow(void **array, size_t n, size_t size)
{
	void *grown = reallocarray(*array, n + 1, size);

	if (!grown)
		return -ENOMEM;
	memset((char *)grown + n * size, 0, size);
	*array = grown;
	return 0;
}

static int keep_row(struct vms_matrix_rows *to, const struct vms_verdict_row *row)
{
	int err = grow((void **)&to->rows, to->n, sizeof(*to->rows));

	if (err)
		return err;
	to->rows[to->n] = (struct vms_verdict_row){ .check = row->check, .level = row->level };
	return vms_result_copy(&row->result, &to->rows[to->n++].result);
}

static void clear_rows(struct vms_matrix_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		vms_result_clear(&r->rows[i].result);
	free(r->rows);
	*r = (struct vms_matrix_rows){ 0 };
}

/* A check of this version, which outlives its document. */
static bool is_known(const struct vms_profile *p, const struct vms_check *check)
{
	const struct vms_check *c;

	for (size_t i = 0; (c = vms_profile_check_at(p, i)); i++)
		if (c == check)
			return true;
	return false;
}

/* The first document says what is judged, by what. */
static int begin(struct vms_matrix_join *j, const struct vms_verdict *v)
{
	int err = 0;

	j->profile = strdup(v->profile->name);
	j->matrix.name = v->subject.name ? strdup(v->subject.name) : NULL;
	j->matrix.hypervisor = v->subject.hypervisor ? strdup(v->subject.hypervisor) : NULL;
	if (!j->profile || (v->subject.name && !j->matrix.name) ||
	    (v->subject.hypervisor && !j->matrix.hypervisor))
		return -ENOMEM;
	j->partial = v->partial;
	j->strict = v->strict;
	j->owner = v->owner;
	for (size_t i = 0; !err && i < v->n_rows; i++) {
		const struct vms_check *c = v->rows[i].check;

		if (is_known(v->profile, c))
			err = keep_row(c->image_fn ? &j->image : &j->told, &v->rows[i]);
	}
	return err;
}

/* The same checks, and of the image the same results. */
static bool same_rows(const struct vms_matrix_join *j, const struct vms_verdict *v)
{
	size_t known = 0;

	for (size_t i = 0; i < v->n_rows; i++) {
		const struct vms_check *c = v->rows[i].check;
		const struct vms_verdict_row *image = matrix_judged(&j->image, c->id);

		known += image || is_known(v->profile, c);
		if (image && image->result.status != v->rows[i].result.status)
			return false;
	}
	return known == j->image.n + j->told.n;
}

static int compare(struct vms_matrix_join *j, const struct vms_verdict *v, const char **ret_why)
{
	if (!streq(j->profile, v->profile->name))
		return refuse(ret_why, "it is by another profile than those before it");
	if (!streq_or_null(j->matrix.name, v->subject.name))
		return refuse(ret_why, "it is about another image than those before it");
	if (j->partial != v->partial || j->strict != v->strict || j->owner != v->owner || !same_rows(j, v))
		return refuse(ret_why, "its image or its selection of checks is not that of those before it");
	if (j->matrix.hypervisor && !streq_or_null(j->matrix.hypervisor, v->subject.hypervisor)) {
		free(j->matrix.hypervisor); /* cells of several hosts */
		j->matrix.hypervisor = NULL;
	}
	return 0;
}

static int read_cell(const struct vms_cell_verdict *from, struct vms_cell *to, const char **ret_why)
{
	struct json_object *facts = NULL;
	int err = from->facts ? vms_json_parse(from->facts, strlen(from->facts), &facts) : 0;

	if (!err && !facts)
		err = refuse(ret_why, "it has a cell without facts");
	to->name = strdup(from->name);
	if (!err && !to->name)
		err = -ENOMEM;
	if (!err)
		err = vms_cell_take_facts(to, facts);
	if (!err && from->document)
		err = vms_cell_take_document(to, from->document, strlen(from->document));
	if (!err && (to->end == VMS_CELL_VERDICT) != (to->document != NULL))
		err = -EBADMSG;
	if (err == -EBADMSG && !*ret_why)
		*ret_why = "what it says of a cell cannot be";
	json_object_put(facts);
	return err;
}

/* A job that was cut short and ran again tells of its cell twice: what came to an end counts. */
static int take_cell(struct vms_matrix *m, struct vms_cell *cell, const char **ret_why)
{
	struct vms_cell *there = find_cell(m, cell->name), swap;
	int err;

	if (there && cell->end == VMS_CELL_NOT_RUN)
		return 0;
	if (there && there->end != VMS_CELL_NOT_RUN)
		return refuse(ret_why, "there is a document about this cell already");
	if (there) {
		swap = *there;
		*there = *cell;
		*cell = swap;
		return 0;
	}
	err = grow((void **)&m->cells, m->n_cells, sizeof(*m->cells));
	if (err)
		return err;
	m->cells[m->n_cells++] = *cell;
	*cell = (struct vms_cell){ 0 };
	if (m->cells[m->n_cells - 1].bus == VMS_BUS_XEN)
		m->vmm = VMS_VMM_XEN;
	return 0;
}

int vms_matrix_join_add(struct vms_matrix_join *j, const struct vms_verdict *v, const char **ret_why)
{
	int err = 0;

	*ret_why = NULL;
	if (v->subject.kind != VMS_KIND_BOOT_MATRIX)
		return refuse(ret_why, "it is not about a boot matrix");
	if (v->n_cells == 0)
		return refuse(ret_why, "it has no cell");
	err = j->profile ? compare(j, v, ret_why) : begin(j, v);
	for (size_t i = 0; !err && i < v->n_cells; i++) {
		struct vms_cell cell = { 0 };

		err = read_cell(&v->cells[i], &cell, ret_why);
		if (!err)
			err = take_cell(&j->matrix, &cell, ret_why);
		vms_cell_clear(&cell);
	}
	if (err && j->matrix.n_cells == 0) /* the first to be taken is still to come */
		vms_matrix_join_clear(j);
	return err;
}

static int add_missing(struct vms_matrix *m, const struct vms_cell *planned)
{
	struct vms_cell cell;
	const char *why;
	int err = vms_cell_copy_hardware(planned, &cell);

	if (!err && !(cell.reason = strdup("its document is not among those that were joined")))
		err = -ENOMEM;
	if (!err)
		err = take_cell(m, &cell, &why);
	vms_cell_clear(&cell);
	return err;
}

/* The longest plan that a cell knows, into `ret`; no cell keeps one. */
static void take_plan(struct vms_matrix *m, struct vms_cell *ret)
{
	for (size_t i = 0; i < m->n_cells; i++) {
		struct vms_cell own = { .plan = m->cells[i].plan, .n_plan = m->cells[i].n_plan },
				shorter = own;

		m->cells[i].plan = NULL;
		m->cells[i].n_plan = 0;
		if (own.n_plan > ret->n_plan) {
			shorter = *ret;
			*ret = own;
		}
		vms_cell_clear(&shorter);
	}
}

/* The cell of that name to place `at`; those between move on by one. */
static void move_cell(struct vms_matrix *m, const char *name, size_t *at)
{
	struct vms_cell *c = find_cell(m, name), moved;

	if (!c || c < &m->cells[*at]) /* named twice */
		return;
	moved = *c;
	memmove(&m->cells[*at + 1], &m->cells[*at], (size_t)(c - &m->cells[*at]) * sizeof(*c));
	m->cells[(*at)++] = moved;
}

/* Both are where the image has no BOOTARM.EFI. */
static bool skipped_by_itself(const struct vms_matrix_rows *rows, const char *id)
{
	const struct vms_verdict_row *row = matrix_judged(rows, id);

	return row && row->result.status == VMS_SKIP && !row->result.cause.blocked;
}

int vms_matrix_join_end(struct vms_matrix_join *j, size_t *ret_missing)
{
	struct vms_cell plan = { 0 };
	size_t at = 0;
	int err = 0;

	if (j->matrix.n_cells == 0)
		return -ENODATA;
	*ret_missing = 0;
	take_plan(&j->matrix, &plan);
	for (size_t i = 0; !err && i < plan.n_plan; i++) {
		if (!find_cell(&j->matrix, plan.plan[i].name)) {
			err = add_missing(&j->matrix, &plan.plan[i]);
			++*ret_missing;
		}
		if (!err)
			move_cell(&j->matrix, plan.plan[i].name, &at);
	}
	vms_cell_clear(&plan);
	j->matrix.judged = &j->image;
	j->matrix.no_bootarm =
		skipped_by_itself(&j->image, "VMSPEC-IMAGE-BOOTARM") ||
		(j->matrix.vmm == VMS_VMM_QEMU && skipped_by_itself(&j->told, "VMSPEC-BOOT-AARCH32"));
	return err;
}

void vms_matrix_join_clear(struct vms_matrix_join *j)
{
	for (size_t i = 0; i < j->matrix.n_cells; i++)
		vms_cell_clear(&j->matrix.cells[i]);
	free(j->matrix.cells);
	free(j->matrix.name);
	free(j->matrix.hypervisor);
	free(j->profile);
	clear_rows(&j->image);
	clear_rows(&j->told);
	*j = (struct vms_matrix_join){ 0 };
}
