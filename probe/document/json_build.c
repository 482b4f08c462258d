// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Building JSON with json-c so that no allocation failure is lost and no string
 * breaks the document: whatever is not printable UTF-8 is written as \xNN.
 */
#include <errno.h>
#include "core/util.h"
#include "json.h"

static bool plain_ascii(const char *s)
{
	for (; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	return true;
}

/* json-c says NULL both for JSON's null and for no memory: keep them apart. */
static struct json_object *not_null(struct json_object *o, int *err)
{
	if (!o)
		*err = -ENOMEM;
	return o;
}

struct json_object *vms_json_string(const char *s, int *err)
{
	_cleanup_free_ char *clean = NULL;

	if (!s)
		return NULL;
	if (plain_ascii(s))
		return not_null(json_object_new_string(s), err);
	clean = vms_printable(s, strlen(s));
	if (!clean) {
		*err = -ENOMEM;
		return NULL;
	}
	return not_null(json_object_new_string(clean), err);
}

struct json_object *vms_json_object(int *err)
{
	return not_null(json_object_new_object(), err);
}

struct json_object *vms_json_array(int *err)
{
	return not_null(json_object_new_array(), err);
}

void vms_json_put(struct json_object *obj, const char *key, struct json_object *value, int *err)
{
	const unsigned how = JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY;

	if (*err == 0 && json_object_object_add_ex(obj, key, value, how) == 0)
		return;
	json_object_put(value);
	*err = -ENOMEM;
}

void vms_json_put_string(struct json_object *obj, const char *key, const char *s, int *err)
{
	vms_json_put(obj, key, vms_json_string(s, err), err);
}

void vms_json_put_bool(struct json_object *obj, const char *key, bool value, int *err)
{
	vms_json_put(obj, key, not_null(json_object_new_boolean(value), err), err);
}

void vms_json_put_int(struct json_object *obj, const char *key, int64_t value, int *err)
{
	vms_json_put(obj, key, not_null(json_object_new_int64(value), err), err);
}

void vms_json_put_double(struct json_object *obj, const char *key, double value, const char *text, int *err)
{
	vms_json_put(obj, key, not_null(json_object_new_double_s(value, text), err), err);
}

void vms_json_push(struct json_object *array, struct json_object *value, int *err)
{
	if (*err == 0 && json_object_array_add(array, value) == 0)
		return;
	json_object_put(value);
	*err = -ENOMEM;
}

struct json_object *vms_json_evidence(const struct vms_result *r, int *err)
{
	struct json_object *a = vms_json_array(err);

	for (size_t i = 0; i < r->n_evidence; i++) {
		struct json_object *o = vms_json_object(err);

		vms_json_put_string(o, "source", r->evidence[i].source, err);
		vms_json_put_string(o, "value", r->evidence[i].value, err);
		vms_json_push(a, o, err);
	}
	return a;
}
