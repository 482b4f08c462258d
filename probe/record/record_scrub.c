/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stand-ins in the place of identities; see record_scrub.h. */
#include <ctype.h>
#include <errno.h>
#include <search.h>

#include "record_forms.h"
#include "record_scrub.h"

#define MAX_WORDS 64
#define MAX_KNOWN 65536 /* what comes later shares one stand-in */

/* An original, in lower case without separators, and its number. */
struct known {
	unsigned number;
	char key[];
};

struct word {
	char *text;
	size_t len;
	bool host;
};

struct scrub {
	void *known; /* tsearch() tree of struct known */
	unsigned n_known;
	unsigned numbers[3];
	struct word words[MAX_WORDS];
	size_t n_words;
};

/* The first character of a key: numbered apart. */
enum { KIND_ID = 'i', KIND_MAC = 'm', KIND_SERIAL = 's' };

int scrub_new(struct scrub **ret)
{
	struct scrub *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	*ret = s;
	return 0;
}

void scrub_free(struct scrub *s)
{
	if (!s)
		return;
	tdestroy(s->known, free);
	for (size_t i = 0; i < s->n_words; i++)
		free(s->words[i].text);
	free(s);
}

void scrub_counts(const struct scrub *s, unsigned counts[3])
{
	memcpy(counts, s->numbers, sizeof(s->numbers));
}

static int by_key(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* The number of an original, a new one for one that is new. -ENOMEM. */
static int number_of(struct scrub *s, char kind, const char *text, size_t len, unsigned *ret)
{
	unsigned *next = &s->numbers[kind == KIND_ID ? 0 : kind == KIND_MAC ? 1 : 2];
	struct known *k = malloc(sizeof(*k) + len + 2), **node;
	size_t n = 0;

	if (!k)
		return -ENOMEM;
	k->key[n++] = kind;
	for (size_t i = 0; i < len; i++)
		if (isalnum((unsigned char)text[i]))
			k->key[n++] = (char)tolower((unsigned char)text[i]);
	k->key[n] = '\0';
	if (s->n_known >= MAX_KNOWN) {
		node = tfind(k, &s->known, by_key);
		*ret = node ? (*node)->number : MAX_KNOWN;
		free(k);
		return 0;
	}
	node = tsearch(k, &s->known, by_key);
	if (!node) {
		free(k);
		return -ENOMEM;
	}
	if (*node == k) {
		k->number = ++*next;
		s->n_known++;
	} else {
		free(k);
	}
	*ret = (*node)->number;
	return 0;
}

/* Write `number` into the hex digits of p, from the right, zeros before it;
 * separators and the case of letters stay. */
static void put_hex(char *p, size_t len, unsigned number)
{
	bool upper = false;

	for (size_t i = 0; i < len; i++)
		upper = upper || (p[i] >= 'A' && p[i] <= 'F');
	for (size_t i = len; i-- > 0;) {
		if (!form_is_hex(p[i]))
			continue;
		p[i] = (upper ? "0123456789ABCDEF" : "0123456789abcdef")[number & 0xf];
		number >>= 4;
	}
}

/* `digit` in the place of hex digit `at`, counted without separators. */
static void put_digit(char *p, size_t len, size_t at, char digit)
{
	for (size_t i = 0; i < len; i++)
		if (form_is_hex(p[i]) && at-- == 0)
			p[i] = digit;
}

/* A UUID or 32 digits: version 4, variant 1, as random ones have. */
static int replace_id(struct scrub *s, char *p, size_t len)
{
	unsigned number;
	int err;

	if (form_is_plain(p, len))
		return 0;
	err = number_of(s, KIND_ID, p, len, &number);
	if (err < 0)
		return err;
	put_hex(p, len, number);
	if (len >= ID_DIGITS) {
		put_digit(p, len, 12, '4');
		put_digit(p, len, 16, '8');
	}
	return 0;
}

/* A MAC address: locally administered. */
static int replace_mac(struct scrub *s, char *p, size_t len)
{
	unsigned number;
	int err;

	if (form_is_plain(p, len))
		return 0;
	err = number_of(s, KIND_MAC, p, len, &number);
	if (err < 0)
		return err;
	put_hex(p, len, number);
	put_digit(p, len, 1, '2');
	return 0;
}

/* What begins at `p`, where a word begins. *ret_len: how much was looked at. */
static int replace_word(struct scrub *s, char *text, char *p, char *end, size_t *ret_len)
{
	size_t len = form_mac(p, end);

	*ret_len = len;
	if (len)
		return replace_mac(s, p, len);
	if (form_is_uuid(p, end)) {
		*ret_len = UUID_LEN;
		return replace_id(s, p, UUID_LEN);
	}
	len = form_short_uuid(text, p, end);
	*ret_len = len;
	if (len)
		return replace_id(s, p, len);
	*ret_len = len = form_word_run(p, end);
	if (len == ID_DIGITS && form_hex_run(p, end) == len)
		return replace_id(s, p, len);
	/* systemd's name of a network card */
	if (len == 15 && memcmp(p, "enx", 3) == 0 && form_hex_run(p + 3, p + len) == 12)
		return replace_mac(s, p + 3, 12);
	return 0;
}

static int replace_forms(struct scrub *s, char *text, size_t len)
{
	char *end = text + len;
	int err = 0;

	for (char *p = text; p < end && !err;) {
		size_t n = 1;

		if (isalnum((unsigned char)*p))
			err = replace_word(s, text, p, end, &n);
		p += n;
	}
	return err;
}

int scrub_serial(struct scrub *s, char *text, size_t len)
{
	unsigned number;
	int err;

	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if (!len || form_is_plain(text, len))
		return 0;
	err = number_of(s, KIND_SERIAL, text, len, &number);
	if (err < 0)
		return err;
	for (size_t i = len; i-- > 0;) {
		if (!isalnum((unsigned char)text[i]))
			continue;
		text[i] = (char)(number ? '0' + number % 10 : 'X');
		number /= 10;
	}
	return 0;
}

void scrub_host(char *text, size_t len)
{
	static const char standin[] = "host";
	size_t k = 0;

	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	if ((len == 9 && memcmp(text, "localhost", 9) == 0) || (len && text[0] == '('))
		return;
	for (size_t i = 0; i < len; i++)
		if (text[i] != '.')
			text[i] = standin[k++ % 4];
}

/* Words after which a serial number or a host name stands. */
static const struct {
	const char *key;
	bool host;
} keys[] = {
	{ "SerialNumber: ", false },   { "Serial Number: ", false },
	{ "serial number: ", false },  { "Serial\t\t: ", false },
	{ "serial_number=", false },   { "ID_SERIAL=", false },
	{ "ID_SERIAL_SHORT=", false }, { "hostname=", true },
	{ "Hostname set to <", true }, { ";h=", true },
};

static int replace_keyed(struct scrub *s, char *text, size_t len)
{
	for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
		char *p = text, *end = text + len;
		size_t n = strlen(keys[k].key);

		while ((p = memmem(p, (size_t)(end - p), keys[k].key, n))) {
			char *stop = p += n;
			int err = 0;

			while (stop < end && *stop && !strchr(" \t\r\n,;\"'<>&", *stop))
				stop++;
			if (keys[k].host)
				scrub_host(p, (size_t)(stop - p));
			else
				err = scrub_serial(s, p, (size_t)(stop - p));
			if (err < 0)
				return err;
			p = stop;
		}
	}
	return 0;
}

static int replace_words(struct scrub *s, char *text, size_t len)
{
	char *end = text + len;
	int err = 0;

	for (size_t i = 0; i < s->n_words; i++) {
		const struct word *w = &s->words[i];
		char *p = text;

		while ((p = memmem(p, (size_t)(end - p), w->text, w->len))) {
			bool whole = (p == text || !isalnum((unsigned char)p[-1])) &&
				     (p + w->len == end || !isalnum((unsigned char)p[w->len]));

			if (whole && w->host)
				scrub_host(p, w->len);
			else if (whole)
				err = scrub_serial(s, p, w->len);
			if (err < 0)
				return err;
			p += w->len;
		}
	}
	return 0;
}

int scrub_text(struct scrub *s, char *text, size_t len)
{
	int err = replace_words(s, text, len);

	if (!err)
		err = replace_keyed(s, text, len);
	return err ? err : replace_forms(s, text, len);
}

int scrub_mac_bytes(struct scrub *s, uint8_t *bytes, size_t len)
{
	char text[3 * HARDWARE_GROUPS_MAX + 1];
	unsigned number;
	int err;

	if (len < MAC_GROUPS || len > HARDWARE_GROUPS_MAX) {
		memset(bytes, 0, len);
		return 0;
	}
	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	if (form_is_plain(text, 2 * len))
		return 0;
	err = number_of(s, KIND_MAC, text, 2 * len, &number);
	if (err < 0)
		return err;
	for (size_t i = len; i-- > 0; number >>= 8)
		bytes[i] = (uint8_t)number;
	bytes[0] = 2;
	return 0;
}

static int learn(struct scrub *s, const char *word, bool host)
{
	char *copy;

	if (s->n_words == MAX_WORDS)
		return 0;
	copy = strdup(word);
	if (!copy)
		return -ENOMEM;
	s->words[s->n_words++] = (struct word){ copy, strlen(copy), host };
	return 0;
}

int scrub_learn_serial(struct scrub *s, const char *word)
{
	bool digit = false, letter = false;
	size_t n = strlen(word);

	for (size_t i = 0; i < n; i++) {
		digit = digit || isdigit((unsigned char)word[i]);
		letter = letter || isalpha((unsigned char)word[i]);
	}
	return n >= 8 && digit && (letter || n >= 10) ? learn(s, word, false) : 0;
}

int scrub_learn_host(struct scrub *s, const char *name)
{
	bool mark = false;
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++)
		mark = mark || isdigit((unsigned char)name[i]) || name[i] == '.';
	return n >= 6 && mark && !startswith(name, "localhost") ? learn(s, name, true) : 0;
}
