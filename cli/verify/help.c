// SPDX-License-Identifier: GPL-2.0-or-later
/* --help, made from the table of options, and --version. */
#include "verify.h"

#define COL_HELP 28

static const char head[] = "Usage: " TOOL " [OPTION]...\n"
			   "Judge this virtual machine by the VM System Specification for ARM Processors.\n"
			   "\n";

static const char tail[] = "\n"
			   "Exit status: 0 compliant, 1 not compliant, 2 wrong usage, 3 inconclusive,\n"
			   "4 the tool itself failed.\n";

/* The help text begins at COL_HELP; each line of it. */
static void print_option(FILE *f, const struct option_row *row)
{
	const char *cursor = row->help, *line;
	char letter[8] = "   ";
	size_t len;
	int n;

	if (row->letter)
		snprintf(letter, sizeof(letter), "-%c,", row->letter);
	n = fprintf(f, "  %s --%s%s%s", letter, row->name, row->arg ? " " : "", row->arg ? row->arg : "");
	if (n >= COL_HELP) {
		putc('\n', f);
		n = 0;
	}
	while (vms_next_line(&cursor, &line, &len)) {
		fprintf(f, "%*s%.*s\n", COL_HELP - n, "", (int)len, line);
		n = 0;
	}
}

int print_help(void)
{
	struct output out;

	if (output_open(&out, NULL))
		return EXIT_TOOL;
	fputs(head, out.file);
	for (size_t i = 0; i < n_verify_options; i++)
		if (verify_options[i].help)
			print_option(out.file, &verify_options[i]);
	fputs(tail, out.file);
	return output_commit(&out);
}

int print_version(void)
{
	struct output out;

	if (output_open(&out, NULL))
		return EXIT_TOOL;
	fputs(TOOL " " VMS_VERSION "\n", out.file);
	return output_commit(&out);
}
