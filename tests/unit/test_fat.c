/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe/image/fat.c and fatdir.c: boot sector, FSInfo, chains, long and short names. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "image/fat.h"
#include "mkimage.h"

struct opened {
	struct mk m;
	struct vms_span bytes;
	struct vms_disk d;
	struct fat_volume v;
	struct vms_why why;
};

static int open_fat(struct opened *o)
{
	vms_disk_clear(&o->d);
	o->bytes = vms_span(o->m.bytes, o->m.len);
	o->why.text[0] = '\0';
	vms_disk_init_span(&o->d, &o->bytes);
	return fat_open(&o->d, (uint64_t)MK_ESP_LBA * o->m.sector,
			(o->m.esp_last - MK_ESP_LBA + 1) * (uint64_t)o->m.sector, &o->v, &o->why);
}

static void start(struct opened *o, uint32_t sector)
{
	*o = (struct opened){ .m = mk_image(sector) };
}

static void stop(struct opened *o)
{
	vms_disk_clear(&o->d);
	mk_free(&o->m);
}

static void expect(struct opened *o, int r, const char *words)
{
	assert_int_equal(r, -EBADMSG);
	if (!strstr(o->why.text, words))
		fail_msg("\"%s\" does not say \"%s\"", o->why.text, words);
}

static void good(void **state)
{
	static const uint32_t sectors[] = { 512, 4096 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct opened o;
		struct fat_file f;
		uint32_t extra;
		uint8_t head[2];

		start(&o, sectors[i]);
		assert_int_equal(open_fat(&o), 0);
		assert_int_equal(o.v.n_clusters, MK_CLUSTERS);
		assert_int_equal(o.v.cluster, sectors[i]);
		assert_int_equal(o.v.fsinfo, FAT_FSINFO_SOUND);
		assert_true(o.v.mirrored);
		assert_int_equal(fat_find(&o.v, o.v.root, "efi", &f, &o.why), 0);
		assert_true(f.directory);
		assert_int_equal(fat_find(&o.v, f.first, "Boot", &f, &o.why), 0);
		assert_int_equal(fat_find(&o.v, f.first, "bootAA64.efi", &f, &o.why), 0);
		assert_false(f.directory);
		assert_int_equal(f.size, MK_LOADER_SIZE);
		assert_int_equal(fat_check_chain(&o.v, &f, &extra, &o.why), 0);
		assert_int_equal(extra, 0);
		assert_int_equal(fat_read(&o.v, &f, 0, head, 2, &o.why), 0);
		assert_memory_equal(head, "MZ", 2);
		assert_int_equal(fat_read(&o.v, &f, MK_LOADER_SIZE - 1, head, 2, &o.why), -ENXIO);
		assert_int_equal(fat_find(&o.v, o.v.root, "ESP", &f, &o.why), -ENOENT); /* the label */
		stop(&o);
	}
}

static void bpb_fields(void **state)
{
	static const struct {
		unsigned off, size;
		uint32_t value;
		const char *words; /* NULL: harmless */
	} cases[] = {
		{ 0, 1, 0x90, NULL }, /* no firmware looks at the jump */
		{ 11, 2, 0, "sectors of 0 bytes" },
		{ 11, 2, 256, "sectors of 256" },
		{ 11, 2, 513, "sectors of 513" },
		{ 11, 2, 8192, "sectors of 8192" },
		{ 13, 1, 0, "clusters of 0 sectors" },
		{ 13, 1, 3, "clusters of 3" },
		{ 14, 2, 0, "0 reserved sectors" },
		{ 14, 2, 60, "no room for data" },
		{ 16, 1, 0, "0 FATs" },
		{ 17, 2, 512, "RootEntCnt is 512" },
		{ 19, 2, 42, "two sizes: TotSec16 is 42" },
		{ 19, 2, 43, NULL },
		{ 21, 1, 0xf7, "media byte is 0xF7" },
		{ 22, 2, 1, "FATSz16 is 1" },
		{ 32, 4, 0, "gives 0 sectors" },
		{ 32, 4, 44, "its partition only" },
		{ 32, 4, UINT32_MAX, "its partition only" },
		{ 32, 4, 3, "no room for data" },
		{ 36, 4, 0, "FATs of 0 sectors" },
		{ 36, 4, UINT32_MAX, "no room for data" },
		{ 42, 2, 1, "version 0.1" },
		{ 44, 4, 0, "starts at cluster 0" },
		{ 44, 4, 1, "starts at cluster 1" },
		{ 44, 4, MK_CLUSTERS + 2, "starts at cluster 42" },
		{ 48, 2, 2, NULL },
		{ 40, 2, 0x81, "FAT 1 the active one of 1" },
		{ 40, 2, 0x80, NULL },
		{ 48, 2, 0, NULL },
		{ 48, 2, 0xffff, NULL },
		{ 510, 2, 0, "not 55 AA" },
		{ 82, 4, 0x20202020, NULL },
		{ 3, 4, 0x4e4e4e4e, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct opened o;
		int r;

		start(&o, 512);
		if (cases[i].size == 1)
			mk_esp(&o.m)[cases[i].off] = (uint8_t)cases[i].value;
		else if (cases[i].size == 2)
			mk16(mk_esp(&o.m) + cases[i].off, (uint16_t)cases[i].value);
		else
			mk32(mk_esp(&o.m) + cases[i].off, cases[i].value);
		r = open_fat(&o);
		if (cases[i].words)
			expect(&o, r, cases[i].words);
		else
			assert_int_equal(r, 0);
		stop(&o);
	}
}

/* As mkfs.vfat makes it where 16 bits are enough. */
static void total16(void **state)
{
	struct opened o;

	(void)state;
	start(&o, 512);
	mk16(mk_esp(&o.m) + 19, 43);
	mk32(mk_esp(&o.m) + 32, 0);
	assert_int_equal(open_fat(&o), 0);
	assert_int_equal(o.v.n_clusters, MK_CLUSTERS);
	stop(&o);
}

static void fsinfo(void **state)
{
	static const unsigned offsets[] = { 0, 484, 510 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct opened o;

		start(&o, 512);
		mk_esp(&o.m)[512 + offsets[i]] ^= 1;
		assert_int_equal(open_fat(&o), 0); /* a hint: no firmware minds */
		assert_int_equal(o.v.fsinfo, FAT_FSINFO_BROKEN);
		mk16(mk_esp(&o.m) + 48, MK_RESERVED);
		assert_int_equal(open_fat(&o), 0);
		assert_int_equal(o.v.fsinfo, FAT_FSINFO_OUTSIDE);
		stop(&o);
	}
}

static void too_small_fat(void **state)
{
	struct opened o;

	(void)state;
	start(&o, 512);
	/* 128 entries in one sector; a partition that could hold 200 clusters */
	mk32(mk_esp(&o.m) + 32, 203);
	o.m.esp_last = MK_ESP_LBA + 202;
	expect(&o, open_fat(&o), "too few for 200 clusters");
	stop(&o);
}

static void other_systems(void **state)
{
	struct opened o;

	(void)state;
	start(&o, 512);
	memcpy(mk_esp(&o.m) + 3, "EXFAT   ", 8);
	expect(&o, open_fat(&o), "exFAT");
	memcpy(mk_esp(&o.m) + 3, "NTFS    ", 8);
	expect(&o, open_fat(&o), "NTFS");
	memset(mk_esp(&o.m), 0, 512);
	expect(&o, open_fat(&o), "00 00, not 55 AA");
	stop(&o);
}

static int chain_of(struct opened *o, uint32_t size, uint32_t *extra)
{
	struct fat_file f = { .first = MK_LOADER, .size = size };

	assert_int_equal(open_fat(o), 0);
	return fat_check_chain(&o->v, &f, extra, &o->why);
}

static void chains(void **state)
{
	uint32_t extra = 99;
	struct opened o;

	(void)state;
	start(&o, 512);
	assert_int_equal(chain_of(&o, MK_LOADER_SIZE + 1, &extra), -EBADMSG);
	assert_non_null(strstr(o.why.text, "ends after 1536"));
	assert_int_equal(chain_of(&o, 512, &extra), 0);
	assert_int_equal(extra, 2);
	assert_int_equal(chain_of(&o, 0, &extra), 0);
	mk32(mk_fat(&o.m, MK_LOADER + 1), MK_LOADER);
	expect(&o, chain_of(&o, MK_LOADER_SIZE, &extra), "loops");
	mk32(mk_fat(&o.m, MK_LOADER + 1), MK_LOADER + 1);
	expect(&o, chain_of(&o, MK_LOADER_SIZE, &extra), "loops");
	mk32(mk_fat(&o.m, MK_LOADER + 1), 0);
	expect(&o, chain_of(&o, MK_LOADER_SIZE, &extra), "free cluster");
	mk32(mk_fat(&o.m, MK_LOADER + 1), 1);
	expect(&o, chain_of(&o, MK_LOADER_SIZE, &extra), "leaves the volume");
	mk32(mk_fat(&o.m, MK_LOADER + 1), MK_CLUSTERS + 2);
	expect(&o, chain_of(&o, MK_LOADER_SIZE, &extra), "leaves the volume");
	mk32(mk_fat(&o.m, MK_LOADER + 1), 0x0ffffff7);
	expect(&o, chain_of(&o, MK_LOADER_SIZE, &extra), "bad one");
	mk32(mk_fat(&o.m, MK_LOADER + 1), 0xf0000000u | (MK_LOADER + 2)); /* the top four bits mean nothing */
	assert_int_equal(chain_of(&o, MK_LOADER_SIZE, &extra), 0);
	stop(&o);
}

static void root_chain(void **state)
{
	struct opened o;

	(void)state;
	start(&o, 512);
	mk32(mk_fat(&o.m, MK_ROOT), MK_ROOT);
	expect(&o, open_fat(&o), "root directory cannot be read");
	mk32(mk_fat(&o.m, MK_ROOT), 0);
	expect(&o, open_fat(&o), "free cluster");
	stop(&o);
}

/* "a long boot name.efi" with the short name LONGBO~1.EFI at `e`; three entries. */
static void put_long(uint8_t *e, const char *name, const char *short11, uint8_t sum)
{
	static const uint8_t offsets[] = { 1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30 };
	size_t len = strlen(name), pieces = (len + 12) / 13;

	for (size_t p = 0; p < pieces; p++) {
		uint8_t *at = e + 32 * (pieces - 1 - p);

		memset(at, 0, 32);
		at[0] = (uint8_t)((p + 1) | (p + 1 == pieces ? 0x40 : 0));
		at[11] = 0x0f;
		at[13] = sum;
		for (size_t i = 0; i < 13; i++) {
			size_t n = p * 13 + i;

			mk16(at + offsets[i], n < len ? (uint8_t)name[n] : n == len ? 0 : 0xffff);
		}
	}
	mk_dirent(e + 32 * pieces, short11, 0x20, 9, 5);
}

static uint8_t sum_of(const char *short11)
{
	uint8_t sum = 0;

	for (int i = 0; i < 11; i++)
		sum = (uint8_t)(((sum & 1) << 7) + (sum >> 1) + (uint8_t)short11[i]);
	return sum;
}

static void long_names(void **state)
{
	static const char name[] = "A long Boot name.efi", short11[] = "ALONGB~1EFI";
	struct fat_file f;
	struct opened o;

	(void)state;
	start(&o, 512);
	put_long(mk_cluster(&o.m, MK_ROOT) + 64, name, short11, sum_of(short11));
	assert_int_equal(open_fat(&o), 0);
	assert_int_equal(fat_find(&o.v, MK_ROOT, "a LONG boot NAME.EFI", &f, &o.why), 0);
	assert_string_equal(f.name, name);
	assert_int_equal(f.size, 5);
	assert_int_equal(fat_find(&o.v, MK_ROOT, "alongb~1.efi", &f, &o.why), 0);
	/* a long name of another file does not count */
	put_long(mk_cluster(&o.m, MK_ROOT) + 64, name, short11, (uint8_t)(sum_of(short11) + 1));
	assert_int_equal(open_fat(&o), 0);
	assert_int_equal(fat_find(&o.v, MK_ROOT, name, &f, &o.why), -ENOENT);
	assert_int_equal(fat_find(&o.v, MK_ROOT, "ALONGB~1.EFI", &f, &o.why), 0);
	assert_string_equal(f.name, "ALONGB~1.EFI");
	/* nor one whose last piece was overwritten */
	put_long(mk_cluster(&o.m, MK_ROOT) + 64, name, short11, sum_of(short11));
	mk_cluster(&o.m, MK_ROOT)[64] = 0xe5;
	assert_int_equal(open_fat(&o), 0);
	assert_int_equal(fat_find(&o.v, MK_ROOT, name, &f, &o.why), -ENOENT);
	stop(&o);
}

static void short_names(void **state)
{
	struct fat_file f;
	struct opened o;
	uint8_t *e;

	(void)state;
	start(&o, 512);
	e = mk_cluster(&o.m, MK_ROOT) + 64;
	mk_dirent(e, "NVVARS     ", 0x20, 9, 5);
	e[12] = 0x18; /* both parts in lower case */
	mk_dirent(e + 32, "\x05\x41      B  ", 0x20, 9, 5);
	mk_dirent(e + 64, "\xe5GONE   TXT", 0x20, 9, 5);
	mk_dirent(e + 96, "LAST    X  ", 0x20, 9, 5);
	e[128] = 0; /* the end; what follows is old */
	mk_dirent(e + 160, "OLD        ", 0x20, 9, 5);
	assert_int_equal(open_fat(&o), 0);
	assert_int_equal(fat_find(&o.v, MK_ROOT, "NvVars", &f, &o.why), 0);
	assert_string_equal(f.name, "nvvars");
	assert_string_equal(f.short_name, "NVVARS");
	assert_int_equal(fat_find(&o.v, MK_ROOT, "\xe5\x41.B", &f, &o.why), 0);
	assert_int_equal(fat_find(&o.v, MK_ROOT, "LAST.X", &f, &o.why), 0);
	assert_int_equal(fat_find(&o.v, MK_ROOT, "GONE.TXT", &f, &o.why), -ENOENT);
	assert_int_equal(fat_find(&o.v, MK_ROOT, "OLD", &f, &o.why), -ENOENT);
	stop(&o);
}

/* A directory over two clusters is read to its end; one that loops is named. */
static void directory_chain(void **state)
{
	struct fat_file f;
	struct opened o;

	(void)state;
	start(&o, 512);
	for (unsigned i = 0; i < 16; i++)
		mk_dirent(mk_cluster(&o.m, MK_BOOT) + (size_t)32 * i, "FILLER     ", 0x20, 9, 5);
	mk32(mk_fat(&o.m, MK_BOOT), 20);
	mk32(mk_fat(&o.m, 20), 0x0fffffff);
	mk_dirent(mk_cluster(&o.m, 20), "BOOTAA64EFI", 0x20, MK_LOADER, MK_LOADER_SIZE);
	assert_int_equal(open_fat(&o), 0);
	assert_int_equal(fat_find(&o.v, MK_BOOT, "BOOTAA64.EFI", &f, &o.why), 0);
	assert_int_equal(fat_check_directory(&o.v, MK_BOOT, &o.why), 0);
	mk32(mk_fat(&o.m, 20), MK_BOOT);
	assert_int_equal(open_fat(&o), 0);
	expect(&o, fat_check_directory(&o.v, MK_BOOT, &o.why), "loops");
	stop(&o);
}

static int refuse(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct mk *m = ctx;

	if (off + len > (uint64_t)(MK_ESP_LBA + MK_RESERVED) * 512)
		return -EIO;
	memcpy(buf, m->bytes + off, len);
	return 0;
}

static void unreadable(void **state)
{
	struct opened o;

	(void)state;
	start(&o, 512);
	vms_disk_init(&o.d, o.m.len, refuse, &o.m);
	assert_int_equal(
		fat_open(&o.d, MK_ESP_LBA * 512, (o.m.esp_last - MK_ESP_LBA + 1) * 512, &o.v, &o.why), -EIO);
	stop(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(bpb_fields),
		cmocka_unit_test(fsinfo),
		cmocka_unit_test(total16),
		cmocka_unit_test(too_small_fat),
		cmocka_unit_test(other_systems),
		cmocka_unit_test(chains),
		cmocka_unit_test(root_chain),
		cmocka_unit_test(long_names),
		cmocka_unit_test(short_names),
		cmocka_unit_test(directory_chain),
		cmocka_unit_test(unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
