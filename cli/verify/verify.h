/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the command line asked for, and the actions that do it. Each action
 * stands in a file of its own and returns the exit status of the contract.
 */
#ifndef VMS_VERIFY_H
#define VMS_VERIFY_H

#include <stdio.h>
#include "core/util.h"
#include "format/format.h"
#include "spec/spec.h"
#include "vmspec.h"

#define TOOL "vmspec-verify"

enum exit_status {
	EXIT_COMPLIANT = 0,
	EXIT_NONCOMPLIANT = 1,
	EXIT_USAGE = 2, /* nothing was checked */
	EXIT_INCONCLUSIVE = 3,
	EXIT_TOOL = 4, /* the tool itself failed */
};

enum verify_action {
	ACTION_JUDGE, /* this machine, or the record in --root */
	ACTION_IMAGE,
	ACTION_RECORD,
	ACTION_PERSISTENCE,
	ACTION_LIST,
	ACTION_EXPLAIN,
	N_ACTIONS,
};

/* A waiver with the strings that it owns. */
struct waivers {
	struct vms_waiver *list;
	size_t n;
};

struct verify_options {
	enum verify_action action;
	const char *action_name; /* "list"; NULL: none was named */
	const char *argument;	 /* of the action: the folder to record into, the ID to explain */
	const char *root;
	const struct vms_profile *profile;
	const struct vms_format *format;
	struct vms_format_options format_options; /* of images: what the output can show */
	const char *output; /* NULL: standard output */
	bool quiet;
	bool strict;
	bool write;		/* allow VMSPEC-EFIVARIABLE-WRITE */
	const char *state_dir;	/* NULL: VMS_STATE_DIR */
	char **globs; /* as typed, split at commas; select.c makes them exact */
	size_t n_globs;
	struct waivers waivers;
	char **images; /* files and folders */
	size_t n_images;
	const char *files_from; /* more of them; "-": standard input */
	enum vms_image_arch image_arch;
	bool backing; /* follow the files that an image names */
};

/* One option; the table stands in vmspec-verify.c. */
struct option_row {
	const char *name;
	char letter;	  /* 0: none */
	const char *arg;  /* "DIR"; NULL: takes none */
	unsigned actions; /* bits 1 << ACTION_...: where it means something */
	const char *help; /* NULL: not shown */
	/* -1: go on; else the exit status, after a complaint if need be. */
	int (*set)(struct verify_options *o, const struct option_row *row, const char *arg);
};
extern const struct option_row verify_options[];
extern const size_t n_verify_options;

/* options.c: read the command line into *o. -1: go on; else the exit status. */
int options_parse(struct verify_options *o, int argc, char **argv);
/* help.c */
int print_help(void);
int print_version(void);

/* "vmspec-verify: ..." as one printable line on stderr. */
void complain(const char *fmt, ...) _printf_(1, 2);
/* The same; returns EXIT_USAGE. */
int wrong_usage(const char *fmt, ...) _printf_(1, 2);

/* select.c: the ID of a check as a user may type it ("gic", "VMSPEC-GIC"); NULL: none. */
const struct vms_check *select_check(const char *typed);
/* Make o->globs exact for what is judged. -1: go on; else the exit status. */
int select_globs(struct verify_options *o, enum vms_kind kind);

/* waivers.c: add "ID=REASON[;until=YYYY-MM-DD]", or a file of them. -1: go on. */
int waivers_add(struct waivers *w, const char *text);
int waivers_read(struct waivers *w, const char *file);
void waivers_clear(struct waivers *w);

/* output.c: where the document goes, whole or not at all. */
struct output {
	FILE *file;
	char *temporary; /* NULL: written directly */
	char *target;
	int err; /* -errno of a write that failed before the end */
};
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

/* judge.c: render finished verdicts as asked for; the exit status is output_commit()'s. */
void render_verdicts(struct output *out, const struct verify_options *o,
		     const struct vms_verdict *const *verdicts, size_t n);

/* What is asked for, as the library takes it. */
void judge_options(const struct verify_options *o, struct vms_run_options *ret);

/* persistence.c: is it arm, check, status or disarm? */
int persistence_is_step(const char *name);

/* The actions. */
int action_judge(struct verify_options *o);
int action_image(struct verify_options *o);
int action_record(struct verify_options *o);
int action_persistence(struct verify_options *o);
int action_list(struct verify_options *o);
int action_explain(struct verify_options *o);

#endif
