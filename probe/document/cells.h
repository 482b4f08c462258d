/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdicts of a boot matrix's guests, as renderers read them. */
#ifndef VMS_DOCUMENT_CELLS_H
#define VMS_DOCUMENT_CELLS_H

#include "json.h"

/* One for each cell of the verdict; NULL: that guest gave none. */
struct cells {
	struct json_object **docs;
	size_t n;
};

/* -ENOMEM. */
int cells_read(const struct vms_verdict *v, struct cells *ret);
void cells_clear(struct cells *c);
#define _cleanup_cells_ __attribute__((cleanup(cells_clear)))

/* A cell's document; NULL: none, or memory ran out (*err). */
struct json_object *cells_parse(const struct vms_cell_verdict *cell, int *err);

/* The string of that key; "": there is none. */
const char *cells_text(struct json_object *o, const char *key);
size_t cells_n_checks(struct json_object *doc);
struct json_object *cells_check_at(struct json_object *doc, size_t i);
/* NULL: the document has no such check, or there is no document. */
struct json_object *cells_check(struct json_object *doc, const char *id);
enum vms_status cells_status(struct json_object *check);
enum vms_level cells_level(struct json_object *check);

#endif
