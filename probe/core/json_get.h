/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a JSON document that somebody else wrote. json-c answers "null" with a NULL pointer and
 * makes a text of anything; these give a member only where it is there and of its type. Each takes
 * NULL, and any other type than an object, for `o`.
 */
#ifndef VMS_JSON_GET_H
#define VMS_JSON_GET_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/* The member `key` of that type, borrowed; NULL: none. */
struct json_object *vms_json_get(struct json_object *o, const char *key, enum json_type type);
/* A string, borrowed; NULL: none. */
const char *vms_json_get_string(struct json_object *o, const char *key);
/* false where there is no boolean. */
bool vms_json_get_true(struct json_object *o, const char *key);
/* A whole number; false: none, and *ret as it was. */
bool vms_json_get_int(struct json_object *o, const char *key, int64_t *ret);
/* How many items a list has; 0 where it is none. */
size_t vms_json_items(struct json_object *list);

#endif
