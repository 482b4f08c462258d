/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's command line; see cmdline.h. */
#include <ctype.h>

#include "cmdline.h"

#define CMDLINE	    "/proc/cmdline"
#define CMDLINE_MAX (64u << 10)

/* The end of the word at `s`, as next_arg() finds it. */
static size_t word_length(const char *s)
{
	bool quoted = false;
	size_t n = 0;

	for (; s[n] && (quoted || !isspace((unsigned char)s[n])); n++)
		if (s[n] == '"')
			quoted = !quoted;
	return n;
}

static char *without_quotes(char *s)
{
	size_t n;

	if (*s != '"')
		return s;
	n = strlen(++s);
	if (n && s[n - 1] == '"')
		s[n - 1] = '\0';
	return s;
}

/* `own`: a copy of the word, which is changed. */
static struct cmdline_word take_apart(const char *text, char *own, bool inits)
{
	bool whole = *own == '"'; /* "name=value with blanks" */
	struct cmdline_word w = { .text = text, .inits = inits };
	char *name = without_quotes(own), *equals = strchr(name, '=');

	if (equals && equals != name) {
		*equals = '\0';
		w.value = whole ? equals + 1 : without_quotes(equals + 1);
	}
	w.name = name;
	return w;
}

static int split(struct cmdline *c)
{
	bool inits = false;
	size_t at = 0;

	c->texts = vms_strdup(c->line.data);
	c->names = vms_strdup(c->line.data);
	c->word = calloc(strlen(c->line.data) / 2 + 1, sizeof(*c->word));
	if (!c->texts || !c->names || !c->word)
		return -ENOMEM;
	for (;;) {
		size_t len;

		while (isspace((unsigned char)c->line.data[at]))
			at++;
		len = word_length(c->line.data + at);
		if (len == 0)
			return 0;
		c->texts[at + len] = c->names[at + len] = '\0';
		if (!inits && streq(c->texts + at, "--"))
			inits = true;
		else
			c->word[c->n++] = take_apart(c->texts + at, c->names + at, inits);
		at += len;
	}
}

static int read_cmdline(struct vms_machine *m, void *data)
{
	struct cmdline *c = data;

	c->err = vms_root_read(m->root, CMDLINE, CMDLINE_MAX, &c->line);
	if (c->err < 0)
		return c->err == -ENOMEM ? c->err : 0;
	return split(c);
}

static void clear_cmdline(void *data)
{
	struct cmdline *c = data;

	vms_buf_clear(&c->line);
	free(c->word);
	free(c->names);
	free(c->texts);
}

const struct cmdline *cmdline_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_CMDLINE, sizeof(struct cmdline), read_cmdline, clear_cmdline);
}

/* The first `len` bytes of `s`, or all of it. */
static bool same(const char *s, size_t len, const char *name)
{
	size_t i = 0;

	while (i < len && s[i] && name[i] && (s[i] == '-' ? '_' : s[i]) == (name[i] == '-' ? '_' : name[i]))
		i++;
	return (i == len || !s[i]) && !name[i];
}

const struct cmdline_word *cmdline_next(const struct cmdline *c, const char *name,
					const struct cmdline_word *last)
{
	for (size_t i = last ? (size_t)(last - c->word) + 1 : 0; i < c->n; i++)
		if (!c->word[i].inits && same(c->word[i].name, SIZE_MAX, name))
			return &c->word[i];
	return NULL;
}

const struct cmdline_word *cmdline_last(const struct cmdline *c, const char *name)
{
	const struct cmdline_word *found = NULL, *w = NULL;

	while ((w = cmdline_next(c, name, w)))
		found = w;
	return found;
}

bool cmdline_lists(const struct cmdline_word *w, const char *item)
{
	for (const char *s = w->value; s;) {
		size_t len = strcspn(s, ",");

		if (same(s, len, item))
			return true;
		s = s[len] ? s + len + 1 : NULL;
	}
	return false;
}

bool cmdline_bool(const struct cmdline_word *w, bool *ret)
{
	const char *v = w->value ? w->value : "y";
	int first = tolower((unsigned char)*v), second = first == 'o' ? tolower((unsigned char)v[1]) : 0;

	if (first && strchr("yt1", first))
		*ret = true;
	else if (first && strchr("nf0", first))
		*ret = false;
	else if (second == 'n' || second == 'f')
		*ret = second == 'n';
	else
		return false;
	return true;
}
