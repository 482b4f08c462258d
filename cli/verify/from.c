// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --from: saved documents, rendered as if they had been judged now. --join: the same as one
 * document about all of them.
 */
#include <errno.h>
#include "document/fleet.h"
#include "document/read.h"
#include "verify.h"

struct saved {
	const struct verify_options *o;
	struct delivery delivery;
	struct vms_fleet *fleet; /* --join */
	bool open;
	int status; /* the worst so far */
	size_t n;
};

static int from_begin(struct documents *d, bool several)
{
	struct saved *s = d->ctx;
	int status = s->o->quiet ? -1 : deliver_open(&s->delivery, &s->o->asked, several);

	s->open = status == GO_ON && !s->o->quiet;
	return status == GO_ON ? 0 : status;
}

static int from_take(struct documents *d, const struct vms_verdict *v, _unused_ const char **ret_why)
{
	struct saved *s = d->ctx;

	deliver_row(&s->delivery, v);
	s->status = exit_worse(s->status, vms_verdict_exit_status(v));
	s->n++;
	return 0;
}

/* What could not be read leaves it open, and so does nothing at all. */
static int status_of(const struct saved *s, const struct documents *d)
{
	return d->bad || s->n == 0 ? exit_worse(s->status, EXIT_INCONCLUSIVE) : s->status;
}

int action_from(struct verify_options *o)
{
	struct saved s = { .o = o };
	struct documents d = { .begin = from_begin, .take = from_take, .ctx = &s };
	int status = documents_read(&d, o->documents, o->n_documents);

	if (status) {
		deliver_discard(&s.delivery);
		return status;
	}
	if (s.n == 0 && !d.bad)
		complain("there is no document to show");
	return s.open && deliver_close(&s.delivery) ? EXIT_TOOL : status_of(&s, &d);
}

static int join_one(struct saved *s, const struct vms_verdict *v, const char **ret_why)
{
	int err = vms_fleet_add(s->fleet, v, cli_tool);

	if (err == -EEXIST)
		*ret_why = "there is a document about this subject already";
	else if (err == -EXDEV)
		*ret_why = "it is by another profile than those before it";
	else if (!err)
		s->n++;
	return err == -EEXIST || err == -EXDEV ? -EBADMSG : err;
}

static int join_take(struct documents *d, const struct vms_verdict *v, const char **ret_why)
{
	struct saved *s = d->ctx;
	int err = 0;

	if (v->subject.kind != VMS_KIND_FLEET)
		return join_one(s, v, ret_why);
	for (size_t i = 0; !err && i < v->n_cells; i++) {
		_cleanup_verdict_ struct vms_verdict *member = NULL;

		err = vms_cell_read(&v->cells[i], &member);
		if (!err && member)
			err = join_one(s, member, ret_why);
		if (err == -EBADMSG) {
			complain("%s is left out: %s", v->cells[i].name, *ret_why);
			d->bad++;
			err = 0;
		}
	}
	return err;
}

static int join(struct saved *s, const struct documents *d)
{
	_cleanup_verdict_ struct vms_verdict *v = NULL;
	int err = vms_fleet_verdict(s->fleet, &v), status;

	if (err == -ENODATA) {
		complain("there is no document to join");
		return EXIT_INCONCLUSIVE;
	}
	if (err)
		return no_memory();
	s->status = vms_verdict_exit_status(v);
	status = s->o->quiet ? -1 : deliver_open(&s->delivery, &s->o->asked, false);
	if (status != GO_ON)
		return status;
	deliver_row(&s->delivery, v);
	return deliver_close(&s->delivery) ? EXIT_TOOL : status_of(s, d);
}

int action_join(struct verify_options *o)
{
	struct saved s = { .o = o };
	struct documents d = { .take = join_take, .ctx = &s };
	int status;

	if (vms_fleet_new(&s.fleet) < 0)
		return no_memory();
	status = documents_read(&d, o->documents, o->n_documents);
	if (!status)
		status = join(&s, &d);
	vms_fleet_free(s.fleet);
	return status;
}
