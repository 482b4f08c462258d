// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A page: one file without anything from outside and without scripts. What is wrong and who
 * mends it stands first, then the table of subjects (or of a boot matrix's cells) and checks,
 * then each subject, its evidence folded. The subjects are held back until all have come.
 */
#include <errno.h>
#include <time.h>
#include "document/read.h"
#include "html.h"

struct html {
	struct names names;
	struct html_todo todo;
	struct html_grid grid; /* of subjects, where there are several */
	FILE *body;	       /* the subjects one by one */
	char *text;
	size_t len;
	size_t outcomes[VMS_INCONCLUSIVE + 1];
	unsigned summary[VMS_N_STATUS];
	struct vms_subject_info first; /* its head, where it is the only one */
	char *profile;
	time_t time;
};

static void put_evidence(FILE *out, const struct vms_result *r)
{
	if (r->n_evidence == 0)
		return;
	fputs("<details><summary>Evidence</summary><dl>", out);
	for (size_t i = 0; i < r->n_evidence; i++) {
		fputs("<dt>", out);
		html_text(out, r->evidence[i].source);
		fputs("</dt><dd><code>", out);
		html_text(out, r->evidence[i].value);
		fputs("</code></dd>", out);
	}
	fputs("</dl></details>", out);
}

static void put_row(FILE *out, const struct vms_verdict_row *row)
{
	const struct vms_result *r = &row->result;

	fputs("<tr><td>", out);
	html_status(out, r->status);
	fprintf(out, "</td><td class=\"soft\">%s</td><th scope=\"row\"><code>", vms_level_name(row->level));
	html_text(out, row->check->id);
	fputs("</code></th><td>", out);
	html_text(out, r->reason && *r->reason ? r->reason : row->check->title);
	if (r->waiver) {
		fputs("<p class=\"waived\">waived: ", out);
		html_text(out, r->waiver);
		fputs("</p>", out);
	}
	if (r->owner != VMS_OWNER_NONE && r->advice && r->status != VMS_PASS && r->status != VMS_SKIP) {
		fprintf(out, "<p class=\"soft\">%s: ", vms_owner_name(r->owner));
		html_text(out, r->advice);
		fputs("</p>", out);
	}
	put_evidence(out, r);
	fputs("</td></tr>\n", out);
}

static bool needs_somebody(enum vms_status s)
{
	return s != VMS_PASS && s != VMS_SKIP;
}

/* `brief`: what needs nobody is counted only. */
static void put_checks(FILE *out, const struct vms_verdict *v, bool brief)
{
	const char *chapter = NULL;
	size_t left = 0;

	fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Checks\"><table "
	      "class=\"checks\">"
	      "<thead><tr><th scope=\"col\">Status</th><th scope=\"col\">Level</th><th "
	      "scope=\"col\">Check</th>"
	      "<th scope=\"col\">What was found</th></tr></thead>\n<tbody>\n",
	      out);
	for (size_t i = 0; i < v->n_rows; i++) {
		const char *c = case_chapter(v, &v->rows[i]);

		if (brief && !needs_somebody(v->rows[i].result.status)) {
			left++;
			continue;
		}
		if (*c && (!chapter || !streq(c, chapter))) {
			fputs("<tr><th scope=\"rowgroup\" colspan=\"4\">", out);
			html_text(out, c);
			fputs("</th></tr>\n", out);
			chapter = c;
		}
		put_row(out, &v->rows[i]);
	}
	fputs("</tbody></table></div>\n", out);
	if (left)
		fprintf(out, "<p class=\"soft\">%zu further checks pass or do not apply.</p>\n", left);
}

static void put_about(FILE *out, const struct vms_subject_info *s)
{
	const char *const facts[] = { s->arch, s->hypervisor, s->firmware };

	fputs(vms_kind_name(s->kind), out);
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		if (!facts[i] || !*facts[i])
			continue;
		fputs(" &#183; ", out);
		html_text(out, facts[i]);
	}
}

/* A boot matrix's table, and what is wrong in its guests. */
static int put_cells(struct vms_render *r, const struct vms_verdict *v, const struct vms_guests *guests)
{
	struct html *h = r->state;
	struct html_grid grid = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < v->n_cells; i++) {
		const struct vms_cell_verdict *cell = &v->cells[i];

		err = html_grid_add(&grid, cell->name, NULL, guests->verdicts[i]);
		for (size_t j = 0; !err && j < v->n_rows; j++)
			if (cell->statuses[j] != VMS_SKIP)
				err = html_grid_also(&grid, v->rows[j].check, cell->statuses[j]);
		if (!err && guests->verdicts[i])
			err = html_todo_add(&h->todo, guests->verdicts[i], cell->name);
	}
	if (!err && v->n_cells) {
		fputs("<h3>Checks by cell</h3>\n", h->body);
		html_grid_put(h->body, &grid, "How each check stands in each cell", true, r->opt.verbose);
		fputs("<details><summary>How each cell ended</summary><dl>", h->body);
		for (size_t i = 0; i < v->n_cells; i++) {
			fputs("<dt>", h->body);
			html_text(h->body, v->cells[i].name);
			fputs("</dt><dd>", h->body);
			html_text(h->body, v->cells[i].reason);
			fputs("</dd>", h->body);
		}
		fputs("</dl></details>\n<h3>Checks of the pair</h3>\n", h->body);
	}
	html_grid_clear(&grid);
	return err;
}

/* Where it is the only subject, the page's head is about it. */
static int remember_first(struct html *h, const struct vms_verdict *v)
{
	const struct vms_subject_info *s = &v->subject;

	h->profile = strdup(v->profile->name);
	h->first = (struct vms_subject_info){
		.kind = s->kind,
		.arch = s->arch ? strdup(s->arch) : NULL,
		.hypervisor = s->hypervisor ? strdup(s->hypervisor) : NULL,
		.firmware = s->firmware ? strdup(s->firmware) : NULL,
		.name = strdup(s->name ? s->name : "unnamed"),
	};
	return h->profile && h->first.name && !s->arch == !h->first.arch &&
			       !s->hypervisor == !h->first.hypervisor && !s->firmware == !h->first.firmware
		       ? 0
		       : -ENOMEM;
}

static int remember(struct html *h, const struct vms_verdict *v)
{
	h->outcomes[v->outcome]++;
	for (int s = 0; s < VMS_N_STATUS; s++)
		h->summary[s] += v->summary[s];
	h->time = MAX(h->time, v->time);
	return h->profile ? 0 : remember_first(h, v);
}

static int put_subject(struct vms_render *r, const struct vms_verdict *v, const char *name)
{
	_cleanup_guests_ struct vms_guests guests = { 0 };
	struct html *h = r->state;
	bool several = r->opt.several;
	char link[32];
	int err = vms_guests_read(v, &guests);

	snprintf(link, sizeof(link), "#s%zu", r->n + 1);
	if (!err)
		err = html_todo_add(&h->todo, v, name);
	if (!err && several)
		err = html_grid_add(&h->grid, name, link, v);
	if (err)
		return err;
	if (several) {
		fprintf(h->body, "<section class=\"subject\" id=\"%s\"><details%s><summary><bdi>", link + 1,
			v->outcome == VMS_COMPLIANT || r->n > 20 ? "" : " open");
		html_text(h->body, name);
		fprintf(h->body, "</bdi> <span class=\"%s\">%s</span></summary><p class=\"soft\">",
			vms_outcome_name(v->outcome), html_outcome_words(v->outcome));
		put_about(h->body, &v->subject);
		fputs("</p>\n", h->body);
	}
	err = put_cells(r, v, &guests);
	put_checks(h->body, v, (several || r->opt.failed) && !r->opt.verbose);
	if (several)
		fputs("</details></section>\n", h->body);
	return err ? err : ferror(h->body) ? -ENOMEM : 0;
}

/* A fleet is a page about its members. */
static int put_members(struct vms_render *r, const struct vms_verdict *fleet)
{
	struct html *h = r->state;
	int err = 0;

	r->opt.several = true;
	for (size_t i = 0; !err && i < fleet->n_cells; i++) {
		_cleanup_verdict_ struct vms_verdict *v = NULL;
		const char *name;

		err = vms_cell_read(&fleet->cells[i], &v);
		if (!err && v)
			err = remember(h, v);
		if (!err && v)
			err = names_give(&h->names, fleet->cells[i].name, false, &name);
		if (!err && v)
			err = put_subject(r, v, name);
		r->n++;
	}
	r->n--; /* the row itself is counted by who calls */
	return err;
}

static int html_row(struct vms_render *r, const struct vms_verdict *v)
{
	struct html *h = r->state;
	const char *name;
	int err;

	if (v->subject.kind == VMS_KIND_FLEET)
		return put_members(r, v);
	err = remember(h, v);
	if (!err)
		err = names_give(&h->names, v->subject.name ? v->subject.name : "unnamed", false, &name);
	return err ? err : put_subject(r, v, name);
}

static void put_tiles(struct vms_render *r)
{
	const struct html *h = r->state;

	fputs("<ul class=\"tiles\">", r->out);
	for (int o = 0; r->opt.several && o <= VMS_INCONCLUSIVE; o++)
		if (h->outcomes[o])
			fprintf(r->out, "<li class=\"%s\"><b>%zu</b> %s</li>",
				vms_outcome_name((enum vms_outcome)o), h->outcomes[o],
				html_outcome_words((enum vms_outcome)o));
	for (int s = 0; !r->opt.several && s < VMS_N_STATUS; s++)
		if (h->summary[s])
			fprintf(r->out, "<li class=\"%s\"><b>%u</b> %s</li>",
				vms_status_name((enum vms_status)s), h->summary[s],
				vms_status_name((enum vms_status)s));
	fputs("</ul>\n", r->out);
}

static void put_title(struct vms_render *r)
{
	const struct html *h = r->state;

	if (r->opt.several)
		fprintf(r->out, "%zu subject%s", r->n, r->n == 1 ? "" : "s");
	else
		html_text(r->out, h->first.name ? h->first.name : "nothing");
}

static void put_head(struct vms_render *r, enum vms_outcome outcome)
{
	const struct html *h = r->state;
	char when[64] = "";
	struct tm tm;

	if (gmtime_r(&h->time, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", &tm);
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
	      "<meta name=\"color-scheme\" content=\"light dark\">"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
	      "'unsafe-inline'\">"
	      "<title>",
	      r->out);
	put_title(r);
	fprintf(r->out, ": %s</title>\n<style>\n%s</style></head>\n<body>\n<header>",
		html_outcome_words(outcome), html_style);
	html_outcome(r->out, outcome);
	fputs("\n<h1><bdi>", r->out);
	put_title(r);
	fputs("</bdi></h1>\n<p class=\"soft\">", r->out);
	if (!r->opt.several) {
		put_about(r->out, &h->first);
		fputs(" &#183; ", r->out);
	}
	fputs("judged by ", r->out);
	html_text(r->out, h->profile ? h->profile : "nothing");
	fprintf(r->out, " &#183; <time>%s</time></p>\n", when);
	put_tiles(r);
	fputs("</header>\n<main>\n", r->out);
}

static int html_begin(struct vms_render *r)
{
	struct html *h = r->state;

	h->body = vms_memstream(&h->text, &h->len);
	return h->body ? 0 : -ENOMEM;
}

static int html_end(struct vms_render *r)
{
	struct html *h = r->state;
	enum vms_outcome outcome = h->outcomes[VMS_NONCOMPLIANT]	    ? VMS_NONCOMPLIANT
				   : h->outcomes[VMS_INCONCLUSIVE] || !r->n ? VMS_INCONCLUSIVE
									    : VMS_COMPLIANT;

	if (fflush(h->body) == EOF || ferror(h->body))
		return -ENOMEM;
	put_head(r, outcome);
	html_todo_put(r->out, &h->todo, r->opt.several || h->first.kind == VMS_KIND_BOOT_MATRIX);
	if (r->opt.several) {
		fputs("<section aria-labelledby=\"table\"><h2 id=\"table\">Subjects and checks</h2>\n",
		      r->out);
		html_grid_put(r->out, &h->grid, "How each check stands with each subject", false,
			      r->opt.verbose);
		fputs("</section>\n", r->out);
	}
	fprintf(r->out, "<section aria-labelledby=\"all\"><h2 id=\"all\">%s</h2>\n",
		r->opt.several ? "Each subject" : "All checks");
	fwrite(h->text, 1, h->len, r->out);
	fputs("</section>\n</main>\n<footer><p>Made by ", r->out);
	html_text(r->out, r->opt.tool);
	fputs(" " VMS_VERSION ".</p></footer>\n</body></html>\n", r->out);
	return vms_format_written(r->out);
}

static void html_clear(struct vms_render *r)
{
	struct html *h = r->state;

	names_clear(&h->names);
	html_todo_clear(&h->todo);
	html_grid_clear(&h->grid);
	if (h->body)
		fclose(h->body);
	free(h->text);
	free(h->profile);
	free(h->first.name);
	free(h->first.arch);
	free(h->first.hypervisor);
	free(h->first.firmware);
}

const struct vms_format vms_format_html = {
	.name = "html",
	.what = "a page for a browser, one file",
	.state_size = sizeof(struct html),
	.fleets = true,
	.begin = html_begin,
	.row = html_row,
	.end = html_end,
	.clear = html_clear,
};
