// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verdict document, schema vmspec-verdict/1: cli/format/vmspec-verdict-1.schema.json.
 */
#include "core/profile.h"
#include "core/verdict.h"
#include "json.h"

static void put_tool(struct vms_json *j, const char *tool)
{
	vms_json_object(j, "tool");
	vms_json_string(j, "name", tool);
	vms_json_string(j, "version", VMS_VERSION);
	vms_json_object_end(j);
}

static void put_time(struct vms_json *j, time_t time)
{
	char buf[64];
	struct tm tm;

	if (!gmtime_r(&time, &tm) || strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		vms_json_string(j, "time", "1970-01-01T00:00:00Z");
	else
		vms_json_string(j, "time", buf);
}

/* What is not known is null. */
static void put_known(struct vms_json *j, const char *key, const char *s)
{
	vms_json_string(j, key, s && *s ? s : NULL);
}

static void put_subject(struct vms_json *j, const struct vms_subject_info *s)
{
	vms_json_object(j, "subject");
	vms_json_string(j, "kind", vms_kind_name(s->kind));
	put_known(j, "name", s->name);
	put_known(j, "arch", s->arch);
	put_known(j, "hypervisor", s->hypervisor);
	put_known(j, "firmware", s->firmware);
	vms_json_object_end(j);
}

static void put_summary(struct vms_json *j, const struct vms_verdict *v)
{
	vms_json_object(j, "summary");
	for (int s = 0; s < VMS_N_STATUS; s++)
		vms_json_int(j, vms_status_name(s), v->summary[s]);
	vms_json_object_end(j);
}

void vms_json_evidence(struct vms_json *j, const struct vms_result *r)
{
	vms_json_array(j, "evidence");
	for (size_t i = 0; i < r->n_evidence; i++) {
		vms_json_object(j, NULL);
		vms_json_string(j, "source", r->evidence[i].source);
		vms_json_string(j, "value", r->evidence[i].value);
		vms_json_object_end(j);
	}
	vms_json_array_end(j);
}

void vms_json_remedy(struct vms_json *j, const struct vms_result *r)
{
	vms_json_object(j, "remedy");
	vms_json_string(j, "owner", vms_owner_name(r->owner));
	vms_json_string(j, "advice", r->advice);
	vms_json_object_end(j);
}

static void put_row(struct vms_json *j, const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	const struct vms_result *r = &row->result;

	vms_json_object(j, NULL);
	vms_json_string(j, "id", row->check->id);
	vms_json_string(j, "title", row->check->title);
	vms_json_string(j, "level", vms_level_name(row->level));
	vms_json_string(j, "clause", row->clause);
	vms_json_string(j, "status", vms_status_name(r->status));
	vms_json_string(j, "reason", r->reason ? r->reason : "");
	vms_json_evidence(j, r);
	if (r->owner != VMS_OWNER_NONE && r->advice && r->status != VMS_PASS && r->status != VMS_SKIP)
		vms_json_remedy(j, r);
	if (r->status == VMS_WAIVED)
		vms_json_string(j, "waiver", r->waiver ? r->waiver : "");
	if (r->status == VMS_WAIVED && r->until)
		vms_json_string(j, "until", r->until);
	if (r->cause.blocked && r->cause.id)
		vms_json_string(j, "blocked_by", r->cause.id);
	if (vms_row_weight(v, row) == VMS_WEIGHT_OTHERS)
		vms_json_bool(j, "counted", false);
	vms_json_object_end(j);
}

static void put_checks(struct vms_json *j, const struct vms_verdict *v)
{
	vms_json_array(j, "checks");
	for (size_t i = 0; i < v->n_rows; i++)
		put_row(j, v, &v->rows[i]);
	vms_json_array_end(j);
}

/* What was read from a document is said as that said it. */
static void put_document(struct vms_json *j, struct json_object *document)
{
	json_object_object_foreach(document, key, value) vms_json_tree(j, key, value);
}

void vms_json_verdict(struct vms_json *j, const struct vms_verdict *v, const char *tool)
{
	if (v->document) {
		put_document(j, v->document);
		return;
	}
	vms_json_string(j, "schema", VMS_SCHEMA);
	put_tool(j, tool);
	vms_json_string(j, "profile", v->profile->name);
	put_time(j, v->time);
	put_subject(j, &v->subject);
	vms_json_string(j, "verdict", vms_outcome_name(v->outcome));
	if (v->partial)
		vms_json_bool(j, "partial", true);
	if (v->strict)
		vms_json_bool(j, "strict", true);
	if (v->owner != VMS_OWNER_NONE)
		vms_json_string(j, "owner", vms_owner_name(v->owner));
	put_summary(j, v);
	if (v->facts)
		vms_json_facts(j, v->facts);
	put_checks(j, v);
}
