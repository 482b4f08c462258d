// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the command line by a table of options: what cannot be understood, or cannot
 * go together, is wrong usage, and nothing is checked.
 */
#include <getopt.h>
#include "command.h"

#define FIRST_VALUE 256 /* getopt's value of a row without a letter: this and its index */

struct parser {
	const struct cli_table *table;
	struct option longs[CLI_MAX_OPTIONS + 1];
	char shorts[3 * CLI_MAX_OPTIONS + 2];
	bool given[CLI_MAX_OPTIONS];
};

static int value_of(const struct cli_table *t, size_t row)
{
	return t->rows[row].letter ? t->rows[row].letter : FIRST_VALUE + (int)row;
}

/* getopt's tables; complaints are our own (":"). */
static void prepare(struct parser *p)
{
	const struct cli_table *t = p->table;
	char *s = p->shorts;

	*s++ = ':';
	for (size_t i = 0; i < t->n && i < CLI_MAX_OPTIONS; i++) {
		const struct cli_option *row = &t->rows[i];

		p->longs[i] = (struct option){ row->name, row->arg ? required_argument : no_argument, NULL,
					       value_of(t, i) };
		if (!row->letter)
			continue;
		*s++ = row->letter;
		if (row->arg)
			*s++ = ':';
	}
}

static int try_help(void)
{
	fprintf(stderr, "Try '%s --help'.\n", cli_tool);
	return EXIT_USAGE;
}

/* `arg`, "--profil=x", and the option that it may have been. */
static void complain_unknown(const struct cli_table *t, const char *arg)
{
	_cleanup_free_ char *name = strndup(arg, strcspn(arg, "="));
	struct nearest near = { .typed = name ? name : arg };
	char longs[CLI_MAX_OPTIONS][40];

	for (size_t i = 0; i < t->n && i < CLI_MAX_OPTIONS; i++) {
		snprintf(longs[i], sizeof(longs[i]), "--%s", t->rows[i].name);
		nearest_try(&near, longs[i]);
	}
	complain("unknown option '%s'%s", arg, nearest_hint(&near));
}

/* getopt said '?' or ':' about `arg`. */
static int complain_option(const struct cli_table *t, int c, const char *arg)
{
	if (c == ':')
		complain("option '%s' needs an argument", arg);
	else if (optopt && startswith(arg, "--"))
		complain("option '%s' takes no argument", arg);
	else if (optopt == 0 || startswith(arg, "--"))
		complain_unknown(t, arg);
	else
		complain("unknown option '-%c'", optopt);
	return try_help();
}

int cli_unexpected(const char *arg)
{
	complain("unexpected argument '%s'", arg);
	return try_help();
}

int cli_need(const struct cli_option *row, const char *arg)
{
	return *arg ? GO_ON : wrong_usage("--%s needs a %s", row->name, row->arg);
}

static int set_option(struct parser *p, void *options, int value)
{
	const struct cli_table *t = p->table;

	for (size_t i = 0; i < t->n; i++) {
		if (value_of(t, i) != value)
			continue;
		p->given[i] = true;
		return t->rows[i].set(options, &t->rows[i], optarg);
	}
	return EXIT_USAGE;
}

int cli_parse(const struct cli_table *t, void *options, int argc, char **argv)
{
	struct parser p = { .table = t };
	int c, status;

	prepare(&p);
	opterr = 0;
	while ((c = getopt_long(argc, argv, p.shorts, p.longs, NULL)) != -1) {
		if (c == '?' || c == ':')
			return complain_option(t, c, argv[optind - 1]);
		status = set_option(&p, options, c);
		if (status != GO_ON)
			return status;
	}
	for (; optind < argc; optind++) {
		status = t->further ? t->further(options, argv[optind]) : cli_unexpected(argv[optind]);
		if (status != GO_ON)
			return status;
	}
	return t->together ? t->together(options, p.given) : GO_ON;
}

int cli_find_profile(const char *name, const struct vms_profile **ret)
{
	const struct vms_profile *p = vms_profile_find(name);
	struct nearest near = { .typed = name };

	for (size_t i = 0; !p && vms_profile_name(i); i++)
		nearest_try(&near, vms_profile_name(i));
	if (!p)
		return wrong_usage("there is no profile '%s'%s; see %s --help", name, nearest_hint(&near),
				   cli_tool);
	*ret = p;
	return GO_ON;
}
