/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel configuration: values, places, damaged and hostile files. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "fixture.h"
#include "kernel/kconfig.h"

#define TEXT                                                                                                 \
	"#\n# Linux/arm64 6.1.0 Kernel Configuration\n#\nCONFIG_ARM64=y\nCONFIG_VIRTIO_PCI_LIB=m\n"          \
	"CONFIG_VIRTIO_PCI=m\nCONFIG_ARM_GIC=y\n# CONFIG_HVC_XEN is not set\nCONFIG_VIRTIO_BLKX=y\n"         \
	"CONFIG_CRYPTO=y\n"

enum { PCI, GIC, XEN, BLK, N };

static void names(struct kconfig_option *o)
{
	const char *const n[N] = { "VIRTIO_PCI", "ARM_GIC", "HVC_XEN", "VIRTIO_BLK" };

	for (size_t i = 0; i < N; i++)
		o[i] = (struct kconfig_option){ .name = n[i] };
}

static void values(void **state _unused_)
{
	struct kconfig_option o[N];
	bool whole = false;

	names(o);
	assert_true(kconfig_scan(vms_span(TEXT, strlen(TEXT)), o, N, &whole));
	assert_true(whole);
	assert_int_equal(o[PCI].value, KCONFIG_MODULE);
	assert_int_equal(o[GIC].value, KCONFIG_BUILT_IN);
	assert_int_equal(o[XEN].value, KCONFIG_NOT_SET);
	assert_int_equal(o[BLK].value, KCONFIG_NOT_MENTIONED);
}

static bool scan(const char *text, size_t len, struct kconfig_option *o, bool *whole)
{
	/* exact size, so that a read beyond it is seen */
	char *copy = malloc(len ? len : 1);
	bool any;

	assert_non_null(copy);
	memcpy(copy, text, len);
	names(o);
	any = kconfig_scan(vms_span(copy, len), o, N, whole);
	free(copy);
	return any;
}

static void texts(void **state _unused_)
{
	struct kconfig_option o[] = { { .name = "INITRAMFS_SOURCE", .is_text = true } };
	const char *t[] = { "CONFIG_INITRAMFS_SOURCE=\"\"\n",
			    "CONFIG_INITRAMFS_SOURCE=\"../rootfs.cpio\"\n" };
	bool whole;

	assert_true(kconfig_scan(vms_span((const uint8_t *)t[0], strlen(t[0])), o, 1, &whole));
	assert_int_equal(o[0].value, KCONFIG_NOT_SET);
	assert_true(kconfig_scan(vms_span((const uint8_t *)t[1], strlen(t[1])), o, 1, &whole));
	assert_int_equal(o[0].value, KCONFIG_BUILT_IN);
}

static void odd_lines(void **state _unused_)
{
	static const char odd[] =
		"CONFIG_ARM_GIC=\nCONFIG_ARM_GIC=yy\nCONFIG_ARM_GIC=n\n#CONFIG_HVC_XEN is not set\n"
		"# CONFIG_HVC_XEN is not set yet\n CONFIG_ARM_GIC=y\nCONFIG_\nCONFIG_VIRTIO_BLK=\"y\"\n"
		"CONFIG_\0VIRTIO_BLK=y\n";
	struct kconfig_option o[N];
	bool whole = true;

	assert_true(scan(odd, sizeof(odd) - 1, o, &whole));
	assert_false(whole);
	for (size_t i = 0; i < N; i++)
		assert_int_equal(o[i].value, KCONFIG_NOT_MENTIONED);
	assert_false(scan("", 0, o, &whole));
	assert_false(scan("hello\nworld\n", 12, o, &whole));
	/* the last line may lack its newline */
	assert_true(scan("CONFIG_HVC_XEN=y", 16, o, &whole));
	assert_int_equal(o[XEN].value, KCONFIG_BUILT_IN);
}

/* However short it is cut: what is told is right, and "whole" is not claimed. */
static void cut_short(void **state _unused_)
{
	for (size_t len = 0; len < strlen(TEXT) - 1; len++) {
		struct kconfig_option o[N];
		bool whole = false;

		scan(TEXT, len, o, &whole);
		assert_false(whole);
		assert_int_not_equal(o[PCI].value, KCONFIG_BUILT_IN);
		assert_int_not_equal(o[PCI].value, KCONFIG_NOT_SET);
		assert_int_equal(o[BLK].value, KCONFIG_NOT_MENTIONED);
	}
}

/* Several machines in one test: fixture_test() makes one. */
static struct fixture *fresh(void)
{
	void *f = NULL;

	assert_int_equal(fixture_setup(&f), 0);
	return f;
}

static void drop(struct fixture *f)
{
	void *state = f;

	assert_int_equal(fixture_teardown(&state), 0);
}

static void gzip(struct fixture *r, const char *path, const char *text)
{
	char cmd[600];

	fixture_write(r, path, text);
	snprintf(cmd, sizeof(cmd), "gzip -9 -f '%s%s'", r->root, path);
	assert_int_equal(system(cmd), 0);
}

static struct kconfig read_it(struct fixture *r, struct kconfig_option *o)
{
	struct kconfig c;

	names(o);
	assert_int_equal(kconfig_read(fixture_machine(r), "6.1.0", &c, o, N), 0);
	return c;
}

static void expect_path(struct fixture *r, const char *path, enum kconfig_value gic)
{
	struct kconfig_option o[N];
	struct kconfig c = read_it(r, o);

	assert_int_equal(c.err, 0);
	assert_string_equal(c.path, path);
	assert_int_equal(o[GIC].value, gic);
	kconfig_clear(&c);
}

/* From the last place that is looked at to the first. */
static void places(void **state _unused_)
{
	struct fixture *r = fresh();
	struct kconfig_option o[N];
	struct kconfig c = read_it(r, o);

	assert_int_equal(c.err, -ENOENT);
	assert_null(c.path);
	kconfig_clear(&c);
	fixture_write(r, "/lib/modules/6.1.0/build/.config", "CONFIG_ARM_GIC=m\n");
	expect_path(r, "/lib/modules/6.1.0/build/.config", KCONFIG_MODULE);
	fixture_write(r, "/usr/lib/modules/6.1.0/config", "# CONFIG_ARM_GIC is not set\n");
	expect_path(r, "/usr/lib/modules/6.1.0/config", KCONFIG_NOT_SET);
	fixture_write(r, "/lib/modules/6.1.0/config", "CONFIG_ARM_GIC=y\n");
	expect_path(r, "/lib/modules/6.1.0/config", KCONFIG_BUILT_IN);
	fixture_write(r, "/boot/config-6.1.0", "CONFIG_ARM_GIC=m\n");
	expect_path(r, "/boot/config-6.1.0", KCONFIG_MODULE);
	gzip(r, "/proc/config", TEXT);
	expect_path(r, "/proc/config.gz", KCONFIG_BUILT_IN);
	drop(r);
}

/* config.gz cut short at every offset, alone and with a copy in /boot. */
static void damaged_gzip(void **state _unused_)
{
	struct fixture *r = fresh();
	char full[200];
	struct stat st;

	snprintf(full, sizeof(full), "%s/proc/config.gz", r->root);
	gzip(r, "/proc/config", TEXT);
	assert_int_equal(stat(full, &st), 0);
	for (off_t len = st.st_size - 1; len >= 0; len--) {
		struct kconfig_option o[N];
		struct kconfig c;

		assert_int_equal(truncate(full, len), 0);
		c = read_it(r, o);
		assert_int_equal(c.err, -EBADMSG);
		assert_string_equal(c.path, "/proc/config.gz");
		kconfig_clear(&c);
	}
	fixture_write(r, "/proc/config.gz", TEXT); /* not compressed */
	fixture_write(r, "/boot/config-6.1.0", "CONFIG_ARM_GIC=m\n");
	expect_path(r, "/boot/config-6.1.0", KCONFIG_MODULE);
	drop(r);
}

static void gzip_bomb(void **state _unused_)
{
	struct fixture *r = fresh();
	struct kconfig_option o[N];
	struct kconfig c;
	char cmd[300];

	fixture_dir(r, "/proc");
	snprintf(cmd, sizeof(cmd), "head -c 30000000 /dev/zero | gzip -9 > '%s/proc/config.gz'", r->root);
	assert_int_equal(system(cmd), 0);
	c = read_it(r, o);
	assert_int_equal(c.err, -EFBIG);
	kconfig_clear(&c);
	drop(r);
}

static void odd_files(void **state _unused_)
{
	struct fixture *r = fresh();
	struct kconfig_option o[N];
	struct kconfig c;

	fixture_dir(r, "/boot/config-6.1.0");
	c = read_it(r, o);
	assert_int_equal(c.err, -EISDIR);
	assert_string_equal(c.path, "/boot/config-6.1.0");
	kconfig_clear(&c);
	fixture_remove(r, "/boot/config-6.1.0");
	fixture_fifo(r, "/boot/config-6.1.0");
	c = read_it(r, o);
	assert_int_equal(c.err, -ENXIO);
	kconfig_clear(&c);
	drop(r);
}

static void expect_release(const char *path, const char *text, const char *release)
{
	struct fixture *r = fresh();
	char *got = NULL;

	fixture_write(r, path, text);
	if (release) {
		assert_int_equal(kernel_release(fixture_machine(r)->root, &got), 0);
		assert_string_equal(got, release);
	} else {
		assert_int_equal(kernel_release(fixture_machine(r)->root, &got), -EBADMSG);
		assert_null(got);
	}
	free(got);
	drop(r);
}

static void releases(void **state _unused_)
{
	static const char osrelease[] = "/proc/sys/kernel/osrelease", version[] = "/proc/version";
	char big[101];

	expect_release(osrelease, "6.1.0-50-arm64\n", "6.1.0-50-arm64");
	expect_release(osrelease, "6.8.9-300.fc40.aarch64+debug\n", "6.8.9-300.fc40.aarch64+debug");
	expect_release(version, "Linux version 6.1.0-50-arm64 (x@y) (gcc) #1 SMP\n", "6.1.0-50-arm64");
	expect_release(osrelease, "../../etc\n", NULL);
	expect_release(osrelease, "6.1/../..\n", NULL);
	expect_release(osrelease, "\n", NULL);
	expect_release(version, "Linux version \n", NULL);
	expect_release(version, "NetBSD 10\n", NULL);
	memset(big, '6', 100);
	big[100] = '\0';
	expect_release(osrelease, big, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),    cmocka_unit_test(odd_lines), cmocka_unit_test(texts),
		cmocka_unit_test(cut_short), cmocka_unit_test(places),	  cmocka_unit_test(damaged_gzip),
		cmocka_unit_test(gzip_bomb), cmocka_unit_test(odd_files), cmocka_unit_test(releases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
