/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a path leads: links that are followed and that are not, and those of somebody else. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/place.h"
#include "core/util.h"

static char top[] = "/tmp/vmspec-place-XXXXXX";
static int before = -1;

static int setup(void **state _unused_)
{
	before = open(".", O_PATH | O_CLOEXEC);
	return !mkdtemp(top) || chdir(top) < 0 || mkdir("in", 0755) < 0 || mkdir("in/deep", 0755) < 0 ||
	       symlink("in/deep", "short") < 0 || symlink("../in", "in/back") < 0 ||
	       symlink("nowhere", "dangling") < 0 || symlink("loop", "loop") < 0 ||
	       symlink("short/file", "to-file") < 0;
}

static int teardown(void **state _unused_)
{
	int err = fchdir(before);

	close(before);
	vms_remove_tree(top);
	return err;
}

/* It leads to `name` in the folder `folder`. */
static void leads(const char *path, bool follow, const char *folder, const char *name, bool linked)
{
	struct vms_place p = VMS_PLACE_NONE;
	struct stat at, want;

	assert_int_equal(vms_place_open(path, follow, &p), 0);
	assert_string_equal(p.name, name);
	assert_int_equal(p.linked, linked);
	assert_false(p.magical);
	assert_int_equal(fstat(p.fd, &at), 0);
	assert_int_equal(stat(folder, &want), 0);
	assert_int_equal(at.st_ino, want.st_ino);
	vms_place_close(&p);
	assert_int_equal(p.fd, -1);
}

static void refused(const char *path, bool follow, int err)
{
	struct vms_place p = VMS_PLACE_NONE;

	assert_int_equal(vms_place_open(path, follow, &p), err);
	assert_int_equal(p.fd, -1);
	assert_null(p.name);
}

static void ways(void **state _unused_)
{
	_cleanup_free_ char *absolute = vms_asprintf("%s//in/./deep/../file", top);
	char longest[300] = "in/";

	leads("file", true, ".", "file", false);
	leads("./in//deep/file", true, "in/deep", "file", false);
	leads("in/back/back/deep/file", true, "in/deep", "file", false);
	leads("short/file", false, "in/deep", "file", false);
	leads("to-file", true, "in/deep", "file", true);
	leads("to-file", false, ".", "to-file", false);
	leads("dangling", true, ".", "nowhere", true);
	leads(absolute, true, "in", "file", false);
	refused("", true, -ENOENT);
	refused("/", true, -EISDIR);
	refused("in/", true, -EISDIR);
	refused("in/..", true, -EISDIR);
	refused(".", true, -EISDIR);
	refused("loop", true, -ELOOP);
	refused("loop/file", false, -ELOOP);
	refused("nothing/file", true, -ENOENT);
	refused("dangling/file", true, -ENOENT);
	memset(longest + 3, 'x', 256);
	refused(longest, true, -ENAMETOOLONG);
	assert_int_equal(close(open("plain", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
	refused("plain/file", true, -ENOTDIR);
}

static void of_a_folder(void **state _unused_)
{
	struct vms_place p = VMS_PLACE_NONE;

	assert_int_equal(vms_place_open_folder("in/deep///", &p), 0);
	assert_string_equal(p.name, "deep");
	vms_place_close(&p);
	assert_int_equal(vms_place_open_folder("short/", &p), 0);
	assert_string_equal(p.name, "short"); /* not followed */
	vms_place_close(&p);
}

/* Entered: whatever its path ends in, and over a link in its place. */
static void entered(void **state _unused_)
{
	static const struct {
		const char *path, *folder;
		int err;
	} cases[] = { { "in/deep", "in/deep", 0 },  { "in/deep//", "in/deep", 0 },
		      { "short", "in/deep", 0 },    { ".", ".", 0 },
		      { "in/deep/..", "in", 0 },    { "/", "/", 0 },
		      { "nowhere", NULL, -ENOENT }, { "dangling", NULL, -ENOENT },
		      { "loop", NULL, -ELOOP },	    { "plain", NULL, -ENOTDIR } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stat at, want;
		int fd = -1, other;

		assert_int_equal(vms_folder_enter(cases[i].path, &fd), cases[i].err);
		if (cases[i].err) {
			assert_int_equal(fd, -1);
			continue;
		}
		assert_int_equal(fstat(fd, &at), 0);
		/* opened: of the root an emulator shows another one to stat() */
		other = open(cases[i].folder, O_PATH | O_CLOEXEC);
		assert_int_equal(fstat(other, &want), 0);
		assert_int_equal(at.st_ino, want.st_ino);
		close(other);
		close(fd);
	}
}

static void of_proc(void **state _unused_)
{
	struct vms_place p = VMS_PLACE_NONE;

	assert_int_equal(vms_place_open("/proc/self/fd/0", true, &p), 0);
	assert_true(p.magical);
	assert_string_equal(p.name, "0");
	vms_place_close(&p);
}

/* Links of somebody else, in a folder where everybody may write. */
static void planted(void **state _unused_)
{
	int fd = -1;

	if (geteuid() != 0)
		skip();
	assert_int_equal(mkdir("all", 0700), 0);
	assert_int_equal(chmod("all", 01777), 0);
	assert_int_equal(symlink("../in", "all/link"), 0);
	leads("all/link/file", true, "in", "file", false); /* ours */
	assert_int_equal(lchown("all/link", 65534, 65534), 0);
	refused("all/link/file", true, -EACCES);
	refused("all/link", true, -EACCES);
	assert_int_equal(vms_folder_enter("all/link", &fd), -EACCES);
	leads("all/link", false, "all", "link", false);
	assert_int_equal(chmod("all", 0777), 0);
	refused("all/link/file", true, -EACCES);
	/* the folder's owner may put there what it likes */
	assert_int_equal(chown("all", 65534, 65534), 0);
	leads("all/link/file", true, "in", "file", false);
	assert_int_equal(chown("all", 0, 0), 0);
	assert_int_equal(chmod("all", 0755), 0);
	leads("all/link/file", true, "in", "file", false);
}

static bool is_ours(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return vms_folder_is_ours(fd);
}

static void whose(void **state _unused_)
{
	assert_int_equal(mkdir("mine", 0755), 0);
	assert_true(is_ours("mine"));
	assert_int_equal(chmod("mine", 0775), 0);
	assert_false(is_ours("mine"));
	assert_int_equal(chmod("mine", 0757), 0);
	assert_false(is_ours("mine"));
	assert_int_equal(chmod("mine", 01777), 0);
	assert_true(is_ours("mine"));
	assert_int_equal(chmod("mine", 0755), 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown("mine", 65534, 65534), 0);
	assert_false(is_ours("mine"));
}

static void fresh(void **state _unused_)
{
	_cleanup_close_ int parent = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_free_ char *one = NULL, *other = NULL;
	int fd = -1, more = -1;
	struct stat st;

	assert_int_equal(vms_folder_fresh(parent, "new", &one, &fd), 0);
	assert_int_equal(vms_folder_fresh(parent, "new", &other, &more), 0);
	assert_string_not_equal(one, other);
	assert_non_null(startswith(one, "new."));
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(mkdirat(fd, "below", 0700), 0);
	assert_int_equal(close(openat(fd, "below/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
	/* a link in it is taken away, not what it leads to */
	assert_int_equal(symlinkat("../in", fd, "link"), 0);
	vms_folder_remove(parent, one, fd);
	vms_folder_remove(parent, other, more);
	assert_int_equal(fstatat(parent, one, &st, 0), -1);
	assert_int_equal(fstatat(parent, other, &st, 0), -1);
	assert_int_equal(stat("in/deep", &st), 0);
	close(fd);
	close(more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ways),	   cmocka_unit_test(of_a_folder), cmocka_unit_test(entered),
		cmocka_unit_test(of_proc), cmocka_unit_test(planted),	  cmocka_unit_test(whose),
		cmocka_unit_test(fresh),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
