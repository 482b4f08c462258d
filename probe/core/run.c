/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walk the registry: run what is selected, once, after what it needs. One
 * broken thing gives one `fail`: what needs a check that failed is skipped,
 * what needs one that is unknown is unknown, and both name it.
 */
#include <errno.h>
#include <fnmatch.h>
#include <time.h>

#include "run.h"
#include "verdict.h"

struct outcome {
	const struct vms_check *check;
	enum { TODO, RUNNING, DONE } progress;
	struct vms_result result;
	const struct vms_verdict_row *row; /* the row that took the result's texts; NULL: not listed */
};

struct run {
	const struct vms_run_subject *subject;
	const struct vms_profile *profile;
	const struct vms_run_options *opt;
	struct outcome *outcomes; /* one a check of the profile's chapters */
	size_t n;
};

static int evaluate(struct run *run, struct outcome *o);

static struct outcome *outcome_of(struct run *run, const char *id)
{
	for (size_t i = 0; i < run->n; i++)
		if (streq(run->outcomes[i].check->id, id))
			return &run->outcomes[i];
	return NULL;
}

const struct vms_waiver *vms_waiver_of(const struct vms_run_options *opt, const char *id)
{
	for (size_t i = 0; id && i < opt->n_waivers; i++)
		if (streq(opt->waivers[i].id, id))
			return &opt->waivers[i];
	return NULL;
}

void vms_waive_cause(const struct vms_run_options *opt, struct vms_cause *cause)
{
	if (cause->blocked && cause->status == VMS_FAIL && vms_waiver_of(opt, cause->id))
		cause->status = VMS_WAIVED;
}

/* What hangs on `need` hangs on what `need` hangs on itself. */
static void take_cause(const struct run *run, struct vms_result *r, const struct outcome *need)
{
	const struct vms_check *c = need->check;

	r->cause = need->result.cause;
	if (r->cause.blocked)
		return;
	r->cause = (struct vms_cause){ .blocked = true, .status = need->result.status };
	if (vms_profile_level(run->profile, c->id, NULL) == VMS_LEVEL_NONE)
		return;
	r->cause.id = c->id;
	vms_waive_cause(run->opt, &r->cause);
}

/* A check that is not in this version is named by what it shows. */
static int state_need(const struct run *run, struct vms_result *r, const struct outcome *need)
{
	bool known = vms_profile_level(run->profile, need->check->id, NULL) != VMS_LEVEL_NONE;
	const char *id = known ? need->check->id : need->check->title, *q = known ? "" : "\"";
	const char *waived = vms_waiver_of(run->opt, need->check->id) ? " and is waived" : "";
	const struct vms_result *texts = need->row ? &need->row->result : &need->result;

	take_cause(run, r, need);
	switch (need->result.status) {
	case VMS_FAIL:
		return vms_skip(r, "needs %s%s%s, which failed%s", q, id, q, waived);
	case VMS_SKIP:
		return vms_skip(r, "needs %s%s%s, which was skipped", q, id, q);
	default:
		/* what would decide the one would decide the other */
		if (texts->owner != VMS_OWNER_NONE && texts->advice)
			vms_remedy(r, texts->owner, "%s", texts->advice);
		return vms_unknown(r, "needs %s%s%s, which is %s", q, id, q,
				   vms_status_name(need->result.status));
	}
}

/* True when a needed check did not pass; the result is then stated. */
static int blocked_by_need(struct run *run, struct outcome *o, bool *ret)
{
	for (size_t i = 0; i < VMS_MAX_NEEDS && o->check->needs[i]; i++) {
		struct outcome *need = outcome_of(run, o->check->needs[i]);
		int err;

		if (!need || !(need->check->kinds & run->subject->kind))
			continue;
		err = evaluate(run, need);
		if (err < 0)
			return err;
		if (need->result.status == VMS_PASS ||
		    (need->result.status == VMS_UNKNOWN && o->check->despite_unknown))
			continue;
		*ret = true;
		return state_need(run, &o->result, need);
	}
	*ret = false;
	return 0;
}

/* An unknown says who can act; where the check had nothing better to say, this. */
static int say_who_can_look(const struct run *run, struct vms_result *r)
{
	const struct vms_run_subject *s = run->subject;

	if (s->kind == VMS_KIND_IMAGE)
		vms_remedy(r, VMS_IMAGE, "give an image whose every part that the reason names can be read");
	else if (s->kind == VMS_KIND_BOOT_MATRIX)
		vms_remedy(r, VMS_GUEST_ADMIN, "let the cells run that the reason names");
	else if (s->blocker)
		vms_remedy(r, VMS_GUEST_ADMIN, "judge an Arm guest, or the record of one");
	else if (s->kind == VMS_KIND_RECORD)
		vms_remedy(r, VMS_GUEST_ADMIN, "record the machine again, as root and soon after its boot");
	else
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "let vmspec-verify see what the reason names: as root, in no container, soon "
			   "after boot");
	return r->err;
}

/* Of a record, what was kept away when it was made stays so. */
static void word_rights(const struct run *run, struct vms_result *r)
{
	if (r->rights && run->subject->kind == VMS_KIND_RECORD)
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "record the machine again, as root and outside of any container");
}

static int evaluate(struct run *run, struct outcome *o)
{
	bool blocked = false;
	int err;

	if (o->progress != TODO)
		return 0;
	o->progress = RUNNING;
	if (run->subject->blocker)
		err = vms_unknown(&o->result, "%s", run->subject->blocker);
	else
		err = blocked_by_need(run, o, &blocked);
	if (!err && !blocked && !run->subject->blocker) {
		err = run->subject->run(run->subject->ctx, o->check, &o->result);
		if (err < 0 && err != -ENOMEM)
			err = vms_unknown(&o->result, "could not be looked at: %s", vms_blocker(err));
	}
	if (!err)
		word_rights(run, &o->result);
	if (!err)
		err = o->result.err;
	if (!err) /* a check may name another one that it hangs on by itself */
		vms_waive_cause(run->opt, &o->result.cause);
	if (!err && !o->result.reason)
		err = vms_unknown(&o->result, "no result was stated");
	if (!err && o->result.status == VMS_UNKNOWN && o->result.owner == VMS_OWNER_NONE)
		err = say_who_can_look(run, &o->result);
	o->progress = DONE;
	return err;
}

static bool listed(const struct run *run, const struct vms_check *c)
{
	return vms_profile_lists(run->profile, c, run->subject->kind);
}

static bool selected(const struct vms_run_options *opt, const struct vms_check *c)
{
	if (!opt->globs)
		return true;
	for (const char *const *g = opt->globs; *g; g++)
		if (fnmatch(*g, c->id, 0) == 0)
			return true;
	return false;
}

static bool every_glob_matches(const struct run *run, const struct vms_run_options *opt)
{
	for (const char *const *g = opt->globs; g && *g; g++) {
		bool hit = false;

		for (size_t i = 0; i < run->n && !hit; i++)
			hit = listed(run, run->outcomes[i].check) &&
			      fnmatch(*g, run->outcomes[i].check->id, 0) == 0;
		if (!hit)
			return false;
	}
	return true;
}

int vms_waive(const struct vms_run_options *opt, struct vms_verdict_row *row)
{
	const struct vms_waiver *w = vms_waiver_of(opt, row->check->id);

	if (!w || row->result.status != VMS_FAIL)
		return 0;
	row->result.waiver = vms_printable(w->reason, strlen(w->reason));
	if (w->until)
		row->result.until = strdup(w->until);
	if (!row->result.waiver || (w->until && !row->result.until))
		return -ENOMEM;
	row->result.status = VMS_WAIVED;
	return 0;
}

/* The needed check that this row waits for; NULL: none. */
static const struct vms_result *waits_for(const struct run *run, const struct vms_verdict_row *row)
{
	for (size_t i = 0; i < VMS_MAX_NEEDS && row->check->needs[i]; i++) {
		for (size_t j = 0; j < run->n; j++) {
			const struct outcome *o = &run->outcomes[j];

			if (o->progress == DONE && o->result.owner != VMS_OWNER_NONE && o->result.advice &&
			    streq(o->check->id, row->check->needs[i]))
				return &o->result;
		}
	}
	return NULL;
}

/* An open MUST leaves the verdict open: somebody can act, and the document says who. */
static int say_who_acts(const struct run *run, struct vms_verdict_row *row)
{
	struct vms_result *r = &row->result;
	const struct vms_result *need;

	if (row->level != VMS_MUST || r->status != VMS_UNKNOWN || r->advice || run->subject->blocker)
		return 0;
	need = waits_for(run, row);
	if (need)
		vms_remedy(r, need->owner, "%s", need->advice);
	else
		vms_remedy(r, row->check->image_fn ? VMS_IMAGE : VMS_GUEST_ADMIN,
			   run->subject->kind == VMS_KIND_RECORD
				   ? "record the machine anew where what the reason names can be read"
				   : "take away what the reason names, and judge again");
	return r->err;
}

static int fill_rows(struct run *run, const struct vms_run_options *opt, struct vms_verdict *v)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n; i++)
		n += (run->outcomes[i].check->kinds & run->subject->kind) != 0;
	v->rows = calloc(n + 1, sizeof(*v->rows));
	if (!v->rows)
		return -ENOMEM;
	for (size_t i = 0; i < run->n; i++) {
		struct outcome *o = &run->outcomes[i];
		struct vms_verdict_row *row;
		int err;

		if (!listed(run, o->check) || !selected(opt, o->check))
			continue;
		err = evaluate(run, o);
		if (err < 0)
			return err;
		row = &v->rows[v->n_rows++];
		row->check = o->check;
		row->level = vms_profile_level(run->profile, o->check->id, &row->clause);
		row->result = o->result;
		o->row = row;
		/* those that need it go on asking how it ended */
		o->result = (struct vms_result){ .status = row->result.status, .cause = row->result.cause };
		err = say_who_acts(run, row);
		if (err < 0)
			return err;
		err = vms_waive(opt, row);
		if (err < 0)
			return err;
	}
	return 0;
}

int vms_run_subject(const struct vms_run_subject *s, const struct vms_run_options *opt,
		    struct vms_verdict **ret)
{
	struct run run = { .subject = s, .profile = opt->profile, .opt = opt };
	unsigned failures = vms_no_memory_count();
	struct vms_verdict *v;
	int err = 0;

	if (!opt->profile)
		return -EINVAL;
	v = calloc(1, sizeof(*v));
	run.n = vms_profile_n_checks(run.profile);
	run.outcomes = calloc(run.n, sizeof(*run.outcomes));
	if (!v || !run.outcomes)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < run.n; i++)
		run.outcomes[i] = (struct outcome){ .check = vms_profile_check_at(run.profile, i),
						    .result.status = VMS_UNKNOWN };
	if (!err && !every_glob_matches(&run, opt))
		err = -EINVAL;
	if (!err) {
		v->profile = run.profile;
		v->time = time(NULL);
		v->partial = opt->globs != NULL;
		v->strict = opt->strict;
		v->owner = opt->owner;
		v->subject.kind = s->kind;
		err = fill_rows(&run, opt, v);
	}
	for (size_t i = 0; run.outcomes && i < run.n; i++)
		vms_result_clear(&run.outcomes[i].result);
	free(run.outcomes);
	if (!err && vms_no_memory_count() != failures)
		err = -ENOMEM;
	if (err < 0) {
		vms_verdict_free(v);
		return err;
	}
	vms_verdict_count(v);
	*ret = v;
	return 0;
}
