/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking up profiles and levels; see spec.h. */
#include "core/util.h"
#include "spec.h"

static const struct vms_profile *const profiles[] = { &vms_profile_2_0, &vms_profile_1_0 };

const struct vms_profile *vms_profile_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++)
		if (streq(profiles[i]->name, name))
			return profiles[i];
	return NULL;
}

const struct vms_profile *vms_profile_default(void)
{
	return &vms_profile_2_0;
}

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
