/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Initial ramdisks made by the real tools: every compression, chains of them,
 * cut short, damaged, bombs, of another kernel. A module that is there is found;
 * one that is not is never said to be missing from what was not read to its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "fixture.h"
#include "guest/initrd.h"
#include "guest/ramdisk.h"

#define REL "6.1.0-50-arm64"

static char dir[] = "/tmp/vmspec-initrd.XXXXXX";

static void sh(const char *cmd)
{
	char full[4096];

	snprintf(full, sizeof(full), "cd %s && { %s\n}", dir, cmd);
	assert_int_equal(system(full), 0);
}

/* early.cpio: no modules. main.cpio: virtio_blk (by another spelling and packed),
 * virtio_pci, things that only look like xen-blkfront; one compressed copy each. */
static int setup(void **state _unused_)
{
	if (!mkdtemp(dir))
		return -1;
	sh("set -e; K=main/usr/lib/modules/" REL
	   "/kernel; mkdir -p early/kernel/x $K/a $K/b main/bin other/lib/modules/5.10/k\n"
	   "echo early > early/kernel/x/data; seq 1 30000 > main/bin/text; head -c 200000 /dev/urandom > "
	   "main/bin/random\n"
	   "echo m > $K/a/virtio-blk.ko.xz; echo m > $K/b/virtio_pci.ko\n"
	   "echo m > main/bin/xen-blkfront.ko; mkdir $K/b/xen_blkfront.ko; ln -s ../b/virtio_pci.ko "
	   "$K/a/xen-blkfront.ko.gz\n"
	   ": > $K/a/xen_blkfront.ko.zst; echo m > other/lib/modules/5.10/k/virtio_blk.ko\n"
	   "for d in early main other; do (cd $d; find . | LC_ALL=C sort | cpio -o -H newc --quiet > "
	   "../$d.cpio); done\n"
	   "(cd main; find . | LC_ALL=C sort | cpio -o -H crc --quiet > ../main.crc)\n"
	   "gzip -k main.cpio; bzip2 -k main.cpio; xz -k main.cpio; zstd -q -k main.cpio; lz4 -q -k "
	   "main.cpio main.cpio.lz4\n"
	   "lz4 -q -l -k main.cpio main.cpio.lz4l; lzma -k main.cpio; xz -T2 --block-size=100000 -c "
	   "main.cpio > main.blocks.xz\n"
	   "xz -0 --lzma2=dict=4KiB -c main.cpio > main.small.xz; lz4 -q -BD -B4 --content-size main.cpio "
	   "main.linked.lz4\n"
	   "zstd -q --ultra -22 -c main.cpio > main.22.zst; xz --check=crc32 --arm --lzma2=preset=6 -c "
	   "main.cpio > main.bcj.xz\n"
	   "cp main.cpio main.cpio.plain; head -c 512 /dev/zero > zeros");
	return 0;
}

static int teardown(void **state _unused_)
{
	char cmd[100];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static const char *const packed[] = {
	"main.cpio.plain", "main.crc",	      "main.cpio.gz",	"main.cpio.bz2",  "main.cpio.xz",
	"main.cpio.zst",   "main.cpio.lz4",   "main.cpio.lz4l", "main.cpio.lzma", "main.blocks.xz",
	"main.small.xz",   "main.linked.lz4", "main.22.zst",	"main.bcj.xz",
};

enum { BLK = 1, PCI = 2, XEN = 4 };

/* Which were found, as bits. */
static unsigned search_fd(int fd, uint64_t off, uint64_t size, struct initrd_look *look)
{
	struct initrd_module want[] = { { .name = "virtio_blk" },
					{ .name = "virtio_pci" },
					{ .name = "xen_blkfront" } };
	unsigned found = 0;

	*look = (struct initrd_look){ 0 };
	assert_int_equal(initrd_search(fd, off, size, REL, want, 3, look), 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(want[i].found, want[i].path != NULL);
		found |= (unsigned)want[i].found << i;
		free(want[i].path);
		free(want[i].elsewhere);
	}
	/* no failure without a reason, no success with one */
	assert_int_equal(look->err != 0, look->why[0] != '\0');
	return found;
}

static unsigned search(const char *name, struct initrd_look *look)
{
	char path[200];
	struct stat st;
	unsigned found;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	found = search_fd(fd, 0, (uint64_t)st.st_size, look);
	close(fd);
	return found;
}

static void expect_whole(const char *name, unsigned want)
{
	struct initrd_look look;
	unsigned found = search(name, &look);

	if (found != want || look.err)
		print_error("%s: found %u, %d %s\n", name, found, look.err, look.why);
	assert_int_equal(found, want);
	assert_int_equal(look.err, 0);
}

static void expect_error(const char *name, int err, const char *why)
{
	struct initrd_look look;
	unsigned found = search(name, &look);

	if (look.err != err || !strstr(look.why, why))
		print_error("%s: found %u, %d %s\n", name, found, look.err, look.why);
	assert_int_equal(look.err, err);
	assert_non_null(strstr(look.why, why));
}

static void each_compression(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(packed); i++) {
		char cmd[200];

		expect_whole(packed[i], BLK | PCI);
		snprintf(cmd, sizeof(cmd), "cat early.cpio %s > img", packed[i]);
		sh(cmd);
		expect_whole("img", BLK | PCI);
	}
}

/* What follows a compressed member is found, whatever it is compressed with. */
static void each_pair(void **state _unused_)
{
	sh("for c in gzip bzip2 xz zstd lz4 'lz4 -l' lzma; do n=$(echo $c | tr -d ' -'); $c -c < early.cpio "
	   "> early.$n; done");
	for (size_t i = 0; i < ARRAY_SIZE(packed); i++) {
		static const char *const first[] = { "gzip", "bzip2", "xz", "zstd", "lz4", "lz4l", "lzma" };

		for (size_t k = 0; k < ARRAY_SIZE(first); k++) {
			char cmd[300];

			snprintf(cmd, sizeof(cmd), "cat early.%s %s zeros early.%s > img", first[k],
				 packed[i], first[k]);
			sh(cmd);
			expect_whole("img", BLK | PCI);
			snprintf(cmd, sizeof(cmd), "cat early.%s zeros early.cpio %s > img", first[k],
				 packed[i]);
			sh(cmd);
			expect_whole("img", BLK | PCI);
		}
	}
}

static void stops_early(void **state _unused_)
{
	struct initrd_module want[] = { { .name = "virtio_blk" } };
	struct initrd_look look = { 0 };
	char path[200];
	int fd;

	/* behind what was asked for nothing is read: not even damage is seen */
	sh("cat main.cpio.gz > img; echo garbage >> img");
	snprintf(path, sizeof(path), "%s/img", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(initrd_search(fd, 0, (uint64_t)lseek(fd, 0, SEEK_END), REL, want, 1, &look), 0);
	close(fd);
	assert_true(want[0].found);
	assert_string_equal(want[0].path, "usr/lib/modules/" REL "/kernel/a/virtio-blk.ko.xz");
	assert_int_equal(look.err, 0);
	free(want[0].path);
	expect_error("img", -EBADMSG, "neither cpio nor a known compression at byte");
}

/* Cut short anywhere: never "read to its end, and not there". */
static void cut_short(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(packed); i++) {
		char path[200];
		struct stat st;
		int fd;

		snprintf(path, sizeof(path), "%s/%s", dir, packed[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &st), 0);
		for (off_t len = 0; len < st.st_size;
		     len += len < 300 || len > st.st_size - 40 ? 7 : st.st_size / 50) {
			struct initrd_look look;
			unsigned found = search_fd(fd, 0, (uint64_t)len, &look);

			/* of what a cut takes away, zeros behind the last archive and
			 * a checksum are no loss */
			if (look.err == 0 && found != (BLK | PCI))
				print_error("%s cut at %lld\n", packed[i], (long long)len);
			assert_true(look.err != 0 || found == (BLK | PCI));
			assert_int_equal(found & XEN, 0);
		}
		close(fd);
	}
}

/* One byte wrong: no crash, no hang; nothing is found that is not there. */
static void damaged(void **state _unused_)
{
	unsigned seed = 7;

	for (size_t i = 0; i < ARRAY_SIZE(packed); i++) {
		for (unsigned k = 0; k < 25; k++) {
			char path[200], cmd[200];
			struct initrd_look look;
			struct stat st;
			uint8_t b;
			off_t at;
			int fd;

			snprintf(cmd, sizeof(cmd), "cp %s img", packed[i]);
			sh(cmd);
			snprintf(path, sizeof(path), "%s/img", dir);
			fd = open(path, O_RDWR | O_CLOEXEC);
			assert_true(fd >= 0);
			assert_int_equal(fstat(fd, &st), 0);
			at = (off_t)((unsigned)rand_r(&seed) % (k < 12 ? 120u : (unsigned)st.st_size));
			assert_int_equal(pread(fd, &b, 1, at), 1);
			b ^= (uint8_t)(1u << (rand_r(&seed) & 7));
			assert_int_equal(pwrite(fd, &b, 1, at), 1);
			assert_int_equal(search_fd(fd, 0, (uint64_t)st.st_size, &look) & XEN, 0);
			close(fd);
		}
	}
}

static void no_ramdisk_at_all(void **state _unused_)
{
	sh(": > img");
	expect_error("img", -EBADMSG, "cut short");
	sh("cp zeros img");
	expect_error("img", -EBADMSG, "cut short");
	sh("head -c 4000 /dev/urandom | tr '\\0\\037\\135\\060' abcd > img");
	expect_error("img", -EBADMSG, "neither cpio nor");
	sh("echo hello | gzip > img");
	expect_error("img", -EBADMSG, "no cpio archive");
	sh(": | gzip > img");
	expect_error("img", -EBADMSG, "");
	sh("printf '070701zzzz' > img; cat zeros zeros >> img");
	expect_error("img", -EBADMSG, "damaged");
	sh("printf '\\211LZO\\0\\r\\n' > img");
	expect_error("img", -EOPNOTSUPP, "lzop");
	/* a name of 4 GiB */
	sh("{ printf 070701; for i in 1 2 3 4 5 6 7 8 9 10 11; do printf 00000000; done; printf "
	   "ffffffff00000000; } > img");
	expect_error("img", -EBADMSG, "damaged");
	/* no trailer */
	sh("head -c -600 early.cpio > img");
	expect_error("img", -EBADMSG, "");
	sh("head -c -600 early.cpio | zstd -q > img");
	expect_error("img", -EBADMSG, "no end");
}

static void of_another_kernel(void **state _unused_)
{
	expect_error("other.cpio", -EUCLEAN, "modules of 5.10");
	sh("gzip -c other.cpio > img");
	expect_error("img", -EUCLEAN, "modules of 5.10");
	/* a ramdisk without any modules is one */
	expect_whole("early.cpio", 0);
	sh("cat other.cpio main.cpio.xz > img");
	expect_whole("img", BLK | PCI);
}

static void bombs(void **state _unused_)
{
	sh("head -c 1100M /dev/zero | zstd -q > img");
	expect_error("img", -EFBIG, "more than 1 GiB");
	/* a dictionary of 4 GiB - 1, and a window of 256 MiB */
	sh("printf '\\375\\067zXZ\\0\\0\\4\\346\\326\\264F\\2\\0!\\1(\\0\\0\\0\\346\\240\\021\\263' > img; cat "
	   "zeros >> img");
	expect_error("img", -EFBIG, "window");
	sh("printf '\\050\\265\\057\\375\\0\\220' > img; cat zeros >> img");
	expect_error("img", -EFBIG, "window");
	sh("printf '\\135\\0\\0\\0\\020\\377\\377\\377\\377\\377\\377\\377\\377' > img; cat zeros >> img");
	expect_error("img", -EFBIG, "window");
	sh("for i in $(seq 40); do gzip -c early.cpio; zstd -q -c early.cpio; done > img");
	expect_error("img", -EFBIG, "members");
}

/* A thousand entries, a thousand times and once more. */
static void too_many_entries(void **state _unused_)
{
	sh("e=070701; for f in 0 81a4 0 0 1 0 0 0 0 0 0 2 0; do e=$e$(printf %08x 0x$f); done\n"
	   "for i in $(seq 1000); do printf '%sb\\0' $e; done > entries\n"
	   "for i in $(seq 1001); do cat entries; done | zstd -q > img");
	expect_error("img", -EFBIG, "entries");
}

/* ---- inside a unified kernel image -------------------------------------- */

static int try_uki(const char *release, uint64_t cut, bool started, unsigned *found)
{
	struct uki_section s[UKI_INITRDS];
	size_t n = 0;
	struct stat st;
	char path[200];
	int fd, err;

	snprintf(path, sizeof(path), "%s/img.efi", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	err = uki_initrd(fd, cut ? cut : (uint64_t)st.st_size, release, started, s, &n);
	if (err == 0) {
		struct initrd_look look;

		*found = search_fd(fd, s[0].off, s[0].size, &look);
		assert_int_equal(look.err, 0);
		assert_int_equal(n, 1);
	}
	close(fd);
	return err;
}

/* The smallest PE that has a section table: built by hand, sections behind it. */
static void unified_image(void **state _unused_)
{
	uint8_t head[512] = { 'M', 'Z', [0x3c] = 0x40, [0x40] = 'P', 'E', 0, 0, 0x64, 0xaa, 2, 0 };
	uint8_t *row = head + 0x40 + 24;
	unsigned found = 0;
	struct stat st;
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/main.cpio.zst", dir);
	assert_int_equal(stat(path, &st), 0);
	memcpy(row, ".uname\0\0", 8);
	row[8] = row[16] = sizeof(REL);
	row[21] = 1; /* at 0x100 */
	memcpy(head + 0x100, REL "\n", sizeof(REL));
	row += 40;
	memcpy(row, ".initrd\0", 8);
	for (unsigned i = 0; i < 4; i++) {
		row[8 + i] = (uint8_t)(st.st_size >> (8 * i));
		row[16 + i] = (uint8_t)((st.st_size + 511) / 512 * 512 >> (8 * i));
	}
	row[21] = 2; /* at 0x200 */
	snprintf(path, sizeof(path), "%s/head", dir);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(head, 1, sizeof(head), f), sizeof(head));
	assert_int_equal(fclose(f), 0);
	sh("cat head main.cpio.zst zeros > img.efi");
	assert_int_equal(try_uki(REL, 0, false, &found), 0);
	assert_int_equal(found, BLK | PCI);
	assert_int_equal(try_uki("6.2.0", 0, true, &found), -ENOENT);
	for (uint64_t cut = 1; cut < 0x200 + (uint64_t)st.st_size; cut += cut < 0x210 ? 3 : 4000)
		assert_true(try_uki(REL, cut, true, &found) < 0);
	/* older tools wrote no .uname */
	sh("sed 's/\\.uname/.osrel/' img.efi > x && mv x img.efi");
	assert_int_equal(try_uki(REL, 0, false, &found), -ENOENT);
	assert_int_equal(try_uki(REL, 0, true, &found), 0);
	sh("cp main.cpio img.efi");
	assert_int_equal(try_uki(REL, 0, false, &found), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_compression),  cmocka_unit_test(each_pair),
		cmocka_unit_test(stops_early),	     cmocka_unit_test(cut_short),
		cmocka_unit_test(damaged),	     cmocka_unit_test(no_ramdisk_at_all),
		cmocka_unit_test(of_another_kernel), cmocka_unit_test(bombs),
		cmocka_unit_test(too_many_entries),  cmocka_unit_test(unified_image),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
