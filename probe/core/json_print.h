/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a JSON document that is whole, or told to have failed. */
#ifndef VMS_JSON_PRINT_H
#define VMS_JSON_PRINT_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

static inline void vms_json_freep(struct json_object **o)
{
	json_object_put(*o);
}
#define _cleanup_json_ __attribute__((cleanup(vms_json_freep)))

/* One document and a newline; pretty: over several lines. -errno. */
int vms_json_print(FILE *out, struct json_object *o, bool pretty);

/* For a document that is written in parts (json_write.h): a value that stands `depth` deep,
 * VMS_JSON_LINE: in one line. Errors show in the stream. */
#define VMS_JSON_LINE (-1)
void vms_json_print_at(FILE *out, struct json_object *o, int depth);
/* A line's end and the indent of what follows; nothing where all is one line. */
void vms_json_print_newline(FILE *out, int depth);

/* The same, in one line, to a new string. -ENOMEM. */
int vms_json_text(struct json_object *o, char **ret);

#endif
