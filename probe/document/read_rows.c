// SPDX-License-Identifier: GPL-2.0-or-later
/* The checks of a verdict document. */
#include <errno.h>
#include "core/verdict.h"
#include "reading.h"

#define CHECKS_MAX 1000 /* we know five dozen */
#define ID_MAX	   80

/* "VMSPEC-EFI-DTB", "VBSA-B_PE_03" */
static bool is_id(const char *s)
{
	size_t len = strlen(s);

	return *s >= 'A' && *s <= 'Z' && len <= ID_MAX && s[len - 1] != '-' &&
	       strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == len;
}

/* A check that this version does not have: one piece of memory, strings behind it. */
static struct vms_check *foreign_check(const char *id, const char *title)
{
	struct vms_check *c = calloc(1, sizeof(*c) + strlen(id) + strlen(title) + 2);
	char *text;

	if (!c)
		return NULL;
	text = (char *)(c + 1);
	c->id = strcpy(text, id);
	c->title = strcpy(text + strlen(id) + 1, title);
	return c;
}

const struct vms_check *reading_check(struct vms_verdict *v, const char *id, const char *title)
{
	struct vms_check *own;
	void **grown;

	for (const struct vms_checks *const *c = v->profile->chapters; *c; c++)
		for (size_t i = 0; i < (*c)->n; i++)
			if (streq((*c)->checks[i].id, id))
				return &(*c)->checks[i];
	grown = reallocarray(v->foreign, v->n_foreign + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	v->foreign = grown;
	own = foreign_check(id, title);
	if (own)
		v->foreign[v->n_foreign++] = own;
	return own;
}

static const char *status_name(int i)
{
	return vms_status_name((enum vms_status)i);
}

static const char *level_name(int i)
{
	return vms_level_name((enum vms_level)i);
}

const char *reading_owner_name(int i)
{
	return vms_owner_name((enum vms_owner)i);
}

static int read_evidence(struct reading *r, struct json_object *list, struct vms_result *to)
{
	size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	if (!json_object_is_type(list, json_type_array))
		return reading_refuse(r, "a check in it has no list of evidence");
	if (n == 0 && (to->status == VMS_FAIL || to->status == VMS_WAIVED))
		return reading_refuse(r, "a check in it failed without evidence");
	to->evidence = calloc(n + 1, sizeof(*to->evidence));
	if (!to->evidence)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		const char *source = vms_json_get_string(o, "source"),
			   *value = vms_json_get_string(o, "value");
		struct vms_evidence *e = &to->evidence[i];

		if (!source || !*source || !value)
			return reading_refuse(r, "a piece of evidence in it is none");
		to->n_evidence++;
		e->source = strdup(source);
		e->value = strdup(value);
		if (!e->source || !e->value)
			return -ENOMEM;
	}
	return 0;
}

static int read_remedy(struct reading *r, struct json_object *row, struct vms_result *to)
{
	struct json_object *o = vms_json_get(row, "remedy", json_type_object);
	int owner = reading_enum(vms_json_get_string(o, "owner"), VMS_GUEST_ADMIN + 1, reading_owner_name);

	if (!o)
		return 0;
	if (owner == VMS_OWNER_NONE || owner > VMS_GUEST_ADMIN || !vms_json_get_string(o, "advice"))
		return reading_refuse(r, "a remedy in it is nobody's");
	to->owner = (enum vms_owner)owner;
	return reading_copy(o, "advice", &to->advice);
}

static int read_result(struct reading *r, struct json_object *row, struct vms_result *to)
{
	int status = reading_enum(vms_json_get_string(row, "status"), VMS_N_STATUS, status_name), err;

	if (status == VMS_N_STATUS)
		return reading_refuse(r, "a check in it has no status");
	to->status = (enum vms_status)status;
	err = reading_copy(row, "reason", &to->reason);
	if (!err && !to->reason)
		return reading_refuse(r, "a check in it gives no reason");
	if (!err)
		err = read_evidence(r, vms_json_get(row, "evidence", json_type_array), to);
	if (!err)
		err = read_remedy(r, row, to);
	if (!err)
		err = reading_copy(row, "waiver", &to->waiver);
	if (!err)
		err = reading_copy(row, "until", &to->until);
	if (!err && (to->status == VMS_WAIVED) != !!to->waiver)
		return reading_refuse(r, "a waiver in it does not go with its check");
	return err;
}

static int read_row(struct reading *r, struct json_object *o)
{
	struct vms_verdict_row *row = &r->v->rows[r->v->n_rows];
	const char *id = vms_json_get_string(o, "id"), *title = vms_json_get_string(o, "title");
	int level = reading_enum(vms_json_get_string(o, "level"), VMS_INFO + 1, level_name), err;

	if (!id || !is_id(id) || !title || !*title)
		return reading_refuse(r, "a check in it has no ID or no title");
	if (level == VMS_LEVEL_NONE || level > VMS_INFO)
		return reading_refuse(r, "a check in it has no level");
	if (vms_verdict_find(r->v, id))
		return reading_refuse(r, "it lists a check twice");
	row->check = reading_check(r->v, id, title);
	if (!row->check)
		return -ENOMEM;
	r->v->n_rows++;
	row->level = (enum vms_level)level;
	row->clause = vms_json_get_string(o, "clause"); /* lives as long as the document */
	err = read_result(r, o, &row->result);
	return err;
}

/* A check that another one stands in the way of hangs on it, as far as the document tells of both. */
static void read_cause(struct vms_verdict *v, struct vms_verdict_row *row, struct json_object *o)
{
	const struct vms_verdict_row *other = vms_verdict_find(v, vms_json_get_string(o, "blocked_by"));

	if (other && other->result.status != VMS_PASS)
		row->result.cause = (struct vms_cause){ .blocked = true,
							.id = other->check->id,
							.status = other->result.status };
}

int reading_rows(struct reading *r, struct json_object *checks)
{
	size_t n = json_object_is_type(checks, json_type_array) ? json_object_array_length(checks) : 0;
	int err = 0;

	if (!json_object_is_type(checks, json_type_array) || n > CHECKS_MAX)
		return reading_refuse(r, "it has no list of checks");
	r->v->rows = calloc(n + 1, sizeof(*r->v->rows));
	if (!r->v->rows)
		return -ENOMEM;
	for (size_t i = 0; !err && i < n; i++)
		err = read_row(r, json_object_array_get_idx(checks, i));
	for (size_t i = 0; !err && i < n; i++)
		read_cause(r->v, &r->v->rows[i], json_object_array_get_idx(checks, i));
	return err;
}
