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

/* What was checked and printed once already is read again. */
static struct json_object *parse_text(const char *text, int *err)
{
	struct json_object *o = NULL;

	if (text && vms_json_parse(text, strlen(text), &o) < 0)
		*err = -ENOMEM;
	return o;
}

/* How the cell stands to the matrix's checks, where it has to do with them. */
static struct json_object *json_statuses(const struct vms_verdict *v, const struct vms_cell_verdict *cell,
					 int *err)
{
	struct json_object *o = vms_json_object(err);

	for (size_t i = 0; i < v->n_rows; i++)
		if (cell->statuses[i] != VMS_SKIP)
			vms_json_put_string(o, v->rows[i].check->id, vms_status_name(cell->statuses[i]), err);
	return o;
}

static int print_cell(FILE *out, const struct vms_verdict *v, const struct vms_cell_verdict *cell, int depth)
{
	_cleanup_json_ struct json_object *o = NULL;
	int err = 0;

	o = vms_json_object(&err);
	vms_json_put_string(o, "name", cell->name, &err);
	vms_json_put_string(o, "reason", cell->reason, &err);
	vms_json_put(o, "statuses", json_statuses(v, cell, &err), &err);
	if (cell->facts)
		vms_json_put(o, "facts", parse_text(cell->facts, &err), &err);
	vms_json_put(o, "verdict", parse_text(cell->document, &err), &err);
	if (!err)
		vms_json_print_at(out, o, depth);
	return err;
}

/* A member is one line, its document as it is kept. */
static int print_member(FILE *out, const struct vms_cell_verdict *member)
{
	_cleanup_json_ struct json_object *name = NULL;
	int err = 0;

	name = vms_json_string(member->name, &err);
	if (err)
		return err;
	fputs("{\"name\":", out);
	vms_json_print_at(out, name, VMS_JSON_LINE);
	fprintf(out, ",\"verdict\":%s}", member->document);
	return 0;
}

static int print_cells(FILE *out, const struct vms_verdict *v, bool pretty)
{
	bool fleet = v->subject.kind == VMS_KIND_FLEET;
	int err = 0;

	putc(',', out);
	vms_json_print_newline(out, pretty ? 1 : VMS_JSON_LINE);
	fprintf(out, "\"%s\":%s[", fleet ? "members" : "cells", pretty ? " " : "");
	for (size_t i = 0; !err && i < v->n_cells; i++) {
		if (i > 0)
			putc(',', out);
		vms_json_print_newline(out, pretty ? 2 : VMS_JSON_LINE);
		err = fleet ? print_member(out, &v->cells[i])
			    : print_cell(out, v, &v->cells[i], pretty ? 2 : VMS_JSON_LINE);
	}
	if (v->n_cells > 0)
		vms_json_print_newline(out, pretty ? 1 : VMS_JSON_LINE);
	putc(']', out);
	vms_json_print_newline(out, pretty ? 0 : VMS_JSON_LINE);
	fputs("}\n", out);
	return err ? err : ferror(out) ? -(errno ? errno : EIO) : 0;
}

int vms_json_print_verdict(FILE *out, const struct vms_verdict *v, const char *tool, bool pretty)
{
	_cleanup_json_ struct json_object *o = NULL;
	int err = vms_json_verdict(v, tool, &o);

	if (err)
		return err;
	if (v->subject.kind != VMS_KIND_BOOT_MATRIX && v->subject.kind != VMS_KIND_FLEET)
		return vms_json_print(out, o, pretty);
	vms_json_print_open(out, o, pretty);
	return print_cells(out, v, pretty);
}
