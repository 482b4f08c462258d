/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking things up in the kernel's log; see kmsg.h. */
#include <errno.h>

#include "kmsg.h"
#include "kmsg_line.h"
#include "core/result.h"

/* Stamps that go back by more than this are another boot's; CPUs' clocks differ by far less. */
#define BACK_SECONDS 2

struct kmsg_facts {
	struct vms_buf log;
	const char *begin; /* of the last boot in it */
	bool whole;
	int err; /* the log could not be read */
};

/* "ESC [ 33 m": dmesg --color, or a terminal's own. In place. */
static void drop_escapes(struct vms_buf *log)
{
	char *out = memchr(log->data, '\033', log->len), *end = log->data + log->len;

	if (!out)
		return;
	for (char *p = out; p < end; p++) {
		if (p[0] != '\033') {
			*out++ = *p;
			continue;
		}
		if (p + 1 < end && p[1] == '[')
			for (p++; p + 1 < end && p[1] >= ' ' && p[1] < '@'; p++)
				;
		if (p + 1 < end)
			p++;
	}
	*out = '\0';
	log->len = (size_t)(out - log->data);
}

static bool says(const struct kmsg_line *l, const char *text)
{
	size_t n = strlen(text);

	return l->kernel && (size_t)(l->end - l->text) >= n && memcmp(l->text, text, n) == 0;
}

struct boots {
	const char *begin; /* of the last boot */
	bool whole;	   /* it begins with the kernel's first words */
	bool banner;	   /* "Linux version ..." was seen in it */
	const char *stub;  /* where the EFI stub's own words began, seen on a console */
	uint64_t seconds;  /* of the line before */
	uint64_t before;   /* of the line before the last leap forward */
	unsigned leapt;	   /* lines since */
};

/* A few lines a little ahead of their time are the clock of another CPU, or somebody's
 * hand: the log goes on behind them where it was. */
#define LEAP_LINES   8
#define LEAP_SECONDS 30

/* Does the log begin anew, by its stamps? */
static bool begins_anew(struct boots *b, uint64_t seconds)
{
	bool back = seconds + BACK_SECONDS < b->seconds;

	if (seconds > b->seconds + BACK_SECONDS) {
		b->before = b->seconds;
		b->leapt = 0;
	}
	b->leapt++;
	return back &&
	       (b->leapt > LEAP_LINES || seconds < b->before || b->seconds > b->before + LEAP_SECONDS);
}

static void begin_boot(struct boots *b, const char *line, bool whole, bool banner)
{
	b->begin = whole && b->stub ? b->stub : line;
	b->whole = whole;
	b->banner = banner;
	b->seconds = 0;
	b->before = 0;
	b->leapt = LEAP_LINES;
}

/* The first words of a boot: "Booting Linux ..." on arm and arm64, then the banner. */
static void see_line(struct boots *b, const char *line, const struct kmsg_line *l)
{
	uint64_t seconds = l->stamp && l->kernel ? strtoull(l->stamp, NULL, 10) : b->seconds;
	bool banner = says(l, "Linux version ");

	if (says(l, "Booting Linux") || (banner && (b->banner || !b->whole)))
		begin_boot(b, line, true, banner);
	else if (begins_anew(b, seconds))
		begin_boot(b, line, false, false);
	b->banner = b->banner || banner;
	b->seconds = seconds;
	if (!says(l, "EFI stub: "))
		b->stub = NULL;
	else if (!b->stub)
		b->stub = line;
}

/* A file may hold the logs of several boots, one behind the other: the last one counts. */
static void find_last_boot(struct kmsg_facts *k)
{
	struct boots b = { .begin = k->log.data, .leapt = LEAP_LINES };
	const char *cursor = k->log.data, *line;
	size_t len;

	while (vms_next_line(&cursor, &line, &len)) {
		struct kmsg_line l;

		kmsg_line_parse(line, line + len, &l);
		see_line(&b, line, &l);
	}
	k->whole = k->whole && b.whole;
	k->begin = b.begin;
}

static int kmsg_load(struct vms_machine *m, void *facts)
{
	struct kmsg_facts *k = facts;

	k->err = m->live->kernel_log(m, &k->log, &k->whole);
	if (k->err == 0) {
		drop_escapes(&k->log);
		find_last_boot(k);
	}
	return k->err == -ENOMEM ? -ENOMEM : 0;
}

static void kmsg_clear(void *facts)
{
	struct kmsg_facts *k = facts;

	vms_buf_clear(&k->log);
}

static struct kmsg_facts *kmsg_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_KMSG, sizeof(struct kmsg_facts), kmsg_load, kmsg_clear);
}

/* The line around `at`; returns where it begins. */
static const char *line_at(const struct kmsg_facts *k, const char *at, struct kmsg_line *ret)
{
	const char *line = at;

	while (line > k->begin && line[-1] != '\n')
		line--;
	kmsg_line_parse(line, strchrnul(at, '\n'), ret);
	return line;
}

/* The first message from `hit` on with the needle in it; NULL: none. What stands before
 * a message (a host's name) is not searched, nor are the lines of others. */
static const char *find_message(const struct kmsg_facts *k, const char *hit, const char *needle,
				struct kmsg_line *ret)
{
	size_t n = strlen(needle);

	for (; (hit = strstr(hit, needle)); hit++) {
		line_at(k, hit, ret);
		if (ret->kernel && hit >= ret->text && hit + n <= ret->end)
			return hit;
	}
	return NULL;
}

/* The first line from `from` on (NULL: the beginning) that has `needle`: its text, copied, and *ret_line. */
static int copy_match(struct vms_machine *m, const char *needle, const char *from, char **ret,
		      struct kmsg_line *ret_line)
{
	const struct kmsg_facts *k = kmsg_read(m);
	char *copy;

	if (!k)
		return -ENOMEM;
	if (k->err < 0)
		/* a log that is not there is a log that could not be read */
		return k->err == -ENOENT ? -ENODATA : k->err;
	if (!find_message(k, from ? from : k->begin, needle, ret_line))
		return k->whole ? -ENOENT : -ENODATA;
	copy = vms_strndup(ret_line->text, (size_t)(ret_line->end - ret_line->text));
	if (!copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

int vms_kmsg_find_at(struct vms_machine *m, const char *needle, char **ret, double *ret_seconds)
{
	struct kmsg_line l;
	int err = copy_match(m, needle, NULL, ret, &l);

	if (!err)
		*ret_seconds = l.stamp ? kmsg_line_seconds(&l) : -1;
	return err;
}

int vms_kmsg_find(struct vms_machine *m, const char *needle, char **ret)
{
	double seconds;

	return vms_kmsg_find_at(m, needle, ret, &seconds);
}

int vms_kmsg_next(struct vms_machine *m, const char *needle, const char **cursor, char **ret)
{
	struct kmsg_line l;
	int err = copy_match(m, needle, *cursor, ret, &l);

	if (!err)
		*cursor = l.end;
	return err;
}

int vms_kmsg_last(struct vms_machine *m, double *ret_seconds)
{
	const struct kmsg_facts *k = kmsg_read(m);
	const char *at;

	if (!k)
		return -ENOMEM;
	if (k->err < 0)
		return k->err;
	/* the last line that carries a stamp */
	for (at = k->log.data + k->log.len; at > k->begin;) {
		struct kmsg_line l;

		at = line_at(k, at - 1, &l);
		if (l.kernel && l.stamp) {
			*ret_seconds = kmsg_line_seconds(&l);
			return 0;
		}
	}
	return -ENODATA;
}

/* the library that reads the journal is opened late, which a static program does not */
#ifdef VMS_STATIC
#define NOR_JOURNAL "; this static program can't look into the journal"
#else
#define NOR_JOURNAL ""
#endif

int vms_kmsg_blocked(struct vms_result *r, int err)
{
	if (err == -ENODATA) {
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "look soon after a boot, or keep this boot's kernel log in the journal");
		return vms_unknown(
			r,
			"the kernel log cannot tell: its beginning is gone, or it was not recorded" NOR_JOURNAL);
	}
	return vms_blocked(r, "the kernel log", err);
}
