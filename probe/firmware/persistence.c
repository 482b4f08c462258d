/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The persistence table, no I/O; see persistence.h. */
#include <stddef.h>
#include <string.h>

#include "persistence.h"

static const struct {
	const char *name, *reason;
} rows[VMS_N_ROWS] = {
	[VMS_ROW_NEVER_ARMED] = { "never-armed",
				  "never armed; `vmspec-verify --persistence arm` as root, then reboot" },
	[VMS_ROW_PENDING] = { "pending", "armed in this boot: decided after the next reboot" },
	[VMS_ROW_COPIED] = { "copied", "the state was made on another machine and came with a copied image: "
				       "it says nothing about this one" },
	[VMS_ROW_NO_FIRMWARE] = { "no-firmware", "the variable is there, but the firmware did not run in "
						 "between (kexec): still armed for a real reboot" },
	[VMS_ROW_SURVIVED] = { "survived", "the variable survived a guest reboot" },
	[VMS_ROW_ATTRIBUTES] = { "attributes",
				 "the variable came back from the reboot with other attributes" },
	[VMS_ROW_OTHER_NONCE] = { "other-nonce", "the variable came back from the reboot with older "
						 "contents: an older variable store was put in its place" },
	[VMS_ROW_OVERWRITTEN] = { "overwritten", "another copy of vmspec, with another state directory, "
						 "armed anew in this boot" },
	[VMS_ROW_GONE] = { "gone", "the variable did not survive the guest reboot" },
	[VMS_ROW_CUT_OFF] = { "cut-off", "arming was cut off before it was complete" },
	[VMS_ROW_DAMAGED] = { "damaged", "the state file is damaged" },
	[VMS_ROW_NEWER] = { "newer", "the state file was written by a newer version of vmspec" },
	[VMS_ROW_NOT_SEEN] = { "not-seen", "the variable services do not answer, or could not be asked" },
	[VMS_ROW_REFUSED] = { "refused", "arming failed: the variable could not be written" },
	[VMS_ROW_NOT_STORED] = { "not-stored", "arming failed: the firmware said success and did not store "
					       "the variable as it was written" },
	[VMS_ROW_DISARMED] = { "disarmed",
			       "disarming was cut off; `vmspec-verify --persistence disarm` completes it" },
};

const char *vms_persist_reason(enum vms_persist_row row)
{
	return rows[row].reason;
}

const char *vms_persist_row_name(enum vms_persist_row row)
{
	return rows[row].name;
}

const char *vms_persist_phase_name(enum vms_persist_phase phase)
{
	static const char *const names[VMS_PERSIST_N_PHASES] = {
		[VMS_PERSIST_ABSENT] = "absent",   [VMS_PERSIST_INTENT] = "intent",
		[VMS_PERSIST_ARMED] = "armed",	   [VMS_PERSIST_JUDGED] = "judged",
		[VMS_PERSIST_UNARMED] = "unarmed", [VMS_PERSIST_DAMAGED] = "damaged",
		[VMS_PERSIST_NEWER] = "newer",
	};
	return names[phase];
}

/* Two values that are both known, and differ / are equal. */
static bool differ(const char *a, const char *b)
{
	return *a && *b && strcmp(a, b) != 0;
}

static bool equal(const char *a, const char *b)
{
	return *a && strcmp(a, b) == 0;
}

const char *vms_persist_identity_differs(const struct vms_persist_identity *then,
					 const struct vms_persist_identity *now)
{
	if (differ(then->machine_id, now->machine_id))
		return "machine-id";
	if (differ(then->dmi_uuid, now->dmi_uuid))
		return "DMI product UUID";
	if (differ(then->instance_id, now->instance_id))
		return "cloud instance-id";
	return NULL;
}

/*
 * A kexec noted in the last boot that we know of led here; one noted earlier was
 * followed by a reboot and says nothing. A fresh variable store restarts MTC,
 * but then our variable is gone, and this is not asked.
 */
const char *vms_persist_no_firmware_sign(const struct vms_persist_state *state,
					 const struct vms_persist_seen *seen)
{
	const char *last = *state->kexec_boot ? state->kexec_boot : state->boot_id;

	if (equal(seen->boot_id, state->kexec_boot) || equal(seen->kexec_note, last))
		return "kexec noted";
	if (equal(seen->firmware.mtc, state->firmware.mtc))
		return "EDK II's counter of firmware runs (MTC) unchanged";
	if (equal(seen->firmware.loader_init, state->firmware.loader_init))
		return "systemd-boot's LoaderTimeInitUSec unchanged";
	return NULL;
}

static void decide(struct vms_persist_decision *d, enum vms_persist_row row, enum vms_status status)
{
	d->row = row;
	d->status = status;
}

/* It is over: remember the result, then take our variable away. */
static void judge(struct vms_persist_decision *d, const struct vms_persist_seen *seen,
		  enum vms_persist_row row, enum vms_status status)
{
	decide(d, row, status);
	d->action = VMS_PERSIST_FINISH;
	d->next.phase = VMS_PERSIST_JUDGED;
	d->next.why = row;
	d->next.deleted = false;
	d->next.err = 0;
	memcpy(d->next.judged_boot, seen->boot_id, sizeof(d->next.judged_boot));
}

/* The state says nothing about this machine any more; remember why. */
static void unarm(struct vms_persist_decision *d, enum vms_persist_row row, enum vms_persist_action action,
		  bool rearm)
{
	decide(d, row, VMS_UNKNOWN);
	d->action = action;
	d->rearm = d->next.rearm = rearm;
	d->next.phase = VMS_PERSIST_UNARMED;
	d->next.why = row;
}

static void decide_armed(struct vms_persist_decision *d, const struct vms_persist_state *state,
			 const struct vms_persist_seen *seen)
{
	if (!*seen->boot_id) {
		decide(d, VMS_ROW_NOT_SEEN, VMS_UNKNOWN);
	} else if (equal(seen->boot_id, state->boot_id)) {
		decide(d, VMS_ROW_PENDING, VMS_PENDING);
	} else if (seen->variable == VMS_PVAR_UNSEEN) {
		decide(d, VMS_ROW_NOT_SEEN, VMS_UNKNOWN);
	} else if (vms_persist_identity_differs(&state->identity, &seen->identity)) {
		unarm(d, VMS_ROW_COPIED, VMS_PERSIST_CLEAR, true);
	} else if (seen->variable == VMS_PVAR_GONE) {
		judge(d, seen, VMS_ROW_GONE, VMS_FAIL);
	} else if (!equal(seen->nonce, state->nonce)) {
		/* No older store can hold a variable that this very boot wrote. */
		if (equal(seen->variable_boot, seen->boot_id))
			unarm(d, VMS_ROW_OVERWRITTEN, VMS_PERSIST_STORE, false);
		else
			judge(d, seen, VMS_ROW_OTHER_NONCE, VMS_FAIL);
	} else if (seen->attrs != VMS_PERSIST_ATTRS) {
		judge(d, seen, VMS_ROW_ATTRIBUTES, VMS_FAIL);
	} else if (vms_persist_no_firmware_sign(state, seen)) {
		decide(d, VMS_ROW_NO_FIRMWARE, VMS_UNKNOWN);
		d->action = VMS_PERSIST_STORE;
		memcpy(d->next.kexec_boot, seen->boot_id, sizeof(d->next.kexec_boot));
	} else {
		judge(d, seen, VMS_ROW_SURVIVED, VMS_PASS);
	}
}

/* A result stands until it is armed anew, but not on another machine. */
static void decide_judged(struct vms_persist_decision *d, const struct vms_persist_state *state,
			  const struct vms_persist_seen *seen)
{
	if (seen->variable == VMS_PVAR_UNSEEN) {
		decide(d, VMS_ROW_NOT_SEEN, VMS_UNKNOWN);
	} else if (vms_persist_identity_differs(&state->identity, &seen->identity)) {
		unarm(d, VMS_ROW_COPIED, VMS_PERSIST_CLEAR, true);
	} else {
		decide(d, state->why, state->why == VMS_ROW_SURVIVED ? VMS_PASS : VMS_FAIL);
		if (!state->deleted)
			d->action = VMS_PERSIST_FINISH;
	}
}

void vms_persist_decide(const struct vms_persist_state *state, const struct vms_persist_seen *seen,
			struct vms_persist_decision *ret)
{
	*ret = (struct vms_persist_decision){ .action = VMS_PERSIST_KEEP, .next = *state };

	switch (state->phase) {
	case VMS_PERSIST_ARMED:
		decide_armed(ret, state, seen);
		break;
	case VMS_PERSIST_JUDGED:
		decide_judged(ret, state, seen);
		break;
	case VMS_PERSIST_INTENT:
		/* Whether the variable was written nobody can say. */
		if (seen->variable == VMS_PVAR_UNSEEN)
			decide(ret, VMS_ROW_CUT_OFF, VMS_UNKNOWN);
		else
			unarm(ret, VMS_ROW_CUT_OFF, VMS_PERSIST_CLEAR, true);
		break;
	case VMS_PERSIST_UNARMED:
		decide(ret, state->why, VMS_UNKNOWN);
		ret->rearm = state->rearm;
		break;
	case VMS_PERSIST_DAMAGED:
		unarm(ret, VMS_ROW_DAMAGED, VMS_PERSIST_SET_ASIDE, false);
		break;
	case VMS_PERSIST_NEWER:
		unarm(ret, VMS_ROW_NEWER, VMS_PERSIST_SET_ASIDE, false);
		break;
	default:
		decide(ret, VMS_ROW_NEVER_ARMED, VMS_SKIP);
		break;
	}
}
