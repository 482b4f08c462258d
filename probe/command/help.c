// SPDX-License-Identifier: GPL-2.0-or-later
/* --help, made from the table of options, and --version. */
#include "command.h"

#define COL_HELP 28
#define WIDTH	 79

/* ": text (default), json", on further lines where it does not fit. */
static void print_words(FILE *f, cli_word_fn word, int column)
{
	for (size_t i = 0; word(i); i++) {
		_cleanup_free_ char *s =
			vms_asprintf("%s%s%s", word(i), i ? "" : " (default)", word(i + 1) ? "," : "");
		int len = s ? (int)strlen(s) : 0;

		if (column + 1 + len > WIDTH) {
			fprintf(f, "\n%*s", COL_HELP, "");
			column = COL_HELP;
		} else {
			column += fprintf(f, "%s", i ? " " : ": ");
		}
		column += fprintf(f, "%s", s ? s : "");
	}
}

/* The help text begins at COL_HELP; each line of it. */
static void print_option(FILE *f, const struct cli_table *t, const struct cli_option *row)
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
		n = fprintf(f, "%*s%.*s", COL_HELP - n, "", (int)len, line);
		if (*cursor)
			n = 0 * putc('\n', f);
	}
	if (t->words(row))
		print_words(f, t->words(row), COL_HELP + (int)len);
	putc('\n', f);
}

int cli_print_help(const struct cli_table *t)
{
	struct output out;

	if (output_open(&out, NULL))
		return EXIT_TOOL;
	fputs(t->head, out.file);
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].help)
			print_option(out.file, t, &t->rows[i]);
	fputs(t->tail, out.file);
	return output_commit(&out);
}

int cli_print_version(void)
{
	struct output out;

	if (output_open(&out, NULL))
		return EXIT_TOOL;
	fprintf(out.file, "%s %s\n", cli_tool, VMS_VERSION);
	return output_commit(&out);
}

int cli_set_version(_unused_ void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	return cli_print_version();
}
