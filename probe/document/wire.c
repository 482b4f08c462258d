// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing a verdict as rows: wire.h; each is read back, in this order, by wire_read.c. */
#include "core/profile.h"
#include "core/util.h"
#include "wire.h"
#include "wiring.h"

static int wire_put(struct vms_wire *w, const void *data, size_t len)
{
	if (len > w->room - w->len) {
		size_t room = 2 * w->room + len + 1024;
		char *grown = realloc(w->bytes, room);

		if (!grown)
			return vms_no_memory();
		w->bytes = grown;
		w->room = room;
	}
	memcpy(w->bytes + w->len, data, len);
	w->len += len;
	return 0;
}

static int put_string(struct vms_wire *w, const char *s)
{
	uint32_t len = s ? (uint32_t)strlen(s) : WIRE_NULL;
	int err = wire_put(w, &len, sizeof(len));

	return err || !s ? err : wire_put(w, s, len);
}

static int put_evidence(struct vms_wire *w, const struct vms_result *r)
{
	int err = 0;

	for (size_t i = 0; !err && i < r->n_evidence; i++) {
		err = put_string(w, r->evidence[i].source);
		if (!err)
			err = put_string(w, r->evidence[i].value);
	}
	return err;
}

/* The place of a check in its profile. */
static uint32_t place_of(const struct vms_profile *p, const char *id, uint32_t from)
{
	const struct vms_check *c;

	for (uint32_t i = from; id && (c = vms_profile_check_at(p, i)); i++)
		if (streq(c->id, id))
			return i;
	return WIRE_NULL;
}

/* What is waived is for the reader to say. */
static uint32_t as_found(enum vms_status s)
{
	return s == VMS_WAIVED ? VMS_FAIL : s;
}

static int put_row(struct vms_wire *w, const struct vms_verdict *v, const struct vms_verdict_row *row,
		   uint32_t *at)
{
	const struct vms_result *r = &row->result;
	struct wire_row head = { .check = place_of(v->profile, row->check->id, *at),
				 .status = as_found(r->status),
				 .owner = r->owner,
				 .blocked = r->cause.blocked,
				 .cause = place_of(v->profile, r->cause.id, 0),
				 .cause_status = as_found(r->cause.status),
				 .n_evidence = (uint32_t)r->n_evidence };
	int err = wire_put(w, &head, sizeof(head));

	*at = head.check;
	if (!err)
		err = put_string(w, r->reason);
	if (!err)
		err = put_string(w, r->advice);
	return err ? err : put_evidence(w, r);
}

int vms_wire_write(struct vms_wire *w, const struct vms_verdict *v)
{
	struct wire_head head = { .time = v->time, .n_rows = (uint32_t)v->n_rows };
	const struct vms_subject_info *s = &v->subject;
	uint32_t at = 0;
	int err;

	if (v->facts || v->n_cells > 0)
		return -EINVAL;
	w->len = 0;
	err = wire_put(w, &head, sizeof(head));
	if (!err)
		err = put_string(w, s->arch);
	if (!err)
		err = put_string(w, s->hypervisor);
	if (!err)
		err = put_string(w, s->firmware);
	for (size_t i = 0; !err && i < v->n_rows; i++)
		err = put_row(w, v, &v->rows[i], &at);
	return err;
}

void vms_wire_clear(struct vms_wire *w)
{
	free(w->bytes);
	*w = (struct vms_wire){ 0 };
}
