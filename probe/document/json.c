// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verdict document, schema vmspec-verdict/1: cli/format/vmspec-verdict-1.schema.json.
 */
#include "core/profile.h"
#include "core/verdict.h"
#include "json.h"

static struct json_object *json_tool(const char *tool, int *err)
{
	struct json_object *o = vms_json_object(err);

	vms_json_put_string(o, "name", tool, err);
	vms_json_put_string(o, "version", VMS_VERSION, err);
	return o;
}

static struct json_object *json_time(time_t time, int *err)
{
	char buf[64];
	struct tm tm;

	if (!gmtime_r(&time, &tm) || strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return vms_json_string("1970-01-01T00:00:00Z", err);
	return vms_json_string(buf, err);
}

/* What is not known is null. */
static void put_known(struct json_object *o, const char *key, const char *s, int *err)
{
	vms_json_put_string(o, key, s && *s ? s : NULL, err);
}

static struct json_object *json_subject(const struct vms_subject_info *s, int *err)
{
	struct json_object *o = vms_json_object(err);

	vms_json_put_string(o, "kind", vms_kind_name(s->kind), err);
	put_known(o, "name", s->name, err);
	put_known(o, "arch", s->arch, err);
	put_known(o, "hypervisor", s->hypervisor, err);
	put_known(o, "firmware", s->firmware, err);
	return o;
}

static struct json_object *json_summary(const struct vms_verdict *v, int *err)
{
	struct json_object *o = vms_json_object(err);

	for (int s = 0; s < VMS_N_STATUS; s++)
		vms_json_put_int(o, vms_status_name(s), v->summary[s], err);
	return o;
}

static struct json_object *json_remedy(const struct vms_result *r, int *err)
{
	struct json_object *o = vms_json_object(err);

	vms_json_put_string(o, "owner", vms_owner_name(r->owner), err);
	vms_json_put_string(o, "advice", r->advice, err);
	return o;
}

static struct json_object *json_row(const struct vms_verdict *v, const struct vms_verdict_row *row, int *err)
{
	const struct vms_result *r = &row->result;
	struct json_object *o = vms_json_object(err);

	vms_json_put_string(o, "id", row->check->id, err);
	vms_json_put_string(o, "title", row->check->title, err);
	vms_json_put_string(o, "level", vms_level_name(row->level), err);
	vms_json_put_string(o, "clause", row->clause, err);
	vms_json_put_string(o, "status", vms_status_name(r->status), err);
	vms_json_put_string(o, "reason", r->reason ? r->reason : "", err);
	vms_json_put(o, "evidence", vms_json_evidence(r, err), err);
	if (r->owner != VMS_OWNER_NONE && r->advice && r->status != VMS_PASS && r->status != VMS_SKIP)
		vms_json_put(o, "remedy", json_remedy(r, err), err);
	if (r->status == VMS_WAIVED)
		vms_json_put_string(o, "waiver", r->waiver ? r->waiver : "", err);
	if (r->status == VMS_WAIVED && r->until)
		vms_json_put_string(o, "until", r->until, err);
	if (r->cause.blocked && r->cause.id)
		vms_json_put_string(o, "blocked_by", r->cause.id, err);
	if (vms_row_weight(v, row) == VMS_WEIGHT_OTHERS)
		vms_json_put_bool(o, "counted", false, err);
	return o;
}

static struct json_object *json_checks(const struct vms_verdict *v, int *err)
{
	struct json_object *a = vms_json_array(err);

	for (size_t i = 0; i < v->n_rows; i++)
		vms_json_push(a, json_row(v, &v->rows[i], err), err);
	return a;
}

int vms_json_verdict(const struct vms_verdict *v, const char *tool, struct json_object **ret)
{
	_cleanup_json_ struct json_object *o = NULL;
	int err = 0;

	if (v->document) {
		*ret = json_object_get(v->document);
		return 0;
	}
	o = vms_json_object(&err);
	vms_json_put_string(o, "schema", VMS_SCHEMA, &err);
	vms_json_put(o, "tool", json_tool(tool, &err), &err);
	vms_json_put_string(o, "profile", v->profile->name, &err);
	vms_json_put(o, "time", json_time(v->time, &err), &err);
	vms_json_put(o, "subject", json_subject(&v->subject, &err), &err);
	vms_json_put_string(o, "verdict", vms_outcome_name(v->outcome), &err);
	if (v->partial)
		vms_json_put_bool(o, "partial", true, &err);
	if (v->strict)
		vms_json_put_bool(o, "strict", true, &err);
	if (v->owner != VMS_OWNER_NONE)
		vms_json_put_string(o, "owner", vms_owner_name(v->owner), &err);
	vms_json_put(o, "summary", json_summary(v, &err), &err);
	if (v->facts)
		vms_json_put(o, "facts", vms_json_facts(v->facts, &err), &err);
	vms_json_put(o, "checks", json_checks(v, &err), &err);
	if (err)
		return err;
	*ret = o;
	o = NULL;
	return 0;
}
