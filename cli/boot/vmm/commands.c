// SPDX-License-Identifier: GPL-2.0-or-later
/* A list of commands that is either executed or printed. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "commands.h"
#include "process.h"

void commands_new(struct commands *c, const char *program)
{
	struct command *list = c->err ? NULL : realloc(c->list, (c->n + 1) * sizeof(*list));

	if (!list) {
		c->err = -ENOMEM;
		return;
	}
	c->list = list;
	list[c->n++] = (struct command){ 0 };
	commands_word(c, "%s", program);
}

static void push(struct commands *c, const char *word)
{
	struct command *last = &c->list[c->n - 1];

	if (!c->err)
		c->err = word ? vms_strv_push(&last->words, &last->n, word) : -ENOMEM;
}

void commands_word(struct commands *c, const char *fmt, ...)
{
	char *word = NULL;
	va_list ap;
	int n;

	if (c->err)
		return;
	va_start(ap, fmt);
	n = vasprintf(&word, fmt, ap);
	va_end(ap);
	push(c, n < 0 ? NULL : word);
	if (n >= 0)
		free(word);
}

void commands_words(struct commands *c, ...)
{
	const char *word;
	va_list ap;

	va_start(ap, c);
	while (!c->err && (word = va_arg(ap, const char *)))
		push(c, word);
	va_end(ap);
}

void commands_into(struct commands *c, const char *name)
{
	if (!c->err)
		c->list[c->n - 1].into = name;
}

void commands_expand(struct commands *c)
{
	if (!c->err)
		c->list[c->n - 1].expands = true;
}

static bool is_zero(const char *buf, size_t len)
{
	return len > 0 && buf[0] == '\0' && memcmp(buf, buf + 1, len - 1) == 0;
}

int copy_sparse(const char *from, int out)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC);
	off_t size = 0;
	char buf[65536];
	ssize_t n;
	int err = 0;

	if (in < 0)
		return -errno;
	while (!err && (n = read(in, buf, sizeof(buf))) != 0) {
		if (n < 0)
			return -errno;
		size += n;
		if (!is_zero(buf, (size_t)n))
			err = vms_write_all(out, buf, (size_t)n);
		else if (lseek(out, n, SEEK_CUR) < 0)
			err = -errno;
	}
	if (!err && ftruncate(out, size) < 0)
		err = -errno;
	return err;
}

static int do_copy(char *const words[])
{
	_cleanup_close_ int out = open(words[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return out < 0 ? -errno : copy_sparse(words[1], out);
}

void commands_copy(struct commands *c, const char *from, const char *to)
{
	commands_new(c, "cp");
	commands_words(c, from, to, NULL);
	if (!c->err)
		c->list[c->n - 1].builtin = do_copy;
}

/* truncate -s >SIZE FILE */
static int do_fill(char *const words[])
{
	_cleanup_close_ int fd = open(words[3], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	off_t size = (off_t)strtoul(words[2] + 1, NULL, 10) << 20;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return st.st_size < size && ftruncate(fd, size) < 0 ? -errno : 0;
}

void commands_fill(struct commands *c, const char *path, unsigned mib)
{
	commands_new(c, "truncate");
	commands_words(c, "-s", NULL);
	commands_word(c, ">%uM", mib);
	commands_word(c, "%s", path);
	if (!c->err)
		c->list[c->n - 1].builtin = do_fill;
}

char **commands_take(struct commands *c)
{
	char **words = c->n ? c->list[0].words : NULL;

	if (c->n)
		c->list[0] = (struct command){ 0 };
	return words;
}

void commands_clear(struct commands *c)
{
	for (size_t i = 0; i < c->n; i++)
		vms_strv_free(c->list[i].words);
	for (size_t i = 0; i < c->n_vars; i++)
		free(c->vars[i].value);
	free(c->list);
	*c = (struct commands){ 0 };
}

/* The variable whose name follows a "$"; NULL: none. */
static const struct variable *variable_at(const struct commands *c, const char *dollar)
{
	for (size_t i = 0; i < c->n_vars; i++)
		if (startswith(dollar + 1, c->vars[i].name))
			return &c->vars[i];
	return NULL;
}

/* With each variable's value in its place; a "$" of no variable stays. */
static char *expand(const struct commands *c, const char *word)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = vms_memstream(&text, &size);

	for (; f && *word; word++) {
		const struct variable *v = *word == '$' ? variable_at(c, word) : NULL;

		if (!v) {
			putc(*word, f);
			continue;
		}
		fputs(v->value, f);
		word += strlen(v->name);
	}
	if (f && fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

static int run_one(const struct commands *c, const struct command *one, char *said, size_t size)
{
	_cleanup_strv_ char **words = NULL;
	size_t n = 0;
	int err = 0;

	if (one->builtin)
		return one->builtin(one->words);
	if (!one->expands)
		return process_run(one->words, said, size);
	for (char **w = one->words; !err && *w; w++) {
		_cleanup_free_ char *word = expand(c, *w);

		err = word ? vms_strv_push(&words, &n, word) : -ENOMEM;
	}
	return err ? err : process_run(words, said, size);
}

static int note_variable(struct commands *c, const char *name, const char *value)
{
	struct variable *v = &c->vars[c->n_vars];

	if (c->n_vars == ARRAY_SIZE(c->vars))
		return -ENOMEM;
	*v = (struct variable){ name, strdup(value) };
	c->n_vars += v->value != NULL;
	return v->value ? 0 : -ENOMEM;
}

int commands_run(struct commands *c, const struct command **ret_failed, char *said, size_t size)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct command *one = &c->list[i];
		int status = run_one(c, one, said, size);

		if (!status && one->into)
			status = note_variable(c, one->into, said);
		if (status < 0)
			snprintf(said, size, "%s", vms_error_text(status));
		if (status) {
			*ret_failed = one;
			return status;
		}
	}
	return 0;
}

/* A word as a POSIX shell takes it. */
static void print_word(FILE *f, const char *word)
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

/* Words with variables stand in double quotes: they are ours, and hold nothing else that a shell
 * would take. */
static void print_command(FILE *f, const struct command *one)
{
	if (one->into)
		fprintf(f, "%s=$(", one->into);
	for (char **w = one->words; w && *w; w++) {
		if (one->expands && strchr(*w, '$'))
			fprintf(f, "\"%s\"", *w);
		else
			print_word(f, *w);
		fputs(w[1] ? " " : one->into ? ")\n" : "\n", f);
	}
}

void commands_print(const struct commands *c, FILE *f)
{
	for (size_t i = 0; i < c->n; i++)
		print_command(f, &c->list[i]);
}
