/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deciding over the persistence table and doing what it asks for; see cycle.h. */
#include <errno.h>

#include "core/result.h"
#include "efi.h"
#include "kernel/remedy.h"
#include "session.h"

static void advise(struct vms_machine *m, enum vms_persist_row row, const struct vms_persist_state *st,
		   struct vms_result *r)
{
	switch (row) {
	case VMS_ROW_GONE:
	case VMS_ROW_OTHER_NONCE:
		vms_remedy_for(m, r, REMEDY_VARSTORE_KEPT);
		break;
	case VMS_ROW_ATTRIBUTES:
		vms_remedy(r, VMS_HYPERVISOR,
			   "mend the firmware's variable store: attributes are part of a variable");
		break;
	case VMS_ROW_REFUSED:
		vms_evidence(r, "SetVariable", "%s", vms_setvariable_error(st->err));
		if (st->err == -ENOSPC)
			vms_remedy(r, VMS_HYPERVISOR, "make the variable store larger, or start it anew");
		break;
	case VMS_ROW_COPIED:
	case VMS_ROW_CUT_OFF:
	case VMS_ROW_DAMAGED:
	case VMS_ROW_NEWER:
	case VMS_ROW_OVERWRITTEN:
		vms_remedy(r, VMS_GUEST_ADMIN, "arm anew: `vmspec-verify --persistence arm`, then reboot");
		break;
	default:
		break;
	}
}

/* Why arming would be refused, as far as it shows without trying; NULL: nothing shows. What
 * root alone may do is no reason: the words for it name root. */
static const char *never_to_be_armed(const struct session *s)
{
	int err = s->seen.store_err;

	if (!err)
		err = vms_varstore_writable(s->seen.store_fd);
	else if (err != -EACCES && err != -EPERM)
		return vms_store_blocker(s->c->m, err);
	if (err == -EROFS)
		return vms_store_read_only_by_firmware(s->c->m) == 1
			       ? "the firmware offers no SetVariable at run time"
			       : "efivarfs is mounted read-only";
	if (err == -ENOSPC)
		return "the variable store is full, or hardly has room";
	return s->dir_fd >= 0 && vms_state_durable(s->dir_fd, &(const char *){ NULL }) == -EMEDIUMTYPE
		       ? "the state directory would not survive a reboot"
		       : NULL;
}

/* Firmware that is known to keep its variables in the guest's memory: they end with the boot. NULL: not
 * known. */
static const char *store_in_memory(struct vms_machine *m)
{
	const struct efi_facts *efi;

	if (platform_of(m) != PLATFORM_XEN)
		return NULL;
	efi = efi_read(m);
	return efi && efi->vendor && strstr(efi->vendor, "EDK II")
		       ? "EDK II for Xen keeps its variables in the guest's memory"
		       : NULL;
}

/* The decision in words. */
static void state_result(const struct session *s, const struct vms_persist_decision *d, struct vms_result *r)
{
	const char *reason = vms_persist_reason(d->row), *what;

	switch (d->status) {
	case VMS_PASS:
		vms_pass(r, "%s", reason);
		break;
	case VMS_FAIL:
		what = d->row == VMS_ROW_GONE ? store_in_memory(s->c->m) : NULL;
		vms_fail(r, "%s%s%s", reason, what ? ": " : "", what ? what : "");
		break;
	case VMS_PENDING:
		vms_pending(r, "%s", reason);
		break;
	case VMS_SKIP:
		what = d->row == VMS_ROW_NEVER_ARMED ? never_to_be_armed(s) : NULL;
		if (what)
			vms_skip(r, "never armed, and can't be: %s", what);
		else
			vms_skip(r, "%s", reason);
		break;
	default:
		what = vms_persist_identity_differs(&s->state.identity, &s->seen.seen.identity);
		if (d->row == VMS_ROW_NOT_SEEN)
			vms_unknown(r, "%s",
				    s->seen.store_err ? vms_store_blocker(s->c->m, s->seen.store_err)
						      : "boot_id could not be read");
		else if (d->row == VMS_ROW_COPIED && what)
			vms_unknown(r, "%s (another %s)", reason, what);
		else if (d->row == VMS_ROW_REFUSED)
			vms_unknown(r, "%s: %s", reason, vms_setvariable_error(s->state.err));
		else
			vms_unknown(r, "%s", reason);
	}
	vms_observe_evidence(s->c->m, &s->state, &s->seen, r);
	if (s->state.phase == VMS_PERSIST_JUDGED)
		vms_evidence(r, VMS_STATE_FILE, "judged in boot %s%s", s->state.judged_boot,
			     strcmp(s->state.judged_boot, s->seen.seen.boot_id) ? "" : ", this one");
	advise(s->c->m, d->row, &s->state, r);
}

/* The result is on disk; now our variable may go. */
static void delete_judged(struct session *s, struct vms_result *r)
{
	struct vms_persist_state next = s->state;
	_cleanup_(vms_result_clear) struct vms_result ignored = { 0 };
	int err = session_delete(s);

	next.deleted = err == 0;
	next.err = err;
	if (err < 0)
		vms_evidence(r, VMS_VARIABLE_FILE, "could not be deleted: %s", vms_setvariable_error(err));
	else
		vms_evidence(r, VMS_VARIABLE_FILE, "deleted, and gone");
	/* where this fails, the next check deletes again: no harm in that */
	(void)session_store(s, &next, &ignored);
}

static void set_aside(struct session *s, const struct vms_persist_decision *d, struct vms_result *r)
{
	_cleanup_(vms_result_clear) struct vms_result ignored = { 0 };
	_cleanup_free_ char *name = NULL;
	int err = vms_state_set_aside(s->dir_fd, &name);

	if (err < 0) {
		vms_evidence(r, VMS_STATE_FILE, "could not be kept aside: %s", vms_error_text(err));
		return;
	}
	vms_evidence(r, VMS_STATE_FILE, "kept aside as %s", name);
	s->state = (struct vms_persist_state){ .phase = VMS_PERSIST_ABSENT };
	(void)session_store(s, &d->next, &ignored);
}

/* 0, or 1: the state could not be written, and the result says so. */
static int act(struct session *s, const struct vms_persist_decision *d, struct vms_result *r)
{
	switch (d->action) {
	case VMS_PERSIST_KEEP:
		return 0;
	case VMS_PERSIST_STORE:
		return session_store(s, &d->next, r);
	case VMS_PERSIST_CLEAR:
		if (session_store(s, &d->next, r))
			return 1;
		if (session_delete(s) < 0)
			vms_evidence(r, VMS_VARIABLE_FILE, "could not be deleted");
		return 0;
	case VMS_PERSIST_FINISH:
		if (session_store(s, &d->next, r))
			return 1;
		delete_judged(s, r);
		return 0;
	default:
		set_aside(s, d, r);
		return 0;
	}
}

/* The boot unit arms anew: the state goes from the old one to the new intent without a gap,
 * and the new variable takes the place of the old one. */
static void arm_anew(struct session *s, struct vms_result *r)
{
	_cleanup_(vms_result_clear) struct vms_result armed = { 0 };

	if (session_arm(s, true, &armed) == 0)
		vms_evidence(r, "armed anew", "decided after the next reboot");
	else
		vms_evidence(r, "not armed anew", "%s", armed.reason ? armed.reason : "out of memory");
}

int vms_cycle_check(const struct vms_cycle *c, bool rearm, struct vms_cycle_report *ret)
{
	struct vms_persist_decision d;
	struct session s;

	if (session_open(&s, c, SESSION_LOCK, &ret->result) == 0) {
		vms_persist_decide(&s.state, &s.seen.seen, &d);
		state_result(&s, &d, &ret->result);
		if (rearm && d.rearm)
			arm_anew(&s, &ret->result);
		else
			(void)act(&s, &d, &ret->result);
		ret->done = true;
	}
	return session_end(&s, ret);
}

int vms_cycle_status(const struct vms_cycle *c, struct vms_cycle_report *ret)
{
	struct vms_persist_decision d;
	struct session s;

	if (session_open(&s, c, SESSION_LOOK, &ret->result) == 0) {
		vms_persist_decide(&s.state, &s.seen.seen, &d);
		state_result(&s, &d, &ret->result);
		ret->done = true;
	}
	return session_end(&s, ret);
}
