/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What cli/format/vmspec-verdict-1.schema.json asks of a document, and a little more:
 * it is about a guest, has no cells of its own, and names no check twice.
 */
#include "core/util.h"
#include "document.h"

#define CHECKS_MAX 1000 /* we know five dozen */

static struct json_object *member(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) ? v : NULL;
}

/* There at all, JSON's null too. */
static bool has(struct json_object *o, const char *key)
{
	return json_object_object_get_ex(o, key, NULL);
}

/* The string of that key; NULL: there is none. */
static const char *text(struct json_object *o, const char *key)
{
	struct json_object *v = member(o, key);

	return json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
}

static bool full_line(struct json_object *o, const char *key)
{
	const char *s = text(o, key);

	return s && *s;
}

static bool line_or_null(struct json_object *o, const char *key)
{
	return has(o, key) && (!member(o, key) || text(o, key));
}

static bool one_of(const char *s, const char *const *names)
{
	for (; s && *names; names++)
		if (streq(s, *names))
			return true;
	return false;
}

bool document_status(const char *name, enum vms_status *ret)
{
	for (int s = 0; name && s < VMS_N_STATUS; s++)
		if (streq(name, vms_status_name((enum vms_status)s))) {
			*ret = (enum vms_status)s;
			return true;
		}
	return false;
}

/* What a letter of a pattern stands for; whatever the locale. */
static bool belongs(char c, char class)
{
	bool digit = c >= '0' && c <= '9';

	switch (class) {
	case '9':
		return digit;
	case 'A':
		return digit || (c >= 'A' && c <= 'Z');
	default:
		return digit || (c >= 'a' && c <= 'z') || c == '-';
	}
}

/*
 * A pattern of the schema: in `form`, 9 stands for digits, ~ for lower case, digits and
 * dashes, one or more of them; all else for itself. The rest of `s`; NULL: it does not begin so.
 */
static const char *follows(const char *s, const char *form)
{
	for (; *form; form++) {
		const char *begin = s;

		if (*form != '9' && *form != '~') {
			if (*s++ != *form)
				return NULL;
			continue;
		}
		while (belongs(*s, *form))
			s++;
		if (s == begin)
			return NULL;
	}
	return s;
}

/* "vmspec-2.0/vm-platform/6", "vbsa-1.0/V_L1TM_01": a profile, and what it calls a clause of
 * its own. Profiles are open: a new one breaks no validator. */
static bool is_clause(const char *s)
{
	const char *slash = strchr(s, '/'), *dot, *rest;
	size_t name;

	if (!slash || !(*s >= 'a' && *s <= 'z'))
		return false;
	/* the version begins behind the last dash: "-2.0/" */
	for (dot = slash; dot > s && *dot != '-';)
		dot--;
	rest = follows(dot, "-9.9/");
	name = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");
	if (!rest || s + name <= dot)
		return false;
	name = strspn(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
	if (name == 0)
		return false;
	rest += name;
	if (*rest)
		rest = follows(rest, "/9");
	return rest && !*rest;
}

/* "vmspec-2.0": as the profile of a clause */
static bool is_profile(const char *s)
{
	_cleanup_free_ char *clause = s ? vms_asprintf("%s/x", s) : NULL;

	return clause && is_clause(clause);
}

/* "2026-11-20T23:38:46Z", the year of four digits at least */
static bool is_time(const char *s)
{
	size_t year = s ? strspn(s, "0123456789") : 0;
	const char *rest = s ? follows(s, "9-9-9T9:9:9Z") : NULL;

	return rest && !*rest && year >= 4 && strlen(s) == year + strlen("-11-20T23:38:46Z") &&
	       s[year + 3] == '-' && s[year + 6] == 'T' && s[year + 9] == ':' && s[year + 12] == ':';
}

/* "VMSPEC-GIC", "VBSA-V_L1TM_01": words of capitals and digits between single dashes, two at
 * least; '_' too behind the first */
static bool is_id(const char *s)
{
	if (!s || !(*s >= 'A' && *s <= 'Z'))
		return false;
	while (belongs(*s, 'A'))
		s++;
	while (*s == '-') {
		const char *begin = ++s;

		while (belongs(*s, 'A') || *s == '_')
			s++;
		if (s == begin)
			return false;
		if (!*s)
			return true;
	}
	return false;
}

static bool tool_holds(struct json_object *o)
{
	static const char *const names[] = { "vmspec-verify", "vmspecd", "vmspec-boot", NULL };
	const char *version = text(o, "version");

	return one_of(text(o, "name"), names) && version && follows(version, "9.9.9");
}

static bool subject_holds(struct json_object *o)
{
	const char *kind = text(o, "kind");

	return kind && streq(kind, vms_kind_name(VMS_KIND_GUEST)) && line_or_null(o, "name") &&
	       line_or_null(o, "arch") && line_or_null(o, "hypervisor") && line_or_null(o, "firmware");
}

static bool summary_holds(struct json_object *o)
{
	if (!json_object_is_type(o, json_type_object))
		return false;
	for (int s = 0; s < VMS_N_STATUS; s++)
		if (!member(o, vms_status_name((enum vms_status)s)))
			return false;
	json_object_object_foreach(o, key, n)
	{
		(void)key;
		if (!json_object_is_type(n, json_type_int) || json_object_get_int64(n) < 0)
			return false;
	}
	return true;
}

static bool evidence_holds(struct json_object *o, bool wanted)
{
	size_t n = json_object_is_type(o, json_type_array) ? json_object_array_length(o) : 0;

	if (!json_object_is_type(o, json_type_array) || (wanted && n == 0))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct json_object *e = json_object_array_get_idx(o, i);

		if (!full_line(e, "source") || !text(e, "value"))
			return false;
	}
	return true;
}

static bool remedy_holds(struct json_object *row, enum vms_status status)
{
	static const char *const owners[] = { "hypervisor", "image", "guest-admin", NULL };
	struct json_object *o = member(row, "remedy");

	if (!has(row, "remedy"))
		return true;
	return status != VMS_PASS && status != VMS_SKIP && one_of(text(o, "owner"), owners) &&
	       full_line(o, "advice");
}

static bool check_holds(struct json_object *o)
{
	static const char *const levels[] = { "must", "should", "may", "info", NULL };
	enum vms_status status;

	if (!is_id(text(o, "id")) || !full_line(o, "title") || !one_of(text(o, "level"), levels) ||
	    !full_line(o, "reason") || !document_status(text(o, "status"), &status))
		return false;
	if (!line_or_null(o, "clause") || (text(o, "clause") && !is_clause(text(o, "clause"))))
		return false;
	if (!evidence_holds(member(o, "evidence"), status == VMS_FAIL || status == VMS_WAIVED))
		return false;
	return remedy_holds(o, status) && (status == VMS_WAIVED ? full_line(o, "waiver") : !has(o, "waiver"));
}

static bool checks_hold(struct json_object *o)
{
	size_t n;

	if (!json_object_is_type(o, json_type_array))
		return false;
	n = json_object_array_length(o);
	if (n > CHECKS_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct json_object *row = json_object_array_get_idx(o, i);

		if (!check_holds(row))
			return false;
		for (size_t j = 0; j < i; j++)
			if (streq(text(row, "id"), text(json_object_array_get_idx(o, j), "id")))
				return false;
	}
	return true;
}

bool document_holds(struct json_object *o)
{
	static const char *const verdicts[] = { "compliant", "noncompliant", "inconclusive", NULL };
	const char *schema = text(o, "schema");
	struct json_object *partial = member(o, "partial");

	if (!schema || !streq(schema, VMS_SCHEMA) || !is_profile(text(o, "profile")) ||
	    !one_of(text(o, "verdict"), verdicts) || !is_time(text(o, "time")))
		return false;
	if (has(o, "cells") || (has(o, "partial") && !(json_object_is_type(partial, json_type_boolean) &&
						       json_object_get_boolean(partial))))
		return false;
	return tool_holds(member(o, "tool")) && subject_holds(member(o, "subject")) &&
	       summary_holds(member(o, "summary")) && checks_hold(member(o, "checks"));
}
