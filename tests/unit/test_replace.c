/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replacing a file: the old one or the new one, and nothing beside it; no link is followed on the way. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "core/replace.h"
#include "fixture.h"

static int folder(struct fixture *f)
{
	char path[200];
	int fd;

	fixture_write(f, "/d/victim", "somebody's");
	snprintf(path, sizeof(path), "%s/d", f->root);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void expect(int dir, const char *name, const char *want)
{
	_cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char text[64] = "";

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	assert_string_equal(text, want);
}

static bool there(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void test_whole(void **state)
{
	_cleanup_close_ int dir = folder(*state);
	struct stat st;
	mode_t old = umask(077);

	assert_int_equal(vms_replace_file(dir, "name", ".tmp", 0644, "one", 3), 0);
	assert_int_equal(vms_replace_file(dir, "name", ".tmp", 0644, "two", 3), 0);
	umask(old);
	expect(dir, "name", "two");
	assert_int_equal(fstatat(dir, "name", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_false(there(dir, ".tmp"));
}

/* In the place of the temporary file, and of the one that is replaced. */
static void test_links(void **state)
{
	_cleanup_close_ int dir = folder(*state);

	assert_int_equal(symlinkat("victim", dir, ".tmp"), 0);
	assert_int_equal(symlinkat("victim", dir, "name"), 0);
	assert_int_equal(vms_replace_file(dir, "name", ".tmp", 0600, "new", 3), 0);
	expect(dir, "name", "new");
	expect(dir, "victim", "somebody's");
	assert_false(there(dir, ".tmp"));
}

static void test_discard(void **state)
{
	_cleanup_close_ int dir = folder(*state);
	struct vms_replace r = VMS_REPLACE_NONE;

	vms_replace_discard(&r);
	assert_int_equal(vms_replace_begin(&r, dir, "victim", ".tmp", 0600), 0);
	assert_int_equal(vms_write_all(r.fd, "new", 3), 0);
	assert_true(there(dir, ".tmp"));
	vms_replace_discard(&r);
	vms_replace_discard(&r);
	expect(dir, "victim", "somebody's");
	assert_false(there(dir, ".tmp"));
}

static void test_fresh(void **state)
{
	_cleanup_close_ int dir = folder(*state);
	struct vms_replace r = VMS_REPLACE_NONE;

	assert_int_equal(vms_replace_begin(&r, dir, "victim", ".tmp", 0600), 0);
	assert_int_equal(vms_replace_commit(&r, true), -EEXIST);
	expect(dir, "victim", "somebody's");
	assert_false(there(dir, ".tmp"));
	assert_int_equal(vms_rename_fresh(dir, "victim", dir, "victim"), -EEXIST);
	assert_int_equal(vms_rename_fresh(dir, "victim", dir, "other"), 0);
	expect(dir, "other", "somebody's");
	assert_int_equal(vms_rename_fresh(dir, "victim", dir, "third"), -ENOENT);
}

/* A folder stands in the way. */
static void test_in_the_way(void **state)
{
	_cleanup_close_ int dir = folder(*state);

	assert_int_equal(mkdirat(dir, "name", 0700), 0);
	assert_int_equal(vms_replace_file(dir, "name", ".tmp", 0600, "new", 3), -EISDIR);
	assert_false(there(dir, ".tmp"));
	assert_int_equal(mkdirat(dir, ".tmp", 0700), 0);
	assert_true(vms_replace_file(dir, "other", ".tmp", 0600, "new", 3) < 0);
	assert_false(there(dir, "other"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_whole), fixture_test(test_links),	 fixture_test(test_discard),
		fixture_test(test_fresh), fixture_test(test_in_the_way),
	};

	return cmocka_run_group_tests_name("replace", tests, NULL, NULL);
}
