/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs that give verdicts have in common beyond the command line: the options about one. */
#ifndef VMS_CLI_H
#define VMS_CLI_H

#include "command/command.h"
#include "core/profile.h"
#include "format/format.h"

/* A waiver with the strings that it owns. */
struct waivers {
	struct vms_waiver *list;
	size_t n;
};

#define CLI_MAX_DOCUMENTS 8

/* What is asked of a verdict. It stands first in a program's options, so that the rows'
 * functions below find it there. */
struct cli_asked {
	const struct vms_profile *profile;
	const struct vms_format *format;
	const char *output; /* NULL: standard output */
	/* Several documents in one run: the n-th format goes to the n-th output. */
	const struct vms_format *formats[CLI_MAX_DOCUMENTS];
	const char *outputs[CLI_MAX_DOCUMENTS];
	size_t n_formats, n_outputs;
	bool strict;
	bool failed, verbose; /* of the text and the page: see format.h */
	enum vms_owner owner; /* NONE: whoever */
	char **globs;	      /* as typed, split at commas; cli_select() makes them exact */
	size_t n_globs;
	struct waivers waivers;
};

/* asked.c: the rows' functions; `options` begins with struct cli_asked. */
int cli_set_profile(void *options, const struct cli_option *row, const char *arg);
int cli_set_format(void *options, const struct cli_option *row, const char *arg);
int cli_set_json(void *options, const struct cli_option *row, const char *arg);
int cli_set_output(void *options, const struct cli_option *row, const char *arg);
int cli_set_failed(void *options, const struct cli_option *row, const char *arg);
int cli_set_verbose(void *options, const struct cli_option *row, const char *arg);
int cli_set_strict(void *options, const struct cli_option *row, const char *arg);
int cli_set_owner(void *options, const struct cli_option *row, const char *arg);
int cli_set_check(void *options, const struct cli_option *row, const char *arg);
int cli_set_waive(void *options, const struct cli_option *row, const char *arg);
int cli_set_waivers(void *options, const struct cli_option *row, const char *arg);
/* What a row of the above takes: of a table. */
cli_word_fn cli_words(const struct cli_option *row);
/* The defaults: the first profile as text. */
void cli_asked_init(struct cli_asked *a);
void cli_asked_clear(struct cli_asked *a);
/* As the library takes it; borrows from *a. */
void cli_run_options(const struct cli_asked *a, struct vms_run_options *ret);

struct vms_matrix; /* probe/matrix/matrix.h */

/* asked.c: a line on stderr for each waiver that this verdict, and the guests of `m` where there are some
 * (else NULL), had no use for. */
void cli_say_unused_waivers(const struct cli_asked *a, const struct vms_verdict *v,
			    const struct vms_matrix *m);

/* select.c: the nearest ID, as a hint in `n`. */
const char *select_hint(struct nearest *n, const char *typed);
/* select.c: the ID of a check as a user may type it ("gic", "VMSPEC-GIC"); NULL: none. */
const struct vms_check *select_check(const char *typed);
/* Make the globs exact for what is judged. */
int cli_select(struct cli_asked *a, enum vms_kind kind);

/* waivers.c: add "ID=REASON[;until=YYYY-MM-DD]", or a file of them. */
int waivers_add(struct waivers *w, const char *text);
int waivers_read(struct waivers *w, const char *file);
void waivers_clear(struct waivers *w);

/* documents.c: saved verdict documents. */
struct documents {
	/* Before the first: is it about several subjects? 0, or the exit status. NULL: nothing to do. */
	int (*begin)(struct documents *d, bool several);
	/* A verdict, borrowed. 0; -EBADMSG: *ret_why says why it is left out; -ENOMEM. */
	int (*take)(struct documents *d, const struct vms_verdict *v, const char **ret_why);
	void *ctx;
	unsigned bad; /* documents and files that were left out, each with a line on stderr */
};
/* All of `files`; "-": standard input. 0, or the exit status that ends it. */
int documents_read(struct documents *d, char *const *files, size_t n);

/* deliver.c: the documents of one run, side by side. */
struct delivery {
	struct delivery_document {
		struct output output;
		struct vms_render render;
	} documents[CLI_MAX_DOCUMENTS];
	size_t n; /* 0: nothing is to be written (--quiet) */
	int err;  /* the first failure; it shows at the end */
};
/* Open them all; `several`: about more than one subject. GO_ON; else the exit status,
 * after the complaint. */
int deliver_open(struct delivery *d, const struct cli_asked *a, bool several);
/* A verdict into each of them. */
void deliver_row(struct delivery *d, const struct vms_verdict *v);
/* What is written so far can be seen. */
void deliver_flush(struct delivery *d);
/* End and commit them. 0, or EXIT_TOOL after the complaint: then none is replaced that was
 * not before the failure. */
int deliver_close(struct delivery *d);
void deliver_discard(struct delivery *d);

#endif
