/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Firmware inside of a file: volumes and banners wherever they lie, also over the border
 * of two pieces; and what only looks like them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "image/blob.h"

/* `len` bytes in pieces of `step`. */
static struct blob look(const uint8_t *bytes, size_t len, size_t step, bool program)
{
	struct blob b = { .program = program, .bytes = malloc(BLOB_KEEP + FAT_PIECE) };

	assert_non_null(b.bytes);
	for (size_t at = 0; at < len; at += step) {
		size_t n = len - at < step ? len - at : step;

		memcpy(blob_room(&b), bytes + at, n);
		blob_piece(&b, at, n, at + n == len);
	}
	free(b.bytes);
	return b;
}

/* A header with a sum that is right; `kind`: its GUID. */
static void volume(uint8_t *p, const uint8_t kind[16])
{
	uint16_t sum = 0;

	memset(p, 0, 72);
	memcpy(p + 16, kind, 16);
	p[34] = 1; /* 65536 bytes */
	memcpy(p + 40, "_FVH", 4);
	p[48] = 72;
	for (unsigned i = 0; i < 72; i += 2)
		sum = (uint16_t)(sum + (p[i] | p[i + 1] << 8));
	sum = (uint16_t)-sum;
	p[50] = (uint8_t)sum;
	p[51] = (uint8_t)(sum >> 8);
}

static void anywhere(void **state)
{
	static const size_t places[] = { 0, 28, 4096, 4000, 65536 - 41, 65536 - 3, 65536 * 2 - 60, 150000 };
	static const size_t steps[] = { 65536, 40000, 300 };
	uint8_t *bytes = malloc(200000);

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		for (size_t s = 0; s < ARRAY_SIZE(steps); s++) {
			struct blob b;
			char where[32];

			memset(bytes, 0xff, 200000);
			volume(bytes + places[i], blob_nv_data_guid);
			snprintf(where, sizeof(where), "at byte %zu", places[i]);
			b = look(bytes, 200000, steps[s], false);
			assert_non_null(strstr(b.firmware, where));
			assert_non_null(strstr(b.store, where));
			b = look(bytes, 200000, steps[s], true);
			assert_non_null(strstr(b.firmware, where));
			memset(bytes, 0, 200000);
			memcpy(bytes + places[i] + 1, "U-Boot SPL 2024.10-rc1 (Oct 01 2024)", 37);
			b = look(bytes, 200000, steps[s], false);
			assert_non_null(strstr(b.firmware, "U-Boot SPL 2024.10"));
			assert_string_equal(b.store, "");
			assert_string_equal(look(bytes, 200000, steps[s], true).firmware, "");
		}
	free(bytes);
}

static void no_firmware(void **state)
{
	static const char *const texts[] = {
		"write U-Boot 2023.01 to the flash first\n",
		"\nU-Boot 2023.01 (Jan 09 2023 - 16:07:33 +0000)\n",
		"ver=U-Boot 2023.01 (Jan 09 2023)",
		"a file with _FVH in it, as one of its words, for once",
	};
	uint8_t program[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_string_equal(look((const uint8_t *)texts[i], strlen(texts[i]), 65536, false).firmware,
				    "");
	/* a program that looks for volumes has the four bytes, and no header around them */
	memset(program, 0, sizeof(program));
	memcpy(program + 60, "_FVH", 4);
	assert_string_equal(look(program, sizeof(program), 65536, true).firmware, "");
	memcpy(program + 40, "\0U-Boot is not here\0", 20);
	assert_string_equal(look(program, sizeof(program), 65536, false).firmware, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(anywhere), cmocka_unit_test(no_firmware) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
