// SPDX-License-Identifier: GPL-2.0-or-later
/* The first thing on the page: what is wrong, and who mends it. */
#include <errno.h>
#include "html.h"

#define NAMES_MAX 12 /* subjects that an advice names */

static const struct {
	enum vms_owner owner;
	const char *heading;
} owners[] = {
	{ VMS_HYPERVISOR, "What the hypervisor owes" },
	{ VMS_IMAGE, "What the image owes" },
	{ VMS_GUEST_ADMIN, "What else can be done" },
	{ VMS_OWNER_NONE, "Nobody is named for" },
};

enum { URGENT_MUST, URGENT_OTHER, URGENT_OPEN, URGENT_NO };

static int urgency_of(const struct vms_verdict *v, const struct vms_verdict_row *row)
{
	switch (row->result.status) {
	case VMS_FAIL:
		return case_weight(v, row) == CASE_FAILED ? URGENT_MUST : URGENT_OTHER;
	case VMS_UNKNOWN:
	case VMS_PENDING:
		return case_weight(v, row) == CASE_OPEN || row->result.advice ? URGENT_OPEN : URGENT_NO;
	default:
		return URGENT_NO;
	}
}

static int name_once(struct html_names *n, const char *name)
{
	for (size_t i = 0; i < n->n; i++)
		if (streq(n->list[i], name))
			return 0;
	return vms_strv_push(&n->list, &n->n, name);
}

static int add(struct html_todo *t, int urgency, enum vms_owner owner, const char *advice,
	       struct html_advice **ret)
{
	struct html_advice *grown;

	for (size_t i = 0; i < t->n; i++)
		if (t->list[i].urgency == urgency && t->list[i].owner == owner &&
		    streq(t->list[i].advice, advice)) {
			*ret = &t->list[i];
			return 0;
		}
	grown = reallocarray(t->list, t->n + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	t->list = grown;
	grown[t->n] = (struct html_advice){ .owner = owner, .urgency = urgency, .advice = strdup(advice) };
	if (!grown[t->n].advice)
		return -ENOMEM;
	*ret = &grown[t->n++];
	return 0;
}

int html_todo_add(struct html_todo *t, const struct vms_verdict *v, const char *name)
{
	int err = 0;

	for (size_t i = 0; !err && i < v->n_rows; i++) {
		const struct vms_result *r = &v->rows[i].result;
		int urgency = urgency_of(v, &v->rows[i]);
		bool mended = r->owner != VMS_OWNER_NONE && r->advice;
		struct html_advice *a;

		if (urgency == URGENT_NO)
			continue;
		err = add(t, urgency, mended ? r->owner : VMS_OWNER_NONE, mended ? r->advice : r->reason, &a);
		if (!err)
			err = name_once(&a->checks, v->rows[i].check->id);
		if (!err)
			err = name_once(&a->subjects, name);
	}
	return err;
}

static void put_names(FILE *out, const struct html_names *n, const char *element)
{
	for (size_t i = 0; i < n->n && i < NAMES_MAX; i++) {
		fprintf(out, "%s<%s>", i ? ", " : "", element);
		html_text(out, n->list[i]);
		fprintf(out, "</%s>", element);
	}
	if (n->n > NAMES_MAX)
		fprintf(out, " and %zu more", n->n - NAMES_MAX);
}

static void put_advice(FILE *out, const struct html_advice *a, bool several)
{
	static const char *const words[] = { "must", "should", "undecided" };
	static const char *const classes[] = { "fail", "fail", "unknown" };

	fprintf(out, "<li><span class=\"tag %s\">%s</span> ", classes[a->urgency], words[a->urgency]);
	html_text(out, a->advice);
	fputs("<p class=\"soft\">", out);
	put_names(out, &a->checks, "code");
	if (several) {
		fputs("<br>", out);
		put_names(out, &a->subjects, "bdi");
	}
	fputs("</p></li>\n", out);
}

static void put_owner(FILE *out, const struct html_todo *t, size_t owner, bool several)
{
	bool begun = false;

	for (int urgency = 0; urgency < URGENT_NO; urgency++)
		for (size_t i = 0; i < t->n; i++) {
			if (t->list[i].owner != owners[owner].owner || t->list[i].urgency != urgency)
				continue;
			if (!begun)
				fprintf(out, "<div class=\"card\"><h3>%s</h3><ul>\n", owners[owner].heading);
			begun = true;
			put_advice(out, &t->list[i], several);
		}
	if (begun)
		fputs("</ul></div>\n", out);
}

void html_todo_put(FILE *out, const struct html_todo *t, bool several)
{
	fputs("<section aria-labelledby=\"todo\"><h2 id=\"todo\">What is wrong, and who mends it</h2>\n",
	      out);
	if (t->n == 0)
		fputs("<p>Nothing: no check asks anybody for anything.</p>\n", out);
	fputs("<div class=\"owners\">\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(owners); i++)
		put_owner(out, t, i, several);
	fputs("</div></section>\n", out);
}

void html_todo_clear(struct html_todo *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->list[i].advice);
		vms_strv_free(t->list[i].checks.list);
		vms_strv_free(t->list[i].subjects.list);
	}
	free(t->list);
	*t = (struct html_todo){ 0 };
}
