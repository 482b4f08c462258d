/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The persistence table: every row, each step from a row to its neighbour by the
 * one thing that differs, and, over all combinations of what can be seen, that a
 * pass or a fail is never given without its evidence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/util.h"
#include "firmware/persistence.h"

#define NONCE		 "0123456789abcdef0123456789abcdef"
#define OTHER		 "fedcba9876543210fedcba9876543210"
#define BOOT1		 "11111111-1111-4111-8111-111111111111"
#define BOOT2		 "22222222-2222-4222-8222-222222222222"
#define BOOT3		 "33333333-3333-4333-8333-333333333333"
#define SET(field, text) snprintf(field, sizeof(field), "%s", text)

/* Armed in BOOT1 on machine "m", seen after a real reboot in BOOT2, all well. */
static void survived(struct vms_persist_state *st, struct vms_persist_seen *se)
{
	*st = (struct vms_persist_state){
		.phase = VMS_PERSIST_ARMED,
		.nonce = NONCE,
		.boot_id = BOOT1,
		.time = 1800000000,
		.identity = { "m", "u", "i" },
		.firmware = { "01000000", "aa" },
	};
	*se = (struct vms_persist_seen){
		.boot_id = BOOT2,
		.identity = { "m", "u", "i" },
		.firmware = { "02000000", "bb" },
		.variable = VMS_PVAR_THERE,
		.attrs = VMS_PERSIST_ATTRS,
		.nonce = NONCE,
		.variable_boot = BOOT1,
	};
}

typedef void (*change_fn)(struct vms_persist_state *st, struct vms_persist_seen *se);

static void nothing(struct vms_persist_state *st, struct vms_persist_seen *se)
{
	(void)st, (void)se;
}
#define CHANGE(name, stmt)                                                                                   \
	static void name(struct vms_persist_state *st, struct vms_persist_seen *se)                          \
	{                                                                                                    \
		(void)st, (void)se;                                                                          \
		stmt;                                                                                        \
	}
CHANGE(same_boot, SET(se->boot_id, BOOT1))
CHANGE(no_boot_id, SET(se->boot_id, ""))
CHANGE(other_machine, SET(se->identity.machine_id, "n"))
CHANGE(other_uuid, SET(se->identity.dmi_uuid, "v"))
CHANGE(other_instance, SET(se->identity.instance_id, "j"))
CHANGE(no_identity, memset(&se->identity, 0, sizeof(se->identity)))
CHANGE(identity_was_unknown, memset(&st->identity, 0, sizeof(st->identity)))
CHANGE(kexec_noted, SET(se->kexec_note, BOOT1))
CHANGE(kexec_noted_earlier, SET(se->kexec_note, BOOT1); SET(st->kexec_boot, BOOT3))
CHANGE(kexec_twice, SET(se->kexec_note, BOOT3); SET(st->kexec_boot, BOOT3))
CHANGE(kexec_known, SET(st->kexec_boot, BOOT2))
CHANGE(mtc_same, SET(se->firmware.mtc, "01000000"))
CHANGE(loader_same, SET(se->firmware.loader_init, "aa"))
CHANGE(no_counters, memset(&se->firmware, 0, sizeof(se->firmware)))
CHANGE(counters_were_unknown, memset(&st->firmware, 0, sizeof(st->firmware)))
CHANGE(bad_attrs, se->attrs = 0x6)
CHANGE(other_nonce, SET(se->nonce, OTHER))
CHANGE(not_our_bytes, SET(se->nonce, ""))
CHANGE(written_now, SET(se->nonce, OTHER); SET(se->variable_boot, BOOT2))
CHANGE(gone, se->variable = VMS_PVAR_GONE; SET(se->nonce, ""); se->attrs = 0)
CHANGE(gone_mtc_same, gone(st, se); mtc_same(st, se))
CHANGE(gone_kexec, gone(st, se); kexec_noted(st, se))
CHANGE(unseen, se->variable = VMS_PVAR_UNSEEN; SET(se->nonce, ""))
CHANGE(same_boot_unseen, same_boot(st, se); unseen(st, se))
CHANGE(other_unseen, other_machine(st, se); unseen(st, se))
CHANGE(other_gone, other_machine(st, se); gone(st, se))
CHANGE(intent, st->phase = VMS_PERSIST_INTENT)
CHANGE(intent_unseen, intent(st, se); unseen(st, se))
CHANGE(intent_gone, intent(st, se); gone(st, se))
CHANGE(absent, st->phase = VMS_PERSIST_ABSENT)
CHANGE(absent_unseen, absent(st, se); unseen(st, se))
CHANGE(damaged, st->phase = VMS_PERSIST_DAMAGED)
CHANGE(newer, st->phase = VMS_PERSIST_NEWER)
CHANGE(judged_pass, st->phase = VMS_PERSIST_JUDGED; st->why = VMS_ROW_SURVIVED; st->deleted = true)
CHANGE(judged_left, judged_pass(st, se); st->deleted = false)
CHANGE(judged_fail, judged_pass(st, se); st->why = VMS_ROW_GONE; gone(st, se))
CHANGE(judged_copied, judged_pass(st, se); other_uuid(st, se))
CHANGE(judged_unseen, judged_pass(st, se); unseen(st, se))
CHANGE(unarmed_refused, st->phase = VMS_PERSIST_UNARMED; st->why = VMS_ROW_REFUSED)
CHANGE(unarmed_copied, st->phase = VMS_PERSIST_UNARMED; st->why = VMS_ROW_COPIED; st->rearm = true)

/* Rows of the contract in its order, with the things that must not matter. */
static const struct row {
	const char *name;
	change_fn change;
	enum vms_persist_row row;
	enum vms_status status;
	enum vms_persist_action action;
	enum vms_persist_phase next;
	bool rearm;
} table[] = {
#define KEEPS(s) VMS_PERSIST_KEEP, s, false
	/* clang-format off */
	{ "never armed", absent, VMS_ROW_NEVER_ARMED, VMS_SKIP, KEEPS(VMS_PERSIST_ABSENT) },
	{ "never armed, services off", absent_unseen, VMS_ROW_NEVER_ARMED, VMS_SKIP, KEEPS(VMS_PERSIST_ABSENT) },
	{ "same boot", same_boot, VMS_ROW_PENDING, VMS_PENDING, KEEPS(VMS_PERSIST_ARMED) },
	{ "same boot, services off", same_boot_unseen, VMS_ROW_PENDING, VMS_PENDING, KEEPS(VMS_PERSIST_ARMED) },
	{ "other machine-id", other_machine, VMS_ROW_COPIED, VMS_UNKNOWN, VMS_PERSIST_CLEAR, VMS_PERSIST_UNARMED, true },
	{ "other DMI UUID", other_uuid, VMS_ROW_COPIED, VMS_UNKNOWN, VMS_PERSIST_CLEAR, VMS_PERSIST_UNARMED, true },
	{ "other instance-id", other_instance, VMS_ROW_COPIED, VMS_UNKNOWN, VMS_PERSIST_CLEAR, VMS_PERSIST_UNARMED, true },
	{ "other machine, variable gone", other_gone, VMS_ROW_COPIED, VMS_UNKNOWN, VMS_PERSIST_CLEAR, VMS_PERSIST_UNARMED, true },
	{ "kexec noted", kexec_noted, VMS_ROW_NO_FIRMWARE, VMS_UNKNOWN, VMS_PERSIST_STORE, VMS_PERSIST_ARMED, false },
	{ "kexec from a kexec'd boot", kexec_twice, VMS_ROW_NO_FIRMWARE, VMS_UNKNOWN, VMS_PERSIST_STORE, VMS_PERSIST_ARMED, false },
	{ "boot known to be a kexec's", kexec_known, VMS_ROW_NO_FIRMWARE, VMS_UNKNOWN, VMS_PERSIST_STORE, VMS_PERSIST_ARMED, false },
	{ "MTC unchanged", mtc_same, VMS_ROW_NO_FIRMWARE, VMS_UNKNOWN, VMS_PERSIST_STORE, VMS_PERSIST_ARMED, false },
	{ "LoaderTimeInitUSec unchanged", loader_same, VMS_ROW_NO_FIRMWARE, VMS_UNKNOWN, VMS_PERSIST_STORE, VMS_PERSIST_ARMED, false },
	{ "survived", nothing, VMS_ROW_SURVIVED, VMS_PASS, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "survived, no identity now", no_identity, VMS_ROW_SURVIVED, VMS_PASS, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "survived, no identity then", identity_was_unknown, VMS_ROW_SURVIVED, VMS_PASS, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "survived, no counters now", no_counters, VMS_ROW_SURVIVED, VMS_PASS, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "survived, no counters then", counters_were_unknown, VMS_ROW_SURVIVED, VMS_PASS, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "kexec long ago, then a reboot", kexec_noted_earlier, VMS_ROW_SURVIVED, VMS_PASS, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "attributes", bad_attrs, VMS_ROW_ATTRIBUTES, VMS_FAIL, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "another nonce", other_nonce, VMS_ROW_OTHER_NONCE, VMS_FAIL, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "other bytes", not_our_bytes, VMS_ROW_OTHER_NONCE, VMS_FAIL, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "written in this boot", written_now, VMS_ROW_OVERWRITTEN, VMS_UNKNOWN, VMS_PERSIST_STORE, VMS_PERSIST_UNARMED, false },
	{ "gone", gone, VMS_ROW_GONE, VMS_FAIL, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "gone, MTC equal", gone_mtc_same, VMS_ROW_GONE, VMS_FAIL, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "gone, kexec noted", gone_kexec, VMS_ROW_GONE, VMS_FAIL, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "intent only", intent, VMS_ROW_CUT_OFF, VMS_UNKNOWN, VMS_PERSIST_CLEAR, VMS_PERSIST_UNARMED, true },
	{ "intent only, gone", intent_gone, VMS_ROW_CUT_OFF, VMS_UNKNOWN, VMS_PERSIST_CLEAR, VMS_PERSIST_UNARMED, true },
	{ "intent only, services off", intent_unseen, VMS_ROW_CUT_OFF, VMS_UNKNOWN, KEEPS(VMS_PERSIST_INTENT) },
	{ "damaged", damaged, VMS_ROW_DAMAGED, VMS_UNKNOWN, VMS_PERSIST_SET_ASIDE, VMS_PERSIST_UNARMED, false },
	{ "newer version", newer, VMS_ROW_NEWER, VMS_UNKNOWN, VMS_PERSIST_SET_ASIDE, VMS_PERSIST_UNARMED, false },
	{ "services off", unseen, VMS_ROW_NOT_SEEN, VMS_UNKNOWN, KEEPS(VMS_PERSIST_ARMED) },
	{ "services off, other machine", other_unseen, VMS_ROW_NOT_SEEN, VMS_UNKNOWN, KEEPS(VMS_PERSIST_ARMED) },
	{ "no boot_id", no_boot_id, VMS_ROW_NOT_SEEN, VMS_UNKNOWN, KEEPS(VMS_PERSIST_ARMED) },
	{ "judged pass", judged_pass, VMS_ROW_SURVIVED, VMS_PASS, KEEPS(VMS_PERSIST_JUDGED) },
	{ "judged, not yet deleted", judged_left, VMS_ROW_SURVIVED, VMS_PASS, VMS_PERSIST_FINISH, VMS_PERSIST_JUDGED, false },
	{ "judged fail", judged_fail, VMS_ROW_GONE, VMS_FAIL, KEEPS(VMS_PERSIST_JUDGED) },
	{ "judged elsewhere", judged_copied, VMS_ROW_COPIED, VMS_UNKNOWN, VMS_PERSIST_CLEAR, VMS_PERSIST_UNARMED, true },
	{ "judged, services off", judged_unseen, VMS_ROW_NOT_SEEN, VMS_UNKNOWN, KEEPS(VMS_PERSIST_JUDGED) },
	{ "arming refused", unarmed_refused, VMS_ROW_REFUSED, VMS_UNKNOWN, KEEPS(VMS_PERSIST_UNARMED) },
	{ "cleared", unarmed_copied, VMS_ROW_COPIED, VMS_UNKNOWN, VMS_PERSIST_KEEP, VMS_PERSIST_UNARMED, true },
	/* clang-format on */
};

static void every_row(void **ctx)
{
	(void)ctx;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const struct row *t = &table[i];
		struct vms_persist_decision d;
		struct vms_persist_state st;
		struct vms_persist_seen se;

		survived(&st, &se);
		t->change(&st, &se);
		vms_persist_decide(&st, &se, &d);
		if (d.row != t->row || d.status != t->status || d.action != t->action ||
		    d.next.phase != t->next || d.rearm != t->rearm)
			fail_msg("%s: row %s status %d action %d next %s rearm %d", t->name,
				 vms_persist_row_name(d.row), d.status, d.action,
				 vms_persist_phase_name(d.next.phase), d.rearm);
		assert_string_equal(d.next.nonce, st.nonce);
		if (d.next.phase == VMS_PERSIST_JUDGED && st.phase == VMS_PERSIST_ARMED) {
			assert_string_equal(d.next.judged_boot, se.boot_id);
			assert_int_equal(d.next.why, t->row);
			assert_false(d.next.deleted);
		}
		if (d.row == VMS_ROW_NO_FIRMWARE)
			assert_string_equal(d.next.kexec_boot, se.boot_id);
	}
}

/* Neighbours: the same machine, one thing changed, gives the row beside it. */
static void neighbouring_rows(void **ctx)
{
	static const struct {
		change_fn base, step;
		enum vms_persist_row from, to;
	} pairs[] = {
		{ same_boot, other_machine, VMS_ROW_PENDING, VMS_ROW_PENDING },
		{ nothing, same_boot, VMS_ROW_SURVIVED, VMS_ROW_PENDING },
		{ nothing, other_machine, VMS_ROW_SURVIVED, VMS_ROW_COPIED },
		{ gone, other_uuid, VMS_ROW_GONE, VMS_ROW_COPIED },
		{ other_nonce, other_instance, VMS_ROW_OTHER_NONCE, VMS_ROW_COPIED },
		{ bad_attrs, other_uuid, VMS_ROW_ATTRIBUTES, VMS_ROW_COPIED },
		{ kexec_noted, other_uuid, VMS_ROW_NO_FIRMWARE, VMS_ROW_COPIED },
		{ nothing, kexec_noted, VMS_ROW_SURVIVED, VMS_ROW_NO_FIRMWARE },
		{ nothing, mtc_same, VMS_ROW_SURVIVED, VMS_ROW_NO_FIRMWARE },
		{ nothing, loader_same, VMS_ROW_SURVIVED, VMS_ROW_NO_FIRMWARE },
		{ bad_attrs, mtc_same, VMS_ROW_ATTRIBUTES, VMS_ROW_ATTRIBUTES },
		{ nothing, bad_attrs, VMS_ROW_SURVIVED, VMS_ROW_ATTRIBUTES },
		{ bad_attrs, other_nonce, VMS_ROW_ATTRIBUTES, VMS_ROW_OTHER_NONCE },
		{ other_nonce, written_now, VMS_ROW_OTHER_NONCE, VMS_ROW_OVERWRITTEN },
		{ other_nonce, gone, VMS_ROW_OTHER_NONCE, VMS_ROW_GONE },
		{ nothing, gone, VMS_ROW_SURVIVED, VMS_ROW_GONE },
		{ gone, unseen, VMS_ROW_GONE, VMS_ROW_NOT_SEEN },
		{ gone, intent, VMS_ROW_GONE, VMS_ROW_CUT_OFF },
		{ nothing, intent, VMS_ROW_SURVIVED, VMS_ROW_CUT_OFF },
		{ intent, damaged, VMS_ROW_CUT_OFF, VMS_ROW_DAMAGED },
		{ damaged, newer, VMS_ROW_DAMAGED, VMS_ROW_NEWER },
		{ damaged, unseen, VMS_ROW_DAMAGED, VMS_ROW_DAMAGED },
		{ nothing, unseen, VMS_ROW_SURVIVED, VMS_ROW_NOT_SEEN },
		{ nothing, no_boot_id, VMS_ROW_SURVIVED, VMS_ROW_NOT_SEEN },
		{ nothing, absent, VMS_ROW_SURVIVED, VMS_ROW_NEVER_ARMED },
	};

	(void)ctx;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct vms_persist_decision d;
		struct vms_persist_state st;
		struct vms_persist_seen se;

		survived(&st, &se);
		pairs[i].base(&st, &se);
		vms_persist_decide(&st, &se, &d);
		assert_int_equal(d.row, pairs[i].from);
		pairs[i].step(&st, &se);
		vms_persist_decide(&st, &se, &d);
		if (d.row != pairs[i].to)
			fail_msg("pair %zu: %s", i, vms_persist_row_name(d.row));
	}
}

/* What must hold whatever was seen. */
static void check_invariants(const struct vms_persist_state *st, const struct vms_persist_seen *se)
{
	struct vms_persist_decision d, again;

	vms_persist_decide(st, se, &d);
	if (d.status == VMS_PASS) {
		assert_int_equal(st->phase, VMS_PERSIST_ARMED);
		assert_int_equal(se->variable, VMS_PVAR_THERE);
		assert_string_equal(se->nonce, st->nonce);
		assert_int_equal(se->attrs, VMS_PERSIST_ATTRS);
		assert_string_not_equal(se->boot_id, st->boot_id);
		assert_string_not_equal(se->boot_id, "");
		assert_null(vms_persist_identity_differs(&st->identity, &se->identity));
		assert_null(vms_persist_no_firmware_sign(st, se));
	}
	if (d.status == VMS_FAIL) {
		assert_int_equal(st->phase, VMS_PERSIST_ARMED);
		assert_int_not_equal(se->variable, VMS_PVAR_UNSEEN);
		assert_string_not_equal(se->boot_id, st->boot_id);
		assert_true(se->variable == VMS_PVAR_GONE || strcmp(se->nonce, st->nonce) != 0 ||
			    se->attrs != VMS_PERSIST_ATTRS);
	}
	assert_non_null(vms_persist_reason(d.row));
	/* asked again in the same boot, with the variable as the action leaves it */
	struct vms_persist_seen later = *se;
	if (d.action == VMS_PERSIST_FINISH) {
		later.variable = VMS_PVAR_GONE;
		d.next.deleted = true;
	}
	if (d.action == VMS_PERSIST_CLEAR)
		later.variable = VMS_PVAR_GONE;
	vms_persist_decide(&d.next, &later, &again);
	assert_int_equal(again.status, d.status);
	assert_int_equal(again.row, d.row);
}

static const char *pick(const char *const three[3], unsigned *k)
{
	const char *s = three[*k % 3];

	*k /= 3;
	return s;
}

static void all_combinations(void **ctx)
{
	static const char *const boots[] = { "", BOOT1, BOOT2 };
	static const char *const notes[] = { "", BOOT1, BOOT3 };
	static const char *const nonces[] = { "", NONCE, OTHER };
	static const char *const ids[] = { "", "m", "n" };
	static const char *const counters[] = { "", "01000000", "02000000" };
	unsigned n = 0;

	(void)ctx;
	for (unsigned c = 0; c < 2 * 3 * 3 * 3 * 3 * 3 * 3 * 3 * 3 * 3; c++) {
		struct vms_persist_state st;
		struct vms_persist_seen se;
		unsigned k = c;

		survived(&st, &se);
		SET(se.boot_id, pick(boots, &k));
		SET(se.kexec_note, pick(notes, &k));
		SET(se.nonce, pick(nonces, &k));
		SET(se.identity.machine_id, pick(ids, &k));
		SET(se.firmware.mtc, pick(counters, &k));
		SET(se.variable_boot, pick(boots, &k));
		SET(st.kexec_boot, pick(notes, &k));
		SET(se.firmware.loader_init, pick(counters, &k));
		st.phase = k % 2 ? VMS_PERSIST_ARMED : VMS_PERSIST_INTENT;
		k /= 2;
		se.variable = k % 3;
		k /= 3;
		check_invariants(&st, &se);
		n++;
	}
	printf("%u combinations\n", n);
	assert_int_equal(n, 39366);
}

static void names(void **ctx)
{
	(void)ctx;
	for (unsigned i = 0; i < VMS_N_ROWS; i++) {
		assert_non_null(vms_persist_row_name(i));
		assert_non_null(vms_persist_reason(i));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(vms_persist_row_name(i), vms_persist_row_name(j));
	}
	for (unsigned i = 0; i < VMS_PERSIST_N_PHASES; i++)
		assert_non_null(vms_persist_phase_name(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row),
		cmocka_unit_test(neighbouring_rows),
		cmocka_unit_test(all_combinations),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
