/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks on the EFI system partition, its file system, and what must not ride along. */
#include <errno.h>
#include <inttypes.h>
#include "image/judge.h"

/* EDK II makes no Block IO for it, and starts nothing from there (measured). */
static int ignored_esp(const struct vms_image *image, struct vms_result *r)
{
	char name[24], todo[80];
	const struct image_esp *esp = &image->esps[0];

	snprintf(todo, sizeof(todo), "take that mark away (sgdisk -A %" PRIu32 ":clear:1 FILE)",
		 esp->entry->number);
	advise_gpt(image, r, image->gpt.header.sector, todo);
	return vms_fail(r, "the ESP, %s, is marked to be ignored by firmware (attribute bit 1)",
			judge_esp_name(esp, name));
}

int judge_esp(struct vms_image *image, struct vms_result *r)
{
	int err = image_esps(image);
	char name[24];

	if (err == 0)
		err = image_gpt(image);
	if (err < 0)
		return judge_not_sound(image, r, err, &image->gpt_why, NULL);
	for (size_t i = 0; i < image->n_esps; i++)
		vms_evidence(r, judge_esp_name(&image->esps[i], name),
			     "EFI system partition, LBA %" PRIu64 " to %" PRIu64 "%s",
			     image->esps[i].entry->first, image->esps[i].entry->last,
			     image->esps[i].ignored ? ", marked to be ignored by firmware" : "");
	if (image_deciding_esp(image))
		return vms_pass(r, image->n_esps == 1 ? "there is an ESP" : "there are several ESPs");
	if (image->n_esps > 0)
		return ignored_esp(image, r);
	for (size_t i = 0; i < image->gpt.n_used && i < 8; i++) {
		char type[37];

		gpt_guid_text(image->gpt.used[i].type, type);
		vms_evidence(r, "GPT", "partition %" PRIu32 " has type %s", image->gpt.used[i].number, type);
	}
	if (image->gpt.n_used == 0)
		vms_evidence(r, "GPT", "no partitions");
	advise_gpt(image, r, image->gpt.header.sector,
		   "give the ESP the type GUID C12A7328-F81F-11D2-BA4B-00A0C93EC93B (sgdisk -t N:ef00 FILE)");
	return vms_fail(r,
			"none of %zu partitions has the ESP's type GUID C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
			image->gpt.n_used);
}

static void fsinfo_evidence(const struct fat_volume *v, const char *name, struct vms_result *r)
{
	if (v->fsinfo == FAT_FSINFO_OUTSIDE)
		vms_evidence(r, name,
			     "FSInfo would be at sector %u, beyond the reserved ones: a hint, firmware does "
			     "without",
			     v->fsinfo_sector);
	if (v->fsinfo == FAT_FSINFO_BROKEN)
		vms_evidence(r, name,
			     "sector %u, where the BPB has FSInfo, lacks FSInfo's signatures: a hint, "
			     "firmware does "
			     "without",
			     v->fsinfo_sector);
}

static void fat_evidence(const struct vms_image *image, const struct image_esp *esp, struct vms_result *r)
{
	const struct fat_volume *v = &esp->fat;
	char buf[24];
	const char *name = judge_esp_name(esp, buf);

	if (esp->err == -EBADMSG)
		vms_evidence(r, name, "%s", esp->why.text);
	if (esp->err < 0)
		return;
	vms_evidence(r, name, "FAT32: %" PRIu32 " clusters of %" PRIu32 " bytes%s%s%s", v->n_clusters,
		     v->cluster, fat_too_small(v) ? ", fewer than the 65,525 that FAT32 begins with" : "",
		     v->mirrored ? "" : ", its FATs are not mirrored",
		     v->fsinfo == FAT_FSINFO_NONE ? ", without FSInfo" : "");
	fsinfo_evidence(v, name, r);
	if (v->sector != image->gpt.header.sector)
		vms_evidence(r, name, "its sectors have %" PRIu32 " bytes, the disk's %" PRIu32, v->sector,
			     image->gpt.header.sector);
}

/* MiB of a partition that holds a FAT32 of one-sector clusters: 65,525 of them, two FATs,
 * 32 reserved sectors. */
static uint64_t fat32_mib(uint32_t sector)
{
	uint64_t fat = ((FAT32_CLUSTERS_MIN + 2) * 4ull + sector - 1) / sector;

	return ((FAT32_CLUSTERS_MIN + 2 * fat + 32) * sector + (1u << 20) - 1) >> 20;
}

/* Smaller clusters where the partition has room for enough of them, else a larger partition. */
static void advise_clusters(const struct vms_image *image, const struct fat_volume *v, struct vms_result *r)
{
	uint32_t sector = image->gpt.header.sector;
	char todo[360];

	if (v->size >> 20 >= fat32_mib(sector))
		snprintf(todo, sizeof(todo),
			 "make its file system anew with clusters of one sector (mkfs.vfat -F 32 -s 1 -S "
			 "%" PRIu32
			 "; systemd-repart, mkosi: SYSTEMD_REPART_MKFS_OPTIONS_VFAT=\"-s 1 -S %" PRIu32 "\")",
			 sector, sector);
	else
		snprintf(todo, sizeof(todo),
			 "make the ESP larger: at least %" PRIu64 " MiB with clusters of one %" PRIu32
			 "-byte sector%s (systemd-repart, mkosi: SizeMinBytes=%" PRIu64
			 "M in the definition of the ESP)",
			 fat32_mib(sector), sector,
			 sector == 512 ? "; 260 MiB suit both 512- and 4096-byte sectors" : "",
			 fat32_mib(sector));
	advise(image, r, todo);
}

/* FAT32 by its layout, but EDK II does not start from it (measured); U-Boot does. */
static int refused_fat32(const struct vms_image *image, const struct image_esp *esp, struct vms_result *r)
{
	const struct fat_volume *v = &esp->fat;
	char name[24];

	judge_esp_name(esp, name);
	if (fat_too_small(v)) {
		advise_clusters(image, v, r);
		return vms_fail(r,
				"%s: %" PRIu32
				" clusters, FAT32 begins with 65,525: EDK II takes it for FAT16 and starts "
				"nothing from it, U-Boot does",
				name, v->n_clusters);
	}
	advise(image, r, "make its file system anew (mkfs.vfat -F 32), which mirrors the FATs");
	return vms_fail(
		r,
		"%s: mirroring of the FATs is turned off (BPB_ExtFlags): EDK II refuses it, U-Boot does not",
		name);
}

int judge_fat32(struct vms_image *image, struct vms_result *r)
{
	char name[24];
	int err;
	const struct image_esp *esp = judge_deciding(image, r, &err);

	if (!esp)
		return err;
	for (size_t i = 0; i < image->n_esps; i++)
		fat_evidence(image, &image->esps[i], r);
	if (image_esp_refused(esp))
		return refused_fat32(image, esp, r);
	if (esp->err == 0 && esp->fat.sector > image->gpt.header.sector)
		return vms_pass(r,
				"the ESP is FAT32; its %" PRIu32 "-byte sectors on a disk of %" PRIu32
				" EDK II reads, U-Boot does not",
				esp->fat.sector, image->gpt.header.sector);
	if (esp->err == 0 && !esp->fat.labelled)
		return vms_pass(r, "the ESP is FAT32; that its boot sector does not say \"FAT32\" is nothing "
				   "to EDK II, U-Boot does not read it");
	if (esp->err == 0)
		return vms_pass(r, "the ESP is FAT32");
	if (esp->err == -EBADMSG)
		advise(image, r, "format the ESP as FAT32 (mkfs.vfat -F 32)");
	return judge_not_sound(image, r, esp->err, &esp->why, judge_esp_name(esp, name));
}

/* What a walk over all ESPs found of one sort. */
static int check_absent(struct vms_image *image, struct vms_result *r, bool store, const char *pass)
{
	int err = image_scan(image);
	unsigned files = 0, packed = 0;
	const char *unread = NULL, *unseen = NULL;
	char name[24], todo[256];

	if (err < 0)
		return err;
	for (size_t i = 0; i < image->n_esps; i++) {
		const struct image_esp *esp = &image->esps[i];
		const char *found = store ? esp->store : esp->firmware;

		if (found) {
			vms_evidence(r, found, "%s", store ? esp->store_what : esp->firmware_what);
			snprintf(todo, sizeof(todo), "delete %.200s from the ESP", found);
			advise(image, r, todo);
			return vms_fail(r, "%s rides along on the ESP: %s", found,
					store ? esp->store_what : esp->firmware_what);
		}
		files += esp->n_files;
		if (esp->damaged)
			vms_evidence(r, judge_esp_name(esp, name), "cannot be read: %s", esp->damaged);
		packed += esp->n_packed;
		unread = unread ? unread : esp->unread;
		unseen = unseen ? unseen : esp->unseen;
	}
	for (size_t i = 0; i < image->n_esps; i++) {
		const struct image_esp *esp = &image->esps[i];

		if (esp->scan_err == -EBADMSG || esp->scan_err == -EFBIG)
			return vms_unknown(r, "%s: %s", judge_esp_name(esp, name), esp->scan_why.text);
		if (esp->scan_err < 0)
			return judge_cannot_read(image, r, esp->scan_err);
	}
	vms_evidence(r, "ESP", "%u files and directories looked at; %u of them archives and not looked into",
		     files, packed);
	if (unread)
		return vms_unknown(r, "%s was not looked through whole: the files of the ESP are too large",
				   unread);
	/* a store is written by the firmware itself, never compressed */
	if (unseen && !store)
		return vms_unknown(
			r,
			"%s is compressed, and what is in it could not be looked through: it is damaged, "
			"too large, or the library for it is not here",
			unseen);
	return vms_pass(r, "%s", pass);
}

int judge_no_varstore(struct vms_image *image, struct vms_result *r)
{
	return check_absent(image, r, true, "no variable store on the ESP");
}

int judge_no_firmware(struct vms_image *image, struct vms_result *r)
{
	return check_absent(image, r, false, "no firmware on the ESP");
}
