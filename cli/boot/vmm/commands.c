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

static bool is_zero(const char *buf, size_t len)
{
	return len > 0 && buf[0] == '\0' && memcmp(buf, buf + 1, len - 1) == 0;
}

int copy_sparse(const char *from, const char *to)
{
	_cleanup_close_ int in = open(from, O_RDONLY | O_CLOEXEC);
	_cleanup_close_ int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	off_t size = 0;
	char buf[65536];
	ssize_t n;
	int err = 0;

	if (in < 0 || out < 0)
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
	return copy_sparse(words[1], words[2]);
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
	free(c->list);
	*c = (struct commands){ 0 };
}

int commands_run(const struct commands *c, const struct command **ret_failed, char *said, size_t size)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct command *one = &c->list[i];
		int status = one->builtin ? one->builtin(one->words) : process_run(one->words, said, size);

		if (status < 0)
			snprintf(said, size, "%s", strerror(-status));
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

void commands_print(const struct commands *c, FILE *f)
{
	for (size_t i = 0; i < c->n; i++)
		for (char **w = c->list[i].words; w && *w; w++) {
			print_word(f, *w);
			putc(w[1] ? ' ' : '\n', f);
		}
}
