/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict that a guest sent. Nothing of it is trusted: it is parsed within bounds,
 * made anew with every string one printable line, and held to the schema
 * (cli/format/vmspec-verdict-1.schema.json), so that ours keeps it with this one inside.
 */
#include <errno.h>
#include <math.h>

#include "core/json_print.h"
#include "document.h"
#include "matrix.h"

#define DOCUMENT_MAX (1u << 20)
#define DEPTH_MAX    12
#define TEXT_MAX     4000

static struct json_object *parse(const char *json, size_t len)
{
	_cleanup_json_ struct json_object *o = NULL;
	struct json_object *ret;
	struct json_tokener *tok;
	size_t end;

	if (len > DOCUMENT_MAX)
		return NULL;
	tok = json_tokener_new_ex(DEPTH_MAX);
	if (!tok)
		return NULL;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, json, (int)len);
	end = json_tokener_get_parse_end(tok);
	json_tokener_free(tok);
	/* a NUL ends what json-c reads; behind the document there is nothing but space */
	while (end < len && strchr(" \t\r\n", json[end]) && json[end])
		end++;
	if (end < len)
		return NULL;
	ret = o;
	o = NULL;
	return ret;
}

/* `s` as one printable line of bearable length. */
static char *clean_text(const char *s, size_t len)
{
	char *text = vms_printable(s, len);
	size_t end = TEXT_MAX;

	if (!text || strlen(text) <= TEXT_MAX)
		return text;
	while (((unsigned char)text[end] & 0xc0) == 0x80) /* not in the middle of a character */
		end--;
	text[end] = '\0';
	return text;
}

static int clean(struct json_object *o, struct json_object **ret);

static int clean_object(struct json_object *o, struct json_object *to)
{
	json_object_object_foreach(o, key, value)
	{
		_cleanup_free_ char *name = clean_text(key, strlen(key));
		struct json_object *copy = NULL;
		int err = name ? clean(value, &copy) : -ENOMEM;

		if (err < 0)
			return err;
		if (json_object_object_add(to, name, copy) < 0) {
			json_object_put(copy);
			return -ENOMEM;
		}
	}
	return 0;
}

static int clean_array(struct json_object *o, struct json_object *to)
{
	size_t n = json_object_array_length(o);

	for (size_t i = 0; i < n; i++) {
		struct json_object *copy = NULL;
		int err = clean(json_object_array_get_idx(o, i), &copy);

		if (err < 0)
			return err;
		if (json_object_array_add(to, copy) < 0) {
			json_object_put(copy);
			return -ENOMEM;
		}
	}
	return 0;
}

static int clean_string(struct json_object *o, struct json_object **ret)
{
	_cleanup_free_ char *text =
		clean_text(json_object_get_string(o), (size_t)json_object_get_string_len(o));

	*ret = text ? json_object_new_string(text) : NULL;
	return *ret ? 0 : -ENOMEM;
}

/* A copy of `o` that is safe to show and to print. The parser has bounded its depth. */
static int clean(struct json_object *o, struct json_object **ret)
{
	_cleanup_json_ struct json_object *copy = NULL;
	int err;

	switch (json_object_get_type(o)) {
	case json_type_string:
		return clean_string(o, ret);
	case json_type_object:
		copy = json_object_new_object();
		err = copy ? clean_object(o, copy) : -ENOMEM;
		break;
	case json_type_array:
		copy = json_object_new_array();
		err = copy ? clean_array(o, copy) : -ENOMEM;
		break;
	case json_type_double: /* JSON has no infinity, json-c reads one */
		*ret = isfinite(json_object_get_double(o)) ? json_object_get(o) : NULL;
		return 0;
	default:
		*ret = json_object_get(o);
		return 0;
	}
	if (err < 0)
		return err;
	*ret = copy;
	copy = NULL;
	return 0;
}

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
	_cleanup_json_ struct json_object *raw = parse(json, len), *doc = NULL;
	int err;

	if (!json_object_is_type(raw, json_type_object))
		return -EBADMSG;
	err = clean(raw, &doc);
	if (!err && !document_holds(doc))
		err = -EBADMSG;
	if (!err)
		err = vms_json_text(doc, &to->document);
	if (!err)
		err = fill_rows(to, doc);
	if (err < 0)
		return err;
	to->outcome = copy_string(doc, "verdict");
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

/*
 * json-c's parser (0.16) drops what it has no memory for, and does not say so: what it
 * reads twice alike, it read.
 */
int vms_cell_take_document(struct vms_cell *cell, const char *json, size_t len)
{
	struct vms_cell parts = { 0 }, again = { 0 };
	int err = fill(&parts, json, len), err_again = fill(&again, json, len);

	if (err != err_again || (!err && !streq(parts.document, again.document)))
		err = -ENOMEM;
	if (!err)
		move_parts(cell, &parts);
	vms_cell_clear(&parts); /* what was there before, or what was begun */
	vms_cell_clear(&again);
	return err;
}
