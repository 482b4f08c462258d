// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From what a user types to checks: upper or lower case, with or without the
 * prefix of the specification ("VMSPEC-") in front. A pattern that selects nothing is an error, since a
 * verdict over nothing would say nothing.
 */
#include <ctype.h>
#include <fnmatch.h>
#include "cli.h"
#include "spec/spec.h"

/* `prefix` and `typed` in upper case; NULL when out of memory. */
static char *upper(const char *prefix, const char *typed)
{
	char *s = vms_asprintf("%s%s", prefix, typed);

	for (char *c = s; c && *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return s;
}

static const struct vms_check *find_prefixed(const char *prefix, const char *typed)
{
	_cleanup_free_ char *id = upper(prefix, typed);

	return id ? vms_check_find(id) : NULL;
}

const struct vms_check *select_check(const char *typed)
{
	const struct vms_check *c = find_prefixed("", typed);

	for (size_t i = 0; !c && vms_profile_at(i); i++)
		c = find_prefixed(vms_profile_at(i)->prefix, typed);
	return c;
}

const char *select_hint(struct nearest *n, const char *typed)
{
	const struct vms_check *c;

	*n = (struct nearest){ .typed = typed };
	for (size_t i = 0; (c = vms_check_at(i)); i++)
		nearest_try(n, c->id);
	/* without the prefix, as users may leave it out */
	for (size_t i = 0; (c = vms_check_at(i)); i++)
		for (size_t j = 0; vms_profile_at(j); j++) {
			const char *rest = startswith(c->id, vms_profile_at(j)->prefix);

			if (rest)
				nearest_try(n, rest);
		}
	return nearest_hint(n);
}

/* How many checks a pattern selects: all of them, and those this verdict can list. */
static void count_matches(const char *glob, const struct vms_profile *p, enum vms_kind kind, size_t *ret_all,
			  size_t *ret_listed)
{
	const struct vms_check *c;

	*ret_all = *ret_listed = 0;
	for (size_t i = 0; (c = vms_check_at(i)); i++)
		*ret_all += fnmatch(glob, c->id, 0) == 0;
	for (size_t i = 0; (c = vms_profile_check_at(p, i)); i++)
		*ret_listed += fnmatch(glob, c->id, 0) == 0 && vms_profile_lists(p, c, kind);
}

/* Make one pattern exact. -1: go on; else the exit status. */
static int select_glob(char **glob, const struct vms_profile *p, enum vms_kind kind)
{
	const char *const prefixes[] = { "", p->prefix };
	bool elsewhere = false;
	struct nearest near;

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		char *exact = upper(prefixes[i], *glob);
		size_t all, listed;

		if (!exact)
			return no_memory();
		count_matches(exact, p, kind, &all, &listed);
		if (listed > 0) {
			free(*glob);
			*glob = exact;
			return GO_ON;
		}
		elsewhere = elsewhere || all > 0;
		free(exact);
	}
	if (elsewhere)
		return wrong_usage("--check: '%s' is no check of a %s by %s", *glob, vms_kind_name(kind),
				   p->name);
	return wrong_usage("--check: '%s' matches no check%s; see %s --list", *glob,
			   select_hint(&near, *glob), cli_tool);
}

int cli_select(struct cli_asked *a, enum vms_kind kind)
{
	for (size_t i = 0; i < a->n_globs; i++) {
		int status = select_glob(&a->globs[i], a->profile, kind);

		if (status != GO_ON)
			return status;
	}
	return GO_ON;
}
