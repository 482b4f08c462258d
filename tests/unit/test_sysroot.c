/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading through one root: symlinks stay inside, absent is told from unseen,
 * and what a container mounted over /proc or /sys is not taken for the machine.
 * All of it by openat2() and by the walker alike.
 */
#include <errno.h>
#include <limits.h>

#include "core/sysroot_internal.h"
#include "fixture.h"

/* Run `body` with openat2() and without. */
typedef void (*body_fn)(struct fixture *f, struct vms_root *root);

static void both_ways(void **state, body_fn body)
{
	struct fixture *f = *state;

	for (int walk = 0; walk <= 1; walk++) {
		struct vms_root *root = NULL;

		assert_int_equal(vms_root_open(f->root, false, &root), 0);
		root->walk = root->walk || walk;
		body(f, root);
		vms_root_free(root);
	}
}

static void expect_text(struct vms_root *root, const char *path, const char *text)
{
	_cleanup_buf_ struct vms_buf buf = { NULL, 0 };

	assert_int_equal(vms_root_read(root, path, 4096, &buf), 0);
	assert_string_equal(buf.data, text);
	assert_int_equal(buf.len, strlen(text));
}

static void body_read(struct fixture *f, struct vms_root *root)
{
	struct vms_buf buf = { NULL, 77 };

	(void)f;
	expect_text(root, "/etc/file", "content\n");
	expect_text(root, "//etc/./../etc//file", "content\n");
	expect_text(root, "/etc/empty", "");
	assert_int_equal(vms_root_read_line(root, "/etc/file", &buf), 0);
	assert_string_equal(buf.data, "content");
	vms_buf_clear(&buf);
	/* bounds: exactly as long, one byte more */
	assert_int_equal(vms_root_read(root, "/etc/file", 8, &buf), 0);
	vms_buf_clear(&buf);
	buf.len = 77;
	assert_int_equal(vms_root_read(root, "/etc/file", 7, &buf), -EFBIG);
	assert_int_equal(vms_root_read(root, "/etc", 4096, &buf), -EISDIR);
	assert_int_equal(vms_root_read(root, "/etc/fifo", 4096, &buf), -ENXIO);
	assert_int_equal(vms_root_read(root, "/etc/file/below", 4096, &buf), -ENOTDIR);
	assert_true(buf.data == NULL && buf.len == 77);
	assert_int_equal(vms_root_probe(root, "/"), 0);
	assert_int_equal(vms_root_probe(root, "/etc/"), 0);
	assert_int_equal(vms_root_probe(root, "/etc/fifo"), 0);
}

static void test_read(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "/etc/file", "content\n");
	fixture_write(f, "/etc/empty", "");
	fixture_fifo(f, "/etc/fifo");
	both_ways(state, body_read);
}

static void body_line(struct fixture *f, struct vms_root *root)
{
	_cleanup_buf_ struct vms_buf nul = { NULL, 0 }, white = { NULL, 0 };
	struct vms_buf big = { NULL, 0 };

	(void)f;
	assert_int_equal(vms_root_read_line(root, "/etc/nul", &nul), 0);
	assert_int_equal(nul.len, 4);
	assert_string_equal(nul.data, "ab");
	assert_int_equal(vms_root_read_line(root, "/etc/white", &white), 0);
	assert_int_equal(white.len, 0);
	assert_int_equal(vms_root_read_line(root, "/etc/big", &big), -EFBIG);
}

static void test_line(void **state)
{
	static char big[8192];
	struct fixture *f = *state;

	memset(big, 'x', sizeof(big));
	fixture_write_bytes(f, "/etc/big", big, sizeof(big));
	fixture_write_bytes(f, "/etc/nul", "ab\0\0 \n", 6);
	fixture_write(f, "/etc/white", " \t\r\n\n");
	both_ways(state, body_line);
}

/* Symlinks resolve as the machine sees them: "/" is the record's root. */
static void body_links(struct fixture *f, struct vms_root *root)
{
	_cleanup_free_ char *target = NULL, *real = NULL, *outside = NULL;

	(void)f;
	expect_text(root, "/links/absolute", "inside\n");
	expect_text(root, "/links/relative", "inside\n");
	expect_text(root, "/links/climbs", "inside\n");
	expect_text(root, "/links/chain", "inside\n");
	expect_text(root, "/links/dir/passwd", "inside\n");
	assert_int_equal(vms_root_readlink(root, "/links/climbs", &target), 0);
	assert_string_equal(target, "../../../../../../../../etc/passwd");
	assert_int_equal(vms_root_readlink(root, "/etc/passwd", &outside), -EINVAL);
	assert_int_equal(vms_root_realpath(root, "/links/chain", &real), 0);
	assert_string_equal(real, "/etc/passwd");
	/* there is a /bin or /usr outside, not here */
	assert_int_equal(vms_root_probe(root, "/links/outside"), -ENOLINK);
	assert_int_equal(vms_root_probe(root, "/links/dangling"), -ENOLINK);
	assert_int_equal(vms_root_probe(root, "/links/loop"), -ELOOP);
	assert_int_equal(vms_root_probe(root, "/links/self"), -ELOOP);
	assert_int_equal(vms_root_probe(root, "/links/long"), -ELOOP);
	assert_int_equal(vms_root_realpath(root, "/links/loop", &outside), -ELOOP);
	assert_null(outside);
}

/* What came in pieces, joined; only the last may end without a newline. */
struct pieces {
	char *text;
	size_t len;
	unsigned n;
	bool open; /* the last one has no newline */
};

static void take_piece(void *arg, struct vms_span lines)
{
	struct pieces *p = arg;

	assert_false(p->open);
	assert_true(lines.len > 0);
	p->text = realloc(p->text, p->len + lines.len);
	assert_non_null(p->text);
	memcpy(p->text + p->len, lines.data, lines.len);
	p->len += lines.len;
	p->open = lines.data[lines.len - 1] != '\n';
	p->n++;
}

/* Lines of 97 bytes, one longer than a piece among them, and an end of its own. */
static char *many_lines(size_t size, const char *end)
{
	char *text = malloc(size + strlen(end) + 1);

	assert_non_null(text);
	for (size_t i = 0; i < size; i++)
		text[i] = i % 97 == 96 && !(i > 100000 && i < 200000) ? '\n' : (char)('a' + i % 26);
	strcpy(text + size, end);
	return text;
}

static void test_pieces(void **state)
{
	struct fixture *f = *state;
	static const char *const ends[] = { "", "\n", "no newline", "\n\n" };

	for (size_t i = 0; i < 2 * ARRAY_SIZE(ends); i++) {
		size_t size = i % 2 ? 300000 : 0;
		_cleanup_free_ char *text = many_lines(size, ends[i / 2]);
		struct vms_root *root = NULL;
		struct pieces p = { .n = 0 };

		fixture_write(f, "/etc/index", text);
		assert_int_equal(vms_root_open(f->root, false, &root), 0);
		assert_int_equal(vms_root_read_lines(root, "/etc/index", 1 << 20, take_piece, &p), 0);
		assert_int_equal(p.len, strlen(text));
		assert_true(!p.len || memcmp(p.text, text, p.len) == 0);
		assert_true(!size || p.n > 3);
		assert_int_equal(vms_root_read_lines(root, "/etc/none", 1 << 20, take_piece, &p), -ENOENT);
		if (size)
			assert_int_equal(vms_root_read_lines(root, "/etc/index", size - 1, take_piece, &p),
					 -EFBIG);
		free(p.text);
		vms_root_free(root);
	}
}

static void test_links(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "/etc/passwd", "inside\n");
	fixture_link(f, "/links/absolute", "/etc/passwd");
	fixture_link(f, "/links/relative", "../etc/passwd");
	fixture_link(f, "/links/climbs", "../../../../../../../../etc/passwd");
	fixture_link(f, "/links/chain", "./absolute");
	fixture_link(f, "/links/dir", "//etc/");
	fixture_link(f, "/links/outside", "/usr/bin/env");
	fixture_link(f, "/links/dangling", "nothing");
	fixture_link(f, "/links/loop", "loop2");
	fixture_link(f, "/links/loop2", "loop");
	fixture_link(f, "/links/self", "self/self");
	for (unsigned i = 0; i < 60; i++) {
		char from[32], to[32];

		snprintf(from, sizeof(from), i ? "/links/long%u" : "/links/long", i);
		snprintf(to, sizeof(to), "long%u", i + 1);
		fixture_link(f, from, to);
	}
	both_ways(state, body_links);
}

static void body_absent(struct fixture *f, struct vms_root *root)
{
	char long_name[PATH_MAX + 10];

	(void)f;
	assert_int_equal(vms_root_probe(root, "/etc/lacking"), -ENOENT);
	assert_int_equal(vms_root_probe(root, "/etc/lacking/"), -ENOENT);
	assert_int_equal(vms_root_probe(root, "/lacking"), -ENOENT);
	/* its directory is not there to be looked into */
	assert_int_equal(vms_root_probe(root, "/lacking/x"), -VMS_ENOPARENT);
	assert_int_equal(vms_root_probe(root, "/etc/lacking/x/y"), -VMS_ENOPARENT);
	assert_int_equal(vms_root_probe(root, "/etc/dangling/x"), -VMS_ENOPARENT);
	memset(long_name, 'x', sizeof(long_name));
	long_name[0] = '/';
	long_name[300] = '\0';
	assert_int_equal(vms_root_probe(root, long_name), -ENAMETOOLONG);
	long_name[300] = 'x';
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(vms_root_probe(root, long_name), -ENAMETOOLONG);
}

static void test_absent_or_unseen(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "/etc/file", "");
	fixture_link(f, "/etc/dangling", "nowhere");
	both_ways(state, body_absent);
}

static void body_list(struct fixture *f, struct vms_root *root)
{
	_cleanup_strv_ char **names = NULL, **none = NULL, **linked = NULL;
	char **untouched = NULL;

	(void)f;
	assert_int_equal(vms_root_list(root, "/d", &names), 0);
	assert_string_equal(names[0], ".hidden");
	assert_string_equal(names[1], "a");
	assert_string_equal(names[2], "b");
	assert_null(names[3]);
	assert_int_equal(vms_root_list(root, "/empty", &none), 0);
	assert_null(none[0]);
	assert_int_equal(vms_root_list(root, "/linked", &linked), 0);
	assert_string_equal(linked[1], "a");
	assert_int_equal(vms_root_list(root, "/d/a", &untouched), -ENOTDIR);
	assert_int_equal(vms_root_list(root, "/lacking", &untouched), -ENOENT);
	assert_int_equal(vms_root_list(root, "/lacking/x", &untouched), -VMS_ENOPARENT);
	assert_null(untouched);
}

static void test_list(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "/d/b", "");
	fixture_write(f, "/d/a", "");
	fixture_write(f, "/d/.hidden", "");
	fixture_dir(f, "/empty");
	fixture_link(f, "/linked", "/d");
	both_ways(state, body_list);
}

#define MOUNTINFO_BASE                                                                                       \
	"22 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"                                            \
	"23 28 0:21 / /proc rw,relatime shared:12 - proc proc rw\n"                                          \
	"28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"

static void body_masks(struct fixture *f, struct vms_root *root)
{
	static const struct {
		const char *mountinfo, *path;
		int err;
	} cases[] = {
		{ "", "/sys/firmware/efi", 0 },
		{ "", "/proc/interrupts", 0 },
		{ "40 22 0:33 / /sys/firmware/efi/efivars rw - efivarfs efivarfs rw\n", "/sys/firmware/efi",
		  0 },
		/* podman, docker: a tmpfs over /sys/firmware */
		{ "50 22 0:50 / /sys/firmware ro,relatime - tmpfs tmpfs ro\n", "/sys/firmware/efi",
		  -VMS_EMASKED },
		{ "50 22 0:50 / /sys/firmware ro,relatime - tmpfs tmpfs ro\n", "/sys/firmware",
		  -VMS_EMASKED },
		{ "50 22 0:50 / /sys/firmware ro,relatime - tmpfs tmpfs ro\n", "/sys/firmware2", 0 },
		{ "50 22 0:50 / /sys/firm ro,relatime - tmpfs tmpfs ro\n", "/sys/firmware/efi", 0 },
		/* /dev/null bound over a file */
		{ "51 23 0:6 /null /proc/interrupts ro - devtmpfs udev rw\n", "/proc/interrupts",
		  -VMS_EMASKED },
		{ "51 23 0:6 /null /proc/interrupts ro - devtmpfs udev rw\n", "/proc/cpuinfo", 0 },
		/* lxcfs */
		{ "52 23 0:66 /proc/cpuinfo /proc/cpuinfo rw - fuse.lxcfs lxcfs rw\n", "/proc/cpuinfo",
		  -VMS_EMASKED },
		/* the mask was taken away, or mounted over, again: the last counts */
		{ "50 22 0:50 / /sys/firmware ro - tmpfs tmpfs ro\n60 50 0:20 /firmware /sys/firmware ro - sysfs sysfs rw\n",
		  "/sys/firmware/efi", 0 },
		{ "60 50 0:20 /firmware /sys/firmware ro - sysfs sysfs rw\n50 22 0:50 / /sys/firmware ro - tmpfs tmpfs ro\n",
		  "/sys/firmware/efi", -VMS_EMASKED },
		/* a procfs of processes only */
		{ "70 23 0:70 / /proc rw - proc proc rw,subset=pid\n", "/proc/interrupts", -VMS_EMASKED },
		{ "70 23 0:70 / /proc rw - proc proc rw,hidepid=invisible,subset=pid\n", "/proc/self/mounts",
		  0 },
		{ "70 23 0:70 / /proc rw - proc  rw,subset=pid\n", "/proc/interrupts", -VMS_EMASKED },
		/* escapes and garbage */
		{ "71 22 0:71 / /sys/a\\040b rw - tmpfs tmpfs rw\n", "/sys/a b/c", -VMS_EMASKED },
		{ "71 22 0:71 / /sys/a\\134b rw - tmpfs tmpfs rw\n", "/sys/a\\b", -VMS_EMASKED },
		{ "71 22 0:71 / /sys/a\\04 rw - tmpfs tmpfs rw\n", "/sys/a\\04/x", -VMS_EMASKED },
		{ "garbage /sys/firmware\n\n - - - /sys \n1 2 3 /sys\n- /proc\n", "/sys/firmware/efi", 0 },
		{ "72 28 0:72 / /etc rw - tmpfs tmpfs rw\n", "/etc/hostname", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = vms_asprintf("%s%s", MOUNTINFO_BASE, cases[i].mountinfo);
		struct vms_root *fresh = NULL;

		assert_non_null(text);
		fixture_write(f, "/proc/self/mountinfo", text);
		assert_int_equal(vms_root_open(f->root, false, &fresh), 0);
		fresh->walk = root->walk;
		assert_int_equal(vms_root_foreign_mount(fresh, cases[i].path), cases[i].err);
		vms_root_free(fresh);
	}
}

static void test_masks(void **state)
{
	both_ways(state, body_masks);
}

/* Below a mask nothing is absent, and nothing there is the machine's. */
static void body_masked_reads(struct fixture *f, struct vms_root *root)
{
	char **names = NULL;
	struct vms_buf buf;

	(void)f;
	assert_int_equal(vms_root_probe(root, "/sys/firmware/efi"), -VMS_EMASKED);
	assert_int_equal(vms_root_list(root, "/sys/firmware", &names), -VMS_EMASKED);
	assert_int_equal(vms_root_read(root, "/sys/firmware/planted", 64, &buf), -VMS_EMASKED);
	assert_int_equal(vms_root_probe(root, "/sys/kernel"), -ENOENT);
	assert_int_equal(vms_root_probe(root, "/sys"), 0);
}

static void test_masked_reads(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "/sys/firmware/planted", "x");
	fixture_write(f, "/proc/self/mountinfo",
		      MOUNTINFO_BASE "50 22 0:50 / /sys/firmware ro,relatime - tmpfs tmpfs ro\n");
	both_ways(state, body_masked_reads);
}

/* Live, a /sys that nobody mounted is no /sys; in a record it is. */
static void test_live_needs_mounts(void **state)
{
	struct fixture *f = *state;
	struct vms_root *root = NULL;

	fixture_write(f, "/etc/hostname", "x");
	assert_int_equal(vms_root_open(f->root, true, &root), 0);
	assert_int_equal(vms_root_probe(root, "/sys/firmware/efi"), -VMS_EMASKED);
	assert_int_equal(vms_root_probe(root, "/proc/interrupts"), -VMS_EMASKED);
	assert_int_equal(vms_root_probe(root, "/etc/hostname"), 0);
	assert_null(vms_root_mountinfo(root));
	vms_root_free(root);
	root = NULL;
	assert_int_equal(vms_root_open(f->root, false, &root), 0);
	assert_int_equal(vms_root_probe(root, "/sys/firmware/efi"), -ENOENT);
	vms_root_free(root);
}

static void test_open_fails(void **state)
{
	struct vms_root *root = NULL;
	struct fixture *f = *state;
	char path[128];

	fixture_write(f, "/file", "");
	snprintf(path, sizeof(path), "%s/file", f->root);
	assert_int_equal(vms_root_open(path, false, &root), -ENOTDIR);
	snprintf(path, sizeof(path), "%s/lacking", f->root);
	assert_int_equal(vms_root_open(path, false, &root), -ENOENT);
	assert_null(root);
	vms_root_free(NULL);
}

/* Many names, with long beginnings in common, of which one is another's beginning: in the order of their
 * bytes. */
static void test_many_names(void **state)
{
	static const char *const begins[] = { "a-beginning-that-all-of-them-share-", "", "\xff", "Bench" };
	struct vms_root *root = NULL;
	struct fixture *f = *state;
	char *const *names;
	size_t n = 0;

	for (unsigned i = 0; i < 1000; i++) {
		char name[64];

		snprintf(name, sizeof(name), "/many/%s%u", begins[i % 4], i * 7919 % 1000);
		fixture_write(f, name, "");
	}
	assert_int_equal(vms_root_open(f->root, false, &root), 0);
	assert_int_equal(vms_root_names(root, "/many", &names), 0);
	for (; names[n]; n++)
		if (n > 0)
			assert_true(strcmp(names[n - 1], names[n]) < 0);
	assert_int_equal(n, 1000);
	vms_root_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_read),
		fixture_test(test_line),
		fixture_test(test_pieces),
		fixture_test(test_links),
		fixture_test(test_absent_or_unseen),
		fixture_test(test_list),
		fixture_test(test_many_names),
		fixture_test(test_masks),
		fixture_test(test_masked_reads),
		fixture_test(test_live_needs_mounts),
		fixture_test(test_open_fails),
	};

	return cmocka_run_group_tests_name("sysroot", tests, NULL, NULL);
}
