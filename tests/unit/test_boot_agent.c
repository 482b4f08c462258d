// SPDX-License-Identifier: GPL-2.0-or-later
/* What the agent tells from inside a guest, and what a hostile guest tells in its place. */
#include "fixture.h"
#include "boot/guest/agent.h"

static char document[65536];
static unsigned documents;

static void keep_document(void *ctx, const char *json, size_t len)
{
	(void)ctx;
	assert_true(len < sizeof(document));
	memcpy(document, json, len);
	document[len] = '\0';
	documents++;
}

static void take(struct agent *a, const char *const *texts)
{
	a->document = keep_document;
	documents = 0;
	for (; *texts; texts++)
		agent_take(a, *texts);
}

static void test_a_whole_run(void **state)
{
	static const char *const texts[] = {
		"1 begin port",
		"1 verdict {\"a\": 1}",
		"1 arm {\"done\": true, \"status\": \"pending\", \"reason\": \"armed\"}",
		"1 reboot",
		"2 begin port",
		"2 check {\"done\": true, \"status\": \"pass\", \"reason\": \"survived\"}",
		"2 hotplug ready",
		"2 hotplug blk add vdc",
		"2 hotplug blk remove",
		"2 hotplug net remove",
		"2 poweroff",
		NULL,
	};
	struct agent a = { .begun = 0 };

	(void)state;
	take(&a, texts);
	assert_int_equal(a.begun, 2);
	assert_int_equal(documents, 1);
	assert_string_equal(document, "{\"a\": 1}");
	assert_true(a.boots[0].verdict && a.boots[0].arm.came && a.boots[0].arm.done && a.boots[0].reboot);
	assert_false(a.boots[0].check.came || a.boots[0].by_console || a.boots[0].poweroff);
	assert_int_equal(a.boots[1].check.status, VMS_PASS);
	assert_string_equal(a.boots[1].check.reason, "survived");
	assert_true(a.boots[1].hotplug && a.boots[1].blk.added > 0 && a.boots[1].blk.removed > 0);
	assert_string_equal(a.boots[1].blk.name, "vdc");
	assert_false(a.boots[1].net.removed > 0); /* what never came does not go */
	assert_true(a.boots[1].poweroff);
	agent_clear(&a);
}

/* The document in base64 over the console, in pieces. */
static void test_by_console(void **state)
{
	static const char *const texts[] = { "1 begin console", "1 part eyJhIjog", "1 part MX0=", "1 verdict",
					     NULL };
	struct agent a = { .begun = 0 };

	(void)state;
	take(&a, texts);
	assert_int_equal(documents, 1);
	assert_string_equal(document, "{\"a\": 1}");
	assert_true(a.boots[0].by_console);
	assert_null(a.parts);
}

static void test_nonsense_is_left_out(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"begin port",
		"0 begin port",
		"99999 begin port",
		"1 verdict {}",
		"1 begin port",
		"2 verdict {}",
		"1 hotplug usb add x",
		"1 hotplug blk remove",
		"1 check [1, 2",
		"1 word",
		"1",
		"1 ",
		NULL,
	};
	struct agent a = { .begun = 0 };

	(void)state;
	take(&a, texts);
	assert_int_equal(a.begun, 1);
	assert_int_equal(documents, 0);
	assert_true(a.boots[0].check.came);
	assert_int_equal(a.boots[0].check.status, VMS_UNKNOWN);
	assert_false(a.boots[0].blk.removed > 0);
	agent_clear(&a);
}

/* Every type of JSON in every place of a step's document: only a text is a reason or a status. */
static void test_types(void **state)
{
	static const char *const values[] = { "null", "true", "7", "1.5", "\"x\"", "[]", "{}", "[null]" };
	static const char *const keys[] = { "reason", "status", "done" };

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			struct agent a = { .begun = 0, .document = keep_document };
			char text[80];

			agent_take(&a, "1 begin port");
			snprintf(text, sizeof(text), "1 check {\"%s\": %s}", keys[k], values[i]);
			agent_take(&a, text);
			snprintf(text, sizeof(text), "1 arm %s", values[i]);
			agent_take(&a, text);
			assert_true(a.boots[0].check.came && a.boots[0].arm.came);
			assert_int_equal(a.boots[0].check.status, VMS_UNKNOWN);
			assert_int_equal(a.boots[0].check.done, k == 2 && i == 1);
			assert_true(streq(a.boots[0].check.reason, "x") == (k == 0 && i == 4));
			agent_clear(&a);
		}
}

static void test_a_guest_that_never_ends(void **state)
{
	struct agent a = { .begun = 0, .document = keep_document };
	char *part = malloc(70000);

	(void)state;
	assert_non_null(part);
	memset(part, 'A', 70000);
	memcpy(part, "1 part ", 7);
	part[69999] = '\0';
	for (unsigned i = 0; i < 100; i++)
		agent_take(&a, "1 begin port");
	assert_int_equal(a.begun, AGENT_BOOTS);
	for (unsigned i = 0; i < 100; i++)
		agent_take(&a, part);
	assert_true(a.n_parts <= 2u << 20);
	agent_clear(&a);
	assert_null(a.parts);
	free(part);
}

static void test_marker(void **state)
{
	(void)state;
	assert_string_equal(agent_line("vmspec-boot: 1 begin port"), "1 begin port");
	assert_null(agent_line("x vmspec-boot: 1 begin port"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_whole_run),
		cmocka_unit_test(test_by_console),
		cmocka_unit_test(test_nonsense_is_left_out),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_a_guest_that_never_ends),
		cmocka_unit_test(test_marker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
