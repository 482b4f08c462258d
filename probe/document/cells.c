// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verdicts of a boot matrix's guests. The library took them from the guests, checked
 * them and printed them anew (probe/matrix/document.c): here they are documents of ours,
 * and read and printed again each is the same to the byte.
 */
#include <errno.h>
#include "cells.h"
#include "core/util.h"

#define DEPTH_MAX 32

/* json-c's parser (0.16) drops what it has no memory for, and does not say so: is it all there? */
static bool is_whole(struct json_object *o, const char *document)
{
	_cleanup_free_ char *text = NULL;

	return o && vms_json_text(o, &text) == 0 && streq(text, document);
}

struct json_object *cells_parse(const struct vms_cell_verdict *cell, int *err)
{
	struct json_tokener *tok = cell->document ? json_tokener_new_ex(DEPTH_MAX) : NULL;
	struct json_object *o;

	if (!cell->document)
		return NULL;
	o = tok ? json_tokener_parse_ex(tok, cell->document, (int)strlen(cell->document)) : NULL;
	if (tok)
		json_tokener_free(tok);
	if (is_whole(o, cell->document))
		return o;
	json_object_put(o);
	*err = -ENOMEM;
	return NULL;
}

int cells_read(const struct vms_verdict *v, struct cells *ret)
{
	struct cells c = { calloc(v->n_cells + 1, sizeof(*c.docs)), v->n_cells };
	int err = c.docs ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < c.n; i++)
		c.docs[i] = cells_parse(&v->cells[i], &err);
	if (err < 0) {
		cells_clear(&c);
		return err;
	}
	*ret = c;
	return 0;
}

void cells_clear(struct cells *c)
{
	for (size_t i = 0; c->docs && i < c->n; i++)
		json_object_put(c->docs[i]);
	free(c->docs);
	*c = (struct cells){ 0 };
}

const char *cells_text(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_string))
		return "";
	return json_object_get_string(v);
}

static struct json_object *checks_of(struct json_object *doc)
{
	struct json_object *checks = NULL;

	if (!json_object_object_get_ex(doc, "checks", &checks) ||
	    !json_object_is_type(checks, json_type_array))
		return NULL;
	return checks;
}

size_t cells_n_checks(struct json_object *doc)
{
	struct json_object *checks = checks_of(doc);

	return checks ? json_object_array_length(checks) : 0;
}

struct json_object *cells_check_at(struct json_object *doc, size_t i)
{
	return json_object_array_get_idx(checks_of(doc), i);
}

struct json_object *cells_check(struct json_object *doc, const char *id)
{
	size_t n = cells_n_checks(doc);

	for (size_t i = 0; i < n; i++)
		if (streq(cells_text(cells_check_at(doc, i), "id"), id))
			return cells_check_at(doc, i);
	return NULL;
}

enum vms_status cells_status(struct json_object *check)
{
	for (int s = 0; s < VMS_N_STATUS; s++)
		if (streq(cells_text(check, "status"), vms_status_name((enum vms_status)s)))
			return (enum vms_status)s;
	return VMS_UNKNOWN;
}

enum vms_level cells_level(struct json_object *check)
{
	for (int l = VMS_MUST; l <= VMS_INFO; l++)
		if (streq(cells_text(check, "level"), vms_level_name((enum vms_level)l)))
			return (enum vms_level)l;
	return VMS_INFO;
}
