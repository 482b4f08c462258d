// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Failures that the user says to let be: ID=REASON[;until=YYYY-MM-DD], from
 * --waive or a line each from a file. A waiver counts through its last day, UTC.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include "cli.h"

#define MAX_FILE ((size_t)1 << 20)

/* `s` without the spaces around it, cut in place. */
static char *strip(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	for (n = strlen(s); n > 0 && strchr(" \t\r", s[n - 1]);)
		s[--n] = '\0';
	return s;
}

static bool digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return true;
}

/* "YYYY-MM-DD" of a day that exists: the first second after it, UTC. */
static bool parse_day(const char *s, time_t *ret_end)
{
	struct tm tm = { 0 }, again;
	time_t t;

	if (strlen(s) != 10 || !digits(s, 4) || s[4] != '-' || !digits(s + 5, 2) || s[7] != '-' ||
	    !digits(s + 8, 2))
		return false;
	tm.tm_year = atoi(s) - 1900;
	tm.tm_mon = atoi(s + 5) - 1;
	tm.tm_mday = atoi(s + 8);
	t = timegm(&tm);
	if (!gmtime_r(&t, &again) || again.tm_mday != atoi(s + 8) || again.tm_mon != atoi(s + 5) - 1)
		return false;
	*ret_end = t + 86400; /* seconds of a day */
	return true;
}

/* Does `s` look like "key=value"? Then it is no part of a reason, but maybe a typo. */
static bool looks_like_key(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");

	return streq(s, "until") || startswith(s, "until ") || (n > 0 && s[n + strspn(s + n, " \t")] == '=');
}

/* "until=", "Until: " or "until 2026-12-31": the end of a waiver that was written in another way. */
static bool names_until(const char *s)
{
	for (const char *word = s; (word = strcasestr(word, "until")); word++) {
		const char *after = word + strlen("until");
		size_t spaces = strspn(after, " \t");

		if (word > s && isalnum((unsigned char)word[-1]))
			continue;
		if (after[spaces] == '=' || after[spaces] == ':' ||
		    (spaces && isdigit((unsigned char)after[spaces])))
			return true;
	}
	return false;
}

/*
 * Cut ";until=..." off `reason`, with or without spaces. False: malformed. A waiver that was
 * to end and whose end cannot be read must not count for ever. *ret_end 0: no end.
 */
static bool cut_until(char *reason, time_t *ret_end, const char **ret_day)
{
	char *semicolon = strrchr(reason, ';');
	const char *day;

	*ret_end = 0;
	*ret_day = NULL;
	if (!semicolon || !looks_like_key(strip(semicolon + 1)))
		return !names_until(reason);
	day = startswith(strip(semicolon + 1), "until");
	*semicolon = '\0';
	if (!day)
		return false;
	day += strspn(day, " \t");
	if (*day++ != '=')
		return false;
	*ret_day = day + strspn(day, " \t");
	return parse_day(*ret_day, ret_end) && !names_until(reason);
}

static int append(struct waivers *w, const struct vms_check *check, const char *reason, const char *day)
{
	struct vms_waiver *list = reallocarray(w->list, w->n + 1, sizeof(*list));
	char *copy, *until = NULL;

	if (!list)
		return -ENOMEM;
	w->list = list;
	copy = vms_printable(reason, strlen(reason));
	if (copy && day)
		until = strdup(day);
	if (!copy || (day && !until)) {
		free(copy);
		return -ENOMEM;
	}
	w->list[w->n++] = (struct vms_waiver){ .id = check->id, .reason = copy, .until = until };
	return 0;
}

/* One waiver, cut up in place; `where` names it in complaints. */
static int add(struct waivers *w, char *text, const char *where)
{
	char *equals = strchr(text, '=');
	const struct vms_check *check;
	const char *reason, *day;
	time_t end;

	if (!equals)
		return wrong_usage("%s: '%s' is not ID=REASON", where, text);
	*equals = '\0';
	check = select_check(strip(text));
	if (!check) {
		struct nearest near;

		return wrong_usage("%s: there is no check '%s'%s", where, strip(text),
				   select_hint(&near, strip(text)));
	}
	if (!cut_until(equals + 1, &end, &day))
		return wrong_usage("%s: the waiver of %s does not end in ';until=YYYY-MM-DD'", where,
				   check->id);
	reason = strip(equals + 1);
	if (!*reason)
		return wrong_usage("%s: the waiver of %s gives no reason", where, check->id);
	if (end && time(NULL) >= end) {
		complain("%s: the waiver of %s has expired and does not count", where, check->id);
		return GO_ON;
	}
	return append(w, check, reason, day) == 0 ? GO_ON : no_memory();
}

int waivers_add(struct waivers *w, const char *text)
{
	_cleanup_free_ char *copy = strdup(text);

	return copy ? add(w, copy, "--waive") : no_memory();
}

/* One line of a file. */
static int add_line(struct waivers *w, const char *line, size_t len, const char *where)
{
	_cleanup_free_ char *copy = strndup(line, len);
	char *text;

	if (!copy)
		return no_memory();
	text = strip(copy);
	return *text == '\0' || *text == '#' ? -1 : add(w, text, where);
}

/* The whole of a file that may be no regular one; NULL with errno. */
static char *read_text(const char *file, size_t *ret_len)
{
	_cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *buf = malloc(MAX_FILE + 2);
	char *ret;
	size_t len = 0;
	ssize_t n;

	if (fd < 0 || !buf)
		return NULL;
	while (len <= MAX_FILE && (n = read(fd, buf + len, MAX_FILE + 1 - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return NULL;
		len += (size_t)n;
	}
	if (len > MAX_FILE) {
		errno = EFBIG;
		return NULL;
	}
	buf[len] = '\0';
	*ret_len = len;
	ret = buf;
	buf = NULL;
	return ret;
}

int waivers_read(struct waivers *w, const char *file)
{
	size_t len = 0, line_len;
	_cleanup_free_ char *text = read_text(file, &len);
	const char *cursor = text, *line;
	unsigned n = 0;

	if (!text)
		return wrong_usage("cannot read the waivers in %s: %s", file, vms_error_text(-errno));
	if (strlen(text) != len)
		return wrong_usage("%s is no text file: it has a NUL byte", file);
	while (vms_next_line(&cursor, &line, &line_len)) {
		_cleanup_free_ char *where = vms_asprintf("%s:%u", file, ++n);
		int status = add_line(w, line, line_len, where ? where : file);

		if (status != GO_ON)
			return status;
	}
	return GO_ON;
}

void waivers_clear(struct waivers *w)
{
	for (size_t i = 0; i < w->n; i++) {
		/* ours, const to the library */
		free((void *)(uintptr_t)w->list[i].reason);
		free((void *)(uintptr_t)w->list[i].until);
	}
	free(w->list);
	*w = (struct waivers){ 0 };
}
