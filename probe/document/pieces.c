// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a JSON value ends, without a tree: a file of ten thousand documents is read one at
 * a time, and one that is damaged leaves the others readable. Only brackets and strings are
 * told apart here; whether a piece is JSON is the parser's to say.
 */
#include "core/util.h"
#include "parse.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A value without brackets or quotes ends before it. (A NUL is no JSON at all.) */
static bool ends_word(char c)
{
	return is_space(c) || c == ',' || c == ']' || c == '}' || c == '\0';
}

static size_t skip_space(const char *text, size_t len, size_t at)
{
	while (at < len && is_space(text[at]))
		at++;
	return at;
}

/* Behind the string that begins at `at`; len: it does not end. */
static size_t skip_string(const char *text, size_t len, size_t at)
{
	const char *begin = text + at + 1, *quote = begin;

	for (; quote < text + len && (quote = memchr(quote, '"', (size_t)(text + len - quote))); quote++) {
		const char *escape = quote;

		while (escape > begin && escape[-1] == '\\')
			escape--;
		if ((quote - escape) % 2 == 0)
			return (size_t)(quote - text) + 1;
	}
	return len;
}

/* Behind the value that begins at `at`. *ret_whole: the text does not end before it. */
static size_t skip_value(const char *text, size_t len, size_t at, bool *ret_whole)
{
	size_t depth = 0, begin = at;

	while (at < len) {
		if (text[at] == '"') {
			at = skip_string(text, len, at);
			*ret_whole = text[at - 1] == '"' && at > begin + 1;
			if (depth == 0)
				return at;
			continue;
		}
		if (depth == 0 && at > begin && ends_word(text[at]))
			break;
		depth += text[at] == '{' || text[at] == '[';
		if ((text[at] == '}' || text[at] == ']') && (depth == 0 || --depth == 0)) {
			*ret_whole = true;
			return at + 1;
		}
		at++;
	}
	*ret_whole = depth == 0;
	return at;
}

void vms_pieces_open(struct vms_pieces *p, const char *text, size_t len)
{
	*p = (struct vms_pieces){ .text = text, .len = len };
	p->at = skip_space(text, len, 0);
	if (p->at < len && text[p->at] == '[') {
		p->array = true;
		p->at++;
	}
}

bool vms_pieces_next(struct vms_pieces *p, const char **ret, size_t *ret_len, bool *ret_cut)
{
	bool whole = true;
	size_t end;

	p->at = skip_space(p->text, p->len, p->at);
	if (p->array && p->at < p->len && p->text[p->at] == ',')
		p->at = skip_space(p->text, p->len, p->at + 1);
	if (p->array && p->at < p->len && p->text[p->at] == ']') {
		p->array = false; /* what follows is no element */
		p->ended = true;
		p->at = skip_space(p->text, p->len, p->at + 1);
	}
	if (p->at >= p->len && p->array) { /* an array that is cut short between two elements */
		p->array = false;
		*ret = p->text + p->len;
		*ret_len = 0;
		*ret_cut = true;
		return true;
	}
	if (p->at >= p->len)
		return false;
	end = skip_value(p->text, p->len, p->at, &whole);
	*ret = p->text + p->at;
	*ret_len = end - p->at;
	*ret_cut = !whole;
	p->at = end;
	if (p->array && !whole)
		p->array = false; /* told already */
	return true;
}

void vms_pieces_resume(struct vms_pieces *p, const char *piece)
{
	/* words that are no JSON go on to be none: whatever this file is, it is so up to there */
	bool words = !p->array && *piece != '{';
	const char *end = words ? p->text + p->len : p->text + p->at, *line = piece;

	while ((line = memchr(line, '\n', (size_t)(end - line))) && ++line < end)
		if (*line == '{') {
			p->at = (size_t)(line - p->text);
			return;
		}
	if (words)
		p->at = p->len;
}

bool vms_pieces_several(const char *text, size_t len)
{
	struct vms_pieces p;
	const char *piece;
	size_t n;
	bool cut;

	vms_pieces_open(&p, text, len);
	return p.array || (vms_pieces_next(&p, &piece, &n, &cut) && vms_pieces_next(&p, &piece, &n, &cut));
}

bool vms_json_find(const char *text, size_t len, const char *const *keys, size_t n, size_t *ret_key,
		   const char **ret, size_t *ret_len)
{
	size_t at = skip_space(text, len, 0), begin, end;

	if (at >= len || text[at] != '{')
		return false;
	for (at++;; at++) {
		const char *name;

		begin = skip_space(text, len, at);
		if (begin >= len || text[begin] != '"')
			return false;
		name = text + begin + 1;
		end = skip_string(text, len, begin);
		at = skip_space(text, len, end);
		if (at >= len || text[at] != ':')
			return false;
		at = skip_space(text, len, at + 1);
		if (at >= len)
			return false;
		end -= begin + 2; /* the name's length */
		begin = at;
		at = skip_value(text, len, at, &(bool){ false });
		for (size_t i = 0; i < n; i++) {
			if (strlen(keys[i]) != end || memcmp(name, keys[i], end) != 0)
				continue;
			*ret_key = i;
			*ret = text + begin;
			*ret_len = at - begin;
			return true;
		}
		at = skip_space(text, len, at);
		if (at >= len || text[at] != ',')
			return false;
	}
}
