/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FAT directories: short names, and the long ones that stand before them in pieces
 * of 13 UTF-16 units. Serves "VM Image Format": the removable media path, in any
 * case, by its long or its short name.
 */
#include <errno.h>
#include "image/fat.h"

#define ATTR_VOLUME    0x08
#define ATTR_DIRECTORY 0x10
#define ATTR_LONG      0x0f
#define ATTR_MASK      0x3f
#define ENTRY_FREE     0xe5
#define ENTRY_KANJI    0x05 /* stands for a first byte of 0xE5 */
#define LONG_LAST      0x40
#define LONG_PIECES    20
#define LONG_UNITS     13
#define CASE_BASE      0x08 /* byte 12: the base, the extension is lower case (Windows NT) */
#define CASE_EXT       0x10

struct dir_walk {
	fat_visit visit;
	void *ctx;
	/* the long name that is being put together, last piece first */
	uint16_t units[LONG_PIECES * LONG_UNITS];
	unsigned expected; /* the next piece's number; 0: no long name, or all of it is there */
	unsigned pieces;   /* of a whole long name; 0: none */
	uint8_t checksum;
	struct fat_file file;
};

static char ascii_lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool fat_same_name(const char *a, const char *b)
{
	for (; *a && ascii_lower(*a) == ascii_lower(*b); a++, b++)
		;
	return *a == *b;
}

static void long_forget(struct dir_walk *w)
{
	w->expected = w->pieces = 0;
}

/* Where the 13 units stand in an entry of a long name. */
static void long_piece(struct dir_walk *w, struct vms_span e)
{
	static const uint8_t offsets[LONG_UNITS] = { 1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30 };
	unsigned number = e.data[0] & 0x3f;

	if (e.data[0] & LONG_LAST) {
		long_forget(w);
		if (number == 0 || number > LONG_PIECES)
			return;
		w->pieces = number;
		w->expected = number;
		w->checksum = e.data[13];
	}
	if (number == 0 || number != w->expected || e.data[13] != w->checksum) {
		long_forget(w); /* left over from another file */
		return;
	}
	for (unsigned i = 0; i < LONG_UNITS; i++)
		span_le16(e, offsets[i], &w->units[(number - 1) * LONG_UNITS + i]);
	w->expected--;
}

static size_t utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	/* surrogates stand for themselves: names are compared and shown, not decoded */
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

/* The sum over the short name that each piece of its long name carries. */
static uint8_t short_checksum(struct vms_span e)
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < 11; i++)
		sum = (uint8_t)(((sum & 1) << 7) + (sum >> 1) + e.data[i]);
	return sum;
}

static bool long_name(const struct dir_walk *w, struct vms_span e, char *name)
{
	size_t n = 0;

	if (w->pieces == 0 || w->expected != 0 || w->checksum != short_checksum(e))
		return false;
	for (unsigned i = 0; i < w->pieces * LONG_UNITS && i < 255; i++) {
		if (w->units[i] == 0)
			break;
		n += utf8_put(name + n, w->units[i]);
	}
	name[n] = '\0';
	return n > 0;
}

/* "BOOTAA64EFI" -> "BOOTAA64.EFI"; *name as it is meant to be shown. */
static void short_name(struct vms_span e, char raw[13], char *name)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 11; i++) {
		char c = (char)(i == 0 && e.data[0] == ENTRY_KANJI ? ENTRY_FREE : e.data[i]);

		if (c == ' ')
			continue; /* padding; a blank inside a name ends up without it, harmless here */
		if (i >= 8 && (n == 0 || !memchr(raw, '.', n)))
			raw[n] = name[n] = '.', n++;
		raw[n] = c;
		name[n] = (char)(e.data[12] & (i < 8 ? CASE_BASE : CASE_EXT) ? ascii_lower(c) : c);
		n++;
	}
	raw[n] = name[n] = '\0';
}

static int dir_entry(void *ctx, struct vms_span e)
{
	struct dir_walk *w = ctx;
	struct fat_file *f = &w->file;
	uint16_t hi = 0, lo = 0;
	uint8_t attr = e.data[11] & ATTR_MASK;

	if (e.data[0] == 0)
		return 1; /* this entry and all after it are free */
	if (e.data[0] == ENTRY_FREE) {
		long_forget(w);
		return 0;
	}
	if (attr == ATTR_LONG) {
		long_piece(w, e);
		return 0;
	}
	if ((attr & ATTR_VOLUME) || e.data[0] == '.') {
		long_forget(w);
		return 0;
	}
	short_name(e, f->short_name, f->name);
	long_name(w, e, f->name);
	long_forget(w);
	f->directory = attr & ATTR_DIRECTORY;
	span_le16(e, 20, &hi);
	span_le16(e, 26, &lo);
	f->first = ((uint32_t)hi << 16 | lo) & 0x0fffffff;
	f->size = 0;
	if (!f->directory)
		span_le32(e, 28, &f->size);
	return w->visit(w->ctx, f);
}

int fat_list(const struct fat_volume *v, uint32_t cluster, fat_visit visit, void *ctx, struct vms_why *why)
{
	struct dir_walk w = { .visit = visit, .ctx = ctx };
	int r = fat_walk_directory(v, cluster, dir_entry, &w, why);

	return r == 1 ? 0 : r;
}

struct dir_find {
	const char *name;
	struct fat_file *ret;
};

static int dir_match(void *ctx, const struct fat_file *f)
{
	struct dir_find *find = ctx;

	if (!fat_same_name(f->name, find->name) && !fat_same_name(f->short_name, find->name))
		return 0;
	*find->ret = *f;
	return -EEXIST;
}

int fat_find(const struct fat_volume *v, uint32_t cluster, const char *name, struct fat_file *ret,
	     struct vms_why *why)
{
	struct dir_find find = { .name = name, .ret = ret };
	int r = fat_list(v, cluster, dir_match, &find, why);

	if (r == -EEXIST)
		return 0;
	return r == 0 ? -ENOENT : r == -EFBIG ? -EBADMSG : r;
}
