/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks over a disk image, as a whole verdict: a good image passes, each planted
 * fault fails the check that is named and no other, an image cut short anywhere never
 * passes by accident, what cannot be read is unknown.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "image/image.h"
#include "mkimage.h"

/* A disk that EDK II would start from. */
static struct mk mk_full(uint32_t sector)
{
	return mk_image_of(sector, 65525);
}

#define ALL  8
#define MORE 2 /* information: the statuses of these stand apart */
static const char *const ids[ALL + MORE] = {
	"VMSPEC-IMAGE-GPT",	    "VMSPEC-IMAGE-GPT-BACKUP",	"VMSPEC-IMAGE-ESP",
	"VMSPEC-IMAGE-ESP-FAT32",   "VMSPEC-IMAGE-BOOTAA64",	"VMSPEC-IMAGE-BOOTARM",
	"VMSPEC-IMAGE-NO-VARSTORE", "VMSPEC-IMAGE-NO-FIRMWARE", "VMSPEC-IMAGE-SIGNED",
	"VMSPEC-IMAGE-SECTOR",
};

/* The statuses of all eight, one letter each, in order: "ppppPsp..." */
struct judged {
	char letters[ALL + 1], more[MORE + 1];
	int exit;
	char reason[512]; /* of the first failure */
};

static struct judged judge_disk(struct vms_image *image)
{
	struct vms_run_options opt = { .profile = vms_profile_default() };
	struct judged j = { .letters = "", .more = "" };
	struct vms_verdict *v;

	assert_int_equal(vms_run_image(image, &opt, &v), 0);
	assert_int_equal(v->n_rows, ALL + MORE);
	for (size_t i = 0; i < ALL + MORE; i++) {
		const struct vms_verdict_row *row = &v->rows[i];

		assert_string_equal(row->check->id, ids[i]);
		*(i < ALL ? &j.letters[i] : &j.more[i - ALL]) = vms_status_name(row->result.status)[0];
		if (row->result.status == VMS_FAIL && !j.reason[0])
			snprintf(j.reason, sizeof(j.reason), "%s", row->result.reason);
	}
	j.exit = vms_verdict_exit_status(v);
	vms_verdict_free(v);
	return j;
}

static struct judged judge_bytes(const void *data, size_t len, enum vms_image_arch arch)
{
	struct vms_span bytes = vms_span(data, len);
	struct vms_image *image;
	struct judged j;

	assert_int_equal(image_new("memory", &image), 0);
	image->arch = arch;
	vms_disk_init_span(&image->disk, &bytes);
	j = judge_disk(image);
	vms_image_free(image);
	return j;
}

static void expect_arch(const struct mk *m, enum vms_image_arch arch, const char *letters, int exit_status)
{
	struct judged j = judge_bytes(m->bytes, m->len, arch);

	if (strcmp(j.letters, letters) != 0)
		fail_msg("%s, not %s (%s)", j.letters, letters, j.reason);
	assert_int_equal(j.exit, exit_status);
}

static void expect(const struct mk *m, const char *letters, int exit_status)
{
	expect_arch(m, VMS_IMAGE_AUTO, letters, exit_status);
}

static void good(void **state)
{
	struct mk m = mk_full(512);

	(void)state;
	expect(&m, "pppppspp", 0);
	mk_free(&m);
	m = mk_full(4096);
	expect(&m, "pppppspp", 0);
	mk_free(&m);
}

static void architectures(void **state)
{
	struct mk m = mk_full(512);
	uint8_t *e = mk_cluster(&m, MK_BOOT) + 64;

	(void)state;
	expect_arch(&m, VMS_IMAGE_AARCH64, "pppppspp", 0);
	expect_arch(&m, VMS_IMAGE_AARCH32, "ppppsfpp", 1);
	memcpy(e, "BOOTARM EFI", 11); /* an AArch64 program by that name */
	expect(&m, "ppppsfpp", 1);
	mk_pe(mk_cluster(&m, MK_LOADER), 0x1c2, false);
	expect(&m, "ppppsppp", 0);
	expect_arch(&m, VMS_IMAGE_AARCH32, "ppppsppp", 0);
	expect_arch(&m, VMS_IMAGE_AARCH64, "ppppfspp", 1);
	/* both are there: both are judged */
	mk_dirent(e + 32, "BOOTAA64EFI", 0x20, 10, MK_LOADER_SIZE);
	mk_chain(&m, 10, MK_LOADER_SIZE);
	mk_pe(mk_cluster(&m, 10), 0xaa64, true);
	expect(&m, "pppppppp", 0);
	expect_arch(&m, VMS_IMAGE_AARCH64, "pppppspp", 0);
	mk_free(&m);
}

struct fault {
	const char *name;
	void (*plant)(const struct mk *m);
	const char *letters;
	const char *words;
};

/* clang-format off: a fault a line */
static void gpt_signature(const struct mk *m)
{
	mk_lba(m, 1)[3] ^= 0x20;
}
static void gpt_crc(const struct mk *m)
{
	mk_lba(m, 1)[16] ^= 1;
}
static void gpt_array(const struct mk *m)
{
	mk_lba(m, 2)[40] ^= 1;
}
static void mbr_type(const struct mk *m)
{
	m->bytes[446 + 4] = 0x0c;
}
static void mbr_magic(const struct mk *m)
{
	m->bytes[511] = 0;
}
static void backup_signature(const struct mk *m)
{
	mk_lba(m, m->n_sectors - 1)[0] ^= 1;
}
static void backup_array(const struct mk *m)
{
	mk_lba(m, m->last_usable + 1)[0] ^= 1;
}
static void esp_type(const struct mk *m)
{
	uint8_t other[16] = { 0xa2, 0xa0, 0xd0, 0xeb };

	mk_entry(m, 0, other, MK_ESP_LBA, m->esp_last);
}
static void fat16(const struct mk *m)
{
	mk16(mk_esp(m) + 22, 1);
}
static void root_entries(const struct mk *m)
{
	mk16(mk_esp(m) + 17, 512);
}
static void fat_too_large(const struct mk *m)
{
	mk32(mk_esp(m) + 32, 70000);
}
static void fat_too_few(const struct mk *m)
{
	mk32(mk_esp(m) + 32, MK_RESERVED + m->fat_sectors + 65524);
}
static void fat_not_mirrored(const struct mk *m)
{
	mk16(mk_esp(m) + 40, 0x80);
}
static void esp_ignored(const struct mk *m)
{
	for (int i = 0; i < 2; i++) {
		mk_lba(m, i == 0 ? 2 : m->last_usable + 1)[48] = 2;
		mk_seal(m, i == 0 ? 1 : m->n_sectors - 1);
	}
}
static void pe_alignment(const struct mk *m)
{
	mk32(mk_cluster(m, MK_LOADER) + 0x58 + 32, 0);
}
static void fat_root_loop(const struct mk *m)
{
	mk32(mk_fat(m, MK_ROOT), MK_ROOT);
}
static void no_efi(const struct mk *m)
{
	mk_cluster(m, MK_ROOT)[32] = 0xe5;
}
static void efi_is_file(const struct mk *m)
{
	mk_cluster(m, MK_ROOT)[32 + 11] = 0x20;
}
static void no_loader(const struct mk *m)
{
	mk_cluster(m, MK_BOOT)[64] = 0xe5;
}
static void only_x64(const struct mk *m)
{
	memcpy(mk_cluster(m, MK_BOOT) + 64, "BOOTX64 EFI", 11);
}
static void loader_is_directory(const struct mk *m)
{
	mk_cluster(m, MK_BOOT)[64 + 11] = 0x10;
}
static void loader_empty(const struct mk *m)
{
	mk32(mk_cluster(m, MK_BOOT) + 64 + 28, 0);
}
static void loader_cut(const struct mk *m)
{
	mk32(mk_cluster(m, MK_BOOT) + 64 + 28, MK_LOADER_SIZE - 1);
}
static void loader_short_chain(const struct mk *m)
{
	mk32(mk_fat(m, MK_LOADER + 1), 0x0fffffff);
}
static void loader_loop(const struct mk *m)
{
	mk32(mk_fat(m, MK_LOADER + 2), MK_LOADER);
}
static void loader_leaves(const struct mk *m)
{
	mk32(mk_fat(m, MK_LOADER), 0x00abcdef);
}
static void boot_loop(const struct mk *m)
{
	mk32(mk_fat(m, MK_BOOT), MK_BOOT);
}
static void pe_magic(const struct mk *m)
{
	mk_cluster(m, MK_LOADER)[0] = 'N';
}
static void pe_machine(const struct mk *m)
{
	mk16(mk_cluster(m, MK_LOADER) + 0x44, 0x8664);
}
static void pe_subsystem(const struct mk *m)
{
	mk16(mk_cluster(m, MK_LOADER) + 0x58 + 68, 11);
}
static void pe_section(const struct mk *m)
{
	mk32(mk_cluster(m, MK_LOADER) + 0x58 + 240 + 56, 0x201);
}
static void pe_32(const struct mk *m)
{
	mk_pe(mk_cluster(m, MK_LOADER), 0xaa64, false);
}

static void add_file(const struct mk *m, const char *name11, const void *head, size_t at, size_t len)
{
	mk_dirent(mk_cluster(m, MK_ROOT) + 64, name11, 0x20, 12, 400);
	mk_chain(m, 12, 400);
	if (len)
		memcpy(mk_cluster(m, 12) + at, head, len);
}
static void nvvars(const struct mk *m)
{
	add_file(m, "NVVARS     ", "", 0, 0);
}
static void uboot_vars(const struct mk *m)
{
	add_file(m, "UBOOTEFIVAR", "", 0, 0);
}
static void uboot_renamed(const struct mk *m)
{
	add_file(m, "OTHER   BIN", "UbEfiVa\x01", 8, 8);
}
static void firmware(const struct mk *m)
{
	add_file(m, "FW      BIN", "_FVH", 40, 4);
}

static void uboot(const struct mk *m)
{
	add_file(m, "KERNEL8 IMG", "\0U-Boot 2023.01+dfsg (Jan 09 2023 - 16:07:33 +0000)", 80, 52);
}

/* clang-format on */

static const struct fault faults[] = {
	{ "one bit of the GPT signature", gpt_signature, "fsssssss", "no GPT" },
	{ "one bit of the header's CRC", gpt_crc, "fsssssss", "CRC of the GPT header" },
	{ "one bit of an entry", gpt_array, "fsssssss", "CRC of the partition entries" },
	{ "a protective record of another type", mbr_type, "fsssssss", "not protective" },
	{ "no 55 AA in LBA 0", mbr_magic, "fsssssss", "55 AA" },
	{ "one bit of the backup's signature", backup_signature, "pfpppspp", "EFI PART" },
	{ "one bit of the backup's entries", backup_array, "pfpppspp", "CRC of the backup" },
	{ "another type GUID", esp_type, "ppfsssss", "type GUID" },
	{ "FATSz16", fat16, "pppfssss", "FATSz16" },
	{ "RootEntCnt", root_entries, "pppfssss", "RootEntCnt" },
	{ "a file system larger than its partition", fat_too_large, "pppfssss", "its partition only" },
	{ "65,524 clusters", fat_too_few, "pppfssss", "65524 clusters" },
	{ "FATs that are not mirrored", fat_not_mirrored, "pppfssss", "mirroring" },
	{ "an ESP that firmware ignores", esp_ignored, "ppfsssss", "attribute bit 1" },
	{ "sections aligned to nothing", pe_alignment, "ppppfspp", "SectionAlignment" },
	{ "a root directory that loops", fat_root_loop, "pppfssss", "root directory" },
	{ "no \\EFI", no_efi, "ppppfspp", "no directory \\EFI" },
	{ "\\EFI is a file", efi_is_file, "ppppfspp", "is a file" },
	{ "no loader", no_loader, "ppppfspp", "has no BOOTAA64.EFI" },
	{ "only BOOTX64.EFI", only_x64, "ppppfspp", "BOOTX64.EFI (for x86-64)" },
	{ "the loader is a directory", loader_is_directory, "ppppfspp", "is a directory" },
	{ "an empty loader", loader_empty, "ppppfspp", "empty" },
	{ "a loader one byte short", loader_cut, "ppppfspp", "cut short" },
	{ "a loader with too few clusters", loader_short_chain, "ppppfspp", "chain ends after" },
	{ "a loader whose chain loops behind its end", loader_loop, "pppppspp", "" },
	{ "a loader whose chain leaves the volume", loader_leaves, "ppppfspp", "leaves the volume" },
	{ "\\EFI\\BOOT loops", boot_loop, "ppppfspp", "\\EFI\\BOOT cannot be read" },
	{ "no MZ", pe_magic, "ppppfspp", "MZ" },
	{ "a loader for x86-64", pe_machine, "ppppfspp", "x86-64 (0x8664)" },
	{ "a driver", pe_subsystem, "ppppfspp", "boot service driver" },
	{ "a section behind the end of the file", pe_section, "ppppfspp", "section .data" },
	{ "PE32 for AArch64", pe_32, "ppppfspp", "PE32, not PE32+" },
	{ "NvVars", nvvars, "pppppsfp", "\\NVVARS" },
	{ "ubootefi.var", uboot_vars, "pppppsfp", "\\UBOOTEFI.VAR" },
	{ "U-Boot's variables by another name", uboot_renamed, "pppppsfp", "\\OTHER.BIN" },
	{ "a firmware volume", firmware, "pppppspf", "_FVH" },
	{ "a U-Boot", uboot, "pppppspf", "U-Boot 2023.01" },
};

static void planted(void **state)
{
	static const uint32_t sectors[] = { 512, 4096 };

	(void)state;
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
			struct mk m = mk_full(sectors[s]);
			struct judged j;

			if (sectors[s] > MK_LOADER_SIZE &&
			    (faults[i].plant == loader_short_chain || faults[i].plant == loader_loop ||
			     faults[i].plant == loader_leaves)) {
				mk_free(&m); /* the loader has one cluster there */
				continue;
			}
			faults[i].plant(&m);
			j = judge_bytes(m.bytes, m.len, VMS_IMAGE_AUTO);
			if (strcmp(j.letters, faults[i].letters) != 0)
				fail_msg("%s: %s, not %s (%s)", faults[i].name, j.letters, faults[i].letters,
					 j.reason);
			if (!strstr(j.reason, faults[i].words))
				fail_msg("%s: \"%s\" does not say \"%s\"", faults[i].name, j.reason,
					 faults[i].words);
			mk_free(&m);
		}
}

/* Finely at both ends, coarsely over the clusters between them. */
static size_t cut_step(const struct mk *m, size_t len)
{
	return len < 8192 ? 31 : len > m->last_usable * 512 - 4096 ? 97 : 3000017;
}

/* Cut anywhere: GPT fails, or (only the backup is gone) the backup. Never a pass of both,
 * never a byte read that is not there. */
static void truncated(void **state)
{
	struct mk m = mk_full(512);
	uint8_t *room = malloc(m.len);

	(void)state;
	assert_non_null(room);
	for (size_t len = 0; len < m.len; len += cut_step(&m, len)) {
		uint8_t *exact = room + m.len - len; /* ASan sees a byte too far */
		struct judged j;

		memcpy(exact, m.bytes, len);
		j = judge_bytes(exact, len, VMS_IMAGE_AUTO);
		if (len / 512 <= m.last_usable)
			assert_string_equal(j.letters, "fsssssss");
		else
			assert_string_equal(j.letters, "pfpppspp");
	}
	free(room);
	mk_free(&m);
}

/* Several ESPs: the one with the removable path decides; a store on any of them counts. */
static void several_esps(void **state)
{
	struct mk m = mk_full(512);
	uint8_t *spare;

	(void)state;
	mk_entry(&m, 1, gpt_type_esp, m.esp_last + 1, m.last_usable); /* no file system at all */
	expect(&m, "pppppspp", 0);
	spare = malloc((m.esp_last + 1 - MK_ESP_LBA) * 512);
	assert_non_null(spare);
	/* the empty one first, the good one behind it */
	memcpy(spare, mk_esp(&m), (m.esp_last + 1 - MK_ESP_LBA) * 512);
	memset(mk_esp(&m), 0, (m.esp_last + 1 - MK_ESP_LBA) * 512);
	memcpy(mk_esp(&m) + 10 * 512, spare, (m.esp_last + 1 - MK_ESP_LBA) * 512);
	mk_entry(&m, 0, gpt_type_esp, MK_ESP_LBA, MK_ESP_LBA + 9);
	mk_entry(&m, 1, gpt_type_esp, MK_ESP_LBA + 10, m.esp_last + 10);
	expect(&m, "pppppspp", 0);
	free(spare);
	mk_free(&m);
}

static int failing(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct mk *m = ctx;
	uint64_t bad = (uint64_t)(MK_ESP_LBA + MK_RESERVED + m->fat_sectors + MK_BOOT - 2) * 512;

	if (off + len > bad && off < bad + 512)
		return -EIO;
	memcpy(buf, m->bytes + off, len);
	return 0;
}

/* A sector of \EFI\BOOT that cannot be read: nothing is said about what stands in it. */
static void unreadable(void **state)
{
	struct mk m = mk_full(512);
	struct vms_image *image;
	struct judged j;

	(void)state;
	assert_int_equal(image_new("bad disk", &image), 0);
	vms_disk_init(&image->disk, m.len, failing, &m);
	j = judge_disk(image);
	assert_string_equal(j.letters, "ppppusuu");
	assert_int_equal(j.exit, 3);
	vms_image_free(image);
	mk_free(&m);
}

static void not_there(void **state)
{
	struct vms_image_options opt = { .arch = VMS_IMAGE_AUTO };
	static const char *const paths[] = { "/nonexistent/image", "/", "/dev/null" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct vms_image *image;
		struct judged j;

		assert_int_equal(vms_image_open(paths[i], &opt, &image), 0);
		assert_non_null(vms_image_blocked(image));
		j = judge_disk(image);
		assert_string_equal(j.letters, "uuuuuuuu");
		assert_int_equal(j.exit, 3);
		vms_image_free(image);
	}
}

/* Directories that contain each other end the walk, and nothing is claimed. */
static void endless_tree(void **state)
{
	struct mk m = mk_full(512);

	(void)state;
	for (int i = 0; i < 8; i++)
		mk_dirent(mk_cluster(&m, MK_EFI) + 96 + (size_t)32 * i, "LOOP       ", 0x10, MK_EFI, 0);
	expect(&m, "pppppsuu", 3);
	mk_free(&m);
}

/* Sectors of the container, and what both firmwares boot. */
static void information(void **state)
{
	struct mk m = mk_full(4096);
	struct vms_span bytes = vms_span(m.bytes, m.len);
	static const uint32_t sectors[] = { 0, 512, 4096 };
	static const char *const more[] = { "ss", "sf", "sp" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct vms_image *image;
		struct judged j;

		assert_int_equal(image_new("memory", &image), 0);
		vms_disk_init_span(&image->disk, &bytes);
		image->sector = sectors[i];
		j = judge_disk(image);
		assert_string_equal(j.more, more[i]);
		assert_int_equal(j.exit, 0);
		vms_image_free(image);
	}
	memset(mk_esp(&m) + m.sector, 0, 512); /* FSInfo */
	expect(&m, "pppppspp", 0);
	mk_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),	     cmocka_unit_test(architectures), cmocka_unit_test(planted),
		cmocka_unit_test(truncated), cmocka_unit_test(several_esps),  cmocka_unit_test(unreadable),
		cmocka_unit_test(not_there), cmocka_unit_test(endless_tree),  cmocka_unit_test(information),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
