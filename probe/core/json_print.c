// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing a JSON document straight to a stream. json-c's own printer (0.16)
 * drops parts of the text where memory runs out and does not say so; this one
 * needs none, so that a document is whole or its writing failed.
 */
#include <errno.h>
#include <stdlib.h>
#include "util.h"
#include "json_print.h"

static void print_value(FILE *out, struct json_object *o, int depth);

/* Locks nothing: no other thread writes here. */
static void print_string(FILE *out, const char *s)
{
	putc_unlocked('"', out);
	while (*s) {
		const char *begin = s;

		while ((unsigned char)*s >= 0x20 && *s != '"' && *s != '\\')
			s++;
		fwrite_unlocked(begin, 1, (size_t)(s - begin), out);
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s++);
		else if (*s)
			fprintf(out, "\\u%04x", (unsigned)*s++);
	}
	putc_unlocked('"', out);
}

void vms_json_print_newline(FILE *out, int depth)
{
	if (depth == VMS_JSON_LINE)
		return;
	putc_unlocked('\n', out);
	for (int i = 0; i < depth; i++)
		fputs("  ", out);
}

static int deeper(int depth)
{
	return depth == VMS_JSON_LINE ? VMS_JSON_LINE : depth + 1;
}

/* False: it has no member. */
static bool print_members(FILE *out, struct json_object *o, int depth)
{
	bool first = true;

	putc_unlocked('{', out);
	json_object_object_foreach(o, key, value)
	{
		if (!first)
			putc_unlocked(',', out);
		first = false;
		vms_json_print_newline(out, deeper(depth));
		print_string(out, key);
		fputs_unlocked(depth == VMS_JSON_LINE ? ":" : ": ", out);
		print_value(out, value, deeper(depth));
	}
	return !first;
}

static void print_object(FILE *out, struct json_object *o, int depth)
{
	if (print_members(out, o, depth))
		vms_json_print_newline(out, depth);
	putc_unlocked('}', out);
}

static void print_array(FILE *out, struct json_object *o, int depth)
{
	size_t n = json_object_array_length(o);

	putc_unlocked('[', out);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			putc_unlocked(',', out);
		vms_json_print_newline(out, deeper(depth));
		print_value(out, json_object_array_get_idx(o, i), deeper(depth));
	}
	if (n > 0)
		vms_json_print_newline(out, depth);
	putc_unlocked(']', out);
}

static void print_value(FILE *out, struct json_object *o, int depth)
{
	switch (json_object_get_type(o)) {
	case json_type_object:
		print_object(out, o, depth);
		break;
	case json_type_array:
		print_array(out, o, depth);
		break;
	case json_type_string:
		print_string(out, json_object_get_string(o));
		break;
	case json_type_int:
		fprintf(out, "%lld", (long long)json_object_get_int64(o));
		break;
	case json_type_boolean:
		fputs(json_object_get_boolean(o) ? "true" : "false", out);
		break;
	case json_type_double:
		fprintf(out, "%.15g", json_object_get_double(o));
		break;
	case json_type_null:
		fputs("null", out);
		break;
	}
}

void vms_json_print_at(FILE *out, struct json_object *o, int depth)
{
	print_value(out, o, depth);
}

int vms_json_print(FILE *out, struct json_object *o, bool pretty)
{
	print_value(out, o, pretty ? 0 : VMS_JSON_LINE);
	putc_unlocked('\n', out);
	return ferror(out) ? -(errno ? errno : EIO) : 0;
}

int vms_json_text(struct json_object *o, char **ret)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = vms_memstream(&text, &len);
	int err;

	if (!f)
		return -ENOMEM;
	err = vms_json_print(f, o, false);
	if (fclose(f) != 0 || err < 0) {
		free(text);
		return -ENOMEM;
	}
	*ret = text;
	return 0;
}
