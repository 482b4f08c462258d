/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing JSON member by member: what json-c reads of it is what was written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/json_get.h"
#include "core/json_print.h"
#include "core/json_write.h"
#include "core/util.h"

static int write_all_kinds(FILE *out, bool pretty)
{
	_cleanup_json_ struct json_object *tree = json_tokener_parse("{\"k\":[1,{}]}");
	struct vms_json j, line;

	vms_json_open(&j, out, pretty);
	vms_json_string(&j, "s", "a");
	vms_json_string(&j, "none", NULL);
	vms_json_object(&j, "o");
	vms_json_bool(&j, "t", true);
	vms_json_bool(&j, "f", false);
	vms_json_object(&j, "empty");
	vms_json_object_end(&j);
	vms_json_object_end(&j);
	vms_json_array(&j, "a");
	vms_json_int(&j, NULL, INT64_MIN);
	vms_json_double(&j, NULL, 1.5);
	vms_json_line(&j, NULL, &line);
	vms_json_string(&line, "x", "y");
	vms_json_text_of(&line, "z", "[]");
	vms_json_object_end(&line);
	vms_json_tree(&j, NULL, tree);
	vms_json_array_end(&j);
	vms_json_array(&j, "empty");
	vms_json_array_end(&j);
	return vms_json_close(&j);
}

static char *written(bool pretty)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(write_all_kinds(out, pretty), 0);
	fclose(out);
	return text;
}

static void test_layout(_unused_ void **state)
{
	_cleanup_free_ char *line = written(false), *pretty = written(true);
	_cleanup_json_ struct json_object *a = json_tokener_parse(line), *b = json_tokener_parse(pretty);

	assert_string_equal(line, "{\"s\":\"a\",\"none\":null,\"o\":{\"t\":true,\"f\":false,\"empty\":{}},"
				  "\"a\":[-9223372036854775808,1.5,{\"x\":\"y\",\"z\":[]},{\"k\":[1,{}]}],"
				  "\"empty\":[]}\n");
	assert_string_equal(pretty, "{\n  \"s\": \"a\",\n  \"none\": null,\n  \"o\": {\n    \"t\": true,\n"
				    "    \"f\": false,\n    \"empty\": {}\n  },\n  \"a\": [\n"
				    "    -9223372036854775808,\n    1.5,\n    {\"x\":\"y\",\"z\":[]},\n"
				    "    {\n      \"k\": [\n        1,\n        {}\n      ]\n    }\n  ],\n"
				    "  \"empty\": []\n}\n");
	assert_non_null(a);
	assert_true(json_object_equal(a, b));
}

/* Strings of one to three bytes of every kind, and what stands cut off at the end of
 * one. */
static void test_strings(_unused_ void **state)
{
	static const unsigned char bytes[] = { 1,    '\t', '\n', ' ',  '"',  '\\', '/',	 'u',  '~',  0x7f,
					       0x80, 0x85, 0xa0, 0xc3, 0xc2, 0xe2, 0xed, 0xf0, 0xf4, 0xff };
	size_t n = ARRAY_SIZE(bytes);

	for (size_t i = 0; i < n * n * n; i++) {
		char s[] = { (char)bytes[i % n], (char)bytes[i / n % n], (char)bytes[i / n / n], '\0' };
		_cleanup_free_ char *want = vms_printable(s, 3), *text = NULL;
		_cleanup_json_ struct json_object *o = NULL;
		struct vms_json j;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		vms_json_open(&j, out, false);
		vms_json_string(&j, "k", s);
		assert_int_equal(vms_json_close(&j), 0);
		fclose(out);
		o = json_tokener_parse(text);
		assert_string_equal(vms_json_get_string(o, "k"), want);
	}
}

/* A stream that takes no more tells so, whenever that began. */
static void test_failing_stream(_unused_ void **state)
{
	FILE *full = fopen("/dev/full", "w");

	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(write_all_kinds(full, true), -ENOSPC);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_failing_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
