// SPDX-License-Identifier: GPL-2.0-or-later
/* --dry-run: for each cell, what a user can paste into a shell to see it boot. */
#include <errno.h>
#include "qemu.h"
#include "pair.h"

/* A word as a POSIX shell takes it. */
static void put_word(FILE *f, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";

	if (*word && word[strspn(word, plain)] == '\0') {
		fputs(word, f);
		return;
	}
	putc('\'', f);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", f);
		else
			putc(*word, f);
	}
	putc('\'', f);
}

static void put_words(FILE *f, const char *const *words)
{
	for (; *words; words++) {
		put_word(f, *words);
		putc(words[1] ? ' ' : '\n', f);
	}
}

static int put_cell(FILE *f, const struct pair *s, const struct boot_cell *cell)
{
	char overlay[] = "overlay.qcow2", vars[] = "vars.fd", code[] = "code.fd";
	const struct boot_firmware *fw = cell->firmware;
	bool store = fw && fw->flash && (fw->vars_template || fw->blank_store);
	bool pad = fw && fw->flash && fw->pad;
	struct boot_files files = { .overlay = overlay,
				    .vars = store ? vars : NULL,
				    .code = pad ? code : NULL };
	const char *create[] = { "qemu-img", "create", "-q",	"-f", "qcow2", "-F", s->setup.image_format,
				 "-b",	     s->path,  overlay, NULL };
	const char *copy[] = { "cp", fw && fw->vars_template ? fw->vars_template : "", vars, NULL };
	const char *copy_code[] = { "cp", fw ? fw->code : "", code, NULL };
	const char *fill_code[] = { "truncate", "-s", "64M", code, NULL };
	const char *fill[] = { "truncate", "-s", "64M", vars, NULL };
	_cleanup_strv_ char **argv = NULL;

	fprintf(f, "# %s\n", cell->facts->name);
	if (!fw) {
		fprintf(f, "# cannot run: %s\n\n", cell->facts->reason);
		return 0;
	}
	if (qemu_command(cell, &files, false, &argv) < 0)
		return -ENOMEM;
	put_words(f, create);
	if (pad) {
		put_words(f, copy_code);
		put_words(f, fill_code);
	}
	if (store && fw->vars_template)
		put_words(f, copy);
	if (store && qemu_store_is_raw(fw))
		put_words(f, fill);
	put_words(f, (const char *const *)argv);
	putc('\n', f);
	return 0;
}

int pair_print(struct pair *s)
{
	struct output out;

	if (output_open(&out, s->o->asked.output))
		return EXIT_TOOL;
	for (size_t i = 0; i < s->plan.n && !out.err; i++)
		out.err = put_cell(out.file, s, &s->cells[i]);
	return output_commit(&out);
}
