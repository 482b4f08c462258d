/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Populated memory is ordinary memory, at any address and of any size. */
#include <stdint.h>

#include "core/heap.h"
#include "fixture.h"

static void test_contents_stay(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 40000, 100001, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned char *p = malloc(sizes[i] + 64);

		assert_non_null(p);
		memset(p, 0xa5, sizes[i] + 64);
		vms_heap_populate(p + 13, sizes[i]);
		for (size_t k = 0; k < sizes[i] + 64; k++)
			assert_int_equal(p[k], 0xa5);
		free(p);
	}
	vms_heap_populate(NULL, 0);
}

static void test_warm(void **state)
{
	(void)state;
	vms_heap_warm(1 << 20);
	vms_heap_keep();
	for (unsigned shift = 0; shift <= 28; shift += 4)
		vms_heap_warm((size_t)1 << shift);
	vms_heap_warm(SIZE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents_stay),
		cmocka_unit_test(test_warm),
	};

	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
