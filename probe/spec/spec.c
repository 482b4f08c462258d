/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The profiles, the default first, and the registry of all of their checks; see spec.h. */
#include "core/util.h"
#include "spec.h"

#define PROFILES(P)                                                                                          \
	P(vms_profile_2_0)                                                                                   \
	P(vms_profile_1_0)                                                                                   \
	P(vms_profile_vbsa_1_0)

#define DECLARE(p) extern const struct vms_profile p;
PROFILES(DECLARE)

#define ADDRESS(p) &p,
static const struct vms_profile *const profiles[] = { PROFILES(ADDRESS) };

const struct vms_profile *vms_profile_at(size_t i)
{
	return i < ARRAY_SIZE(profiles) ? profiles[i] : NULL;
}

const struct vms_profile *vms_profile_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++)
		if (streq(profiles[i]->name, name))
			return profiles[i];
	return NULL;
}

const struct vms_profile *vms_profile_default(void)
{
	return profiles[0];
}

const char *vms_profile_name(size_t i)
{
	return i < ARRAY_SIZE(profiles) ? profiles[i]->name : NULL;
}

/* Does a profile before the `nth` have this chapter, too? */
static bool seen_before(size_t nth, const struct vms_checks *chapter)
{
	for (size_t i = 0; i < nth; i++)
		for (const struct vms_checks *const *c = profiles[i]->chapters; *c; c++)
			if (*c == chapter)
				return true;
	return false;
}

const struct vms_check *vms_check_at(size_t at)
{
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++)
		for (const struct vms_checks *const *c = profiles[i]->chapters; *c; c++) {
			if (seen_before(i, *c))
				continue;
			if (at < (*c)->n)
				return &(*c)->checks[at];
			at -= (*c)->n;
		}
	return NULL;
}

size_t vms_n_checks(void)
{
	size_t n = 0;

	while (vms_check_at(n))
		n++;
	return n;
}

const struct vms_check *vms_check_find(const char *id)
{
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++)
		for (const struct vms_checks *const *c = profiles[i]->chapters; *c; c++)
			for (size_t j = 0; j < (*c)->n; j++)
				if (streq((*c)->checks[j].id, id))
					return &(*c)->checks[j];
	return NULL;
}
