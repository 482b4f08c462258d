/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs with a command line have in common: options by a table, complaints,
 * where the document goes, and the options about a verdict. Functions that read options
 * return -1: go on; else the exit status, after a complaint if need be.
 */
#ifndef VMS_CLI_H
#define VMS_CLI_H

#include <stdio.h>
#include "core/nearest.h"
#include "core/replace.h"
#include "core/util.h"
#include "format/format.h"
#include "core/profile.h"
#include "vmspec.h"

/* The program's name; each program defines it. */
extern const char *const cli_tool;

enum exit_status {
	EXIT_COMPLIANT = 0,
	EXIT_NONCOMPLIANT = 1,
	EXIT_USAGE = 2, /* nothing was checked */
	EXIT_INCONCLUSIVE = 3,
	EXIT_TOOL = 4, /* the tool itself failed */
};

/* complain.c: which of two exit statuses is worse: 4, 1, 3, 0. */
int exit_worse(int a, int b);

/* "vmspec-verify: ..." as one printable line on stderr. */
void complain(const char *fmt, ...) _printf_(1, 2);
/* The same; returns EXIT_USAGE. */
int wrong_usage(const char *fmt, ...) _printf_(1, 2);
/* "out of memory"; returns EXIT_TOOL. */
int no_memory(void);
/* What a file that was named and cannot be opened (-errno) means for the exit status: wrong usage where it is
 * not there, is something else or is not ours to read, else a failure of the tool. */
int exit_opening(int err);

/* One option. */
struct cli_option {
	const char *name;
	char letter;	  /* 0: none */
	const char *arg;  /* "DIR"; NULL: takes none */
	unsigned actions; /* where it means something, in the program's own bits */
	const char *help; /* NULL: not shown */
	int (*set)(void *options, const struct cli_option *row, const char *arg);
};

struct cli_table {
	const struct cli_option *rows;
	size_t n;		 /* at most CLI_MAX_OPTIONS */
	const char *head, *tail; /* of --help, around the rows */
	/* Takes an argument that belongs to no option; NULL: there is none such. */
	int (*further)(void *options, const char *arg);
	/* At the end: do the rows that were given go together? NULL: always. */
	int (*together)(const void *options, const bool *given);
};
#define CLI_MAX_OPTIONS 64

/* options.c: read the command line into *options. */
int cli_parse(const struct cli_table *t, void *options, int argc, char **argv);
/* For `further`: there is no place for this argument. */
int cli_unexpected(const char *arg);
/* Wrong usage if `arg` is empty. */
int cli_need(const struct cli_option *row, const char *arg);

/* help.c: --help from the table, --version. Exit status. */
int cli_print_help(const struct cli_table *t);
int cli_print_version(void);

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
int cli_set_version(void *options, const struct cli_option *row, const char *arg);
/* What a row of the above takes, for --help: the i-th word, the default first, NULL at the
 * end. NULL: a row that takes anything. */
typedef const char *(*cli_word_fn)(size_t i);
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

/* output.c: where the document goes, whole or not at all. */
struct output {
	FILE *file;
	struct vms_replace new; /* what is written until it is whole */
	int folder_fd;		/* of the target; -1: written directly */
	char *temporary;	/* its name there; NULL: written directly */
	char *target;
	int err; /* -errno of a write that failed before the end */
};
#define OUTPUT_NONE ((struct output){ .new = VMS_REPLACE_NONE, .folder_fd = -1 })
/*
 * Open it, write to .file, put -errno of what failed into .err (errors of the
 * stream are found without), and commit: nothing is replaced unless all went well.
 */
/* Keep descriptors 0 to 2 from being taken by files that are opened later. */
void output_guard_descriptors(void);
/* `path` NULL: standard output. 0, or EXIT_TOOL after the complaint. */
int output_open(struct output *out, const char *path);
int output_commit(struct output *out);
/* Leave the target as it was. */
void output_discard(struct output *out);
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
/* Open them all; `several`: about more than one subject. -1: go on; else the exit status,
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
