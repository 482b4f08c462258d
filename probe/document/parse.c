// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading JSON (RFC 8259) that somebody else may have written, into json-c's objects. json-c's
 * own parser (0.16) takes the last of two equal keys, reads an infinity, and where memory runs
 * out it drops parts without a word or ends the program.
 */
#include <errno.h>
#include <math.h>
#include "core/util.h"
#include "parse.h"

#define DEPTH_MAX  32
#define TEXT_MAX   4000 /* bytes of a string */
#define NUMBER_MAX 60	/* characters */
#define TREE_MAX   (32u << 20)

struct parser {
	const char *at, *end;
	char *buf; /* a string's bytes; room for the longest there can be */
	int depth;
	size_t weight; /* of what was read so far */
};

/* What json-c (0.16) takes: for an object of three bytes, "{},", 784. */
enum { WEIGHT_VALUE = 100, WEIGHT_ARRAY = 400, WEIGHT_OBJECT = 800, WEIGHT_MEMBER = 150 };

static int parse_value(struct parser *p, struct json_object **ret);

static void skip_space(struct parser *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
		p->at++;
}

/* Take `c`, with the space before it, if it comes next. */
static bool take(struct parser *p, char c)
{
	skip_space(p);
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

/* Four hexadecimal digits. */
static bool take_unit(struct parser *p, uint32_t *ret)
{
	uint32_t unit = 0;

	if (p->end - p->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = *p->at++;
		int digit = c >= '0' && c <= '9'		     ? c - '0'
			    : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
								     : -1;

		if (digit < 0)
			return false;
		unit = unit << 4 | (uint32_t)digit;
	}
	*ret = unit;
	return true;
}

/* A surrogate without its other half is written as it is, and is no UTF-8 then. */
static size_t put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* What follows "\u": one unit, or two of a pair. */
static bool take_unicode(struct parser *p, size_t *len)
{
	uint32_t c, low;

	if (!take_unit(p, &c))
		return false;
	if (c >= 0xd800 && c < 0xdc00 && p->end - p->at > 2 && p->at[0] == '\\' && p->at[1] == 'u') {
		p->at += 2;
		if (!take_unit(p, &low))
			return false;
		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10 | (low - 0xdc00));
		} else {
			*len += put_utf8(p->buf + *len, c);
			c = low;
		}
	}
	*len += put_utf8(p->buf + *len, c);
	return true;
}

/* Behind a backslash. */
static bool take_escape(struct parser *p, size_t *len)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *letter;

	if (p->at == p->end)
		return false;
	if (*p->at == 'u') {
		p->at++;
		return take_unicode(p, len);
	}
	letter = *p->at ? strchr(letters, *p->at) : NULL;
	if (!letter)
		return false;
	p->at++;
	p->buf[(*len)++] = meant[letter - letters];
	return true;
}

char *vms_bearable_text(const char *s, size_t len)
{
	size_t plain = 0, end = TEXT_MAX;
	char *text;

	while (plain < len && s[plain] >= 0x20 && s[plain] < 0x7f)
		plain++;
	if (plain == len)
		return vms_strndup(s, MIN(len, end));
	text = vms_printable(s, len);
	if (text && strlen(text) > TEXT_MAX) {
		while (((unsigned char)text[end] & 0xc0) == 0x80) /* not in the middle of a character */
			end--;
		text[end] = '\0';
	}
	return text;
}

/* How many of the bytes that come next stand for themselves, printable ASCII. */
static size_t plain_run(const struct parser *p)
{
	const char *c = p->at;

	while (c < p->end && *c >= 0x20 && *c < 0x7f && *c != '"' && *c != '\\')
		c++;
	return (size_t)(c - p->at);
}

/* The bytes of a string into p->buf, behind its first quote. *ret_plain: nothing but ASCII text. */
static int take_string(struct parser *p, size_t *ret_len, bool *ret_plain)
{
	size_t len = 0;
	bool plain = true;

	for (;;) {
		size_t run = plain_run(p);
		unsigned char c;

		memcpy(p->buf + len, p->at, run);
		len += run;
		p->at += run;
		if (p->at == p->end || *p->at == '"')
			break;
		c = (unsigned char)*p->at++;
		if (c < 0x20)
			return -EBADMSG;
		plain = false;
		if (c != '\\')
			p->buf[len++] = (char)c;
		else if (!take_escape(p, &len))
			return -EBADMSG;
	}
	if (p->at == p->end)
		return -EBADMSG;
	p->at++;
	*ret_len = len;
	*ret_plain = plain;
	return 0;
}

/* One printable line of bearable length. */
static int parse_string(struct parser *p, struct json_object **ret)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	bool plain;
	int err = take_string(p, &len, &plain);

	if (err)
		return err;
	if (plain && len <= TEXT_MAX) {
		*ret = json_object_new_string_len(p->buf, (int)len);
		return *ret ? 0 : -ENOMEM;
	}
	text = vms_bearable_text(p->buf, len);
	if (!text)
		return -ENOMEM;
	*ret = json_object_new_string(text);
	return *ret ? 0 : -ENOMEM;
}

static bool take_digits(struct parser *p)
{
	const char *begin = p->at;

	while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
		p->at++;
	return p->at > begin;
}

/* -12.5e+3: the grammar; *ret_whole: no fraction and no exponent. */
static bool take_number(struct parser *p, bool *ret_whole)
{
	*ret_whole = true;
	if (*p->at == '-')
		p->at++;
	if (p->at < p->end && *p->at == '0')
		p->at++;
	else if (!take_digits(p))
		return false;
	if (p->at < p->end && *p->at == '.') {
		p->at++;
		*ret_whole = false;
		if (!take_digits(p))
			return false;
	}
	if (p->at < p->end && (*p->at | 0x20) == 'e') {
		p->at++;
		*ret_whole = false;
		if (p->at < p->end && (*p->at == '+' || *p->at == '-'))
			p->at++;
		return take_digits(p);
	}
	return true;
}

static int parse_number(struct parser *p, struct json_object **ret)
{
	const char *begin = p->at;
	char text[NUMBER_MAX + 1];
	long long n;
	bool whole;
	double d;

	if (!take_number(p, &whole) || p->at - begin > NUMBER_MAX)
		return -EBADMSG;
	memcpy(text, begin, (size_t)(p->at - begin));
	text[p->at - begin] = '\0';
	errno = 0;
	n = strtoll(text, NULL, 10);
	if (whole && errno == 0) {
		*ret = json_object_new_int64(n);
		return *ret ? 0 : -ENOMEM;
	}
	d = strtod(text, NULL);
	if (!isfinite(d)) /* nor could it be written again */
		return -EBADMSG;
	*ret = json_object_new_double(d);
	return *ret ? 0 : -ENOMEM;
}

static int parse_word(struct parser *p, struct json_object **ret)
{
	static const char *const words[] = { "null", "false", "true" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i]);

		if ((size_t)(p->end - p->at) < len || memcmp(p->at, words[i], len) != 0)
			continue;
		p->at += len;
		*ret = i ? json_object_new_boolean(i == 2) : NULL;
		return *ret || !i ? 0 : -ENOMEM;
	}
	return -EBADMSG;
}

static int parse_array(struct parser *p, struct json_object *array)
{
	if (take(p, ']'))
		return 0;
	do {
		struct json_object *value = NULL;
		int err = parse_value(p, &value);

		if (err)
			return err;
		if (json_object_array_add(array, value) < 0) {
			json_object_put(value);
			return -ENOMEM;
		}
	} while (take(p, ','));
	return take(p, ']') ? 0 : -EBADMSG;
}

/* A key, which nobody writes with other than plain characters, and which comes once. */
static int parse_key(struct parser *p, struct json_object *object, char **ret)
{
	size_t len;
	bool plain;
	int err = take(p, '"') ? take_string(p, &len, &plain) : -EBADMSG;

	if (err)
		return err;
	p->buf[len] = '\0';
	if (!plain || json_object_object_get_ex(object, p->buf, NULL) || !take(p, ':'))
		return -EBADMSG;
	*ret = strdup(p->buf);
	return *ret ? 0 : -ENOMEM;
}

static int parse_object(struct parser *p, struct json_object *object)
{
	if (take(p, '}'))
		return 0;
	do {
		_cleanup_free_ char *key = NULL;
		struct json_object *value = NULL;
		int err = parse_key(p, object, &key);

		p->weight += WEIGHT_MEMBER;
		if (!err)
			err = parse_value(p, &value);
		if (err)
			return err;
		if (json_object_object_add_ex(object, key, value, JSON_C_OBJECT_ADD_KEY_IS_NEW) < 0) {
			json_object_put(value);
			return -ENOMEM;
		}
	} while (take(p, ','));
	return take(p, '}') ? 0 : -EBADMSG;
}

static int parse_value(struct parser *p, struct json_object **ret)
{
	_cleanup_json_ struct json_object *o = NULL;
	bool object;
	int err;

	skip_space(p);
	if (p->at == p->end || p->depth == DEPTH_MAX)
		return -EBADMSG;
	p->weight += WEIGHT_VALUE;
	if (p->weight > TREE_MAX)
		return -E2BIG;
	if (*p->at == '-' || (*p->at >= '0' && *p->at <= '9'))
		return parse_number(p, ret);
	if (take(p, '"'))
		return parse_string(p, ret);
	if (*p->at != '{' && *p->at != '[')
		return parse_word(p, ret);
	object = *p->at++ == '{';
	p->weight += object ? WEIGHT_OBJECT : WEIGHT_ARRAY;
	o = object ? json_object_new_object() : json_object_new_array();
	if (!o)
		return -ENOMEM;
	p->depth++;
	err = object ? parse_object(p, o) : parse_array(p, o);
	p->depth--;
	if (err)
		return err;
	*ret = o;
	o = NULL;
	return 0;
}

int vms_json_parse(const char *text, size_t len, struct json_object **ret)
{
	_cleanup_json_ struct json_object *o = NULL;
	_cleanup_free_ char *buf = NULL;
	struct parser p = { 0 };
	int err;

	if (!len || len > INT32_MAX / 2)
		return -EBADMSG;
	p.at = text;
	p.end = text + len;
	p.buf = buf = malloc(len + 1); /* decoded, nothing grows */
	if (!buf)
		return -ENOMEM;
	err = parse_value(&p, &o);
	skip_space(&p);
	if (!err && p.at != p.end)
		err = -EBADMSG;
	if (err)
		return err;
	*ret = o;
	o = NULL;
	return 0;
}

size_t vms_json_weight(struct json_object *o)
{
	size_t sum = WEIGHT_VALUE;

	if (json_object_is_type(o, json_type_object)) {
		sum += WEIGHT_OBJECT;
		json_object_object_foreach(o, key, value)
		{
			(void)key;
			sum += WEIGHT_MEMBER + vms_json_weight(value);
		}
	} else if (json_object_is_type(o, json_type_array)) {
		sum += WEIGHT_ARRAY;
		for (size_t i = 0; i < json_object_array_length(o); i++)
			sum += vms_json_weight(json_object_array_get_idx(o, i));
	}
	return sum;
}
