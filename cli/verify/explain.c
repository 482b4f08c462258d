// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --explain: what a check reads, when it passes and fails, who can mend it, and
 * what each version of the specification says about it.
 */
#include "format/paper.h"
#include "verify.h"

#define COL_TEXT 12

static void put_field(struct paper *p, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	paper_tab(p, 2);
	paper_put(p, INK_DIM, name);
	paper_tab(p, COL_TEXT);
	paper_wrap(p, INK_PLAIN, COL_TEXT, text);
	paper_newline(p);
}

static void put_needs(struct paper *p, const struct vms_check *c)
{
	if (!c->needs[0])
		return;
	paper_tab(p, 2);
	paper_put(p, INK_DIM, "needs");
	paper_tab(p, COL_TEXT);
	for (size_t i = 0; i < VMS_MAX_NEEDS && c->needs[i]; i++) {
		paper_put(p, INK_PLAIN, i ? ", " : "");
		paper_put(p, INK_PLAIN, c->needs[i]);
	}
	paper_newline(p);
}

/* The subjects whose documents list it. */
static void put_kinds(struct paper *p, const struct vms_check *c)
{
	static const enum vms_kind kinds[] = { VMS_KIND_GUEST, VMS_KIND_RECORD, VMS_KIND_IMAGE,
					       VMS_KIND_BOOT_MATRIX };
	const char *sep = "";

	paper_tab(p, 2);
	paper_put(p, INK_DIM, "judges");
	paper_tab(p, COL_TEXT);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!(c->kinds & kinds[i]))
			continue;
		paper_put(p, INK_PLAIN, sep);
		paper_put(p, INK_PLAIN, vms_kind_name(kinds[i]));
		sep = ", ";
	}
	paper_newline(p);
}

static bool clause_names(const struct vms_clause *clause, const char *id)
{
	for (const struct vms_rule *r = clause->rules; r && r->check; r++)
		if (streq(r->check, id))
			return true;
	return false;
}

static void put_profile(struct paper *p, const struct vms_profile *profile, const struct vms_check *c)
{
	enum vms_level level = vms_profile_level(profile, c->id, NULL);

	paper_newline(p);
	paper_put(p, INK_BOLD, profile->name);
	paper_put(p, INK_PLAIN, ": ");
	paper_put(p, INK_PLAIN, level == VMS_LEVEL_NONE ? "not in this version" : vms_level_name(level));
	paper_newline(p);
	for (size_t i = 0; i < profile->n_clauses; i++)
		if (level != VMS_LEVEL_NONE && clause_names(&profile->clauses[i], c->id)) {
			paper_tab(p, 2);
			paper_put(p, INK_DIM, profile->clauses[i].id);
			paper_newline(p);
			paper_tab(p, 4);
			paper_wrap(p, INK_PLAIN, 4, profile->clauses[i].text);
			paper_newline(p);
		}
}

/* A specification that knows the check, in this version or another. */
static bool has_row(const struct vms_profile *profile, const struct vms_check *c)
{
	return *vms_profile_chapter(profile, c) != '\0';
}

static const char *chapter_of(const struct vms_check *c)
{
	const struct vms_profile *profile;

	for (size_t i = 0; (profile = vms_profile_at(i)); i++)
		if (has_row(profile, c))
			return vms_profile_chapter(profile, c);
	return "";
}

static void explain(struct paper *p, const struct vms_check *c)
{
	const struct vms_profile *profile;

	paper_put(p, INK_BOLD, c->id);
	paper_put(p, INK_PLAIN, ":");
	paper_more(p, INK_PLAIN, 4, c->title);
	paper_newline(p);
	put_field(p, "chapter", chapter_of(c));
	put_kinds(p, c);
	put_needs(p, c);
	put_field(p, "reads", c->reads);
	put_field(p, "passes", c->passes);
	put_field(p, "fails", c->fails);
	put_field(p, "mended", c->mends);
	for (size_t i = 0; (profile = vms_profile_at(i)); i++)
		if (has_row(profile, c))
			put_profile(p, profile, c);
}

int action_explain(struct verify_options *o)
{
	const struct vms_check *c = select_check(o->argument);
	struct vms_format_options opt = { .tool = cli_tool };
	struct output out;
	struct paper p;

	if (!c) {
		struct nearest near;

		return wrong_usage("--explain: there is no check '%s'%s; see %s --list", o->argument,
				   select_hint(&near, o->argument), cli_tool);
	}
	if (output_open(&out, o->asked.output))
		return EXIT_TOOL;
	vms_format_terminal(out.file, &opt);
	paper_open(&p, out.file, &opt);
	explain(&p, c);
	out.err = paper_close(&p);
	return output_commit(&out);
}
