/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chapters and levels of a profile; see profile.h. */
#include "profile.h"

static const struct vms_rule *find_rule(const struct vms_rule *rules, const char *check)
{
	for (const struct vms_rule *r = rules; r && r->check; r++)
		if (streq(r->check, check))
			return r;
	return NULL;
}

enum vms_level vms_profile_level(const struct vms_profile *p, const char *check, const char **ret_clause)
{
	const struct vms_rule *rule;

	for (size_t i = 0; i < p->n_clauses; i++) {
		rule = find_rule(p->clauses[i].rules, check);
		if (!rule)
			continue;
		if (ret_clause)
			*ret_clause = p->clauses[i].id;
		return rule->level;
	}
	if (ret_clause)
		*ret_clause = NULL;
	rule = find_rule(p->info, check);
	return rule ? rule->level : VMS_LEVEL_NONE;
}

const struct vms_check *vms_profile_check_at(const struct vms_profile *p, size_t at)
{
	for (const struct vms_checks *const *c = p->chapters; *c; c++) {
		if (at < (*c)->n)
			return &(*c)->checks[at];
		at -= (*c)->n;
	}
	return NULL;
}

size_t vms_profile_n_checks(const struct vms_profile *p)
{
	size_t n = 0;

	for (const struct vms_checks *const *c = p->chapters; *c; c++)
		n += (*c)->n;
	return n;
}

const struct vms_checks *vms_profile_rows_of(const struct vms_profile *p, const struct vms_check *check)
{
	for (const struct vms_checks *const *c = p->chapters; *c; c++)
		for (size_t i = 0; i < (*c)->n; i++)
			if (&(*c)->checks[i] == check)
				return *c;
	return NULL;
}

const char *vms_profile_chapter(const struct vms_profile *p, const struct vms_check *check)
{
	const struct vms_checks *rows = vms_profile_rows_of(p, check);

	return rows ? rows->chapter : "";
}

bool vms_profile_lists(const struct vms_profile *p, const struct vms_check *c, enum vms_kind kind)
{
	return (c->kinds & kind) && vms_profile_level(p, c->id, NULL) != VMS_LEVEL_NONE;
}
