/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verdict that a guest sent. Nothing of it is trusted: it is parsed within bounds,
 * made anew with every string one printable line, and held to the schema
 * (cli/format/vmspec-verdict-1.schema.json), so that ours keeps it with this one inside.
 */
#include <errno.h>

#include "core/json_get.h"
#include "core/json_print.h"
#include "core/run.h"
#include "core/verdict.h"
#include "document/parse.h"
#include "document/read.h"
#include "document.h"
#include "matrix.h"

#define DOCUMENT_MAX (1u << 20)
/* As a tree: what we add to it ourselves leaves it one that can be read again (vms_json_parse()). */
#define WEIGHT_MAX (24u << 20)

static char *copy_string(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	json_object_object_get_ex(o, key, &v);
	return strdup(json_object_get_string(v));
}

static int fill_rows(struct vms_cell *to, struct json_object *doc)
{
	struct json_object *checks = NULL, *status = NULL;
	size_t n;

	json_object_object_get_ex(doc, "checks", &checks);
	n = json_object_array_length(checks);
	to->rows = calloc(n + 1, sizeof(*to->rows));
	if (!to->rows)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct json_object *row = json_object_array_get_idx(checks, i);
		struct vms_cell_row *r = &to->rows[to->n_rows++];

		json_object_object_get_ex(row, "status", &status);
		document_status(json_object_get_string(status), &r->status);
		r->id = copy_string(row, "id");
		r->reason = copy_string(row, "reason");
		if (!r->id || !r->reason)
			return -ENOMEM;
	}
	return 0;
}

/* What a cell's own hardware takes away, and the checks that fail for the want of it. */
static const struct {
	unsigned took;
	const char *check, *why;
} taken[] = {
	{ VMS_TOOK_ACPI, "VMSPEC-EFI-ACPI", "this cell's hardware, as chosen, leaves ACPI out" },
	{ VMS_TOOK_UEFI, "VMSPEC-EFI", "this cell starts the kernel directly, as chosen, without UEFI" },
	{ VMS_TOOK_UEFI, "VMSPEC-OS-EFI", "this cell starts the kernel directly, as chosen, without UEFI" },
	{ VMS_TOOK_HOTPLUG, "VMSPEC-HOTPLUG",
	  "this cell's devices, as chosen, are on no bus that takes others" },
};

static const char *why_taken(unsigned took, const char *check)
{
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		if ((took & taken[i].took) && streq(check, taken[i].check))
			return taken[i].why;
	return NULL;
}

/* obj[key] = value, in the place of what is there; NULL: there was no memory for it. */
static int set(struct json_object *obj, const char *key, struct json_object *value)
{
	if (value && json_object_object_add(obj, key, value) == 0)
		return 0;
	json_object_put(value);
	return vms_no_memory();
}

static struct json_object *row_at(struct json_object *doc, size_t at)
{
	struct json_object *checks = NULL;

	json_object_object_get_ex(doc, "checks", &checks);
	return json_object_array_get_idx(checks, at);
}

static int restate_skipped(struct json_object *row, const char *why)
{
	json_object_object_del(row, "remedy");
	return set(row, "status", json_object_new_string(vms_status_name(VMS_SKIP))) ||
			       set(row, "reason", json_object_new_string(why))
		       ? -ENOMEM
		       : 0;
}

static int restate_need(struct json_object *row, const char *id, const char *why)
{
	_cleanup_free_ char *reason = vms_asprintf("needs %s: %s", id, why);

	return reason ? set(row, "reason", json_object_new_string(reason)) : vms_no_memory();
}

static int restate_waived(struct json_object *row, const struct vms_waiver *w)
{
	_cleanup_free_ char *reason = vms_printable(w->reason, strlen(w->reason));

	if (!reason || set(row, "status", json_object_new_string(vms_status_name(VMS_WAIVED))) ||
	    set(row, "waiver", json_object_new_string(reason)))
		return -ENOMEM;
	return w->until ? set(row, "until", json_object_new_string(w->until)) : 0;
}

static int restate_summary(struct json_object *doc, const struct vms_verdict *v)
{
	struct json_object *summary = NULL;

	json_object_object_get_ex(doc, "summary", &summary);
	for (int s = 0; s < VMS_N_STATUS; s++)
		if (set(summary, vms_status_name((enum vms_status)s),
			json_object_new_int64((int64_t)v->summary[s])))
			return -ENOMEM;
	return set(doc, "verdict", json_object_new_string(vms_outcome_name(v->outcome)));
}

/* Not by way of another check, which is skipped already and said to be. */
static bool needs_itself(const struct vms_check *check, const char *id)
{
	for (size_t i = 0; i < VMS_MAX_NEEDS && check->needs[i]; i++)
		if (streq(check->needs[i], id))
			return true;
	return false;
}

/* A failure for the want of what the cell was made without is nobody's: skipped. */
static int leave_out(const struct vms_cell *cell, struct vms_verdict *v)
{
	bool any = false;
	int err = 0;

	for (size_t i = 0; !err && i < v->n_rows; i++) {
		const char *why = why_taken(vms_cell_took(cell), v->rows[i].check->id);

		if (!why || v->rows[i].result.status != VMS_FAIL)
			continue;
		err = restate_skipped(row_at(v->document, i), why);
		v->rows[i].result.status = VMS_SKIP;
		v->rows[i].result.cause = (struct vms_cause){ 0 };
		any = true;
	}
	if (err || !any)
		return err;
	/* the rows that hang on it are skipped with it, decided as it is, and say why as it does */
	for (size_t i = 0; !err && i < v->n_rows; i++) {
		struct vms_result *r = &v->rows[i].result;
		const char *why = r->cause.blocked ? why_taken(vms_cell_took(cell), r->cause.id) : NULL;

		if (!why || r->cause.status != VMS_FAIL)
			continue;
		r->cause.status = VMS_SKIP;
		if (needs_itself(v->rows[i].check, r->cause.id))
			err = restate_need(row_at(v->document, i), r->cause.id, why);
	}
	if (err)
		return err;
	vms_verdict_count(v);
	return restate_summary(v->document, v);
}

/* What the judge of the pair asked for is asked of each guest: waivers, and how much counts. */
static int ask(const struct vms_run_options *opt, struct vms_verdict *v)
{
	int err = 0;

	if (opt->strict) {
		v->strict = true;
		err = set(v->document, "strict", json_object_new_boolean(true));
	}
	for (size_t i = 0; !err && i < v->n_rows; i++) {
		const struct vms_waiver *w = vms_waiver_of(opt, v->rows[i].check->id);

		if (!w || v->rows[i].result.status != VMS_FAIL)
			continue;
		err = restate_waived(row_at(v->document, i), w);
		v->rows[i].result.status = VMS_WAIVED;
	}
	if (err)
		return err;
	vms_verdict_count(v);
	return restate_summary(v->document, v);
}

static void count_guest(struct vms_cell *to, const struct vms_verdict *v)
{
	struct vms_verdict about = *v; /* the same rows, weighed for each owner */

	for (size_t i = 0; i < v->n_rows; i++) {
		to->failed[v->rows[i].result.owner] += vms_row_weight(v, &v->rows[i]) == VMS_WEIGHT_FAILED;
		for (int o = VMS_OWNER_NONE; o < VMS_N_OWNER; o++) {
			about.owner = (enum vms_owner)o;
			to->open[o] += vms_row_weight(&about, &v->rows[i]) == VMS_WEIGHT_OPEN;
		}
	}
}

static void take_guest_facts(struct vms_cell *to, struct json_object *facts)
{
	struct json_object *gic = vms_json_get(facts, "gic", json_type_object);
	struct json_object *support = vms_json_get(vms_json_get(facts, "description", json_type_object),
						   "acpi_support", json_type_boolean);
	int64_t version;

	if (vms_json_get_int(gic, "version", &version) && version > 0 && version < 100)
		to->gic_seen = (unsigned)version;
	to->no_acpi_support = support && !json_object_get_boolean(support);
}

/* The parts of a cell that come from its document. */
static int fill(const struct vms_cell *cell, const struct vms_run_options *opt, struct vms_cell *to,
		const char *json, size_t len)
{
	_cleanup_verdict_ struct vms_verdict *v = NULL;
	const char *why;
	int err = len > DOCUMENT_MAX ? -EBADMSG : vms_document_read(json, len, &v, &why);

	if (!err && (!document_holds(v->document) || vms_json_weight(v->document) > WEIGHT_MAX))
		err = -EBADMSG;
	if (!err)
		err = leave_out(cell, v);
	if (!err && opt)
		err = ask(opt, v);
	if (!err)
		err = vms_json_text(v->document, &to->document);
	if (!err)
		err = fill_rows(to, v->document);
	if (err < 0)
		return err;
	count_guest(to, v);
	take_guest_facts(to, vms_json_get(v->document, "facts", json_type_object));
	to->outcome = copy_string(v->document, "verdict");
	return to->outcome ? 0 : -ENOMEM;
}

static void move_parts(struct vms_cell *to, struct vms_cell *from)
{
	struct vms_cell old = {
		.document = to->document, .rows = to->rows, .n_rows = to->n_rows, .outcome = to->outcome
	};

	to->document = from->document;
	to->rows = from->rows;
	to->n_rows = from->n_rows;
	to->outcome = from->outcome;
	memcpy(to->failed, from->failed, sizeof(to->failed));
	memcpy(to->open, from->open, sizeof(to->open));
	to->gic_seen = from->gic_seen;
	to->no_acpi_support = from->no_acpi_support;
	*from = old;
}

static int take(struct vms_cell *cell, const struct vms_run_options *opt, const char *json, size_t len)
{
	struct vms_cell parts = { 0 };
	int err = fill(cell, opt, &parts, json, len);

	if (!err)
		move_parts(cell, &parts);
	vms_cell_clear(&parts); /* what was there before, or what was begun */
	return err;
}

int vms_cell_take_document(struct vms_cell *cell, const char *json, size_t len)
{
	return take(cell, NULL, json, len);
}

int vms_cell_ask(struct vms_cell *cell, const struct vms_run_options *opt)
{
	if (!cell->document || (!opt->strict && opt->n_waivers == 0))
		return 0;
	return take(cell, opt, cell->document, strlen(cell->document));
}
