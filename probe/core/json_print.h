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

/* The same, in one line, to a new string. -ENOMEM. */
int vms_json_text(struct json_object *o, char **ret);

#endif
