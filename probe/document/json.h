/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Building JSON without losing an allocation failure: each vms_json_put takes
 * ownership of the value, and the first failure sticks in *err.
 */
#ifndef VMS_DOCUMENT_JSON_H
#define VMS_DOCUMENT_JSON_H

#include <json-c/json.h>
#include <stdio.h>
#include "../../include/vmspec.h"
#include "core/json_print.h"

/* A new string, made printable; NULL gives JSON's null. */
struct json_object *vms_json_string(const char *s, int *err);
/* A new object or array; NULL and *err where memory ran out. */
struct json_object *vms_json_object(int *err);
struct json_object *vms_json_array(int *err);
struct vms_facts;
/* The "facts" of a document. */
struct json_object *vms_json_facts(const struct vms_facts *f, int *err);
/* obj[key] = value, array[] = value. `key` must live as long as `obj`. */
void vms_json_put(struct json_object *obj, const char *key, struct json_object *value, int *err);
void vms_json_put_string(struct json_object *obj, const char *key, const char *s, int *err);
void vms_json_put_bool(struct json_object *obj, const char *key, bool value, int *err);
void vms_json_put_int(struct json_object *obj, const char *key, int64_t value, int *err);
/* `text`: how it is written. */
void vms_json_put_double(struct json_object *obj, const char *key, double value, const char *text, int *err);
void vms_json_push(struct json_object *array, struct json_object *value, int *err);
/* A result's evidence: [{"source", "value"}, ...]. */
struct json_object *vms_json_evidence(const struct vms_result *r, int *err);

/* The vmspec-verdict/1 document of a verdict that `tool` gave ("vmspec-verify"), without
 * cells or members. -ENOMEM. */
int vms_json_verdict(const struct vms_verdict *v, const char *tool, struct json_object **ret);
/* All of it, and a newline. -ENOMEM, -errno of writing. */
int vms_json_print_verdict(FILE *out, const struct vms_verdict *v, const char *tool, bool pretty);

#endif
