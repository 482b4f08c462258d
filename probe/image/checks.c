/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checks on a disk, of an image or of the guest's own: the chapter "VM Image
 * Format", and what "Virtual Firmware" says must not ride along in an image.
 */
#include <errno.h>
#include <inttypes.h>
#include "image/chapter.h"
#include "image/image.h"

#define ADVICE_LOADER                                                                                        \
	"install the boot loader to the removable media path (grub-install --removable, bootctl install)"

/* It could not be looked at: unknown, with what stood in the way. */
static int cannot_read(const struct vms_image *image, struct vms_result *r, int err)
{
	if (image->trouble && err != -ENOMEM)
		return vms_unknown(r, "cannot read %s: %s", image->name, image->trouble);
	return vms_blocked(r, image->name, err);
}

/* What a reader's -errno means: 0 after stating fail or unknown. */
static int not_sound(const struct vms_image *image, struct vms_result *r, int err, const struct vms_why *why,
		     const char *what)
{
	if ((err == -EBADMSG || err == -ENOENT) && r->n_evidence == 0)
		vms_evidence(r, what ? what : image->name, "%s", why->text);
	if (err == -EBADMSG || err == -ENOENT)
		return what ? vms_fail(r, "%s: %s", what, why->text) : vms_fail(r, "%s", why->text);
	if (err == -EFBIG)
		return vms_unknown(r, "%s", why->text);
	return cannot_read(image, r, err);
}

static void gpt_evidence(const struct vms_image *image, struct vms_result *r)
{
	const struct gpt_table *t = &image->gpt;
	uint64_t sectors = image->disk.size / t->header.sector;

	vms_evidence(r, "LBA 0", "protective MBR%s%s",
		     t->hybrid ? ", with other partitions too (hybrid)" : "",
		     t->pmbr_active ? ", marked active: some firmware then ignores it" : "");
	vms_evidence(r, "LBA 1",
		     "GPT of %" PRIu32 "-byte sectors, %zu partitions, usable LBA %" PRIu64 " to %" PRIu64,
		     t->header.sector, t->n_used, t->header.first_usable, t->header.last_usable);
	if (image->disk.size != VMS_DISK_SIZE_UNKNOWN &&
	    t->pmbr_sectors != MIN(sectors - 1, (uint64_t)UINT32_MAX))
		vms_evidence(r, "LBA 0",
			     "the protective record covers %" PRIu64 " sectors, the disk has %" PRIu64,
			     t->pmbr_sectors, sectors);
}

static int check_gpt(struct vms_image *image, struct vms_result *r)
{
	int err = image_gpt(image);
	uint32_t sector;
	uint64_t lba;

	if (err == 0) {
		gpt_evidence(image, r);
		return vms_pass(r, "a GPT of %" PRIu32 "-byte sectors, sound", image->gpt.header.sector);
	}
	if (err == -EBADMSG) {
		if (gpt_find_backup(&image->disk, &lba, &sector))
			vms_evidence(r, "backup", "a sound GPT header at the last LBA, %" PRIu64, lba);
		vms_remedy(r, VMS_IMAGE, "partition the image with a GPT (sgdisk --verify FILE tells more)");
	}
	return not_sound(image, r, err, &image->gpt_why, NULL);
}

static int check_gpt_backup(struct vms_image *image, struct vms_result *r)
{
	struct vms_why why;
	int err = image_gpt(image);

	if (err < 0)
		return not_sound(image, r, err, &image->gpt_why, NULL);
	if (image->disk.size == VMS_DISK_SIZE_UNKNOWN)
		return vms_unknown(r,
				   "the image is compressed (%s): all of it would have to be decompressed to "
				   "see its end",
				   format_name(image->format));
	err = gpt_check_backup(&image->disk, &image->gpt, &why);
	if (err < 0) {
		vms_remedy(r, VMS_IMAGE, "write the backup anew: sgdisk -e FILE");
		return not_sound(image, r, err, &why, NULL);
	}
	vms_evidence(r, "last LBA", "backup GPT at %" PRIu64 ", agrees with the primary",
		     image->gpt.header.alternate_lba);
	return vms_pass(r, "the backup GPT is at the last LBA and agrees");
}

/* "partition 1" */
static const char *esp_name(const struct image_esp *esp, char buf[24])
{
	snprintf(buf, 24, "partition %" PRIu32, esp->entry->number);
	return buf;
}

static int check_esp(struct vms_image *image, struct vms_result *r)
{
	int err = image_esps(image);
	char name[24];

	if (err == 0)
		err = image_gpt(image);
	if (err < 0)
		return not_sound(image, r, err, &image->gpt_why, NULL);
	for (size_t i = 0; i < image->n_esps; i++)
		vms_evidence(r, esp_name(&image->esps[i], name),
			     "EFI system partition, LBA %" PRIu64 " to %" PRIu64, image->esps[i].entry->first,
			     image->esps[i].entry->last);
	if (image->n_esps > 0)
		return vms_pass(r, image->n_esps == 1 ? "there is an ESP" : "there are several ESPs");
	for (size_t i = 0; i < image->gpt.n_used && i < 8; i++) {
		char type[37];

		gpt_guid_text(image->gpt.used[i].type, type);
		vms_evidence(r, "GPT", "partition %" PRIu32 " has type %s", image->gpt.used[i].number, type);
	}
	if (image->gpt.n_used == 0)
		vms_evidence(r, "GPT", "no partitions");
	vms_remedy(r, VMS_IMAGE,
		   "give the ESP the type GUID C12A7328-F81F-11D2-BA4B-00A0C93EC93B (sgdisk -t N:ef00 FILE)");
	return vms_fail(r,
			"none of %zu partitions has the ESP's type GUID C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
			image->gpt.n_used);
}

/* The deciding ESP; NULL after a result was stated (there is none, or it could not be read). */
static const struct image_esp *deciding(struct vms_image *image, struct vms_result *r, int *ret_err)
{
	const struct image_esp *esp;

	*ret_err = image_esps(image);
	if (*ret_err < 0)
		return NULL;
	esp = image_deciding_esp(image);
	if (!esp)
		*ret_err = vms_skip_because(r, "VMSPEC-IMAGE-ESP", VMS_FAIL, "there is no ESP");
	return esp;
}

static void fat_evidence(const struct vms_image *image, const struct image_esp *esp, struct vms_result *r)
{
	const struct fat_volume *v = &esp->fat;
	char name[24];

	if (esp->err == -EBADMSG)
		vms_evidence(r, esp_name(esp, name), "%s", esp->why.text);
	if (esp->err < 0)
		return;
	vms_evidence(r, esp_name(esp, name), "FAT32: %" PRIu32 " clusters of %" PRIu32 " bytes%s%s",
		     v->n_clusters, v->cluster,
		     v->n_clusters < 65525 ? ", fewer than FAT32 should have (65,525)" : "",
		     v->has_fsinfo ? "" : ", without FSInfo");
	if (v->sector != image->gpt.header.sector)
		vms_evidence(r, esp_name(esp, name),
			     "its sectors have %" PRIu32 " bytes, the disk's %" PRIu32
			     ": EDK II reads that, U-Boot does not",
			     v->sector, image->gpt.header.sector);
}

static int check_fat32(struct vms_image *image, struct vms_result *r)
{
	char name[24];
	int err;
	const struct image_esp *esp = deciding(image, r, &err);

	if (!esp)
		return err;
	for (size_t i = 0; i < image->n_esps; i++)
		fat_evidence(image, &image->esps[i], r);
	if (esp->err == 0)
		return vms_pass(r, "the ESP is FAT32");
	if (esp->err == -EBADMSG)
		vms_remedy(r, VMS_IMAGE, "format the ESP as FAT32 (mkfs.vfat -F 32)");
	return not_sound(image, r, esp->err, &esp->why, esp_name(esp, name));
}

/* PE32+ or PE32, machine, subsystem; states fail, or returns false. */
static bool wrong_program(struct vms_result *r, const char *path, const struct pe_image *pe, bool plus,
			  uint16_t machine)
{
	char found[48], wanted[48];

	if (pe->machine != machine)
		vms_fail(r, "%s is for another machine: %s, not %s", path,
			 pe_machine_text(pe->machine, found), pe_machine_text(machine, wanted));
	else if (pe->plus != plus)
		vms_fail(r, "%s is %s, not %s", path, pe->plus ? "PE32+" : "PE32", plus ? "PE32+" : "PE32");
	else if (pe->subsystem != PE_SUBSYSTEM_EFI_APPLICATION)
		vms_fail(r, "%s is no EFI application (10): %s", path,
			 pe_subsystem_text(pe->subsystem, found));
	else
		return false;
	return true;
}

static int no_loader(const struct image_esp *esp, const struct image_loader *l, struct vms_result *r)
{
	vms_remedy(r, VMS_IMAGE, "%s", ADVICE_LOADER);
	if (!esp->others[0]) {
		vms_evidence(r, "\\EFI\\BOOT", "%s", l->why.text);
		return vms_fail(r, "%s", l->why.text);
	}
	vms_evidence(r, "\\EFI\\BOOT", "%s", esp->others);
	return vms_fail(r, "%s, only %s", l->why.text, esp->others);
}

static int check_loader(struct vms_image *image, struct vms_result *r, enum image_loader_kind which)
{
	static const struct {
		const char *path;
		bool plus;
		uint16_t machine;
	} wanted[] = {
		[IMAGE_AA64] = { "\\EFI\\BOOT\\BOOTAA64.EFI", true, PE_MACHINE_AARCH64 },
		[IMAGE_ARM] = { "\\EFI\\BOOT\\BOOTARM.EFI", false, PE_MACHINE_ARMNT },
	};
	const char *path = wanted[which].path;
	const struct image_loader *l;
	char machine[48], subsystem[48];
	int err;
	const struct image_esp *esp = deciding(image, r, &err);

	if (!esp || esp->err < 0)
		return esp ? vms_skip(r, "the ESP cannot be read") : err;
	l = &esp->loaders[which];
	if (l->err == -ENOENT)
		return no_loader(esp, l, r);
	if (l->err < 0) {
		vms_remedy(r, VMS_IMAGE, "%s", ADVICE_LOADER);
		return not_sound(image, r, l->err, &l->why, l->there ? path : NULL);
	}
	vms_evidence(r, path, "%s, %s, %s, %u sections, %" PRIu32 " bytes%s%s", l->pe.plus ? "PE32+" : "PE32",
		     pe_machine_text(l->pe.machine, machine), pe_subsystem_text(l->pe.subsystem, subsystem),
		     l->pe.n_sections, l->file.size, l->pe.kind ? ": " : "", l->pe.kind ? l->pe.kind : "");
	if (l->extra_clusters)
		vms_evidence(r, path, "its cluster chain is longer than its size needs: harmless");
	if (wrong_program(r, path, &l->pe, wanted[which].plus, wanted[which].machine)) {
		vms_remedy(r, VMS_IMAGE, "%s", ADVICE_LOADER);
		return 0;
	}
	return vms_pass(r, "%s is an EFI application for %s", path,
			which == IMAGE_AA64 ? "AArch64" : "AArch32");
}

static int check_bootaa64(struct vms_image *image, struct vms_result *r)
{
	int err = image_esps(image);

	if (err < 0)
		return err;
	if (image->arch == VMS_IMAGE_AARCH32)
		return vms_skip(r, "judged for AArch32 (--arch)");
	if (image_is_aarch32(image))
		return vms_skip(r, "an image for AArch32: BOOTARM.EFI is there and BOOTAA64.EFI is not");
	return check_loader(image, r, IMAGE_AA64);
}

static int check_bootarm(struct vms_image *image, struct vms_result *r)
{
	int err = image_esps(image);
	const struct image_esp *esp;

	if (err < 0)
		return err;
	esp = image_deciding_esp(image);
	if (image->arch == VMS_IMAGE_AARCH64)
		return vms_skip(r, "judged for AArch64 (--arch)");
	if (image->arch == VMS_IMAGE_AUTO && esp && esp->err == 0 && !esp->loaders[IMAGE_ARM].there)
		return vms_skip(r, "no BOOTARM.EFI: not meant for AArch32");
	return check_loader(image, r, IMAGE_ARM);
}

/* What a walk over all ESPs found of one sort. */
static int check_absent(struct vms_image *image, struct vms_result *r, bool store, const char *pass)
{
	int err = image_scan(image);
	unsigned files = 0;
	char name[24];

	if (err < 0)
		return err;
	for (size_t i = 0; i < image->n_esps; i++) {
		const struct image_esp *esp = &image->esps[i];
		const char *found = store ? esp->store : esp->firmware;

		if (found) {
			vms_evidence(r, found, "%s", store ? esp->store_what : esp->firmware_what);
			vms_remedy(r, VMS_IMAGE, "delete %s from the ESP", found);
			return vms_fail(r, "%s rides along on the ESP: %s", found,
					store ? esp->store_what : esp->firmware_what);
		}
		files += esp->n_files;
		if (esp->damaged)
			vms_evidence(r, esp_name(esp, name), "a directory cannot be read: %s", esp->damaged);
	}
	for (size_t i = 0; i < image->n_esps; i++) {
		const struct image_esp *esp = &image->esps[i];

		if (esp->scan_err == -EBADMSG || esp->scan_err == -EFBIG)
			return vms_unknown(r, "%s: %s", esp_name(esp, name), esp->scan_why.text);
		if (esp->scan_err < 0)
			return cannot_read(image, r, esp->scan_err);
	}
	vms_evidence(r, "ESP", "%u files and directories looked at", files);
	return vms_pass(r, "%s", pass);
}

static int check_no_varstore(struct vms_image *image, struct vms_result *r)
{
	return check_absent(image, r, true, "no variable store on the ESP");
}

static int check_no_firmware(struct vms_image *image, struct vms_result *r)
{
	return check_absent(image, r, false, "no firmware volume on the ESP");
}

#define IN_IMAGE (VMS_KIND_GUEST | VMS_KIND_IMAGE | VMS_KIND_BOOT_MATRIX)

static const struct vms_check checks[] = {
	{ .id = "VMSPEC-IMAGE-GPT",
	  .title = "partitioned with a GPT",
	  .kinds = IN_IMAGE,
	  .image_fn = check_gpt,
	  .reads = "LBA 0, LBA 1 and the partition entries, for 512- and 4096-byte sectors",
	  .passes = "a protective MBR; a header whose signature, revision, size, CRCs and own LBA are right; "
		    "partitions inside the usable range, none over another",
	  .fails = "one of these is not so, or the usable range leaves the disk: the image was cut short",
	  .mends = "who makes the image" },
	{ .id = "VMSPEC-IMAGE-GPT-BACKUP",
	  .title = "the backup GPT is at the end and agrees",
	  .needs = { "VMSPEC-IMAGE-GPT" },
	  .kinds = IN_IMAGE,
	  .image_fn = check_gpt_backup,
	  .reads = "the last LBA and the entries before it",
	  .passes = "a valid header at the last LBA, with the primary's disk GUID, ranges and entries",
	  .fails = "it is not there, damaged or says something else; an image that was enlarged has it "
		   "elsewhere",
	  .mends = "who makes or enlarges the image: sgdisk -e FILE" },
	{ .id = "VMSPEC-IMAGE-ESP",
	  .title = "has an EFI system partition",
	  .needs = { "VMSPEC-IMAGE-GPT" },
	  .kinds = IN_IMAGE,
	  .image_fn = check_esp,
	  .reads = "the type GUIDs of the partition entries",
	  .passes = "one is C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
	  .fails = "none is",
	  .mends = "who makes the image" },
	{ .id = "VMSPEC-IMAGE-ESP-FAT32",
	  .title = "the ESP is FAT32",
	  .needs = { "VMSPEC-IMAGE-ESP" },
	  .kinds = IN_IMAGE,
	  .image_fn = check_fat32,
	  .reads = "the boot sector of the ESP, FSInfo, the chain of the root directory; with several ESPs "
		   "the one with the removable media path decides",
	  .passes = "FATSz16 and RootEntCnt are 0, the BPB's numbers fit each other, and the file system "
		    "fits its partition",
	  .fails = "another file system, FAT12 or FAT16, or numbers that do not fit",
	  .mends = "who makes the image: mkfs.vfat -F 32" },
	{ .id = "VMSPEC-IMAGE-BOOTAA64",
	  .title = "\\EFI\\BOOT\\BOOTAA64.EFI is an EFI application for AArch64",
	  .needs = { "VMSPEC-IMAGE-ESP-FAT32" },
	  .kinds = IN_IMAGE,
	  .image_fn = check_bootaa64,
	  .reads = "the directories, the loader's cluster chain, its PE headers and section table",
	  .passes = "a whole PE32+ image, machine AArch64 (0xAA64), subsystem EFI application (10)",
	  .fails = "it is not there, cut short, for another machine, or no EFI application",
	  .mends = "who makes the image: grub-install --removable, bootctl install" },
	{ .id = "VMSPEC-IMAGE-BOOTARM",
	  .title = "\\EFI\\BOOT\\BOOTARM.EFI is an EFI application for AArch32",
	  .needs = { "VMSPEC-IMAGE-ESP-FAT32" },
	  .kinds = IN_IMAGE,
	  .image_fn = check_bootarm,
	  .reads = "the directories, the loader's cluster chain, its PE headers and section table",
	  .passes = "a whole PE32 image, machine 0x01C2, subsystem EFI application (10)",
	  .fails = "it is not there with --arch aarch32, cut short, for another machine, or no EFI "
		   "application",
	  .mends = "who makes the image" },
	{ .id = "VMSPEC-IMAGE-NO-VARSTORE",
	  .title = "no UEFI variable store on the ESP",
	  .needs = { "VMSPEC-IMAGE-ESP-FAT32" },
	  .kinds = IN_IMAGE,
	  .image_fn = check_no_varstore,
	  .reads = "names and first bytes of all files on the ESP",
	  .passes = "no NvVars, no ubootefi.var, no firmware volume with variables",
	  .fails = "there is one: it belongs to a VM, not to an image that many VMs are made from",
	  .mends = "who makes the image: delete the file before it is published" },
	{ .id = "VMSPEC-IMAGE-NO-FIRMWARE",
	  .title = "no UEFI firmware on the ESP",
	  .needs = { "VMSPEC-IMAGE-ESP-FAT32" },
	  .kinds = IN_IMAGE,
	  .image_fn = check_no_firmware,
	  .reads = "names and first bytes of all files on the ESP",
	  .passes = "no file is a firmware volume (_FVH)",
	  .fails = "there is one: firmware belongs to the hypervisor",
	  .mends = "who makes the image: delete the file" },
};

VMS_CHECKS_OWED(vms_checks_image, "VM image format", checks, VMS_OWED_BY(VMS_IMAGE));
