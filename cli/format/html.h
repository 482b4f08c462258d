/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the page. Everything that is put is escaped; nothing is loaded from elsewhere. */
#ifndef VMS_FORMAT_HTML_H
#define VMS_FORMAT_HTML_H

#include "suites.h"

/* html_put.c */
extern const char html_style[];
/* What stands for a character that HTML and XML take for their own; NULL: itself. */
const char *markup_entity(char c);
/* Text, with HTML's own characters escaped. */
void html_text(FILE *out, const char *s);
/* "<span class=...>fail</span>": a status, by its word and a colour. */
void html_status(FILE *out, enum vms_status s);
/* "not compliant", as a badge. */
void html_outcome(FILE *out, enum vms_outcome o);
const char *html_outcome_words(enum vms_outcome o);

/* html_todo.c: what is wrong, by who can mend it; one advice for many checks and subjects once. */
struct html_todo {
	struct html_advice {
		enum vms_owner owner;
		int urgency; /* 0: a MUST failed, 1: something else did, 2: undecided */
		char *advice;
		struct html_names {
			char **list;
			size_t n;
		} checks, subjects;
	} * list;
	size_t n;
};
/* The rows of `v` that ask for something, as of the subject `name`. -ENOMEM. */
int html_todo_add(struct html_todo *t, const struct vms_verdict *v, const char *name);
/* `several`: name the subjects too. */
void html_todo_put(FILE *out, const struct html_todo *t, bool several);
void html_todo_clear(struct html_todo *t);

/* html_grid.c: subjects x checks; what passes or does not apply everywhere is counted only. */
struct html_grid {
	struct html_subject {
		char *name, *link; /* "#s2"; NULL: none */
		bool judged;
		enum vms_outcome outcome;
		unsigned char *statuses; /* by check; n_statuses of them */
		size_t n_statuses;
	} * subjects;
	size_t n;
	struct html_check {
		char *id, *title;
		bool shown;
	} * checks;
	size_t n_checks;
};
/* A subject, with its verdict (NULL: it has none). */
int html_grid_add(struct html_grid *g, const char *name, const char *link, const struct vms_verdict *v);
/* ... and how the one added last stands to a further check. */
int html_grid_also(struct html_grid *g, const struct vms_check *check, enum vms_status status);
/* `by_check`: a row a check, a column a subject. `all`: also what passes everywhere. */
void html_grid_put(FILE *out, const struct html_grid *g, const char *caption, bool by_check, bool all);
void html_grid_clear(struct html_grid *g);

#endif
