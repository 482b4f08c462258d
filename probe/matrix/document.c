/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict that a guest sent. Nothing of it is trusted: it is parsed within bounds,
 * made anew with every string one printable line, and held to the schema
 * (cli/format/vmspec-verdict-1.schema.json), so that ours keeps it with this one inside.
 */
#include <errno.h>

#include "core/json_print.h"
#include "document/read.h"
#include "document.h"
#include "matrix.h"

#define DOCUMENT_MAX (1u << 20)

static char *copy_string(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return strdup(json_object_get_string(v));
}

static int fill_rows(struct vms_cell *to, struct json_object *doc)
{
	struct json_object *checks = NULL, *status = NULL;
	size_t n;

	json_object_object_get_ex(doc, "checks", &checks);
	n = json_object_array_length(checks);
	to->rows = calloc(n + 1, sizeof(*to->rows));
	if (!to->rows)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct json_object *row = json_object_array_get_idx(checks, i);
		struct vms_cell_row *r = &to->rows[to->n_rows++];

		json_object_object_get_ex(row, "status", &status);
		document_status(json_object_get_string(status), &r->status);
		r->id = copy_string(row, "id");
		r->reason = copy_string(row, "reason");
		if (!r->id || !r->reason)
			return -ENOMEM;
	}
	return 0;
}

/* The parts of a cell that come from its document. */
static int fill(struct vms_cell *to, const char *json, size_t len)
{
	_cleanup_verdict_ struct vms_verdict *v = NULL;
	const char *why;
	int err = len > DOCUMENT_MAX ? -EBADMSG : vms_document_read(json, len, &v, &why);

	if (!err && !document_holds(v->document))
		err = -EBADMSG;
	if (!err)
		err = vms_json_text(v->document, &to->document);
	if (!err)
		err = fill_rows(to, v->document);
	if (err < 0)
		return err;
	to->outcome = copy_string(v->document, "verdict");
	return to->outcome ? 0 : -ENOMEM;
}

static void move_parts(struct vms_cell *to, struct vms_cell *from)
{
	struct vms_cell old = {
		.document = to->document, .rows = to->rows, .n_rows = to->n_rows, .outcome = to->outcome
	};

	to->document = from->document;
	to->rows = from->rows;
	to->n_rows = from->n_rows;
	to->outcome = from->outcome;
	*from = old;
}

int vms_cell_take_document(struct vms_cell *cell, const char *json, size_t len)
{
	struct vms_cell parts = { 0 };
	int err = fill(&parts, json, len);

	if (!err)
		move_parts(cell, &parts);
	vms_cell_clear(&parts); /* what was there before, or what was begun */
	return err;
}
