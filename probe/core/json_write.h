/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a JSON document member by member, without a tree of it. Takes no memory, so that what fails is the
 * stream: vms_json_close() tells. Strings are made printable on the way: what is not printable UTF-8 is
 * written as \xNN, as by vms_printable().
 */
#ifndef VMS_JSON_WRITE_H
#define VMS_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A document that is being written. */
struct vms_json {
	FILE *out;
	int depth;  /* of what comes next; VMS_JSON_LINE: all in one line */
	bool first; /* nothing stands behind the last bracket yet */
};

/* A document begins, which is an object; pretty: over several lines. */
void vms_json_open(struct vms_json *j, FILE *out, bool pretty);
/* It ends, and its line. 0 or -errno of writing. */
int vms_json_close(struct vms_json *j);

/*
 * What the next members (elements) go into, until its end. A key is of plain characters, as the reader of
 * documents (document/parse.h) takes none other; NULL: an element of an array.
 */
void vms_json_object(struct vms_json *j, const char *key);
void vms_json_array(struct vms_json *j, const char *key);
void vms_json_object_end(struct vms_json *j);
void vms_json_array_end(struct vms_json *j);
/* An object that is one line, whatever it stands in; its members go into *ret_line until the end of that. */
void vms_json_line(struct vms_json *j, const char *key, struct vms_json *ret_line);

/* NULL is JSON's null. */
void vms_json_string(struct vms_json *j, const char *key, const char *s);
void vms_json_bool(struct vms_json *j, const char *key, bool value);
void vms_json_int(struct vms_json *j, const char *key, int64_t value);
void vms_json_double(struct vms_json *j, const char *key, double value);
struct json_object;
/* A tree of json-c's; NULL is JSON's null. */
void vms_json_tree(struct vms_json *j, const char *key, struct json_object *o);
/* JSON of our own, in one line. */
void vms_json_text_of(struct vms_json *j, const char *key, const char *json);

#endif
