// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --list: the checks of a profile with level and clause, by chapter, and the
 * clauses (or parts of them) that no program can decide, with the reason.
 */
#include <errno.h>
#include "core/profile.h"
#include "document/json.h"
#include "format/paper.h"
#include "verify.h"

enum {
	COL_LEVEL = 36,
	COL_CLAUSE = 43,
	COL_WIDE = 80,
};

/* The i-th check and its level, if the profile has it. */
static const struct vms_check *listed(const struct vms_profile *p, size_t i, enum vms_level *ret_level,
				      const char **ret_clause)
{
	const struct vms_check *c = vms_profile_check_at(p, i);

	*ret_clause = NULL;
	*ret_level = vms_profile_level(p, c->id, ret_clause);
	return *ret_level == VMS_LEVEL_NONE ? NULL : c;
}

static void text_checks(struct paper *p, const struct vms_profile *profile)
{
	const char *chapter = "", *clause;
	enum vms_level level;

	for (size_t i = 0; i < vms_profile_n_checks(profile); i++) {
		const struct vms_check *c = listed(profile, i, &level, &clause);

		if (!c)
			continue;
		if (!streq(vms_profile_chapter(profile, c), chapter)) {
			chapter = vms_profile_chapter(profile, c);
			if (i > 0)
				paper_newline(p);
			paper_put(p, INK_BOLD, chapter);
			paper_newline(p);
		}
		paper_tab(p, 1);
		paper_put(p, INK_PLAIN, c->id);
		paper_tab(p, COL_LEVEL);
		paper_wrap(p, INK_PLAIN, 4, vms_level_name(level));
		paper_tab(p, p->width && p->width < COL_WIDE ? 0 : COL_CLAUSE);
		paper_wrap(p, INK_DIM, 4, clause ? clause : "-");
		paper_newline(p);
	}
}

static void text_undecidable(struct paper *p, const struct vms_profile *profile)
{
	paper_newline(p);
	paper_put(p, INK_BOLD, "What no program can decide");
	paper_newline(p);
	for (size_t i = 0; i < profile->n_clauses; i++) {
		const struct vms_clause *c = &profile->clauses[i];

		if (!c->undecidable)
			continue;
		paper_tab(p, 1);
		paper_put(p, INK_PLAIN, c->id);
		paper_put(p, INK_PLAIN, ":");
		paper_more(p, INK_PLAIN, 4, c->text);
		paper_newline(p);
		paper_tab(p, 4);
		paper_wrap(p, INK_DIM, 4, c->undecidable);
		paper_newline(p);
	}
}

static int list_text(FILE *f, const struct vms_profile *profile)
{
	struct vms_format_options opt = { .tool = cli_tool };
	struct paper p;

	vms_format_terminal(f, &opt);
	paper_open(&p, f, &opt);
	text_checks(&p, profile);
	text_undecidable(&p, profile);
	return paper_close(&p);
}

static int list_lines(FILE *f, const struct vms_profile *profile)
{
	enum vms_level level;
	const char *clause;

	for (size_t i = 0; i < vms_profile_n_checks(profile); i++) {
		const struct vms_check *c = listed(profile, i, &level, &clause);

		if (c && fprintf(f, "%s\n", c->id) < 0)
			return -errno;
	}
	return 0;
}

static void put_checks(struct vms_json *j, const struct vms_profile *profile)
{
	enum vms_level level;
	const char *clause;

	vms_json_array(j, "checks");
	for (size_t i = 0; i < vms_profile_n_checks(profile); i++) {
		const struct vms_check *c = listed(profile, i, &level, &clause);

		if (!c)
			continue;
		vms_json_object(j, NULL);
		vms_json_string(j, "id", c->id);
		vms_json_string(j, "title", c->title);
		vms_json_string(j, "chapter", vms_profile_chapter(profile, c));
		vms_json_string(j, "level", vms_level_name(level));
		vms_json_string(j, "clause", clause);
		vms_json_object_end(j);
	}
	vms_json_array_end(j);
}

static void put_undecidable(struct vms_json *j, const struct vms_profile *profile)
{
	vms_json_array(j, "undecidable");
	for (size_t i = 0; i < profile->n_clauses; i++) {
		const struct vms_clause *c = &profile->clauses[i];

		if (!c->undecidable)
			continue;
		vms_json_object(j, NULL);
		vms_json_string(j, "clause", c->id);
		vms_json_string(j, "text", c->text);
		vms_json_string(j, "reason", c->undecidable);
		vms_json_object_end(j);
	}
	vms_json_array_end(j);
}

static int list_json(FILE *f, const struct vms_profile *profile)
{
	struct vms_json j;

	vms_json_open(&j, f, true);
	vms_json_string(&j, "profile", profile->name);
	put_checks(&j, profile);
	put_undecidable(&j, profile);
	return vms_json_close(&j);
}

static const struct {
	const char *format;
	int (*list)(FILE *f, const struct vms_profile *profile);
} lists[] = {
	{ "text", list_text },
	{ "lines", list_lines },
	{ "json", list_json },
};

int action_list(struct verify_options *o)
{
	struct output out;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		if (!streq(lists[i].format, o->asked.format->name))
			continue;
		if (output_open(&out, o->asked.output))
			return EXIT_TOOL;
		out.err = lists[i].list(out.file, o->asked.profile);
		return output_commit(&out);
	}
	return wrong_usage("--list has no format '%s' (text, lines, json)", o->asked.format->name);
}
