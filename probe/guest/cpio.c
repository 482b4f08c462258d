/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading cpio archives piece by piece; see cpio.h. Bytes are not trusted. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cpio.h"

/* Fields of the header: 6 characters of magic, then 8 hexadecimal digits each. */
enum {
	FIELD_MODE = 1,
	FIELD_NLINK = 4,
	FIELD_FILESIZE = 6,
	FIELD_NAMESIZE = 11,
	FIELDS = 13,
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -EINVAL;
}

static bool field(const char *header, unsigned n, uint32_t *ret)
{
	const char *p = header + 6 + 8 * (size_t)n;
	uint32_t v = 0;

	for (unsigned i = 0; i < 8; i++) {
		int d = hex_digit(p[i]);

		if (d < 0)
			return false;
		v = v << 4 | (uint32_t)d;
	}
	*ret = v;
	return true;
}

static bool take_header(struct cpio *c)
{
	uint32_t unused;

	if (memcmp(c->header, "070701", 6) != 0 && memcmp(c->header, "070702", 6) != 0)
		return false;
	for (unsigned i = 0; i < FIELDS; i++)
		if (!field(c->header, i, &unused))
			return false;
	field(c->header, FIELD_MODE, &c->e.mode);
	field(c->header, FIELD_NLINK, &c->e.nlink);
	field(c->header, FIELD_FILESIZE, &c->e.size);
	field(c->header, FIELD_NAMESIZE, &c->name_len);
	if (c->name_len == 0 || c->name_len > CPIO_NAME_MAX)
		return false;
	c->state = CPIO_NAME;
	c->have = 0;
	return true;
}

/* Header and name together, and the data, fill multiples of four bytes. */
static int take_name(struct cpio *c, cpio_entry_fn fn, void *arg)
{
	c->name[c->have] = '\0';
	c->e.name = c->name;
	c->e.head = NULL;
	c->skip = (4 - (CPIO_HEADER_LEN + c->name_len) % 4) % 4;
	c->state = CPIO_DATA;
	c->have = 0;
	c->trailer = strcmp(c->name, "TRAILER!!!") == 0;
	c->peek = !c->trailer && S_ISREG(c->e.mode) && c->e.size >= CPIO_HEAD_LEN;
	if (!c->peek)
		c->skip += (uint64_t)c->e.size + (4 - c->e.size % 4) % 4;
	if (c->trailer) {
		c->trailers++;
		return 0;
	}
	c->entries++;
	return c->peek ? 0 : fn(arg, &c->e);
}

static int take_head(struct cpio *c, cpio_entry_fn fn, void *arg)
{
	c->e.head = (const uint8_t *)c->head;
	c->skip = (uint64_t)c->e.size - CPIO_HEAD_LEN + (4 - c->e.size % 4) % 4;
	c->state = CPIO_DATA;
	c->have = 0;
	c->peek = false;
	return fn(arg, &c->e);
}

static size_t leading_zeros(const uint8_t *data, size_t len)
{
	static const uint8_t zeros[64];
	size_t n = 0;

	while (len - n >= sizeof(zeros) && memcmp(data + n, zeros, sizeof(zeros)) == 0)
		n += sizeof(zeros);
	while (n < len && data[n] == 0)
		n++;
	return n;
}

static size_t gather(char *to, size_t *have, size_t want, const uint8_t *data, size_t len)
{
	size_t n = want - *have < len ? want - *have : len;

	memcpy(to + *have, data, n);
	*have += n;
	return n;
}

uint64_t cpio_skip(struct cpio *c, uint64_t len)
{
	uint64_t n = c->skip < len ? c->skip : len;

	if (c->state != CPIO_DATA)
		return 0;
	c->skip -= n;
	if (c->skip == 0)
		c->state = c->peek ? CPIO_HEAD : c->trailer ? CPIO_BETWEEN : CPIO_HEADER;
	return n;
}

enum cpio_feed cpio_feed(struct cpio *c, const uint8_t *data, size_t len, size_t *ret_used, cpio_entry_fn fn,
			 void *arg)
{
	enum cpio_feed result = CPIO_MORE;
	size_t i = 0;

	while (result == CPIO_MORE && (i < len || (c->state == CPIO_DATA && c->skip == 0))) {
		switch (c->state) {
		case CPIO_BETWEEN:
			if (data[i] == 0) {
				i += leading_zeros(data + i, len - i);
			} else if (data[i] == '0') {
				c->state = CPIO_HEADER;
				c->have = 0;
			} else {
				result = CPIO_OTHER;
			}
			break;
		case CPIO_HEADER:
			i += gather(c->header, &c->have, CPIO_HEADER_LEN, data + i, len - i);
			if (c->have == CPIO_HEADER_LEN && !take_header(c))
				result = CPIO_BAD;
			break;
		case CPIO_NAME:
			i += gather(c->name, &c->have, c->name_len, data + i, len - i);
			if (c->have == c->name_len && take_name(c, fn, arg))
				result = CPIO_STOP;
			break;
		case CPIO_HEAD:
			i += gather(c->head, &c->have, CPIO_HEAD_LEN, data + i, len - i);
			if (c->have == CPIO_HEAD_LEN && take_head(c, fn, arg))
				result = CPIO_STOP;
			break;
		case CPIO_DATA:
			i += (size_t)cpio_skip(c, len - i);
			break;
		}
	}
	*ret_used = i;
	return result;
}
