// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the command line by the table of options: what cannot be understood,
 * or cannot go together, is wrong usage, and nothing is checked.
 */
#include <getopt.h>
#include "verify.h"

#define MAX_OPTIONS 64
#define FIRST_VALUE 256 /* getopt's value of a row without a letter: this and its index */

struct parser {
	struct option longs[MAX_OPTIONS];
	char shorts[3 * MAX_OPTIONS + 2];
	bool given[MAX_OPTIONS];
};

static int value_of(size_t row)
{
	return verify_options[row].letter ? verify_options[row].letter : FIRST_VALUE + (int)row;
}

/* getopt's tables; complaints are our own (":"). */
static void prepare(struct parser *p)
{
	char *s = p->shorts;

	*s++ = ':';
	for (size_t i = 0; i < n_verify_options && i < MAX_OPTIONS - 1; i++) {
		const struct option_row *row = &verify_options[i];

		p->longs[i] = (struct option){ row->name, row->arg ? required_argument : no_argument, NULL,
					       value_of(i) };
		if (!row->letter)
			continue;
		*s++ = row->letter;
		if (row->arg)
			*s++ = ':';
	}
}

static int try_help(void)
{
	fputs("Try '" TOOL " --help'.\n", stderr);
	return EXIT_USAGE;
}

/* getopt said '?' or ':' about `arg`. */
static int complain_option(int c, const char *arg)
{
	if (c == ':')
		complain("option '%s' needs an argument", arg);
	else if (optopt == 0 || startswith(arg, "--"))
		complain(optopt ? "option '%s' takes no argument" : "unknown option '%s'", arg);
	else
		complain("unknown option '-%c'", optopt);
	return try_help();
}

/* Does every option that was given mean something to the action? */
static int check_together(const struct parser *p, const struct verify_options *o)
{
	for (size_t i = 0; i < n_verify_options; i++)
		if (p->given[i] && !(verify_options[i].actions & 1u << o->action))
			return o->action_name ? wrong_usage("--%s does not go with --%s", verify_options[i].name,
							    o->action_name) :
						wrong_usage("--%s goes only with another action; see " TOOL " --help",
							    verify_options[i].name);
	if (o->quiet && o->output)
		return wrong_usage("--quiet does not go with --output");
	return -1;
}

static int set_option(struct parser *p, struct verify_options *o, int value)
{
	for (size_t i = 0; i < n_verify_options; i++) {
		if (value_of(i) != value)
			continue;
		p->given[i] = true;
		return verify_options[i].set(o, &verify_options[i], optarg);
	}
	return EXIT_USAGE;
}

int options_parse(struct verify_options *o, int argc, char **argv)
{
	struct parser p = { 0 };
	int c, status;

	prepare(&p);
	opterr = 0;
	while ((c = getopt_long(argc, argv, p.shorts, p.longs, NULL)) != -1) {
		if (c == '?' || c == ':')
			return complain_option(c, argv[optind - 1]);
		status = set_option(&p, o, c);
		if (status >= 0)
			return status;
	}
	/* -i A B C: all of them are images */
	for (; o->action == ACTION_IMAGE && optind < argc; optind++)
		if (vms_strv_push(&o->images, &o->n_images, argv[optind]) < 0) {
			complain("out of memory");
			return EXIT_TOOL;
		}
	if (optind < argc) {
		complain("unexpected argument '%s'", argv[optind]);
		return try_help();
	}
	return check_together(&p, o);
}
