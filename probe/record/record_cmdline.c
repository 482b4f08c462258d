// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A command line names networks and may hold secrets: addresses, what stands between "://"
 * and the next slash, and values of parameters that are called after a secret. Letters and
 * digits of these are replaced in place; the parameters' names, and all that the checks read
 * (console=, root=, earlycon=, initrd= ...), stay.
 */
#include <ctype.h>
#include <strings.h>

#include "record_scrub.h"

static void blot(char *p, char *end)
{
	for (; p < end; p++)
		if (isalnum((unsigned char)*p))
			*p = isdigit((unsigned char)*p) ? '0' : 'x';
}

/* Does the name of a parameter say that its value is a secret, or an address book? */
static bool is_secret(const char *name, size_t len)
{
	static const char *const words[] = { "passw",	"passphrase", "secret",	   "token",	"credential",
					     "apikey",	"api_key",    "auth",	   "netroot",	"iscsi",
					     "nfsroot", "nfsaddrs",   "server",	   "initiator", "chap",
					     "ifname",	"pwd",	      "psk",	   "cifsroot",	"nbdroot",
					     "bootif",	"hostname",   "machine_id" };
	/* as a whole, or after a dot; "h" and "i" name a host and an instance to cloud-init */
	static const char *const ends[] = { "ip", "key", "keys", "pin", "pass", "h", "i" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		for (size_t at = 0; at + n <= len; at++)
			if (strncasecmp(name + at, words[i], n) == 0)
				return true;
	}
	/* "ip" and "rd.ip", but no "script" */
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t n = strlen(ends[i]);

		if (len >= n && strncasecmp(name + len - n, ends[i], n) == 0 &&
		    (len == n || strchr("._-", name[len - n - 1])))
			return true;
	}
	return false;
}

/* "iscsi:user:secret@...": a root file system on the network, of which the scheme stays. */
static const char *after_scheme(const char *value, const char *end)
{
	static const char *const schemes[] = { "iscsi:", "nfs:", "nfs4:", "nbd:", "cifs:", "//" };

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		size_t n = strlen(schemes[i]);

		if ((size_t)(end - value) >= n && memcmp(value, schemes[i], n) == 0)
			return value + n;
	}
	return NULL;
}

/* Four numbers with dots between them, no more and no fewer; 0: none. */
static size_t ipv4_length(const char *p, const char *end)
{
	const char *s = p;

	for (int group = 0; group < 4; group++) {
		const char *begin;

		if (group && (s == end || *s++ != '.'))
			return 0;
		begin = s;
		while (s < end && isdigit((unsigned char)*s))
			s++;
		if (s == begin || s - begin > 3)
			return 0;
	}
	return s < end && (*s == '.' || isalnum((unsigned char)*s)) ? 0 : (size_t)(s - p);
}

/* Hexadecimal groups with colons, two colons at least; 0: none. */
static size_t ipv6_length(const char *p, const char *end)
{
	size_t n = 0, colons = 0;

	while (p + n < end && (isxdigit((unsigned char)p[n]) || p[n] == ':'))
		colons += p[n++] == ':';
	return colons >= 2 && !(p + n < end && isalnum((unsigned char)p[n])) ? n : 0;
}

static void blot_addresses(char *begin, char *end)
{
	for (char *p = begin; p < end;) {
		bool word = p == begin ||
			    !(isalnum((unsigned char)p[-1]) || p[-1] == '.' || p[-1] == '_' || p[-1] == '-');
		size_t n = word ? ipv4_length(p, end) : 0;

		if (word && !n)
			n = ipv6_length(p, end);
		if (n)
			blot(p, p + n);
		p += n ? n : 1;
	}
}

/* "https://user:secret@host.example:8000/path": up to the path. */
static void blot_hosts(char *begin, char *end)
{
	char *p = begin;

	while ((p = memmem(p, (size_t)(end - p), "://", 3))) {
		char *stop = p += 3;

		while (stop < end && *stop != '/' && *stop != '"')
			stop++;
		blot(p, stop);
		p = stop;
	}
}

/* A value may hold further ones: "//host/share,user=me,password=secret", "nocloud;h=web7". */
static void scrub_parts(char *value, char *end)
{
	for (char *p = value; p < end; p++) {
		char *equals, *stop = p;

		while (stop < end && *stop != ',' && *stop != ';')
			stop++;
		equals = memchr(p, '=', (size_t)(stop - p));
		if (equals && is_secret(p, (size_t)(equals - p)))
			blot(equals + 1, stop);
		p = stop;
	}
}

static void scrub_parameter(char *begin, char *end)
{
	char *equals = memchr(begin, '=', (size_t)(end - begin));
	char *value = equals ? equals + 1 : begin;
	const char *network = equals && equals - begin >= 4 && memcmp(equals - 4, "root", 4) == 0
				      ? after_scheme(value, end)
				      : NULL;

	if (equals && is_secret(begin, (size_t)(equals - begin))) {
		blot(value, end);
		return;
	}
	if (network) {
		blot(value + (network - value), end);
		return;
	}
	if (equals)
		scrub_parts(value, end);
	blot_hosts(value, end);
	if (equals)
		blot_addresses(value, end);
}

void scrub_parameters(char *text, size_t len)
{
	char *end = text + len;

	for (char *p = text; p < end;) {
		char *begin = p;
		bool quoted = false;

		for (; p < end && *p && (quoted || !strchr(" \t\r\n", *p)); p++)
			quoted = quoted != (*p == '"');
		scrub_parameter(begin, p);
		while (p < end && (!*p || strchr(" \t\r\n", *p)))
			p++;
	}
}

void scrub_logged_parameters(char *text, size_t len)
{
	static const char *const marks[] = { "ommand line:", "nknown kernel command line parameters" };
	char *end = text + len;

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		char *p = text;

		while ((p = memmem(p, (size_t)(end - p), marks[i], strlen(marks[i])))) {
			char *line = memchr(p, '\n', (size_t)(end - p));

			p += strlen(marks[i]);
			scrub_parameters(p, (size_t)((line ? line : end) - p));
			p = line ? line : end;
		}
	}
}
