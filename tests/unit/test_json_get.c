/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading JSON of somebody else's: every type of JSON in every place where one may stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/json_get.h"
#include "core/util.h"

static const struct {
	const char *text;
	enum json_type type;
} values[] = {
	{ "null", json_type_null },	  { "true", json_type_boolean }, { "false", json_type_boolean },
	{ "0", json_type_int },		  { "-7", json_type_int },	 { "1.5", json_type_double },
	{ "\"\"", json_type_string },	  { "\"a\"", json_type_string }, { "[]", json_type_array },
	{ "[null,{}]", json_type_array }, { "{}", json_type_object },	 { "{\"k\":null}", json_type_object },
};

static const enum json_type types[] = { json_type_boolean, json_type_double, json_type_int,
					json_type_object,  json_type_array,  json_type_string };

/* A member is given where it is of the type that was asked for, and nowhere else. */
static void test_every_type_as_a_member(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		_cleanup_free_ char *text = vms_asprintf("{\"k\":%s}", values[i].text);
		struct json_object *o = json_tokener_parse(text);
		enum json_type type = values[i].type;
		const char *s = vms_json_get_string(o, "k");
		int64_t n = 42;

		assert_non_null(o);
		for (size_t t = 0; t < ARRAY_SIZE(types); t++)
			assert_int_equal(vms_json_get(o, "k", types[t]) != NULL, type == types[t]);
		assert_int_equal(s != NULL, type == json_type_string);
		assert_int_equal(vms_json_get_true(o, "k"), streq(values[i].text, "true"));
		assert_int_equal(vms_json_get_int(o, "k", &n), type == json_type_int);
		assert_int_equal(n, type == json_type_int ? atoi(values[i].text) : 42);
		assert_null(vms_json_get(o, "other", type));
		json_object_put(o);
	}
}

/* What is no object has no members, and what is no list no items. */
static void test_every_type_as_the_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct json_object *o = json_tokener_parse(values[i].text); /* NULL for null */
		int64_t n = 42;

		for (size_t t = 0; t < ARRAY_SIZE(types); t++)
			assert_null(vms_json_get(o, "k", types[t]));
		assert_null(vms_json_get_string(o, "k"));
		assert_false(vms_json_get_true(o, "k"));
		assert_false(vms_json_get_int(o, "k", &n));
		assert_int_equal(n, 42);
		assert_int_equal(vms_json_items(o), streq(values[i].text, "[null,{}]") ? 2 : 0);
		json_object_put(o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_type_as_a_member),
		cmocka_unit_test(test_every_type_as_the_whole),
	};

	return cmocka_run_group_tests_name("json_get", tests, NULL, NULL);
}
