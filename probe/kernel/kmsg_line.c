/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand before a kernel message; see kmsg_line.h. The forms are those of
 * printk (CONFIG_PRINTK_TIME, CONFIG_PRINTK_CALLER), /dev/kmsg, dmesg(1), rsyslog, busybox
 * and journalctl(1). In doubt a word belongs to the message.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "kmsg_line.h"

#define HEAD_WORDS    4 /* before the time of day: weekday, month, day */
#define WORDS_TO_TAG  3 /* behind it: zone, host, facility */
#define PREFIX_GROUPS 4

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && digit(*p))
		p++;
	return p;
}

static const char *skip_spaces(const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	return p;
}

static bool begins(const char *p, const char *end, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(end - p) >= n && memcmp(p, text, n) == 0;
}

/* "<6>": facility 0 is the kernel's own. */
static const char *skip_level(const char *p, const char *end, bool *kernel)
{
	const char *digits = p + 1, *close;

	if (p == end || *p != '<')
		return p;
	close = skip_digits(digits, end);
	if (close == digits || close - digits > 4 || close == end || *close != '>')
		return p;
	*kernel = *kernel && strtoul(digits, NULL, 10) >> 3 == 0;
	return close + 1;
}

/* "kern  :info  : ", each word padded to six characters. */
static const char *skip_decoded_level(const char *p, const char *end, bool *kernel)
{
	static const char *const facilities[] = { "kern", "user", "mail", "daemon", "auth",  "syslog",
						  "lpr",  "news", "uucp", "cron",   "local", "ftp" };
	static const char *const levels[] = { "emerg", "alert",	 "crit", "err",
					      "warn",  "notice", "info", "debug" };
	const char *colon = p;

	for (size_t i = 0; i < ARRAY_SIZE(facilities) && colon == p; i++)
		if (begins(p, end, facilities[i]))
			colon = memchr(p, ':', (size_t)MIN(end - p, 10));
	if (!colon || colon == p)
		return p;
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
		const char *q = colon + 1;

		if (!begins(q, end, levels[i]))
			continue;
		q = skip_spaces(q + strlen(levels[i]), end);
		if (q == end || *q != ':')
			continue;
		*kernel = *kernel && begins(p, end, "kern");
		return q + 1 < end && q[1] == ' ' ? q + 2 : q + 1;
	}
	return p;
}

/* ---- "[...]" ---- */

/* A time of day: "23:38". */
static bool has_time_of_day(const char *p, const char *end)
{
	for (; end - p >= 5; p++)
		if (digit(p[0]) && digit(p[1]) && p[2] == ':' && digit(p[3]) && digit(p[4]))
			return true;
	return false;
}

/* "T0", "C12", "T1@CPU0/swapper": who called printk. */
static bool is_caller(const char *p, const char *end)
{
	const char *rest;

	p = skip_spaces(p, end);
	if (end - p < 2 || (*p != 'T' && *p != 'C'))
		return false;
	rest = skip_digits(p + 1, end);
	return rest > p + 1 && (rest == end || *rest == '@' || *rest == '/' || *rest == ' ');
}

/* "    0.000000", "    0.000000 <    0.000010>", "  +0.000010". */
static bool is_seconds(const char *p, const char *end, const char **ret_stamp)
{
	const char *first = p = skip_spaces(p, end), *dot;
	bool relative = p < end && *p == '+';

	dot = skip_digits(relative ? p + 1 : p, end);
	if (dot == (relative ? p + 1 : p) || dot == end || *dot != '.')
		return false;
	for (p = dot + 1; p < end; p++)
		if (!digit(*p) && !strchr(" <>+.", *p))
			return false;
	if (!relative)
		*ret_stamp = first;
	return true;
}

/* Behind one bracket that is no part of the message, and the space that follows it. */
static const char *skip_bracket(const char *p, const char *end, const char **stamp)
{
	const char *open = skip_spaces(p, end), *close;

	if (open == end || *open != '[')
		return p;
	close = memchr(open, ']', (size_t)MIN(end - open, 64));
	if (!close || (!is_seconds(open + 1, close, stamp) && !is_caller(open + 1, close) &&
		       !has_time_of_day(open + 1, close)))
		return p;
	return close + 1;
}

/* ---- syslog, journal ---- */

/* "23:38:16", "2026-11-20T23:38:16.123456+00:00", "1795217896.123456". */
static bool is_time_word(const char *p, const char *end)
{
	const char *rest = skip_digits(p, end);

	if (end - p >= 16 && rest - p == 4 && p[4] == '-' && p[10] == 'T')
		return has_time_of_day(p + 11, end);
	if (rest - p == 2 && end - p >= 5 && *rest == ':')
		return has_time_of_day(p, p + 5);
	return rest - p >= 9 && rest < end && *rest == '.' && skip_digits(rest + 1, end) == end;
}

static const char *next_word(const char **at, const char *end)
{
	const char *word = skip_spaces(*at, end), *stop = word;

	while (stop < end && *stop != ' ')
		stop++;
	*at = stop;
	return word;
}

/*
 * "host kernel: " from behind the time on: the message's beginning. Another tag, as
 * in "host systemd[1]: ", tells that somebody else wrote it. No tag: `p` itself.
 */
static const char *skip_host_and_tag(const char *p, const char *end, bool *kernel)
{
	const char *at = p;

	for (unsigned i = 0; i < WORDS_TO_TAG; i++) {
		const char *word = next_word(&at, end);

		if (word == at || *word == '[')
			return p;
		if (at[-1] != ':')
			continue;
		if (begins(word, at, "kernel:") || begins(word, at, "kernel["))
			return at < end ? at + 1 : at;
		if (i == 0) /* a host's name stands before a tag: this is the message */
			return p;
		*kernel = false;
		return at < end ? at + 1 : at;
	}
	return p;
}

static const char *skip_head(const char *p, const char *end, bool *kernel)
{
	const char *at = p;

	for (unsigned i = 0; i < HEAD_WORDS; i++) {
		const char *word = next_word(&at, end);

		if (word == at || at[-1] == ':' || *word == '[')
			return p;
		/* dmesg --time-format=iso has a comma in its seconds, and neither host nor tag */
		if (is_time_word(word, at) && memchr(word, ',', (size_t)(at - word)))
			return at < end ? at + 1 : at;
		if (is_time_word(word, at))
			return skip_host_and_tag(at < end ? at + 1 : at, end, kernel);
	}
	return p;
}

/* RFC 5424, from behind "<6>": "1 2026-11-20T23:38:16.123Z host kernel - - - text"; of the
 * structured data only none at all. */
static const char *skip_rfc5424(const char *p, const char *end, bool *kernel)
{
	const char *at = p, *word, *app = NULL, *app_end = NULL;

	if (!begins(p, end, "1 "))
		return p;
	for (unsigned i = 0; i < 7; i++) {
		word = next_word(&at, end);
		if (word == at || (i == 1 && !is_time_word(word, at)) ||
		    (i == 6 && !(at - word == 1 && *word == '-')))
			return p;
		if (i == 3)
			app = word, app_end = at;
	}
	*kernel = *kernel && app_end - app == 6 && begins(app, app_end, "kernel");
	return at < end ? at + 1 : at;
}

/* As /dev/kmsg gives it: "6,339,5140900,-;text". */
static const char *skip_raw(const char *p, const char *end, bool *kernel)
{
	const char *at = p;
	unsigned long level = 0;

	for (unsigned i = 0; i < 3; i++) {
		const char *rest = skip_digits(at, end);

		if (rest == at || rest == end || *rest != ',')
			return p;
		if (i == 0)
			level = strtoul(at, NULL, 10);
		at = rest + 1;
	}
	at = memchr(at, ';', (size_t)MIN(end - at, 64));
	if (!at)
		return p;
	*kernel = *kernel && level >> 3 == 0;
	return at + 1;
}

/* journalctl -o short-monotonic: "[    0.000000] host kernel: text". */
static const char *skip_monotonic_tag(const char *p, const char *end, bool *kernel)
{
	const char *at = p, *host = next_word(&at, end), *tag;

	if (host != p || host == at || memchr(host, ':', (size_t)(at - host)) || *host == '[')
		return p;
	tag = next_word(&at, end);
	if (begins(tag, at, "kernel:"))
		return at < end ? at + 1 : at;
	/* "systemd[1]:" */
	if (at - tag > 4 && at[-1] == ':' && at[-2] == ']' && digit(at[-3])) {
		*kernel = false;
		return at < end ? at + 1 : at;
	}
	return p;
}

void kmsg_line_parse(const char *line, const char *end, struct kmsg_line *ret)
{
	struct kmsg_line l = { .kernel = true };
	const char *p = line;
	bool bracket = false;

	while (p < end && *p == '\r')
		p++;
	while (end > p && isspace((unsigned char)end[-1]))
		end--;
	if (p < end && *p != '[') {
		p = skip_raw(p, end, &l.kernel);
		p = skip_level(p, end, &l.kernel);
		p = skip_rfc5424(p, end, &l.kernel);
		p = skip_decoded_level(p, end, &l.kernel);
		p = skip_head(p, end, &l.kernel);
		p = skip_level(p, end, &l.kernel);
		if (begins(line, end, "-- "))
			l.kernel = false; /* journalctl's own */
	}
	for (unsigned i = 0; i < PREFIX_GROUPS; i++) {
		const char *next = skip_bracket(p, end, &l.stamp);

		if (next == p)
			break;
		p = next;
		bracket = true;
	}
	if (bracket && p < end && *p == ' ')
		p++;
	if (bracket && p < end)
		p = skip_monotonic_tag(p, end, &l.kernel);
	l.text = p;
	l.end = end;
	*ret = l;
}

double kmsg_line_seconds(const struct kmsg_line *l)
{
	double seconds = l->stamp ? strtod(l->stamp, NULL) : 0;

	return isfinite(seconds) ? seconds : 0;
}
