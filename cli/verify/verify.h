/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the command line asked for, and the actions that do it. Each action
 * stands in a file of its own and returns the exit status of the contract.
 */
#ifndef VMS_VERIFY_H
#define VMS_VERIFY_H

#include "common/cli.h"

enum verify_action {
	ACTION_JUDGE, /* this machine, or the record in --root */
	ACTION_IMAGE,
	ACTION_RECORD,
	ACTION_PERSISTENCE,
	ACTION_LIST,
	ACTION_EXPLAIN,
	ACTION_FROM,
	ACTION_JOIN,
	ACTION_DIFF,
	N_ACTIONS,
};

struct verify_options {
	struct cli_asked asked; /* first: see cli.h */
	enum verify_action action;
	const char *action_name; /* "list"; NULL: none was named */
	const char *argument;	 /* of the action: the folder to record into, the ID to explain */
	char **roots;		 /* recorded machines; none: this one */
	size_t n_roots;
	bool quiet;
	bool write;	       /* allow VMSPEC-EFIVARIABLE-WRITE */
	const char *state_dir; /* NULL: VMS_STATE_DIR */
	char **images;	       /* files and folders */
	size_t n_images;
	char **documents; /* saved ones: --from, --join, --diff */
	size_t n_documents;
	const char *files_from; /* more of them; "-": standard input */
	enum vms_image_arch image_arch;
	bool backing;	/* follow the files that an image names */
	bool recursive; /* folders, with those in them */
	bool whole;	/* decompress images to their end */
};

/* persistence.c: is it arm, check, status or disarm? */
int persistence_is_step(const char *name);

/* The actions. */
int action_judge(struct verify_options *o);
int action_image(struct verify_options *o);
int action_record(struct verify_options *o);
int action_persistence(struct verify_options *o);
int action_list(struct verify_options *o);
int action_explain(struct verify_options *o);
int action_from(struct verify_options *o);
int action_join(struct verify_options *o);
int action_diff(struct verify_options *o);

#endif
