/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initial ramdisk of a record; see initrd_record.h. Writes and reads .vmspec/initrd. */
#include <errno.h>
#include <stdio.h>

#include "core/util.h"
#include "initrd_record.h"
#include "member.h"

static int list_module(void *arg, const char *path)
{
	FILE *out = arg;

	if (!strchr(path, '\n') && fprintf(out, "\tmodule %s\n", path) < 0)
		return -ENOMEM;
	return 0;
}

/* A name with a newline in it would end its line. */
static void put_line(FILE *out, const char *before, const char *text)
{
	fputs(before, out);
	for (; *text; text++)
		fputc(*text == '\n' ? '?' : *text, out);
	fputc('\n', out);
}

static int list_one(FILE *out, const struct ramdisk *at, const char *release)
{
	struct initrd_look look = { 0 };
	int err;

	put_line(out, "", at->path);
	if (at->section)
		fputs("\tsection\n", out);
	err = initrd_list(at->fd, at->off, at->size, release, list_module, out, &look);
	if (err < 0)
		return err;
	fprintf(out, "\tentries %llu\n", (unsigned long long)look.entries);
	for (unsigned c = 0; c < COMPRESSION_UNKNOWN; c++)
		if (look.packed >> c & 1)
			fprintf(out, "\tpacked %s\n", compression_name(c));
	if (look.err < 0) {
		fprintf(out, "\tblocked %s ", vms_error_name(look.err));
		put_line(out, "", look.why);
	}
	return 0;
}

static int list_all(FILE *out, const struct ramdisks *all, const char *release)
{
	int err = 0;

	for (size_t i = 0; release && i < all->n && !err; i++)
		err = list_one(out, &all->at[i], release);
	if (all->named)
		fputs("parts\n", out);
	if (all->guessed)
		fputs("guessed\n", out);
	if (all->loose)
		fputs("loose\n", out);
	if (all->why)
		put_line(out, "why ", all->why);
	return err;
}

int initrd_record(struct vms_machine *m, const char *release, struct vms_buf *ret)
{
	struct vms_buf buf = { NULL, 0 };
	struct ramdisks all;
	FILE *out;
	int err;

	if (m->live->ramdisk && m->live->ramdisk(m, ret) == 0)
		return 0;
	err = ramdisks_find(m, release, &all);
	if (err < 0)
		return err;
	out = vms_memstream(&buf.data, &buf.len);
	err = out ? list_all(out, &all, release) : -ENOMEM;
	if (out && (ferror(out) | fclose(out)) && !err)
		err = -ENOMEM;
	ramdisks_clear(&all);
	if (err < 0) {
		free(buf.data);
		return err;
	}
	*ret = buf;
	return 0;
}

static int begin_recorded(struct ramdisks *r, const char *line, size_t len)
{
	char *path;

	if (r->n == RAMDISK_MAX)
		return 0;
	path = strndup(line, len);
	if (!path)
		return -ENOMEM;
	r->at[r->n++] = (struct ramdisk){ .path = path, .fd = -1, .recorded = line + len };
	return 0;
}

static bool line_is(const char *line, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(line, text, len) == 0;
}

int initrd_recorded(char *list, struct ramdisks *ret)
{
	struct ramdisks r = { .list = list };
	const char *cursor = list, *line;
	size_t len;
	int err = 0;

	while (!err && vms_next_line(&cursor, &line, &len)) {
		if (*line == '/') {
			err = begin_recorded(&r, line, len);
		} else if (line_is(line, len, "\tsection") && r.n) {
			r.at[r.n - 1].section = true;
		} else if (line_is(line, len, "parts")) {
			r.named = true;
		} else if (line_is(line, len, "guessed")) {
			r.guessed = true;
		} else if (line_is(line, len, "loose")) {
			r.loose = true;
		} else if (len > 4 && memcmp(line, "why ", 4) == 0 && !r.why) {
			r.why = strndup(line + 4, len - 4);
			err = r.why ? 0 : -ENOMEM;
		}
	}
	if (!err && !r.n && !r.why) {
		r.why = strdup("the record lists no initial ramdisk");
		err = r.why ? 0 : -ENOMEM;
	}
	if (err < 0) {
		ramdisks_clear(&r);
		return err;
	}
	*ret = r;
	return 0;
}

static void read_packed(const char *name, size_t len, struct initrd_look *look)
{
	for (unsigned c = 0; c < COMPRESSION_UNKNOWN; c++)
		if (line_is(name, len, compression_name(c)))
			look->packed |= 1u << c;
}

/* "EBADMSG text" */
static void read_blocked(const char *text, size_t len, struct initrd_look *look)
{
	size_t n = MIN(strcspn(text, " "), len);
	int err = vms_error_named(text, n);

	look->err = err ? err : -EIO;
	if (err) {
		text += MIN(n + 1, len);
		len -= MIN(n + 1, len);
	}
	snprintf(look->why, sizeof(look->why), "%.*s", (int)MIN(len, sizeof(look->why)), text);
}

int initrd_search_recorded(const char *recorded, const char *release, struct initrd_module *want, size_t n,
			   struct initrd_look *ret)
{
	struct initrd_look look = { 0 };
	struct initrd_names names;
	const char *line;
	size_t len;

	initrd_names_begin(&names, release, want, n);
	recorded += *recorded == '\n';
	while (*recorded == '\t' && vms_next_line(&recorded, &line, &len)) {
		if (len > 8 && memcmp(line, "\tmodule ", 8) == 0 &&
		    initrd_names_take(&names, line + 8, len - 8) < 0)
			return -ENOMEM;
		if (len > 9 && memcmp(line, "\tentries ", 9) == 0)
			look.entries = strtoull(line + 9, NULL, 10);
		if (len > 8 && memcmp(line, "\tpacked ", 8) == 0)
			read_packed(line + 8, len - 8, &look);
		if (len > 9 && memcmp(line, "\tblocked ", 9) == 0)
			read_blocked(line + 9, len - 9, &look);
	}
	look.ours = names.ours;
	/* what is behind the last of them was not looked at */
	if (names.missing == 0)
		look.err = 0;
	*ret = look;
	return 0;
}
