/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gate that every number from a table passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/span.h"

static const uint8_t bytes[] = { 0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0x88, 0x09 };

static void test_values(void **state)
{
	struct vms_span s = vms_span(bytes, sizeof(bytes)), sub;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	(void)state;
	assert_true(span_u8(s, 8, &u8));
	assert_int_equal(u8, 0x09);
	assert_true(span_le16(s, 2, &u16));
	assert_int_equal(u16, 0x8403);
	assert_true(span_le32(s, 5, &u32));
	assert_int_equal(u32, 0x09880706);
	assert_true(span_be32(s, 1, &u32));
	assert_int_equal(u32, 0x02038405);
	assert_true(span_le64(s, 0, &u64));
	assert_true(u64 == UINT64_C(0x8807060584030201));
	assert_true(span_le64(s, 1, &u64));
	assert_true(u64 == UINT64_C(0x0988070605840302));
	assert_true(span_sub(s, 9, 0, &sub));
	assert_int_equal(sub.len, 0);
	assert_true(span_sub(s, 3, 4, &sub));
	assert_true(sub.data == bytes + 3 && sub.len == 4);
	assert_true(span_is(s, 7, "\x88\x09", 2));
	assert_false(span_is(s, 8, "\x88\x09", 2));
	assert_false(span_is(s, 7, "\x88\x0a", 2));
	assert_int_equal(span_sum8(vms_span("\xff\x02\xff", 3)), 0);
	assert_int_equal(span_sum8(vms_span(NULL, 0)), 0);
}

static void test_out_of_bounds(void **state)
{
	static const uint64_t far[] = { 9, 10, UINT32_MAX, UINT64_MAX - 7, UINT64_MAX };
	struct vms_span s = vms_span(bytes, sizeof(bytes)), sub = { NULL, 7 };

	(void)state;
	for (size_t i = 0; i < sizeof(far) / sizeof(*far); i++) {
		uint8_t u8 = 0x55;
		uint16_t u16 = 0x5555;
		uint32_t u32 = 0x55555555;
		uint64_t u64 = 0x55;

		assert_false(span_u8(s, far[i], &u8));
		assert_false(span_le16(s, far[i], &u16));
		assert_false(span_le32(s, far[i], &u32));
		assert_false(span_be32(s, far[i], &u32));
		assert_false(span_le64(s, far[i], &u64));
		assert_true(u8 == 0x55 && u16 == 0x5555 && u32 == 0x55555555 && u64 == 0x55);
		assert_false(span_sub(s, 1, far[i], &sub));
		assert_false(span_is(s, far[i], "x", 1));
	}
	/* one byte short */
	assert_false(span_le16(s, 8, &(uint16_t){ 0 }));
	assert_false(span_le32(s, 6, &(uint32_t){ 0 }));
	assert_false(span_be32(s, 6, &(uint32_t){ 0 }));
	assert_false(span_le64(s, 2, &(uint64_t){ 0 }));
	assert_false(span_sub(s, 10, 0, &sub));
	assert_true(sub.data == NULL && sub.len == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_out_of_bounds),
	};

	return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
