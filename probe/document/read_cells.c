// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cells of a boot matrix and the members of a fleet: each a name and a document, kept as
 * one line of text.
 */
#include <errno.h>
#include "reading.h"

#define CELLS_MAX 100000

static const char *status_name(int i)
{
	return vms_status_name((enum vms_status)i);
}

/* boot-matrix: "statuses", by check; what is not named there has nothing to do with the cell. */
static int read_statuses(struct reading *r, struct json_object *o, enum vms_status *to)
{
	for (size_t i = 0; i < r->v->n_rows; i++) {
		const char *name = vms_json_get_string(o, r->v->rows[i].check->id);
		int status = name ? reading_enum(name, VMS_N_STATUS, status_name) : VMS_SKIP;

		if (status == VMS_N_STATUS)
			return reading_refuse(r, "a cell in it has a status that is none");
		to[i] = (enum vms_status)status;
	}
	return 0;
}

/* fleet: of the member's own checks. Most members list them in the same order. */
static void take_statuses(const struct vms_verdict *v, const struct vms_verdict *member, enum vms_status *to)
{
	size_t at = 0;

	for (size_t i = 0; i < v->n_rows; i++) {
		to[i] = VMS_N_STATUS;
		for (size_t tried = 0; tried < member->n_rows; tried++) {
			const struct vms_verdict_row *row = &member->rows[(at + tried) % member->n_rows];

			if (!streq(row->check->id, v->rows[i].check->id))
				continue;
			to[i] = row->result.status;
			at = (size_t)(row - member->rows) + 1;
			break;
		}
	}
}

/* A boot matrix has cells of its own. */
static int read_again(struct reading *inner, const char *text)
{
	struct vms_verdict *v = NULL;
	int err = vms_document_read(text, strlen(text), &v, &inner->why);

	vms_verdict_free(v);
	return err;
}

static int read_document(struct reading *r, struct json_object *doc, struct vms_cell_verdict *to)
{
	bool fleet = r->v->subject.kind == VMS_KIND_FLEET;
	struct reading inner = { .v = calloc(1, sizeof(*inner.v)) };
	int err = inner.v ? reading_head(&inner, doc) : -ENOMEM;

	if (!err &&
	    (inner.v->subject.kind == VMS_KIND_FLEET || (inner.v->subject.kind != VMS_KIND_GUEST && !fleet)))
		err = reading_refuse(&inner, "a document in it is of no kind that stands there");
	if (!err && fleet)
		take_statuses(r->v, inner.v, to->statuses);
	if (!err) {
		to->outcome = inner.v->outcome;
		err = vms_json_text(doc, &to->document);
		if (!err)
			to->document[strcspn(to->document, "\n")] = '\0';
	}
	if (!err && inner.v->subject.kind == VMS_KIND_BOOT_MATRIX)
		err = read_again(&inner, to->document);
	vms_verdict_free(inner.v);
	return err == -EBADMSG ? reading_refuse(r, inner.why) : err;
}

static int read_cell(struct reading *r, struct json_object *o)
{
	struct vms_cell_verdict *to = &r->v->cells[r->v->n_cells++];
	struct json_object *doc = vms_json_get(o, "verdict", json_type_object);
	bool fleet = r->v->subject.kind == VMS_KIND_FLEET;
	int err;

	to->outcome = VMS_INCONCLUSIVE;
	to->statuses = calloc(r->v->n_rows + 1, sizeof(*to->statuses));
	if (!to->statuses)
		return -ENOMEM;
	err = reading_copy(o, "name", &to->name);
	if (!err)
		err = reading_copy(o, "reason", &to->reason);
	if (!err && !fleet)
		err = read_statuses(r, vms_json_get(o, "statuses", json_type_object), to->statuses);
	if (!err && (!to->name || (!doc && fleet)))
		err = reading_refuse(r, "a cell or member in it has no name or no verdict");
	if (!err && !fleet && vms_json_get(o, "facts", json_type_object))
		err = vms_json_text(vms_json_get(o, "facts", json_type_object), &to->facts);
	if (!err && !fleet && !to->reason)
		err = (to->reason = strdup("-")) ? 0 : -ENOMEM;
	return err || !doc ? err : read_document(r, doc, to);
}

int reading_cells(struct reading *r, const char *text, size_t len)
{
	struct vms_pieces p;
	const char *piece;
	size_t piece_len, room = 0;
	bool cut;
	int err = 0;

	vms_pieces_open(&p, text, len);
	if (!p.array)
		return reading_refuse(r, "its cells or members are no list");
	while (!err && vms_pieces_next(&p, &piece, &piece_len, &cut)) {
		_cleanup_json_ struct json_object *o = NULL;

		if (r->v->n_cells == room) {
			struct vms_cell_verdict *grown;

			room = room ? 2 * room : 16;
			grown = reallocarray(r->v->cells, room, sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			r->v->cells = grown;
			memset(grown + r->v->n_cells, 0, (room - r->v->n_cells) * sizeof(*grown));
		}
		if (r->v->n_cells >= CELLS_MAX)
			return reading_refuse(r, "it has too many cells or members");
		err = vms_json_parse(piece, piece_len, &o);
		err = err ? reading_refuse_json(r, err) : read_cell(r, o);
	}
	return err;
}
