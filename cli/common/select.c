// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what a user types to checks: upper or lower case, with or without the
 * "VMSPEC-" in front. A pattern that selects nothing is an error, since a
 * verdict over nothing would say nothing.
 */
#include <ctype.h>
#include <fnmatch.h>
#include "core/check.h"
#include "cli.h"

/* `prefix` and `typed` in upper case; NULL when out of memory. */
static char *upper(const char *prefix, const char *typed)
{
	char *s = vms_asprintf("%s%s", prefix, typed);

	for (char *c = s; c && *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return s;
}

const struct vms_check *select_check(const char *typed)
{
	static const char *const prefixes[] = { "", "VMSPEC-" };

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		_cleanup_free_ char *id = upper(prefixes[i], typed);
		const struct vms_check *c = id ? vms_check_find(id) : NULL;

		if (c)
			return c;
	}
	return NULL;
}

/* How many checks a pattern selects: all of them, and those this verdict can list. */
static void count_matches(const char *glob, const struct vms_profile *p, enum vms_kind kind, size_t *ret_all,
			  size_t *ret_listed)
{
	*ret_all = *ret_listed = 0;
	for (size_t i = 0; i < vms_n_checks(); i++) {
		const struct vms_check *c = vms_check_at(i);

		if (fnmatch(glob, c->id, 0) != 0)
			continue;
		++*ret_all;
		*ret_listed += (c->kinds & kind) && vms_profile_level(p, c->id, NULL) != VMS_LEVEL_NONE;
	}
}

/* Make one pattern exact. -1: go on; else the exit status. */
static int select_glob(char **glob, const struct vms_profile *p, enum vms_kind kind)
{
	static const char *const prefixes[] = { "", "VMSPEC-" };
	bool elsewhere = false;

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		char *exact = upper(prefixes[i], *glob);
		size_t all, listed;

		if (!exact)
			return no_memory();
		count_matches(exact, p, kind, &all, &listed);
		if (listed > 0) {
			free(*glob);
			*glob = exact;
			return -1;
		}
		elsewhere = elsewhere || all > 0;
		free(exact);
	}
	if (elsewhere)
		return wrong_usage("--check: '%s' is no check of a %s by %s", *glob, vms_kind_name(kind),
				   p->name);
	return wrong_usage("--check: '%s' matches no check; see %s --list", *glob, cli_tool);
}

int cli_select(struct cli_asked *a, enum vms_kind kind)
{
	for (size_t i = 0; i < a->n_globs; i++) {
		int status = select_glob(&a->globs[i], a->profile, kind);

		if (status >= 0)
			return status;
	}
	return -1;
}
