// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of subjects and checks; see html.h. A status is a word, never a colour alone. */
#include <errno.h>
#include "html.h"

#define ABSENT VMS_N_STATUS

static int find_check(struct html_grid *g, const struct vms_check *check, size_t at, size_t *ret)
{
	struct html_check *grown;

	for (size_t i = 0; i < g->n_checks; i++)
		if (streq(g->checks[(at + i) % g->n_checks].id, check->id)) {
			*ret = (at + i) % g->n_checks;
			return 0;
		}
	grown = reallocarray(g->checks, g->n_checks + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	g->checks = grown;
	grown[g->n_checks] = (struct html_check){ .id = strdup(check->id), .title = strdup(check->title) };
	*ret = g->n_checks++;
	return grown[*ret].id && grown[*ret].title ? 0 : -ENOMEM;
}

static int set_status(struct html_grid *g, const struct vms_check *check, enum vms_status status, size_t *at)
{
	struct html_subject *s = &g->subjects[g->n - 1];
	int err = find_check(g, check, *at, at);

	if (err)
		return err;
	if (*at >= s->n_statuses) {
		size_t n = *at + 64;
		unsigned char *grown = realloc(s->statuses, n);

		if (!grown)
			return -ENOMEM;
		memset(grown + s->n_statuses, ABSENT, n - s->n_statuses);
		s->statuses = grown;
		s->n_statuses = n;
	}
	s->statuses[*at] = (unsigned char)status;
	if (status != VMS_PASS && status != VMS_SKIP)
		g->checks[*at].shown = true;
	++*at;
	return 0;
}

int html_grid_add(struct html_grid *g, const char *name, const char *link, const struct vms_verdict *v)
{
	struct html_subject *grown = reallocarray(g->subjects, g->n + 1, sizeof(*grown)), *s;
	size_t at = 0;
	int err = 0;

	if (!grown)
		return -ENOMEM;
	g->subjects = grown;
	s = &grown[g->n++];
	*s = (struct html_subject){ .name = strdup(name), .link = link ? strdup(link) : NULL, .judged = v };
	if (!s->name || (link && !s->link))
		return -ENOMEM;
	s->outcome = v ? v->outcome : VMS_INCONCLUSIVE;
	for (size_t i = 0; !err && v && i < v->n_rows; i++)
		err = set_status(g, v->rows[i].check, v->rows[i].result.status, &at);
	return err;
}

int html_grid_also(struct html_grid *g, const struct vms_check *check, enum vms_status status)
{
	size_t at = 0;

	return set_status(g, check, status, &at);
}

static void put_cell(FILE *out, const struct html_subject *s, size_t check)
{
	enum vms_status status = check < s->n_statuses ? s->statuses[check] : ABSENT;

	if (status == ABSENT)
		fputs("<td class=\"none\"><span aria-label=\"not judged\">&#8211;</span></td>", out);
	else
		fprintf(out, "<td class=\"%s\">%s</td>", vms_status_name(status), vms_status_name(status));
}

static void put_outcome(FILE *out, const struct html_subject *s)
{
	fprintf(out, "<td class=\"%s\">%s</td>", s->judged ? vms_outcome_name(s->outcome) : "none",
		s->judged ? html_outcome_words(s->outcome) : "no verdict");
}

static void put_subject(FILE *out, const struct html_subject *s, const char *scope)
{
	fprintf(out, "<th scope=\"%s\"><bdi>", scope);
	if (s->link)
		fprintf(out, "<a href=\"%s\">", s->link);
	html_text(out, s->name);
	fputs(s->link ? "</a></bdi></th>" : "</bdi></th>", out);
}

/* The ID with places to break at; its title where a pointer rests. */
static void put_check(FILE *out, const struct html_check *c, const char *scope)
{
	fprintf(out, "<th scope=\"%s\" title=\"", scope);
	html_text(out, c->title);
	fputs("\"><code>", out);
	for (const char *s = c->id; *s; s++) {
		const char one[2] = { *s, '\0' };

		html_text(out, one);
		if (*s == '-' || *s == '_')
			fputs("<wbr>", out);
	}
	fputs("</code></th>", out);
}

static bool is_shown(const struct html_grid *g, size_t check, bool all)
{
	return all || g->checks[check].shown;
}

static void put_by_check(FILE *out, const struct html_grid *g, bool all)
{
	fputs("<thead><tr><th scope=\"col\">Check</th>", out);
	for (size_t i = 0; i < g->n; i++)
		put_subject(out, &g->subjects[i], "col");
	fputs("</tr></thead>\n<tbody><tr><th scope=\"row\">The guest itself</th>", out);
	for (size_t i = 0; i < g->n; i++)
		put_outcome(out, &g->subjects[i]);
	fputs("</tr>\n", out);
	for (size_t c = 0; c < g->n_checks; c++) {
		if (!is_shown(g, c, all))
			continue;
		fputs("<tr>", out);
		put_check(out, &g->checks[c], "row");
		for (size_t i = 0; i < g->n; i++)
			put_cell(out, &g->subjects[i], c);
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n", out);
}

static void put_by_subject(FILE *out, const struct html_grid *g, bool all)
{
	fputs("<thead><tr><th scope=\"col\">Subject</th><th scope=\"col\">Verdict</th>", out);
	for (size_t c = 0; c < g->n_checks; c++)
		if (is_shown(g, c, all))
			put_check(out, &g->checks[c], "col");
	fputs("</tr></thead>\n<tbody>", out);
	for (size_t i = 0; i < g->n; i++) {
		fputs("<tr>", out);
		put_subject(out, &g->subjects[i], "row");
		put_outcome(out, &g->subjects[i]);
		for (size_t c = 0; c < g->n_checks; c++)
			if (is_shown(g, c, all))
				put_cell(out, &g->subjects[i], c);
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n", out);
}

void html_grid_put(FILE *out, const struct html_grid *g, const char *caption, bool by_check, bool all)
{
	size_t folded = 0;

	for (size_t c = 0; c < g->n_checks; c++)
		folded += !is_shown(g, c, all);
	fprintf(out,
		"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table "
		"class=\"grid\">"
		"<caption>%s",
		caption, caption);
	if (folded)
		fprintf(out, "; %zu further check%s or do%s not apply everywhere", folded,
			folded == 1 ? " passes" : "s pass", folded == 1 ? "es" : "");
	fputs(".</caption>\n", out);
	by_check ? put_by_check(out, g, all) : put_by_subject(out, g, all);
	fputs("</table></div>\n", out);
}

void html_grid_clear(struct html_grid *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free(g->subjects[i].name);
		free(g->subjects[i].link);
		free(g->subjects[i].statuses);
	}
	for (size_t i = 0; i < g->n_checks; i++) {
		free(g->checks[i].id);
		free(g->checks[i].title);
	}
	free(g->subjects);
	free(g->checks);
	*g = (struct html_grid){ 0 };
}
