// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks nothing: no other thread writes to these streams. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "json_print.h"
#include "json_write.h"
#include "util.h"

/* ASCII that stands for itself. */
static const bool plain[256] = { [' ' ... '!'] = true, ['#' ... '['] = true, [']' ... '~'] = true };

static void write_text(FILE *out, const char *s)
{
	putc_unlocked('"', out);
	while (*s) {
		const char *begin = s;
		size_t n;

		while (plain[(unsigned char)*s])
			s++;
		fwrite_unlocked(begin, 1, (size_t)(s - begin), out);
		if (!*s)
			break;
		n = *s == '"' || *s == '\\' ? 0 : vms_utf8_sequence(s, strnlen(s, 4));
		if (n > 0)
			fwrite_unlocked(s, 1, n, out);
		else if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else
			fprintf(out, "\\\\x%02x", (unsigned char)*s);
		s += n > 0 ? n : 1;
	}
	putc_unlocked('"', out);
}

static int deeper(int depth, int by)
{
	return depth == VMS_JSON_LINE ? VMS_JSON_LINE : depth + by;
}

static void next_member(struct vms_json *j, const char *key)
{
	if (!j->first)
		putc_unlocked(',', j->out);
	j->first = false;
	vms_json_print_newline(j->out, j->depth);
	if (!key)
		return;
	putc_unlocked('"', j->out);
	fputs_unlocked(key, j->out);
	putc_unlocked('"', j->out);
	putc_unlocked(':', j->out);
	if (j->depth != VMS_JSON_LINE)
		putc_unlocked(' ', j->out);
}

static void bracket(struct vms_json *j, char c)
{
	putc_unlocked(c, j->out);
	j->depth = deeper(j->depth, 1);
	j->first = true;
}

static void bracket_end(struct vms_json *j, char c)
{
	j->depth = deeper(j->depth, -1);
	if (!j->first)
		vms_json_print_newline(j->out, j->depth);
	putc_unlocked(c, j->out);
	j->first = false;
}

void vms_json_open(struct vms_json *j, FILE *out, bool pretty)
{
	*j = (struct vms_json){ .out = out, .depth = pretty ? 0 : VMS_JSON_LINE };
	bracket(j, '{');
}

int vms_json_close(struct vms_json *j)
{
	vms_json_object_end(j);
	putc_unlocked('\n', j->out);
	return ferror(j->out) ? -(errno ? errno : EIO) : 0;
}

void vms_json_object(struct vms_json *j, const char *key)
{
	next_member(j, key);
	bracket(j, '{');
}

void vms_json_array(struct vms_json *j, const char *key)
{
	next_member(j, key);
	bracket(j, '[');
}

void vms_json_object_end(struct vms_json *j)
{
	bracket_end(j, '}');
}

void vms_json_array_end(struct vms_json *j)
{
	bracket_end(j, ']');
}

void vms_json_line(struct vms_json *j, const char *key, struct vms_json *ret_line)
{
	next_member(j, key);
	vms_json_open(ret_line, j->out, false);
}

void vms_json_string(struct vms_json *j, const char *key, const char *s)
{
	next_member(j, key);
	if (s)
		write_text(j->out, s);
	else
		fputs_unlocked("null", j->out);
}

void vms_json_bool(struct vms_json *j, const char *key, bool value)
{
	next_member(j, key);
	fputs_unlocked(value ? "true" : "false", j->out);
}

void vms_json_int(struct vms_json *j, const char *key, int64_t value)
{
	next_member(j, key);
	fprintf(j->out, "%" PRId64, value);
}

void vms_json_double(struct vms_json *j, const char *key, double value)
{
	next_member(j, key);
	fprintf(j->out, "%.15g", value);
}

void vms_json_tree(struct vms_json *j, const char *key, struct json_object *o)
{
	next_member(j, key);
	vms_json_print_at(j->out, o, j->depth);
}

void vms_json_text_of(struct vms_json *j, const char *key, const char *json)
{
	next_member(j, key);
	fputs_unlocked(json, j->out);
}
