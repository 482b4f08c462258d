/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A verdict that goes from a sandboxed process to the one that renders it: the same document comes out; and
 * what a process that was taken over may send instead is refused, or says no more than such a process may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/run.h"
#include "core/util.h"
#include "core/verdict.h"
#include "document/json.h"
#include "document/wire.h"
#include "document/wiring.h"

#define NAME "disk.img"

/* Every status that a check can have, by its place. */
static int judge(void *ctx, const struct vms_check *c, struct vms_result *r)
{
	unsigned *n = ctx;

	(void)c;
	vms_evidence(r, "LBA 1", "a \"value\" of %u", *n);
	vms_remedy(r, VMS_IMAGE, "mend it");
	switch ((*n)++ % 4) {
	case 0:
		return vms_pass(r, "as it should be");
	case 1:
		vms_evidence(r, "bytes", "\033[2J\xff \xc3\xa4");
		return vms_fail(r, "broken");
	case 2:
		return vms_unknown(r, "could not be read");
	default:
		return vms_skip(r, "does not apply");
	}
}

static struct vms_verdict *judged(const struct vms_run_options *opt)
{
	unsigned n = 0;
	const struct vms_run_subject s = { .kind = VMS_KIND_IMAGE, .run = judge, .ctx = &n };
	struct vms_verdict *v;

	assert_int_equal(vms_run_subject(&s, opt, &v), 0);
	v->subject.name = strdup(NAME);
	v->subject.arch = strdup("aarch64");
	return v;
}

static char *document(const struct vms_verdict *v)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(vms_json_print_verdict(out, v, "test", true), 0);
	fclose(out);
	return text;
}

static const struct vms_waiver waivers[] = {
	{ .id = "VMSPEC-IMAGE-GPT", .reason = "known", .until = "2099-12-31" },
	{ .id = "VMSPEC-IMAGE-ESP", .reason = "\"so\" be it" },
	{ .id = "VMSPEC-IMAGE-GPT-BACKUP", .reason = "of no use" },
};

static const char *const globs[] = { "*ESP*", NULL };

static const struct vms_run_options asked[] = {
	{ .globs = NULL },
	{ .strict = true },
	{ .owner = VMS_HYPERVISOR },
	{ .owner = VMS_IMAGE, .waivers = waivers, .n_waivers = ARRAY_SIZE(waivers) },
	{ .globs = globs, .waivers = waivers, .n_waivers = ARRAY_SIZE(waivers) },
};

static void test_same_document(_unused_ void **state)
{
	struct vms_wire w = { 0 };

	for (size_t i = 0; i < 2 * ARRAY_SIZE(asked); i++) {
		struct vms_run_options opt = asked[i / 2];
		struct vms_verdict *v, *again;
		_cleanup_free_ char *sent = NULL, *come = NULL;
		const char *why;

		opt.profile = vms_profile_at(i % 2);
		v = judged(&opt);
		assert_int_equal(vms_wire_write(&w, v), 0);
		assert_int_equal(vms_wire_read(w.bytes, w.len, NAME, &opt, &again, &why), 0);
		sent = document(v);
		come = document(again);
		assert_string_equal(come, sent);
		assert_int_equal(again->outcome, v->outcome);
		vms_verdict_free(v);
		vms_verdict_free(again);
	}
	vms_wire_clear(&w);
}

/* What may be in a verdict of `opt`, whoever sent it. */
static void check_allowed(const struct vms_verdict *v, const struct vms_run_options *opt)
{
	const struct vms_verdict_row *before = NULL;
	_cleanup_free_ char *text = document(v);

	assert_ptr_equal(v->profile, opt->profile);
	assert_string_equal(v->subject.name, NAME);
	for (const char *c = text; *c; c++)
		assert_true((unsigned char)*c >= 0x20 || *c == '\n');
	for (size_t i = 0; i < v->n_rows; i++, before = &v->rows[i - 1]) {
		const struct vms_verdict_row *row = &v->rows[i];
		const struct vms_waiver *w = vms_waiver_of(opt, row->check->id);

		assert_true(vms_profile_lists(opt->profile, row->check, VMS_KIND_IMAGE));
		assert_int_equal(row->level, vms_profile_level(opt->profile, row->check->id, NULL));
		assert_true(row->result.reason && *row->result.reason);
		assert_true(row->result.status != VMS_FAIL || (row->result.n_evidence > 0 && !w));
		assert_true(row->result.status != VMS_WAIVED || w);
		assert_true(!before || before->check != row->check);
	}
}

/* Cut anywhere it is none; with any byte of it another one it is none, or one that may be. */
static void test_hostile(_unused_ void **state)
{
	static const uint8_t others[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct vms_run_options opt = { .profile = vms_profile_default(),
				       .waivers = waivers,
				       .n_waivers = ARRAY_SIZE(waivers) };
	struct vms_verdict *v = judged(&opt), *again;
	size_t refused = 0, taken = 0;
	struct vms_wire w = { 0 };
	const char *why;

	assert_int_equal(vms_wire_write(&w, v), 0);
	vms_verdict_free(v);
	for (size_t len = 0; len < w.len; len++) {
		_cleanup_free_ char *cut = memcpy(malloc(len + 1), w.bytes, len); /* for ASan: no byte more */

		why = NULL;
		assert_int_equal(vms_wire_read(cut, len, NAME, &opt, &again, &why), -EBADMSG);
		assert_non_null(why);
	}
	for (size_t i = 0; i < w.len * ARRAY_SIZE(others); i++) {
		char *at = &w.bytes[i / ARRAY_SIZE(others)], was = *at;
		int err;

		*at = (char)others[i % ARRAY_SIZE(others)];
		err = vms_wire_read(w.bytes, w.len, NAME, &opt, &again, &why);
		*at = was;
		assert_true(err == 0 || err == -EBADMSG);
		refused += err != 0;
		taken += err == 0;
		if (err)
			continue;
		check_allowed(again, &opt);
		vms_verdict_free(again);
	}
	assert_true(refused > 100 && taken > 100);
	vms_wire_clear(&w);
}

/* One row, made by hand: what a worker has no business to say. */
static void test_rows_that_cannot_be(_unused_ void **state)
{
	struct vms_run_options opt = { .profile = vms_profile_default(), .globs = globs };
	struct {
		struct wire_head head;
		uint32_t strings[3];
		struct wire_row row;
		uint32_t reason_len;
		char reason[4];
		uint32_t advice;
	} good = { .head = { .n_rows = 1 },
		   .strings = { WIRE_NULL, WIRE_NULL, WIRE_NULL },
		   .row = { .status = VMS_PASS },
		   .reason_len = 4,
		   .reason = { 'g', 'o', 'o', 'd' },
		   .advice = WIRE_NULL };
	size_t len = (size_t)((char *)(&good.advice + 1) - (char *)&good);
	const struct vms_check *c;
	struct vms_verdict *v;
	const char *why;

	while ((c = vms_profile_check_at(opt.profile, good.row.check)) && !streq(c->id, "VMSPEC-IMAGE-GPT"))
		good.row.check++;
	assert_non_null(c);
	assert_int_equal(vms_wire_read((char *)&good, len, NAME, &opt, &v, &why), 0);
	vms_verdict_free(v);
	for (int i = 0; i < 9; i++) {
		__typeof__(good) bad = good;

		switch (i) {
		case 0: /* of another profile */
			bad.row.check = (uint32_t)vms_profile_n_checks(opt.profile);
			break;
		case 1: /* no check of an image */
			bad.row.check = (uint32_t)vms_profile_n_checks(opt.profile) - 1;
			break;
		case 2: /* that is for the reader to say */
			bad.row.status = VMS_WAIVED;
			break;
		case 3: /* without evidence */
			bad.row.status = VMS_FAIL;
			break;
		case 4:
			bad.row.owner = VMS_N_OWNER;
			break;
		case 5:
			bad.row.blocked = 1;
			bad.row.cause = 100000;
			break;
		case 6:
			bad.head.n_rows = 100000;
			break;
		case 7: /* fewer than there are */
			bad.head.n_rows = 0;
			break;
		default: /* more than there is room for */
			bad.row.n_evidence = UINT32_MAX;
		}
		assert_int_equal(vms_wire_read((char *)&bad, len, NAME, &opt, &v, &why), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_document),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_rows_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
