// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The head of a verdict document: who was judged by what, and how it ended. The cells of a
 * boot matrix and the members of a fleet, each a whole document, are cut out of the text
 * first and read one at a time, so that a fleet of a thousand is never one tree.
 */
#include <errno.h>
#include <time.h>
#include "core/verdict.h"
#include "reading.h"

int reading_refuse(struct reading *r, const char *why)
{
	if (!r->why)
		r->why = why;
	return -EBADMSG;
}

int reading_refuse_json(struct reading *r, int err)
{
	return err == -EBADMSG ? reading_refuse(r, "it is no JSON")
	       : err == -E2BIG ? reading_refuse(r, "it has too many values")
			       : err;
}

int reading_copy(struct json_object *o, const char *key, char **ret)
{
	const char *s = vms_json_get_string(o, key);

	if (!s || !*s)
		return 0;
	*ret = strdup(s);
	return *ret ? 0 : -ENOMEM;
}

int reading_enum(const char *name, int n, const char *(*name_of)(int))
{
	int i = 0;

	while (i < n && !(name && streq(name, name_of(i))))
		i++;
	return i;
}

/* A name as this version has none, and another may: "vbsa-1.0". */
static bool is_profile_name(const char *s)
{
	size_t len = strlen(s);

	return *s >= 'a' && *s <= 'z' && len <= 40 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == len;
}

int reading_profile(struct vms_verdict *v, const char *name)
{
	static const struct vms_checks *const no_chapters[] = { NULL };
	struct vms_profile *own;
	void **grown;

	v->profile = vms_profile_find(name);
	if (v->profile)
		return 0;
	grown = reallocarray(v->foreign, v->n_foreign + 1, sizeof(*grown));
	own = grown ? calloc(1, sizeof(*own) + strlen(name) + 1) : NULL;
	if (grown)
		v->foreign = grown;
	if (!own)
		return -ENOMEM;
	grown[v->n_foreign++] = own;
	own->prefix = "";
	own->chapters = no_chapters;
	own->name = strcpy((char *)(own + 1), name);
	own->title = own->name;
	v->profile = own;
	return 0;
}

static int read_profile(struct reading *r, struct json_object *doc)
{
	const char *name = vms_json_get_string(doc, "profile");

	if (!name || !is_profile_name(name))
		return reading_refuse(r, "it names no profile");
	return reading_profile(r->v, name);
}

static bool number(const char **s, size_t digits, int least, int most, int *ret)
{
	int n = 0;

	for (size_t i = 0; i < digits; i++, ++*s) {
		if (**s < '0' || **s > '9')
			return false;
		n = 10 * n + (**s - '0');
	}
	*ret = n;
	return n >= least && n <= most;
}

static bool character(const char **s, char c)
{
	return *(*s)++ == c;
}

/* "2026-11-20T23:38:46Z", the year of four digits at least */
static bool parse_time(const char *s, time_t *ret)
{
	size_t year = strspn(s, "0123456789");
	struct tm tm = { 0 };

	if (year < 4 || year > 8 || !number(&s, year, 0, 99999999, &tm.tm_year) || !character(&s, '-') ||
	    !number(&s, 2, 1, 12, &tm.tm_mon) || !character(&s, '-') || !number(&s, 2, 1, 31, &tm.tm_mday) ||
	    !character(&s, 'T') || !number(&s, 2, 0, 23, &tm.tm_hour) || !character(&s, ':') ||
	    !number(&s, 2, 0, 59, &tm.tm_min) || !character(&s, ':') || !number(&s, 2, 0, 60, &tm.tm_sec) ||
	    !character(&s, 'Z') || *s)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*ret = timegm(&tm);
	return true;
}

static int read_subject(struct reading *r, struct json_object *o)
{
	static const enum vms_kind kinds[] = { VMS_KIND_GUEST, VMS_KIND_RECORD, VMS_KIND_IMAGE,
					       VMS_KIND_BOOT_MATRIX, VMS_KIND_FLEET };
	struct vms_subject_info *s = &r->v->subject;
	const char *kind = vms_json_get_string(o, "kind");
	int err = 0;

	for (size_t i = 0; kind && i < ARRAY_SIZE(kinds); i++)
		if (streq(kind, vms_kind_name(kinds[i])))
			s->kind = kinds[i];
	if (!s->kind)
		return reading_refuse(r, "it is about no kind of subject");
	err = reading_copy(o, "name", &s->name);
	if (!err)
		err = reading_copy(o, "arch", &s->arch);
	if (!err)
		err = reading_copy(o, "hypervisor", &s->hypervisor);
	return err ? err : reading_copy(o, "firmware", &s->firmware);
}

static const char *outcome_name(int i)
{
	return vms_outcome_name((enum vms_outcome)i);
}

/* What the document says of itself against what its checks say. */
static int check_outcome(struct reading *r, struct json_object *doc, enum vms_outcome stated)
{
	struct json_object *summary = vms_json_get(doc, "summary", json_type_object);
	int64_t n;
	enum vms_outcome counted;

	vms_verdict_count(r->v);
	counted = r->v->outcome;
	r->v->outcome = stated;
	for (int s = 0; s < VMS_N_STATUS; s++) {
		if (!vms_json_get_int(summary, vms_status_name((enum vms_status)s), &n) || n < 0)
			return reading_refuse(r, "its summary counts no checks");
	}
	/* With --owner what others have to mend does not count. That something is open may
	 * be decided otherwise by another version; that something failed may not. */
	if (stated == VMS_COMPLIANT && counted == VMS_NONCOMPLIANT && r->v->subject.kind != VMS_KIND_FLEET &&
	    !vms_json_get_string(doc, "owner"))
		return reading_refuse(r, "it says compliant, and a MUST in it failed");
	return 0;
}

/* Of --owner; NONE: everything counts. */
static enum vms_owner read_owner(struct json_object *doc)
{
	int owner = reading_enum(vms_json_get_string(doc, "owner"), VMS_N_OWNER, reading_owner_name);

	return owner < VMS_N_OWNER ? (enum vms_owner)owner : VMS_OWNER_NONE;
}

int reading_head(struct reading *r, struct json_object *doc)
{
	const char *schema = vms_json_get_string(doc, "schema"), *time = vms_json_get_string(doc, "time");
	int outcome = reading_enum(vms_json_get_string(doc, "verdict"), VMS_INCONCLUSIVE + 1, outcome_name),
	    err;
	struct json_object *tool = vms_json_get(doc, "tool", json_type_object);

	if (!schema)
		return reading_refuse(r, "it is no verdict document (no \"schema\")");
	if (!streq(schema, VMS_SCHEMA))
		return reading_refuse(r, "its schema is not " VMS_SCHEMA);
	if (!vms_json_get_string(tool, "name") || !vms_json_get_string(tool, "version"))
		return reading_refuse(r, "it does not say which tool made it");
	if (!time || !parse_time(time, &r->v->time))
		return reading_refuse(r, "its time is none");
	if (outcome > VMS_INCONCLUSIVE)
		return reading_refuse(r, "its verdict is none");
	r->v->partial = vms_json_get_true(doc, "partial");
	r->v->strict = vms_json_get_true(doc, "strict");
	r->v->owner = read_owner(doc);
	err = read_profile(r, doc);
	if (!err)
		err = read_subject(r, vms_json_get(doc, "subject", json_type_object));
	if (!err)
		err = reading_rows(r, vms_json_get(doc, "checks", json_type_array));
	if (!err)
		err = check_outcome(r, doc, (enum vms_outcome)outcome);
	if (!err)
		r->v->document = json_object_get(doc);
	return err;
}

/* `text` with JSON's null in place of `part`. */
static char *without(const char *text, size_t len, const char *part, size_t part_len, size_t *ret_len)
{
	static const char null[] = "null";
	size_t before = (size_t)(part - text), after = len - before - part_len;
	char *head = malloc(before + strlen(null) + after + 1);

	if (!head)
		return NULL;
	memcpy(head, text, before);
	memcpy(head + before, null, strlen(null));
	memcpy(head + before + strlen(null), part + part_len, after);
	*ret_len = before + strlen(null) + after;
	head[*ret_len] = '\0';
	return head;
}

static int read_whole(struct reading *r, const char *text, size_t len)
{
	static const char *const keys[] = { "cells", "members" };
	_cleanup_json_ struct json_object *doc = NULL;
	_cleanup_free_ char *head = NULL;
	size_t cells_len = 0, head_len = len, i = 0;
	const char *cells = NULL;
	const char *key = NULL;
	int err;

	if (vms_json_find(text, len, keys, ARRAY_SIZE(keys), &i, &cells, &cells_len))
		key = keys[i];
	if (cells && !(head = without(text, len, cells, cells_len, &head_len)))
		return -ENOMEM;
	err = vms_json_parse(head ? head : text, head_len, &doc);
	if (err)
		return reading_refuse_json(r, err);
	if (key)
		json_object_object_del(doc, key);
	if (key && json_object_object_get_ex(doc, keys[!i], NULL))
		return reading_refuse(r, "it has cells and members");
	err = reading_head(r, doc);
	if (!err && (r->v->subject.kind == VMS_KIND_BOOT_MATRIX || r->v->subject.kind == VMS_KIND_FLEET))
		err = !key || !streq(key, keys[r->v->subject.kind == VMS_KIND_FLEET])
			      ? reading_refuse(r, "its cells or members are missing")
			      : reading_cells(r, cells, cells_len);
	else if (!err && key)
		err = reading_refuse(r, "it has cells, and is no boot matrix");
	return err;
}

int vms_document_read(const char *text, size_t len, struct vms_verdict **ret, const char **ret_why)
{
	struct reading r = { .v = calloc(1, sizeof(*r.v)) };
	int err = r.v ? read_whole(&r, text, len) : -ENOMEM;

	if (!err) {
		*ret = r.v;
		return 0;
	}
	vms_verdict_free(r.v);
	if (err == -EBADMSG)
		*ret_why = r.why;
	return err;
}
