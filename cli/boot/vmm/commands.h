/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of commands that is either executed or printed: so what --dry-run shows is what a run does. */
#ifndef VMS_BOOT_COMMANDS_H
#define VMS_BOOT_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "core/util.h"

struct command {
	char **words; /* ended by NULL */
	size_t n;
	/* what does the same as the words without a process; NULL: they are run. -errno */
	int (*builtin)(char *const words[]);
	const char *into; /* name of the variable that its output goes into; NULL: none */
	bool expands;	  /* $NAME in its words stands for a variable's value */
};

struct variable {
	const char *name;
	char *value;
};

struct commands {
	struct command *list;
	size_t n;
	struct variable vars[4]; /* as far as the commands have run */
	size_t n_vars;
	int err; /* -ENOMEM: a word is missing */
};

/* Begin another command. */
void commands_new(struct commands *c, const char *program);
/* A word of the last one (printf). */
void commands_word(struct commands *c, const char *fmt, ...) _printf_(2, 3);
/* Several, ended by NULL. */
void commands_words(struct commands *c, ...) __attribute__((sentinel));
/* The last one's output is the value of a variable from here on. */
void commands_into(struct commands *c, const char *name);
/* Variables in the last one's words are replaced by their values. */
void commands_expand(struct commands *c);
/* Copy a file; holes, and runs of zero bytes, become holes. */
void commands_copy(struct commands *c, const char *from, const char *to);
/* Make a file, or a shorter one longer: at least so many MiB. */
void commands_fill(struct commands *c, const char *path, unsigned mib);
/* The words of the first one, handed over. NULL: there is none. */
char **commands_take(struct commands *c);
void commands_clear(struct commands *c);

/* One after the other. 0; -errno of starting one; else an exit status. *ret_failed is the one. */
int commands_run(struct commands *c, const struct command **ret_failed, char *said, size_t size);
/* For a POSIX shell, a line each. */
void commands_print(const struct commands *c, FILE *f);

/* Copy to a new file, as above. -errno */
int copy_sparse(const char *from, int to_fd);

#endif
