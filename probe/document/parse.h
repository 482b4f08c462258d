/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON from outside, as a tree that is safe to show; and a text of several documents cut up. */
#ifndef VMS_DOCUMENT_PARSE_H
#define VMS_DOCUMENT_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include "core/json_print.h"

/*
 * One JSON value (RFC 8259) and nothing behind it but space: no key twice in an object, no
 * NUL, no infinity, not nested deeper than 32. Every string becomes one printable line of
 * at most 4,000 bytes. -EBADMSG: it is none; -E2BIG: the tree of it would take more than 32 MiB; -ENOMEM.
 */
int vms_json_parse(const char *text, size_t len, struct json_object **ret);

/* What a tree takes of these 32 MiB, in bytes. */
size_t vms_json_weight(struct json_object *o);

/* Such a line of `len` bytes that somebody else wrote. NULL: out of memory. */
char *vms_bearable_text(const char *s, size_t len);

/* The documents of a text: an array's elements, or values one after the other (one a line,
 * or however they are laid out). Points into the text. */
struct vms_pieces {
	const char *text;
	size_t len, at;
	bool array, ended;
};

void vms_pieces_open(struct vms_pieces *p, const char *text, size_t len);
/* The next one, whole or not: whether it is JSON is for vms_json_parse() to tell. False at
 * the end. *ret_cut: the text ends before the value does. */
bool vms_pieces_next(struct vms_pieces *p, const char **ret, size_t *ret_len, bool *ret_cut);
/* The last piece was no document: go on at the next line that begins with '{'. */
void vms_pieces_resume(struct vms_pieces *p, const char *piece);
/* Is this text about several subjects? */
bool vms_pieces_several(const char *text, size_t len);

/* The value of the first of `keys` that the object `text` has, as it stands there, and which that is; false:
 * it has none. */
bool vms_json_find(const char *text, size_t len, const char *const *keys, size_t n, size_t *ret_key,
		   const char **ret, size_t *ret_len);

#endif
