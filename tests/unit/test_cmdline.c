/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's command line: quotes, "--", the last of several, lists and bools. */
#include <errno.h>

#include "fixture.h"
#include "kernel/cmdline.h"

static const struct cmdline *given(struct fixture *f, const char *line)
{
	const struct cmdline *c;

	fixture_write(f, "/proc/cmdline", line);
	c = cmdline_read(fixture_machine(f));
	assert_non_null(c);
	return c;
}

static void words(void **state)
{
	const struct cmdline *c =
		given(*state, "  ro dyndbg=\"file a.c +p; x=y\" \"my name=two words\" a-b_c=1=2 =x "
			      "empty=\t-- acpi=off\n");
	static const struct {
		const char *name, *value, *text;
	} want[] = {
		{ "ro", NULL, "ro" },
		{ "dyndbg", "file a.c +p; x=y", "dyndbg=\"file a.c +p; x=y\"" },
		{ "my name", "two words", "\"my name=two words\"" },
		{ "a-b_c", "1=2", "a-b_c=1=2" },
		{ "=x", NULL, "=x" },
		{ "empty", "", "empty=" },
		{ "acpi", "off", "acpi=off" },
	};

	assert_int_equal(c->err, 0);
	assert_int_equal(c->n, ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		assert_string_equal(c->word[i].name, want[i].name);
		assert_string_equal(c->word[i].text, want[i].text);
		assert_true(streq_or_null(c->word[i].value, want[i].value));
		assert_int_equal(c->word[i].inits, i == 6);
	}
	assert_null(cmdline_last(c, "acpi"));
	assert_ptr_equal(cmdline_last(c, "a_b-c"), &c->word[3]);
	assert_null(cmdline_last(c, "a_b"));
	assert_null(cmdline_last(c, "a_b_cd"));
}

static void several(void **state)
{
	const struct cmdline *c = given(*state, "efi=debug init=/a efi=noruntime init=/b xefi=1");
	const struct cmdline_word *first = cmdline_next(c, "efi", NULL);

	assert_ptr_equal(first, &c->word[0]);
	assert_ptr_equal(cmdline_next(c, "efi", first), &c->word[2]);
	assert_null(cmdline_next(c, "efi", &c->word[2]));
	assert_string_equal(cmdline_last(c, "init")->value, "/b");
}

static void lists(void **state)
{
	const struct cmdline *c = given(*state, "l=a,virtio-blk,,c n l=");

	assert_true(cmdline_lists(&c->word[0], "a"));
	assert_true(cmdline_lists(&c->word[0], "virtio_blk"));
	assert_true(cmdline_lists(&c->word[0], "c"));
	assert_false(cmdline_lists(&c->word[0], "virtio"));
	assert_false(cmdline_lists(&c->word[0], "virtio_blk2"));
	assert_false(cmdline_lists(&c->word[1], "n"));
	assert_false(cmdline_lists(&c->word[2], "a"));
}

static void bools(void **state)
{
	static const struct {
		const char *line;
		int is; /* -1: none */
	} t[] = {
		{ "b", 1 },    { "b=1", 1 },  { "b=Y", 1 },  { "b=yes", 1 },   { "b=true", 1 },
		{ "b=On", 1 }, { "b=0", 0 },  { "b=no", 0 }, { "b=False", 0 }, { "b=oFf", 0 },
		{ "b=", -1 },  { "b=o", -1 }, { "b=2", -1 }, { "b=oops", -1 }, { "b=\"on\"", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		for (int before = 0; before < 2; before++) {
			const struct cmdline *c = given(*state, t[i].line);
			bool is = before;

			assert_int_equal(cmdline_bool(&c->word[0], &is), t[i].is >= 0);
			assert_int_equal(is, t[i].is >= 0 ? t[i].is : before);
		}
}

static void unseen(void **state)
{
	struct fixture *f = *state;
	const struct cmdline *c = cmdline_read(fixture_machine(f));

	assert_non_null(c);
	assert_int_equal(c->err, -ENOENT);
	assert_null(cmdline_last(c, "ro"));
	c = given(f, "\n");
	assert_int_equal(c->err, 0);
	assert_int_equal(c->n, 0);
	c = given(f, "a=\"never ends b=c");
	assert_int_equal(c->n, 1);
	assert_string_equal(c->word[0].value, "never ends b=c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(words), fixture_test(several), fixture_test(lists),
		fixture_test(bools), fixture_test(unseen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
