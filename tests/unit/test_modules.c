/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules by depmod's text indexes: names, places, what is gone or cannot be read. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "fixture.h"
#include "kernel/modules.h"

#define DIR "/lib/modules/6.1.0"

enum { BLK, NET, XEN, PL011, N };

static void ask(struct module *want)
{
	const char *const names[N] = { "virtio_blk", "virtio_net", "xen_blkfront", "amba_pl011" };

	for (size_t i = 0; i < N; i++)
		want[i] = (struct module){ .name = names[i] };
}

static void file_names(void **state _unused_)
{
	static const struct {
		const char *base, *name;
		bool is;
	} t[] = {
		{ "virtio_blk.ko", "virtio_blk", true },
		{ "virtio-blk.ko.xz", "virtio_blk", true },
		{ "xen-blkfront.ko.zst", "xen_blkfront", true },
		{ "xen_blkfront.ko.gz", "xen_blkfront", true },
		{ "virtio_blk", "virtio_blk", false },
		{ "virtio_blk.ko.", "virtio_blk", false },
		{ "virtio_blk.kox", "virtio_blk", false },
		{ "virtio_blk2.ko", "virtio_blk", false },
		{ "virtio_bl.ko", "virtio_blk", false },
		{ "xvirtio_blk.ko", "virtio_blk", false },
		{ "", "virtio_blk", false },
		{ "virtio_blk.ko.xz.zst", "virtio_blk", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(t); i++)
		assert_int_equal(module_is(t[i].base, strlen(t[i].base), t[i].name), t[i].is);
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

static void indexes(void **state _unused_)
{
	struct fixture *r = fresh();
	struct module want[N];
	struct modules mods;

	ask(want);
	fixture_write(r, DIR "/modules.builtin", "kernel/drivers/tty/serial/amba-pl011.ko\n");
	fixture_write(r, DIR "/modules.dep",
		      "kernel/drivers/block/virtio_blk.ko.xz: kernel/drivers/virtio/virtio_net.ko\n"
		      "kernel/drivers/block/xen-blkfront.ko:\n");
	assert_int_equal(modules_read(fixture_machine(r), "6.1.0", &mods, want, N), 0);
	assert_int_equal(mods.builtin_err, 0);
	assert_int_equal(mods.dep_err, 0);
	assert_string_equal(mods.dir, DIR);
	assert_true(want[PL011].builtin);
	assert_false(want[BLK].builtin);
	assert_string_equal(want[BLK].path, "kernel/drivers/block/virtio_blk.ko.xz");
	assert_string_equal(want[XEN].path, "kernel/drivers/block/xen-blkfront.ko");
	/* only named as what another needs */
	assert_null(want[NET].path);
	/* the folder of the file is not in the record */
	assert_int_equal(want[BLK].file_err, -VMS_ENOPARENT);
	modules_clear(&mods, want, N);

	fixture_dir(r, DIR "/kernel/drivers/block");
	fixture_write(r, DIR "/kernel/drivers/block/xen-blkfront.ko", "x");
	assert_int_equal(modules_read(fixture_machine(r), "6.1.0", &mods, want, N), 0);
	assert_int_equal(want[XEN].file_err, 0);
	assert_int_equal(want[BLK].file_err, -ENOENT);
	modules_clear(&mods, want, N);
	drop(r);
}

static void read_errors(struct fixture *r, int builtin_err, int dep_err)
{
	struct module want[N];
	struct modules mods;

	ask(want);
	assert_int_equal(modules_read(fixture_machine(r), "6.1.0", &mods, want, N), 0);
	assert_int_equal(mods.builtin_err, builtin_err);
	assert_int_equal(mods.dep_err, dep_err);
	for (size_t i = 0; i < N; i++) {
		assert_null(want[i].path);
		assert_false(want[i].builtin);
	}
	modules_clear(&mods, want, N);
}

/* No folder of modules: absent only where the folder above could be listed. */
static void absent(void **state _unused_)
{
	struct fixture *r = fresh();

	read_errors(r, -VMS_ENOPARENT, -VMS_ENOPARENT);
	fixture_dir(r, "/lib/modules/5.10.0");
	read_errors(r, -ENOENT, -ENOENT);
	fixture_dir(r, DIR);
	read_errors(r, -VMS_ENOPARENT, -VMS_ENOPARENT);
	fixture_write(r, DIR "/modules.dep", "");
	read_errors(r, -VMS_ENOPARENT, -EBADMSG);
	fixture_remove(r, DIR "/modules.dep");
	fixture_dir(r, DIR "/modules.dep");
	read_errors(r, -VMS_ENOPARENT, -EISDIR);
	drop(r);
}

static void merged_usr(void **state _unused_)
{
	struct fixture *r = fresh();
	struct module want[N];
	struct modules mods;

	ask(want);
	fixture_write(r, "/usr/lib/modules/6.1.0/modules.builtin", "kernel/virtio_net.ko\n");
	assert_int_equal(modules_read(fixture_machine(r), "6.1.0", &mods, want, N), 0);
	assert_string_equal(mods.dir, "/usr/lib/modules/6.1.0");
	assert_true(want[NET].builtin);
	modules_clear(&mods, want, N);
	/* no release, no folder */
	assert_int_equal(modules_read(fixture_machine(r), NULL, &mods, want, N), 0);
	assert_int_equal(mods.builtin_err, -VMS_ENOPARENT);
	modules_clear(&mods, want, N);
	drop(r);
}

static void count(void *arg, size_t i, const char *path, size_t len, struct vms_span rest)
{
	assert_int_equal(i, BLK);
	assert_int_equal(rest.len, *(int *)arg ? 0 : strlen(" b/virtio_net.ko c.ko"));
	assert_int_equal(len, strlen("a/virtio_blk.ko"));
	assert_memory_equal(path, "a/virtio_blk.ko", len);
	++*(int *)arg;
}

/* Cut short anywhere: only whole lines count, nothing beyond the end is read. */
static void cut_short(void **state _unused_)
{
	static const char text[] = "a/virtio_blk.ko: b/virtio_net.ko c.ko\n::\n\n/\n/:\na/virtio_blk.ko\n";
	size_t first = strlen("a/virtio_blk.ko: b/virtio_net.ko c.ko\n");

	for (size_t len = 0; len < sizeof(text); len++) {
		char *copy = malloc(len ? len : 1);
		struct module want[N];
		int found = 0;

		assert_non_null(copy);
		memcpy(copy, text, len);
		ask(want);
		modules_scan(vms_span(copy, len), want, N, count, &found);
		assert_int_equal(found, (len >= first) + (len >= sizeof(text) - 1));
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_names), cmocka_unit_test(indexes),   cmocka_unit_test(absent),
		cmocka_unit_test(merged_usr), cmocka_unit_test(cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
