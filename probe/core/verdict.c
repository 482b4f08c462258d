/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results counted up to a verdict; exit status of the contract. */
#include <json-c/json.h>
#include <stdlib.h>

#include "result.h"
#include "verdict.h"

static bool counts_as_must(const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	return row->level == VMS_MUST || (v->strict && row->level == VMS_SHOULD);
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
		if (!counts_as_must(v, row))
			continue;
		if (s == VMS_FAIL)
			failed = true;
		else if (s == VMS_UNKNOWN || s == VMS_PENDING)
			open = true;
	}
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
	vms_subject_clear(&v->subject);
	free(v);
}
