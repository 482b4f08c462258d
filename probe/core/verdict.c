/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results counted up to a verdict; exit status of the contract. */
#include <json-c/json.h>
#include <stdlib.h>

#include "profile.h"
#include "result.h"
#include "verdict.h"

static bool counts_as_must(const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	return row->level == VMS_MUST || (v->strict && row->level == VMS_SHOULD);
}

/* Does what is broken or open in this row concern the party that was asked about? What is
 * unknown may be anybody's who could owe such a check. */
static bool concerns_owner(const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	const struct vms_result *r = &row->result;
	const struct vms_checks *rows;

	if (v->owner == VMS_OWNER_NONE || r->owner == v->owner)
		return true;
	if (r->status == VMS_FAIL)
		return r->owner == VMS_OWNER_NONE;
	rows = vms_profile_rows_of(v->profile, row->check);
	return !rows || !rows->owed_by || (rows->owed_by & VMS_OWED_BY(v->owner));
}

const struct vms_verdict_row *vms_verdict_find(const struct vms_verdict *v, const char *id)
{
	for (size_t i = 0; v && id && i < v->n_rows; i++)
		if (streq(v->rows[i].check->id, id))
			return &v->rows[i];
	return NULL;
}

/* A skip that hangs on another check: that one's failure speaks where it is in the verdict. */
static enum vms_weight weigh_skip(const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	const struct vms_cause *cause = &row->result.cause;
	const struct vms_verdict_row *other;

	if (!cause->blocked || cause->status == VMS_SKIP || cause->status == VMS_WAIVED)
		return VMS_WEIGHT_DECIDED;
	other = vms_verdict_find(v, cause->id);
	if (other && other->result.status == VMS_WAIVED)
		return VMS_WEIGHT_DECIDED;
	if (!other || !counts_as_must(v, other) || other->result.status != VMS_FAIL)
		return concerns_owner(v, row) ? VMS_WEIGHT_OPEN : VMS_WEIGHT_OTHERS;
	return concerns_owner(v, other) ? VMS_WEIGHT_DECIDED : VMS_WEIGHT_OTHERS;
}

enum vms_weight vms_row_weight(const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	if (!counts_as_must(v, row))
		return VMS_WEIGHT_NONE;
	switch (row->result.status) {
	case VMS_FAIL:
		return concerns_owner(v, row) ? VMS_WEIGHT_FAILED : VMS_WEIGHT_OTHERS;
	case VMS_UNKNOWN:
	case VMS_PENDING:
		return concerns_owner(v, row) ? VMS_WEIGHT_OPEN : VMS_WEIGHT_OTHERS;
	case VMS_SKIP:
		return weigh_skip(v, row);
	default:
		return VMS_WEIGHT_DECIDED;
	}
}

/* MUSTs of the cells' guests, as far as they concern the party that was asked about. */
static void count_cells(const struct vms_verdict *v, bool *failed, bool *open)
{
	for (size_t i = 0; i < v->n_cells; i++) {
		const struct vms_cell_verdict *cell = &v->cells[i];

		for (size_t o = 0; o < VMS_N_OWNER; o++)
			if (v->owner == VMS_OWNER_NONE || o == VMS_OWNER_NONE || o == (size_t)v->owner)
				*failed = *failed || cell->failed[o];
		*open = *open || cell->open[v->owner];
	}
}

void vms_verdict_count(struct vms_verdict *v)
{
	bool failed = false, open = false, decided = false;

	for (size_t i = 0; i < VMS_N_STATUS; i++)
		v->summary[i] = 0;
	for (size_t i = 0; i < v->n_rows; i++) {
		const struct vms_verdict_row *row = &v->rows[i];
		enum vms_status s = row->result.status;

		v->summary[s]++;
		if (s == VMS_PASS || s == VMS_FAIL || s == VMS_WAIVED)
			decided = true;
		failed = failed || vms_row_weight(v, row) == VMS_WEIGHT_FAILED;
		open = open || vms_row_weight(v, row) == VMS_WEIGHT_OPEN;
	}
	count_cells(v, &failed, &open);
	v->outcome = failed ? VMS_NONCOMPLIANT : open || !decided ? VMS_INCONCLUSIVE : VMS_COMPLIANT;
}

int vms_verdict_exit_status(const struct vms_verdict *v)
{
	switch (v->outcome) {
	case VMS_COMPLIANT:
		return 0;
	case VMS_NONCOMPLIANT:
		return 1;
	case VMS_INCONCLUSIVE:
		break;
	}
	return 3;
}

static void cell_verdict_clear(struct vms_cell_verdict *c)
{
	free(c->name);
	free(c->reason);
	free(c->facts);
	free(c->document);
	free(c->statuses);
}

void vms_facts_free(struct vms_facts *f)
{
	if (!f)
		return;
	free(f->uefi_vendor);
	free(f->consoles);
	free(f->kernel);
	free(f->os);
	free(f);
}

void vms_subject_clear(struct vms_subject_info *s)
{
	free(s->name);
	free(s->arch);
	free(s->hypervisor);
	free(s->firmware);
	*s = (struct vms_subject_info){ 0 };
}

void vms_verdict_free(struct vms_verdict *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->n_rows; i++)
		vms_result_clear(&v->rows[i].result);
	for (size_t i = 0; i < v->n_cells; i++)
		cell_verdict_clear(&v->cells[i]);
	for (size_t i = 0; i < v->n_foreign; i++)
		free(v->foreign[i]);
	free(v->foreign);
	json_object_put(v->document);
	free(v->cells);
	free(v->rows);
	vms_facts_free(v->facts);
	vms_subject_clear(&v->subject);
	free(v);
}
