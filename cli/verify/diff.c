// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --diff OLD NEW: what got worse, what better, what is new and what is gone, by subject and
 * check; the cells of a boot matrix and the members of a fleet are subjects. Where each file
 * is about one subject of a kind, that is compared whatever its name: a host's name changes.
 */
#include <errno.h>
#include <search.h>
#include "core/profile.h"
#include "document/json.h"
#include "document/read.h"
#include "format/paper.h"
#include "verify.h"

#define SCHEMA "vmspec-diff/1"

enum change { WORSE, UNDECIDED, BETTER, CHANGED, NEW, GONE, N_CHANGES };

static const struct {
	const char *name, *heading;
	enum paper_ink ink;
} changes[N_CHANGES] = {
	[WORSE] = { "worse", "Worse", INK_RED_BOLD },
	[UNDECIDED] = { "undecided", "No longer decided", INK_YELLOW },
	[BETTER] = { "better", "Better", INK_GREEN },
	[CHANGED] = { "changed", "Otherwise", INK_PLAIN },
	[NEW] = { "new", "New", INK_PLAIN },
	[GONE] = { "gone", "Gone", INK_PLAIN },
};

/* A check of a subject, in one or both of the files. */
struct item {
	char *subject, *id, *reason;
	enum vms_level level;
	enum vms_status before, after; /* VMS_N_STATUS: not there */
	enum change change;
};

struct side {
	size_t subjects;
	char *name; /* of the first subject */
	enum vms_kind kind;
};

struct diff {
	struct item *items;
	size_t n, room;
	void *index; /* of tsearch(): struct item by subject and ID */
	struct side sides[2];
	int side;
};

static char *subject_key(const struct vms_verdict *v, const char *within, const char *cell)
{
	const char *name = v->subject.name ? v->subject.name : "unnamed";

	return cell ? vms_asprintf("%s on %s", within, cell) : strdup(name);
}

/* Entries of the tree are copies: the list of items moves. */
struct diff_entry {
	char *key;
	size_t at;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct diff_entry *)a)->key, ((const struct diff_entry *)b)->key);
}

static void free_entry(void *p)
{
	struct diff_entry *e = p;

	free(e->key);
	free(e);
}

/* The item of that subject and check, made where there is none. */
static int item_of(struct diff *d, const char *subject, const char *id, struct item **ret)
{
	struct diff_entry *e = calloc(1, sizeof(*e)), **found;

	if (e)
		e->key = vms_asprintf("%s\n%s", subject, id);
	if (!e || !e->key || !(found = tsearch(e, &d->index, compare))) {
		free(e ? e->key : NULL);
		free(e);
		return -ENOMEM;
	}
	if (*found != e) {
		*ret = &d->items[(*found)->at];
		free_entry(e);
		return 0;
	}
	e->at = d->n;
	if (d->n == d->room) {
		struct item *grown = reallocarray(d->items, d->room ? 2 * d->room : 64, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		d->items = grown;
		d->room = d->room ? 2 * d->room : 64;
	}
	*ret = &d->items[d->n++];
	**ret = (struct item){
		.subject = strdup(subject), .id = strdup(id), .before = VMS_N_STATUS, .after = VMS_N_STATUS
	};
	return (*ret)->subject && (*ret)->id ? 0 : -ENOMEM;
}

static int add_row(struct diff *d, const char *subject, const struct vms_verdict_row *row)
{
	struct item *i = NULL;
	int err = item_of(d, subject, row->check->id, &i);

	if (err)
		return err;
	i->level = row->level;
	*(d->side ? &i->after : &i->before) = row->result.status;
	free(i->reason);
	i->reason = strdup(row->result.reason);
	return i->reason ? 0 : -ENOMEM;
}

/* `within`: the name of the boot matrix or fleet that it stands in; NULL: itself. */
static int add_verdict(struct diff *d, const struct vms_verdict *v, const char *within, const char *cell)
{
	_cleanup_free_ char *key = subject_key(v, within, cell);
	int err = key ? 0 : -ENOMEM;

	if (v->subject.kind != VMS_KIND_FLEET)
		for (size_t i = 0; !err && i < v->n_rows; i++)
			err = add_row(d, key, &v->rows[i]);
	for (size_t i = 0; !err && i < v->n_cells; i++) {
		_cleanup_verdict_ struct vms_verdict *guest = NULL;
		bool fleet = v->subject.kind == VMS_KIND_FLEET;

		err = vms_cell_read(&v->cells[i], &guest);
		if (!err && guest)
			err = add_verdict(d, guest, key, fleet ? NULL : v->cells[i].name);
	}
	return err;
}

static int take(struct documents *docs, const struct vms_verdict *v, _unused_ const char **ret_why)
{
	struct diff *d = docs->ctx;
	struct side *side = &d->sides[d->side];
	bool same_one = d->side == 1 && side->subjects == 0 && d->sides[0].subjects == 1 &&
			d->sides[0].kind == v->subject.kind && v->subject.kind != VMS_KIND_FLEET;
	struct vms_verdict renamed = *v;

	side->subjects++;
	if (d->side == 0) {
		if (side->subjects == 1) {
			side->name = strdup(v->subject.name ? v->subject.name : "unnamed");
			side->kind = v->subject.kind;
			if (!side->name)
				return -ENOMEM;
		}
		return add_verdict(d, v, NULL, NULL);
	}
	if (same_one) /* one subject each: the same, whatever it is called by now */
		renamed.subject.name = d->sides[0].name;
	return add_verdict(d, &renamed, NULL, NULL);
}

/* Of two statuses, how good the second is beside the first. A pass says that it holds; what
 * is skipped or waived is let be; what is open may be either. */
static enum change judge_change(enum vms_status before, enum vms_status after)
{
	bool was_open = before == VMS_UNKNOWN || before == VMS_PENDING;
	bool open = after == VMS_UNKNOWN || after == VMS_PENDING;

	if (before == VMS_N_STATUS)
		return after == VMS_FAIL ? WORSE : NEW;
	if (after == VMS_N_STATUS)
		return GONE;
	if (after == VMS_FAIL)
		return WORSE;
	if (open)
		return was_open ? CHANGED : UNDECIDED;
	if (before == VMS_FAIL)
		return BETTER;
	if (after == VMS_PASS)
		return BETTER;
	return was_open ? BETTER : CHANGED;
}

static size_t judge_all(struct diff *d, size_t *counts)
{
	size_t same = 0;

	for (size_t i = 0; i < d->n; i++) {
		struct item *item = &d->items[i];

		if (item->before == item->after) {
			item->change = N_CHANGES;
			same++;
			continue;
		}
		item->change = judge_change(item->before, item->after);
		counts[item->change]++;
	}
	return same;
}

static const char *word(enum vms_status s)
{
	return s == VMS_N_STATUS ? "-" : vms_status_name(s);
}

static void put_item(struct paper *p, const struct item *item, const char **subject)
{
	char change[40];

	if (!*subject || !streq(*subject, item->subject)) {
		paper_tab(p, 1);
		paper_wrap(p, INK_PLAIN, 3, item->subject);
		paper_newline(p);
		*subject = item->subject;
	}
	snprintf(change, sizeof(change), "%s -> %s", word(item->before), word(item->after));
	paper_tab(p, 3);
	paper_put(p, changes[item->change].ink, change);
	paper_tab(p, 23);
	paper_put(p, INK_DIM, vms_level_name(item->level));
	paper_tab(p, 30);
	paper_wrap(p, INK_PLAIN, 5, item->id);
	paper_put(p, INK_PLAIN, ":");
	paper_more(p, INK_PLAIN, 5, item->reason);
	paper_newline(p);
}

static int diff_text(FILE *out, const struct diff *d, const size_t *counts, size_t same)
{
	struct vms_format_options opt = { .tool = cli_tool };
	struct paper p;
	char buf[160];

	vms_format_terminal(out, &opt);
	paper_open(&p, out, &opt);
	for (int c = 0; c < N_CHANGES; c++) {
		const char *subject = NULL;

		if (!counts[c])
			continue;
		paper_put(&p, INK_BOLD, changes[c].heading);
		paper_newline(&p);
		for (size_t i = 0; i < d->n; i++)
			if (d->items[i].change == (enum change)c)
				put_item(&p, &d->items[i], &subject);
		paper_newline(&p);
	}
	snprintf(buf, sizeof(buf),
		 "%zu worse, %zu no longer decided, %zu better, %zu otherwise, %zu new, %zu gone,",
		 counts[WORSE], counts[UNDECIDED], counts[BETTER], counts[CHANGED], counts[NEW],
		 counts[GONE]);
	paper_wrap(&p, INK_PLAIN, 2, buf);
	snprintf(buf, sizeof(buf), "%zu the same", same);
	paper_more(&p, INK_PLAIN, 2, buf);
	paper_newline(&p);
	return paper_close(&p);
}

static void put_change(struct vms_json *j, const struct item *i)
{
	vms_json_object(j, NULL);
	vms_json_string(j, "subject", i->subject);
	vms_json_string(j, "id", i->id);
	vms_json_string(j, "level", vms_level_name(i->level));
	vms_json_string(j, "change", changes[i->change].name);
	vms_json_string(j, "before", i->before == VMS_N_STATUS ? NULL : word(i->before));
	vms_json_string(j, "after", i->after == VMS_N_STATUS ? NULL : word(i->after));
	vms_json_string(j, "reason", i->reason);
	vms_json_object_end(j);
}

static int diff_json(FILE *out, const struct diff *d, const size_t *counts, size_t same, bool pretty)
{
	struct vms_json j;

	vms_json_open(&j, out, pretty);
	vms_json_string(&j, "schema", SCHEMA);
	vms_json_object(&j, "summary");
	for (int c = 0; c < N_CHANGES; c++)
		vms_json_int(&j, changes[c].name, (int64_t)counts[c]);
	vms_json_int(&j, "same", (int64_t)same);
	vms_json_object_end(&j);
	vms_json_array(&j, "changes");
	for (size_t i = 0; i < d->n; i++)
		if (d->items[i].change != N_CHANGES)
			put_change(&j, &d->items[i]);
	vms_json_array_end(&j);
	return vms_json_close(&j);
}

static int print(const struct verify_options *o, struct diff *d)
{
	size_t counts[N_CHANGES] = { 0 }, same = judge_all(d, counts);
	int status = counts[WORSE]	 ? EXIT_NONCOMPLIANT
		     : counts[UNDECIDED] ? EXIT_INCONCLUSIVE
					 : EXIT_COMPLIANT;
	struct output out;

	if (o->quiet)
		return status;
	if (output_open(&out, o->asked.output))
		return EXIT_TOOL;
	out.err = streq(o->asked.format->name, "text")
			  ? diff_text(out.file, d, counts, same)
			  : diff_json(out.file, d, counts, same, streq(o->asked.format->name, "json"));
	return output_commit(&out) ? EXIT_TOOL : status;
}

static void clear(struct diff *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->items[i].subject);
		free(d->items[i].id);
		free(d->items[i].reason);
	}
	free(d->items);
	free(d->sides[0].name);
	tdestroy(d->index, free_entry);
}

int action_diff(struct verify_options *o)
{
	struct diff d = { 0 };
	struct documents docs = { .take = take, .ctx = &d };
	int status = 0;

	if (o->n_documents != 2)
		return wrong_usage("--diff compares two files, OLD and NEW");
	if (!streq(o->asked.format->name, "text") && !streq(o->asked.format->name, "json") &&
	    !streq(o->asked.format->name, "jsonl"))
		return wrong_usage("--diff is told as text, json or jsonl");
	for (d.side = 0; !status && d.side < 2; d.side++)
		status = documents_read(&docs, &o->documents[d.side], 1);
	if (!status && docs.bad) /* compared with what is missing, all would be gone or new */
		status = EXIT_USAGE;
	if (!status)
		status = print(o, &d);
	clear(&d);
	return status;
}
