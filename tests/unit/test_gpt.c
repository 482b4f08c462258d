/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe/image/gpt.c: each rule of the table broken alone, on 512- and 4096-byte sectors. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "mkimage.h"

static const uint8_t linux_data[16] = { 0xaf, 0x3d, 0xc6, 0x0f };

/* What the parser says about `m`, and why. */
static int read_gpt(const struct mk *m, size_t len, struct vms_why *why, bool backup)
{
	struct vms_span bytes = vms_span(m->bytes, len);
	struct gpt_table t;
	struct vms_disk d;
	int r;

	why->text[0] = '\0';
	vms_disk_init_span(&d, &bytes);
	r = gpt_read(&d, &t, why);
	if (r == 0) {
		if (backup)
			r = gpt_check_backup(&d, &t, why);
		gpt_clear(&t);
	}
	vms_disk_clear(&d);
	return r;
}

static void expect_broken(const struct mk *m, bool backup, const char *words)
{
	struct vms_why why;

	assert_int_equal(read_gpt(m, m->len, &why, backup), -EBADMSG);
	if (!strstr(why.text, words))
		fail_msg("\"%s\" does not say \"%s\"", why.text, words);
}

static void good(void **state)
{
	static const uint32_t sectors[] = { 512, 4096 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct mk m = mk_image(sectors[i]);
		struct vms_span bytes = vms_span(m.bytes, m.len);
		struct gpt_table t;
		struct vms_why why;
		struct vms_disk d;
		char guid[37];

		vms_disk_init_span(&d, &bytes);
		assert_int_equal(gpt_read(&d, &t, &why), 0);
		assert_int_equal(t.header.sector, sectors[i]);
		assert_int_equal(t.n_used, 1);
		assert_int_equal(t.used[0].number, 1);
		assert_true(gpt_entry_is(&t.used[0], gpt_type_esp));
		gpt_guid_text(t.used[0].type, guid);
		assert_string_equal(guid, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
		assert_int_equal(gpt_check_backup(&d, &t, &why), 0);
		gpt_clear(&t);
		vms_disk_clear(&d);
		mk_free(&m);
	}
}

/* One field of the primary header, sealed again, and what must be said. */
static void header_fields(void **state)
{
	static const struct {
		unsigned off, size;
		uint64_t value;
		const char *words;
	} cases[] = {
		{ 8, 4, 0x20000, "revision 0x00020000" },   { 24, 8, 2, "says it is at LBA 2" },
		{ 40, 8, 3, "leave their place" },	    { 40, 8, 1u << 20, "usable range is empty" },
		{ 48, 8, 1u << 20, "cut short" },	    { 48, 8, UINT64_MAX, "beyond any disk" },
		{ 48, 8, 60, "leaves the usable range" },   { 72, 8, 1, "leave their place" },
		{ 72, 8, UINT64_MAX, "leave their place" }, { 80, 4, 0, "0 entries" },
		{ 80, 4, UINT32_MAX, "leave their place" }, { 84, 4, 0, "entries of 0 bytes" },
		{ 84, 4, 129, "entries of 129 bytes" },	    { 84, 4, 64, "entries of 64 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mk m = mk_image(512);
		uint8_t *h = mk_lba(&m, 1);

		if (cases[i].size == 8)
			mk64(h + cases[i].off, cases[i].value);
		else
			mk32(h + cases[i].off, (uint32_t)cases[i].value);
		mk_seal(&m, 1);
		expect_broken(&m, false, cases[i].words);
		mk_free(&m);
	}
}

static void header_bytes(void **state)
{
	struct mk m = mk_image(512);
	uint8_t *h = mk_lba(&m, 1);

	(void)state;
	h[0] ^= 1;
	expect_broken(&m, false, "no GPT");
	h[0] ^= 1;
	h[16] ^= 1;
	expect_broken(&m, false, "the CRC of the GPT header at LBA 1");
	h[16] ^= 1;
	h[12] = 91;
	expect_broken(&m, false, "91 bytes long");
	mk32(h + 12, UINT32_MAX);
	expect_broken(&m, false, "bytes long");
	mk32(h + 12, 92);
	mk_lba(&m, 2)[0x38] ^= 1; /* a partition's name */
	expect_broken(&m, false, "the CRC of the partition entries");
	mk_free(&m);
}

/* Every single bit of the header counts. */
static void header_every_bit(void **state)
{
	struct mk m = mk_image(512);
	struct vms_why why;

	(void)state;
	for (unsigned bit = 0; bit < 92 * 8; bit++) {
		mk_lba(&m, 1)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(read_gpt(&m, m.len, &why, false), -EBADMSG);
		mk_lba(&m, 1)[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(read_gpt(&m, m.len, &why, true), 0);
	mk_free(&m);
}

static void mbr(void **state)
{
	struct mk m = mk_image(512);
	struct vms_why why;

	(void)state;
	m.bytes[510] = 0;
	expect_broken(&m, false, "not 55 AA");
	m.bytes[510] = 0x55;
	m.bytes[446 + 4] = 0x83;
	expect_broken(&m, false, "but other partitions");
	m.bytes[446 + 4] = 0;
	expect_broken(&m, false, "not protective");
	m.bytes[446 + 4] = 0xee;
	m.bytes[446 + 8] = 2;
	expect_broken(&m, false, "not protective");
	/* the protective record may be any of the four: a hybrid MBR */
	m.bytes[446 + 8] = 1;
	memcpy(m.bytes + 446 + 16, m.bytes + 446, 16);
	m.bytes[446 + 4] = 0x83;
	assert_int_equal(read_gpt(&m, m.len, &why, true), 0);
	mk_free(&m);
}

static void partitions(void **state)
{
	struct mk m = mk_image(512);
	struct vms_why why;

	(void)state;
	mk_entry(&m, 5, linux_data, m.esp_last + 1, m.last_usable);
	assert_int_equal(read_gpt(&m, m.len, &why, true), 0);
	mk_entry(&m, 5, linux_data, m.esp_last, m.last_usable);
	expect_broken(&m, false, "partitions 1 and 6 overlap");
	mk_entry(&m, 5, linux_data, m.last_usable, m.last_usable - 1);
	expect_broken(&m, false, "before it begins");
	mk_entry(&m, 5, linux_data, m.last_usable, m.last_usable + 1);
	expect_broken(&m, false, "partition 6 (LBA");
	mk_entry(&m, 5, linux_data, 2, 3);
	expect_broken(&m, false, "leaves the usable range");
	mk_entry(&m, 5, linux_data, 0, UINT64_MAX);
	expect_broken(&m, false, "leaves the usable range");
	mk_free(&m);
}

static void backup(void **state)
{
	static const struct {
		unsigned off;
		const char *words;
	} cases[] = {
		{ 0, "no \"EFI PART\"" },  { 16, "the CRC" },		{ 24, "says it is at LBA" },
		{ 32, "primary's place" }, { 40, "first usable LBA" },	{ 48, "last usable LBA" },
		{ 56, "disk GUID" },	   { 72, "leave their place" }, { 80, "number of entries" },
	};
	struct vms_why why;
	struct mk m;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		m = mk_image(512);
		if (cases[i].off == 72)
			mk64(mk_lba(&m, m.n_sectors - 1) + 72, 50);
		else
			mk_lba(&m, m.n_sectors - 1)[cases[i].off] ^= 1;
		if (cases[i].off > 16)
			mk_seal(&m, m.n_sectors - 1);
		assert_int_equal(read_gpt(&m, m.len, &why, false), 0);
		expect_broken(&m, true, cases[i].words);
		mk_free(&m);
	}
	m = mk_image(512);
	mk_lba(&m, m.last_usable + 1)[0x38] ^= 1;
	expect_broken(&m, true, "the CRC of the backup's partition entries");
	assert_int_equal(read_gpt(&m, m.len - 512, &why, true), -EBADMSG);
	assert_non_null(strstr(why.text, "cut short"));
	mk_free(&m);
}

static void enlarged(void **state)
{
	struct mk m = mk_image(4096);
	struct vms_why why;

	(void)state;
	m.bytes = realloc(m.bytes, m.len + 40960);
	assert_non_null(m.bytes);
	memset(m.bytes + m.len, 0, 40960);
	assert_int_equal(read_gpt(&m, m.len + 40960, &why, false), 0);
	assert_int_equal(read_gpt(&m, m.len + 40960, &why, true), -EBADMSG);
	assert_non_null(strstr(why.text, "enlarged"));
	mk_free(&m);
}

/* Two signatures: the one that is a valid header is the disk's. */
static void stale_signature(void **state)
{
	struct mk m = mk_image(4096);
	struct vms_why why;

	(void)state;
	memcpy(m.bytes + 512, "EFI PART", 8);
	assert_int_equal(read_gpt(&m, m.len, &why, true), 0);
	mk_lba(&m, 1)[20] ^= 1; /* now neither is: the first one's fault is told */
	expect_broken(&m, false, "revision");
	mk_free(&m);
}

static void lone_backup(void **state)
{
	struct mk m = mk_image(512);
	struct vms_span bytes = vms_span(m.bytes, m.len);
	struct vms_disk d;
	struct gpt_diagnosis g;

	(void)state;
	mk_lba(&m, 1)[60] ^= 1;
	vms_disk_init_span(&d, &bytes);
	gpt_diagnose(&d, &g);
	assert_int_equal(g.trouble, GPT_HAS_BACKUP);
	assert_int_equal(g.backup_lba, m.n_sectors - 1);
	assert_int_equal(g.sector, 512);
	vms_disk_clear(&d);
	mk_lba(&m, m.last_usable + 1)[60] ^= 1; /* its entries are damaged too: nothing to restore */
	vms_disk_init_span(&d, &bytes);
	gpt_diagnose(&d, &g);
	assert_int_equal(g.trouble, GPT_LOST);
	vms_disk_clear(&d);
	mk_lba(&m, 1)[60] ^= 1;
	mk_lba(&m, m.last_usable + 1)[60] ^= 1;
	m.bytes[446 + 4] = 0;
	vms_disk_init_span(&d, &bytes);
	gpt_diagnose(&d, &g);
	assert_int_equal(g.trouble, GPT_PMBR);
	vms_disk_clear(&d);
	bytes.len -= 64 * 512;
	m.bytes[446 + 4] = 0xee;
	vms_disk_init_span(&d, &bytes);
	gpt_diagnose(&d, &g);
	assert_int_equal(g.trouble, GPT_CUT);
	assert_false(g.no_backup);
	vms_disk_clear(&d);
	mk_free(&m);
}

static int broken_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct mk *m = ctx;

	if (off + len > 1024)
		return -EIO;
	memcpy(buf, m->bytes + off, len);
	return 0;
}

/* What could not be read is no evidence. */
static void unreadable(void **state)
{
	struct mk m = mk_image(512);
	struct gpt_table t;
	struct vms_why why;
	struct vms_disk d;

	(void)state;
	vms_disk_init(&d, m.len, broken_read, &m);
	assert_int_equal(gpt_read(&d, &t, &why), -EIO);
	vms_disk_clear(&d);
	mk_free(&m);
}

/* An array larger than is read here: not judged. */
static void huge_array(void **state)
{
	struct mk m = mk_image(512);
	uint8_t *h = mk_lba(&m, 1);
	struct vms_why why;

	(void)state;
	m.bytes = realloc(m.bytes, 8u << 20);
	assert_non_null(m.bytes);
	memset(m.bytes + m.len, 0, (8u << 20) - m.len);
	m.len = 8u << 20;
	h = mk_lba(&m, 1);
	mk64(h + 40, 14000);
	mk64(h + 48, 16000);
	mk32(h + 80, 50000);
	mk_seal(&m, 1);
	assert_int_equal(read_gpt(&m, m.len, &why, false), -EFBIG);
	assert_non_null(strstr(why.text, "6400000 bytes"));
	mk_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(header_fields),
		cmocka_unit_test(header_bytes),
		cmocka_unit_test(header_every_bit),
		cmocka_unit_test(mbr),
		cmocka_unit_test(partitions),
		cmocka_unit_test(backup),
		cmocka_unit_test(enlarged),
		cmocka_unit_test(stale_signature),
		cmocka_unit_test(lone_backup),
		cmocka_unit_test(unreadable),
		cmocka_unit_test(huge_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
