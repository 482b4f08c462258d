/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can a non-volatile variable be created, read back and deleted? A trial with our
 * one variable, or what a persistence cycle has seen of it; see cycle.h.
 */
#include <errno.h>

#include "core/result.h"
#include "kernel/remedy.h"
#include "session.h"

#define NOTHING_WRITTEN "nothing was written: --write, or --persistence arm, allows it"

static int refused(struct vms_machine *m, struct vms_result *r, const char *what, int err)
{
	vms_evidence(r, what, "%s: %s", vms_error_name(err), vms_setvariable_error(err));
	if (vms_setvariable_firmware_refused(err)) {
		vms_remedy_for(m, r, REMEDY_SETVARIABLE);
		return vms_fail(r, "%s failed: %s", what, vms_setvariable_error(err));
	}
	if (err == -ENOSPC)
		vms_remedy(r, VMS_HYPERVISOR,
			   "make the variable store larger, or start it anew; nothing was deleted from it");
	return vms_unknown(r, "%s failed: %s", what, vms_setvariable_error(err));
}

static int lied(struct vms_result *r, const char *what, const char *seen)
{
	vms_evidence(r, VMS_VARIABLE_FILE, "%s", seen);
	vms_remedy(r, VMS_HYPERVISOR, "use a firmware that stores what it says it has stored");
	return vms_fail(r, "%s said success, and the variable is %s", what, seen);
}

static int read_only(const struct vms_cycle *c, struct vms_result *r)
{
	if (session_read_only(c, r))
		return vms_fail(r, "the firmware offers no SetVariable at run time: the kernel mounts "
				   "efivarfs read-only");
	return vms_unknown(r, "efivarfs is mounted read-only, and not because of the firmware");
}

/* 0: go on; 1: judged. */
static int trial_possible(struct session *s, struct vms_result *r)
{
	int err;

	if (s->seen.store_err) {
		vms_unknown(r, "%s", vms_store_blocker(s->c->m, s->seen.store_err));
		return 1;
	}
	err = vms_varstore_writable(s->seen.store_fd);
	if (err == -EROFS) {
		read_only(s->c, r);
		return 1;
	}
	if (err == -ENOSPC) {
		refused(s->c->m, r, "SetVariable (not tried: hardly any room)", err);
		return 1;
	}
	if (s->seen.seen.variable == VMS_PVAR_THERE && s->seen.variable.kind == VMS_VARIABLE_ARMED) {
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "end that cycle: `vmspec-verify --persistence check`, or disarm");
		vms_unknown(r, "a persistence cycle has its variable there: not touched");
		return 1;
	}
	return 0;
}

static int trial(struct session *s, struct vms_result *r)
{
	const struct vms_varstore *store = s->c->store;
	char nonce[VMS_PERSIST_NONCE_LEN + 1], text[VMS_VARIABLE_MAX + 1];
	const struct vms_variable *v = &s->seen.variable;
	int err = vms_nonce(nonce);

	/* what an earlier trial left may have other attributes */
	if (!err && s->seen.seen.variable == VMS_PVAR_THERE)
		err = session_delete(s);
	if (err < 0)
		return vms_unknown(r, "a left-over variable could not be deleted: %s",
				   vms_setvariable_error(err));
	vms_variable_format(VMS_VARIABLE_PROBE, nonce, s->seen.seen.boot_id, text);
	err = store->set(store, (const uint8_t *)text, strlen(text), VMS_PERSIST_ATTRS);
	if (err < 0)
		return refused(s->c->m, r, "SetVariable", err);
	err = vms_observe_variable(&s->seen);
	if (err == -ENOENT)
		return lied(r, "SetVariable", "not there");
	if (err < 0)
		return vms_blocked(r, VMS_VARIABLE_FILE, err);
	if (v->attrs != VMS_PERSIST_ATTRS || v->len != strlen(text) || memcmp(v->data, text, v->len) != 0) {
		(void)session_delete(s);
		return lied(r, "SetVariable",
			    v->attrs != VMS_PERSIST_ATTRS ? "there with other attributes"
							  : "there with other contents");
	}
	vms_evidence(r, VMS_VARIABLE_FILE, "written and read back: %zu bytes, attributes 0x%x", v->len,
		     v->attrs);
	err = session_delete(s);
	if (err == -EEXIST)
		return lied(r, "deleting", "still there");
	if (err < 0)
		return refused(s->c->m, r, "deleting", err);
	vms_evidence(r, VMS_VARIABLE_FILE, "deleted, and gone");
	return vms_pass(r, "a non-volatile variable was created, read back and deleted");
}

/* What an arming or a check knows of it; false: nothing. */
static bool from_state(struct vms_machine *m, const struct vms_persist_state *st, struct vms_result *r)
{
	if (st->phase == VMS_PERSIST_ARMED) {
		vms_pending(r, "created and read back when armed; deleting it is judged after the reboot");
	} else if (st->phase == VMS_PERSIST_UNARMED && st->why == VMS_ROW_NOT_STORED) {
		lied(r, "SetVariable", "not there as it was written");
	} else if (st->phase == VMS_PERSIST_UNARMED && st->why == VMS_ROW_REFUSED && st->err) {
		refused(m, r, "SetVariable", st->err);
	} else if (st->phase == VMS_PERSIST_JUDGED && st->deleted && st->why != VMS_ROW_GONE) {
		vms_pass(r, "created and read back when armed, deleted after the reboot");
	} else if (st->phase == VMS_PERSIST_JUDGED && st->err == -EEXIST) {
		lied(r, "deleting", "still there");
	} else if (st->phase == VMS_PERSIST_JUDGED && st->err) {
		refused(m, r, "deleting", st->err);
	} else {
		return false;
	}
	vms_evidence(r, VMS_STATE_FILE, "the persistence cycle's own write");
	return true;
}

static bool from_cycle(const struct session *s, struct vms_result *r)
{
	return !vms_persist_identity_differs(&s->state.identity, &s->seen.seen.identity) &&
	       from_state(s->c->m, &s->state, r);
}

/* No state, or none that can be read: nothing was ever written, as far as is known. */
static bool no_state(const struct vms_cycle *c)
{
	struct vms_persist_state st;

	return vms_cycle_state(c, &st) < 0 || st.phase == VMS_PERSIST_ABSENT;
}

int vms_cycle_write(const struct vms_cycle *c, enum vms_write_policy policy, struct vms_result *r)
{
	bool known = false, trying = policy != VMS_WRITE_NEVER;
	struct session s;

	if (!trying && no_state(c))
		return vms_skip(r, "%s", NOTHING_WRITTEN);
	if (session_open(&s, c, trying ? SESSION_LOCK : SESSION_LOOK, r) == 0) {
		/* while a cycle is under way its own write is the only one */
		if (policy != VMS_WRITE_ALWAYS || s.state.phase == VMS_PERSIST_ARMED)
			known = from_cycle(&s, r);
		if (!known && trying && !trial_possible(&s, r))
			trial(&s, r);
	}
	if (!known && !trying)
		vms_skip(r, "%s", NOTHING_WRITTEN);
	return session_end(&s, &(struct vms_cycle_report){ .result = { .err = r->err } });
}
