/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vectors, lines, printable copies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/util.h"

static void test_strv_grows(void **state)
{
	_cleanup_strv_ char **strv = NULL;
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		char word[16];

		snprintf(word, sizeof(word), "word%u", i);
		assert_int_equal(vms_strv_push(&strv, &n, word), 0);
		assert_int_equal(n, i + 1);
		assert_null(strv[n]);
	}
	assert_string_equal(strv[0], "word0");
	assert_string_equal(strv[999], "word999");
	vms_strv_free(NULL);
}

static void test_next_line(void **state)
{
	const char *cursor = "one\n\nthree", *line;
	size_t len;

	(void)state;
	assert_true(vms_next_line(&cursor, &line, &len));
	assert_int_equal(len, 3);
	assert_memory_equal(line, "one", 3);
	assert_true(vms_next_line(&cursor, &line, &len));
	assert_int_equal(len, 0);
	assert_true(vms_next_line(&cursor, &line, &len));
	assert_string_equal(line, "three");
	assert_int_equal(len, 5);
	assert_false(vms_next_line(&cursor, &line, &len));
	assert_int_equal(len, 5);
	cursor = "";
	assert_false(vms_next_line(&cursor, &line, &len));
}

static void test_startswith(void **state)
{
	(void)state;
	assert_string_equal(startswith("GICv3", "GIC"), "v3");
	assert_string_equal(startswith("GIC", "GIC"), "");
	assert_null(startswith("GI", "GIC"));
	assert_non_null(startswith("", ""));
}

#define BYTES(s) s, sizeof(s) - 1
static void test_printable(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} cases[] = {
		{ BYTES(""), "" },
		{ BYTES("plain text ~"), "plain text ~" },
		{ BYTES("a\nb\tc\x7f"), "a\\x0ab\\x09c\\x7f" },
		{ BYTES("nul\0in"), "nul\\x00in" },
		{ BYTES("\x1b[31mred"), "\\x1b[31mred" },
		{ BYTES("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f" },
		{ BYTES("\xe2\x82\xac\xf0\x9f\x98\x80"), "\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ BYTES("\xff\xfe"), "\\xff\\xfe" },
		{ BYTES("\xc3"), "\\xc3" }, /* cut short */
		{ BYTES("\xe2\x82"), "\\xe2\\x82" },
		{ BYTES("\xc0\xaf"), "\\xc0\\xaf" },		       /* overlong '/' */
		{ BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80" },	       /* surrogate */
		{ BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" }, /* beyond Unicode */
		{ BYTES("\xc2\x85"), "\\xc2\\x85" },		       /* C1: next line */
		{ BYTES("\xe2\x80\xa8"), "\\xe2\\x80\\xa8" },	       /* line separator */
		{ BYTES("\xe2\x80\xae"
			"abc"),
		  "\\xe2\\x80\\xae"
		  "abc" }, /* right-to-left override */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *out = vms_printable(cases[i].in, cases[i].len);

		assert_non_null(out);
		assert_string_equal(out, cases[i].out);
	}
}

/* All that is in it, and nothing that a link in it leads to. */
static void test_remove_tree(void **state)
{
	char top[] = "/tmp/vmspec-unit-XXXXXX", path[200], kept[100];

	(void)state;
	assert_non_null(mkdtemp(top));
	snprintf(kept, sizeof(kept), "%s.kept", top);
	assert_int_equal(mkdir(kept, 0700), 0);
	for (unsigned i = 0; i < 300; i++) { /* more than one look at a folder tells */
		snprintf(path, sizeof(path), "%s/a-file-of-some-length-%u", i % 2 ? kept : top, i);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	snprintf(path, sizeof(path), "%s/a-file-of-some-length-0/link", top);
	assert_int_equal(symlink(kept, path), 0);
	vms_remove_tree(NULL);
	vms_remove_tree(top);
	assert_int_equal(access(top, F_OK), -1);
	snprintf(path, sizeof(path), "%s/a-file-of-some-length-1", kept);
	assert_int_equal(access(path, F_OK), 0);
	vms_remove_tree(kept);
	assert_int_equal(access(kept, F_OK), -1);
}

/* A whole text ends with itself, and none with more than it has. */
static void test_endings(_unused_ void **state)
{
	assert_true(ends_with("a.conf", ".conf") && ends_with(".conf", ".conf") && ends_with("a", ""));
	assert_false(ends_with("a.CONF", ".conf") || ends_with("conf", ".conf") ||
		     ends_with("a.conf.d", ".conf"));
	assert_true(ends_with_nocase("A.DTB", ".dtb") && ends_with_nocase(".dtb", ".dTb"));
	assert_false(ends_with_nocase("a.dtbo", ".dtb") || ends_with_nocase("dtb", ".dtb"));
}

/* /proc is mounted to be written to, as every test machine has it; a descriptor that is none is no answer. */
static void test_mounted_writable(_unused_ void **state)
{
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(vms_mounted_writable(fd), 0);
	close(fd);
	assert_int_equal(vms_mounted_writable(fd), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endings),	    cmocka_unit_test(test_mounted_writable),
		cmocka_unit_test(test_strv_grows),  cmocka_unit_test(test_next_line),
		cmocka_unit_test(test_startswith),  cmocka_unit_test(test_printable),
		cmocka_unit_test(test_remove_tree),
	};

	return cmocka_run_group_tests_name("util", tests, NULL, NULL);
}
