/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all programs have in common: options by a table, complaints, and where a document goes. Functions that
 * read options return GO_ON, or the exit status, after a complaint if need be; so do those that prepare.
 */
#ifndef VMS_COMMAND_H
#define VMS_COMMAND_H

#include <stdio.h>
#include "../../include/vmspec.h"
#include "core/nearest.h"
#include "core/place.h"
#include "core/replace.h"
#include "core/util.h"

/* The program's name; each program defines it. */
extern const char *const cli_tool;

enum exit_status {
	GO_ON = -1, /* none yet */
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

/* The i-th word that a row takes, the default first, NULL at the end. */
typedef const char *(*cli_word_fn)(size_t i);

struct cli_table {
	const struct cli_option *rows;
	size_t n;		 /* at most CLI_MAX_OPTIONS */
	const char *head, *tail; /* of --help, around the rows */
	/* Takes an argument that belongs to no option; NULL: there is none such. */
	int (*further)(void *options, const char *arg);
	/* At the end: do the rows that were given go together? NULL: always. */
	int (*together)(const void *options, const bool *given);
	/* For --help: the words of a row; NULL of one that takes anything. */
	cli_word_fn (*words)(const struct cli_option *row);
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
/* A row's function: the latter. */
int cli_set_version(void *options, const struct cli_option *row, const char *arg);

/* options.c: the profile called `name` into *ret. */
int cli_find_profile(const char *name, const struct vms_profile **ret);

/* output.c: where the document goes, whole or not at all. */
struct output {
	FILE *file;
	struct vms_replace new; /* what is written until it is whole */
	struct vms_place place; /* of the target */
	char *temporary;	/* its name there; NULL: written directly */
	char *target;		/* as it was asked for */
	int err;		/* -errno of a write that failed before the end */
};
#define OUTPUT_NONE ((struct output){ .new = VMS_REPLACE_NONE, .place = VMS_PLACE_NONE })
/*
 * Open it, write to .file, put -errno of what failed into .err (errors of the
 * stream are found without), and commit: nothing is replaced unless all went well.
 */
/* First of all in a program: descriptors 0 to 2 are not taken by files that are opened later; a pipe that
 * nobody reads any more, or a file that is larger than allowed (ulimit -f), is an error of writing. */
void output_guard(void);
/* `path` NULL: standard output. 0, or EXIT_TOOL after the complaint. */
int output_open(struct output *out, const char *path);
int output_commit(struct output *out);
/* Leave the target as it was. */
void output_discard(struct output *out);

#endif
