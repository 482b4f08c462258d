/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a JSON document that somebody else wrote; see json_get.h. */
#include "json_get.h"

struct json_object *vms_json_get(struct json_object *o, const char *key, enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &value))
		return NULL;
	return value && json_object_is_type(value, type) ? value : NULL;
}

const char *vms_json_get_string(struct json_object *o, const char *key)
{
	struct json_object *s = vms_json_get(o, key, json_type_string);

	return s ? json_object_get_string(s) : NULL;
}

bool vms_json_get_true(struct json_object *o, const char *key)
{
	struct json_object *b = vms_json_get(o, key, json_type_boolean);

	return b && json_object_get_boolean(b);
}

bool vms_json_get_int(struct json_object *o, const char *key, int64_t *ret)
{
	struct json_object *n = vms_json_get(o, key, json_type_int);

	if (!n)
		return false;
	*ret = json_object_get_int64(n);
	return true;
}

size_t vms_json_items(struct json_object *list)
{
	return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}
