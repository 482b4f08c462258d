// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Printing a verdict whole: a boot matrix's cells and a fleet's members are documents
 * themselves, and are written one after the other, so that no more than one is a tree.
 */
#include <errno.h>
#include "core/check.h"
#include "core/util.h"
#include "json.h"
#include "parse.h"

/* What was checked and printed once already is read again; NULL: null. */
static int put_text(struct vms_json *j, const char *key, const char *text)
{
	_cleanup_json_ struct json_object *o = NULL;

	if (text && vms_json_parse(text, strlen(text), &o) < 0)
		return -ENOMEM;
	vms_json_tree(j, key, o);
	return 0;
}

/* How the cell stands to the matrix's checks, where it has to do with them. */
static void put_statuses(struct vms_json *j, const struct vms_verdict *v, const struct vms_cell_verdict *cell)
{
	vms_json_object(j, "statuses");
	for (size_t i = 0; i < v->n_rows; i++)
		if (cell->statuses[i] != VMS_SKIP)
			vms_json_string(j, v->rows[i].check->id, vms_status_name(cell->statuses[i]));
	vms_json_object_end(j);
}

static int put_cell(struct vms_json *j, const struct vms_verdict *v, const struct vms_cell_verdict *cell)
{
	int err = 0;

	vms_json_object(j, NULL);
	vms_json_string(j, "name", cell->name);
	vms_json_string(j, "reason", cell->reason);
	put_statuses(j, v, cell);
	if (cell->facts)
		err = put_text(j, "facts", cell->facts);
	if (!err)
		err = put_text(j, "verdict", cell->document);
	vms_json_object_end(j);
	return err;
}

/* A member is one line, its document as it is kept. */
static void put_member(struct vms_json *j, const struct vms_cell_verdict *member)
{
	struct vms_json line;

	vms_json_line(j, NULL, &line);
	vms_json_string(&line, "name", member->name);
	vms_json_text_of(&line, "verdict", member->document);
	vms_json_object_end(&line);
}

static int put_cells(struct vms_json *j, const struct vms_verdict *v)
{
	bool fleet = v->subject.kind == VMS_KIND_FLEET;
	int err = 0;

	vms_json_array(j, fleet ? "members" : "cells");
	for (size_t i = 0; !err && i < v->n_cells; i++) {
		if (fleet)
			put_member(j, &v->cells[i]);
		else
			err = put_cell(j, v, &v->cells[i]);
	}
	vms_json_array_end(j);
	return err;
}

int vms_json_print_verdict(FILE *out, const struct vms_verdict *v, const char *tool, bool pretty)
{
	struct vms_json j;
	int err = 0, written;

	vms_json_open(&j, out, pretty);
	vms_json_verdict(&j, v, tool);
	if (v->subject.kind == VMS_KIND_BOOT_MATRIX || v->subject.kind == VMS_KIND_FLEET)
		err = put_cells(&j, v);
	written = vms_json_close(&j);
	return err ? err : written;
}
