// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading a verdict that a process which may have been taken over handed back as rows: wire.h. */
#include "core/profile.h"
#include "core/run.h"
#include "core/util.h"
#include "core/verdict.h"
#include "parse.h"
#include "wire.h"
#include "wiring.h"

struct unwiring {
	const char *at, *end;
	const struct vms_run_options *opt;
	struct vms_verdict *v;
	const char *why; /* what is wrong with it */
};

static int refuse(struct unwiring *u, const char *why)
{
	u->why = why;
	return -EBADMSG;
}

static int take(struct unwiring *u, void *to, size_t len)
{
	if ((size_t)(u->end - u->at) < len)
		return refuse(u, "it is cut short");
	memcpy(to, u->at, len);
	u->at += len;
	return 0;
}

/* A copy that is safe to show; *ret stays NULL where there is none. */
static int take_string(struct unwiring *u, char **ret)
{
	uint32_t len;
	int err = take(u, &len, sizeof(len));

	if (err || len == WIRE_NULL)
		return err;
	if (len > (size_t)(u->end - u->at))
		return refuse(u, "it is cut short");
	*ret = vms_bearable_text(u->at, len);
	u->at += len;
	return *ret ? 0 : -ENOMEM;
}

static int take_evidence(struct unwiring *u, struct vms_result *r, uint32_t n)
{
	int err = 0;

	/* each is at least two lengths */
	if (n > (size_t)(u->end - u->at) / (2 * sizeof(uint32_t)))
		return refuse(u, "it is cut short");
	r->evidence = calloc(n ? n : 1, sizeof(*r->evidence));
	if (!r->evidence)
		return -ENOMEM;
	for (uint32_t i = 0; !err && i < n; i++) {
		struct vms_evidence *e = &r->evidence[i];

		r->n_evidence++;
		err = take_string(u, &e->source);
		if (!err)
			err = take_string(u, &e->value);
		if (!err && (!e->source || !*e->source || !e->value))
			err = refuse(u, "a piece of evidence in it is none");
	}
	return err;
}

static int take_cause(struct unwiring *u, const struct wire_row *head, struct vms_cause *ret)
{
	const struct vms_check *c = vms_profile_check_at(u->v->profile, head->cause);

	if (!head->blocked)
		return 0;
	if (head->cause_status >= VMS_WAIVED || (!c && head->cause != WIRE_NULL))
		return refuse(u, "a check in it hangs on none");
	*ret = (struct vms_cause){ .blocked = true,
				   .id = c ? c->id : NULL,
				   .status = (enum vms_status)head->cause_status };
	vms_waive_cause(u->opt, ret);
	return 0;
}

static int take_result(struct unwiring *u, const struct wire_row *head, struct vms_verdict_row *row)
{
	struct vms_result *r = &row->result;
	int err;

	if (head->status >= VMS_WAIVED || head->owner >= VMS_N_OWNER)
		return refuse(u, "a check in it has no status, or is nobody's to mend");
	r->status = (enum vms_status)head->status;
	r->owner = (enum vms_owner)head->owner;
	err = take_cause(u, head, &r->cause);
	if (!err)
		err = take_string(u, &r->reason);
	if (!err)
		err = take_string(u, &r->advice);
	if (!err)
		err = take_evidence(u, r, head->n_evidence);
	if (!err && (!r->reason || !*r->reason))
		err = refuse(u, "a check in it gives no reason");
	if (!err && r->n_evidence == 0 && r->status == VMS_FAIL)
		err = refuse(u, "a check in it failed without evidence");
	return err ? err : vms_waive(u->opt, row);
}

/* *at: the first check that may come. */
static int take_row(struct unwiring *u, uint32_t *at)
{
	struct vms_verdict_row *row = &u->v->rows[u->v->n_rows];
	struct wire_row head;
	int err = take(u, &head, sizeof(head));

	if (err)
		return err;
	row->check = head.check < *at ? NULL : vms_profile_check_at(u->v->profile, head.check);
	if (!row->check || !(row->check->kinds & VMS_KIND_IMAGE))
		return refuse(u, "a check in it is none of an image, or out of order");
	row->level = vms_profile_level(u->v->profile, row->check->id, &row->clause);
	if (row->level == VMS_LEVEL_NONE)
		return refuse(u, "a check in it is none of its profile");
	u->v->n_rows++;
	*at = head.check + 1;
	return take_result(u, &head, row);
}

static int take_verdict(struct unwiring *u, const char *name)
{
	struct vms_verdict *v = u->v;
	struct vms_subject_info *s = &v->subject;
	struct wire_head head;
	uint32_t at = 0;
	int err = take(u, &head, sizeof(head));

	if (!err && head.n_rows > vms_profile_n_checks(v->profile))
		err = refuse(u, "it has more checks than its profile");
	if (err)
		return err;
	v->time = head.time;
	s->kind = VMS_KIND_IMAGE;
	s->name = vms_bearable_text(name, strlen(name));
	v->rows = calloc(head.n_rows + 1, sizeof(*v->rows));
	if (!s->name || !v->rows)
		return -ENOMEM;
	err = take_string(u, &s->arch);
	if (!err)
		err = take_string(u, &s->hypervisor);
	if (!err)
		err = take_string(u, &s->firmware);
	for (uint32_t i = 0; !err && i < head.n_rows; i++)
		err = take_row(u, &at);
	if (!err && u->at != u->end)
		err = refuse(u, "something stands behind it");
	return err;
}

int vms_wire_read(const char *bytes, size_t len, const char *name, const struct vms_run_options *opt,
		  struct vms_verdict **ret, const char **ret_why)
{
	struct unwiring u = { .at = bytes, .end = bytes + len, .opt = opt, .v = calloc(1, sizeof(*u.v)) };
	int err;

	if (!u.v)
		return vms_no_memory();
	u.v->profile = opt->profile;
	u.v->partial = opt->globs != NULL;
	u.v->strict = opt->strict;
	u.v->owner = opt->owner;
	err = take_verdict(&u, name);
	if (!err) {
		vms_verdict_count(u.v);
		*ret = u.v;
		return 0;
	}
	vms_verdict_free(u.v);
	if (err == -EBADMSG)
		*ret_why = u.why;
	return err;
}
