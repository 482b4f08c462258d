/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks on the partition table: the chapter "VM Image Format". */
#include <errno.h>
#include <inttypes.h>
#include "image/judge.h"

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

/* What can be done about a table that is broken. */
static void advise_broken_gpt(const struct vms_image *image, struct vms_result *r,
			      const struct gpt_diagnosis *d, const char *bare)
{
	switch (d->trouble) {
	case GPT_PMBR:
		advise_gpt(image, r, d->sector,
			   "the GPT itself is sound: write a protective MBR (gdisk FILE: x, n, w)");
		return;
	case GPT_HAS_BACKUP:
		advise_gpt(
			image, r, d->sector,
			"the backup GPT at the end is sound: restore the primary from it (sgdisk -e FILE, or "
			"gdisk FILE: r, then b for the header, c for the entries, w)");
		return;
	case GPT_CUT:
		if (d->no_backup)
			advise_gpt(image, r, d->sector,
				   "make it with a backup GPT (genimage: leave gpt-no-backup out), or give "
				   "it room for "
				   "one (truncate -s +1M FILE; sgdisk -e FILE)");
		else
			vms_remedy(r, VMS_IMAGE,
				   "the end of the image is missing: make, copy or download it again");
		return;
	case GPT_LOST:
		break;
	}
	if (bare)
		vms_remedy(r, VMS_IMAGE,
			   "put it into a partition of a disk with a GPT (an ISO: xorriso "
			   "-appended_part_as_gpt)");
	else
		vms_remedy(r, VMS_IMAGE,
			   "make the image with a GPT (sgdisk --verify tells more about what is there)");
}

static int broken_gpt(struct vms_image *image, struct vms_result *r)
{
	struct gpt_diagnosis d;
	const char *bare;

	gpt_diagnose(&image->disk, &d);
	bare = d.trouble == GPT_LOST ? format_bare(&image->disk) : NULL;
	if (d.trouble == GPT_HAS_BACKUP)
		vms_evidence(r, "backup", "a sound GPT at the last LBA, %" PRIu64, d.backup_lba);
	advise_broken_gpt(image, r, &d, bare);
	if (!bare)
		return judge_not_sound(image, r, -EBADMSG, &image->gpt_why, NULL);
	vms_evidence(r, "LBA 0", "%s", image->gpt_why.text);
	if (format_has_mbr(&image->disk))
		return vms_fail(r, "no GPT: the disk is %s, with partitions in its MBR", bare);
	return vms_fail(r, "no partition table: all of the disk is %s", bare);
}

/* The end of a disk of which the primary is sound. */
static const char *backup_todo(const struct gpt_table *t)
{
	return t->header.alternate_lba == t->header.my_lba ? "make it with a backup GPT (genimage: leave "
							     "gpt-no-backup out), or give it room for one "
							     "(truncate -s +1M FILE; sgdisk -e FILE)"
							   : "write the backup anew (sgdisk -e FILE)";
}

int judge_gpt(struct vms_image *image, struct vms_result *r)
{
	int err = image_gpt(image);

	if (err == 0) {
		gpt_evidence(image, r);
		return vms_pass(r, "a GPT of %" PRIu32 "-byte sectors, sound", image->gpt.header.sector);
	}
	if (err == -EBADMSG)
		return broken_gpt(image, r);
	return judge_not_sound(image, r, err, &image->gpt_why, NULL);
}

int judge_gpt_backup(struct vms_image *image, struct vms_result *r)
{
	struct vms_why why;
	int err = image_gpt(image);

	if (err < 0)
		return judge_not_sound(image, r, err, &image->gpt_why, NULL);
	if (image->disk.size == VMS_DISK_SIZE_UNKNOWN)
		return vms_unknown(r,
				   "the image is compressed (%s): all of it would have to be decompressed to "
				   "see its end (--whole does)",
				   format_name(image->format));
	err = gpt_check_backup(&image->disk, &image->gpt, &why);
	if (err < 0) {
		advise_gpt(image, r, image->gpt.header.sector, backup_todo(&image->gpt));
		return judge_not_sound(image, r, err, &why, NULL);
	}
	vms_evidence(r, "last LBA", "backup GPT at %" PRIu64 ", agrees with the primary",
		     image->gpt.header.alternate_lba);
	return vms_pass(r, "the backup GPT is at the last LBA and agrees");
}

int judge_sector(struct vms_image *image, struct vms_result *r)
{
	int err = image_gpt(image);
	uint32_t gpt = image->gpt.header.sector;

	if (err < 0)
		return judge_not_sound(image, r, err, &image->gpt_why, NULL);
	vms_evidence(r, "LBA 1", "GPT of %" PRIu32 "-byte sectors", gpt);
	if (image->sector)
		vms_evidence(r, format_is_nbd(image->format) ? format_name(image->format) : "disk",
			     "sectors of %" PRIu32 " bytes", image->sector);
	if (image->sector == gpt)
		return vms_pass(r, "the GPT and the disk have sectors of %" PRIu32 " bytes", gpt);
	if (image->sector == 0 && gpt == 512)
		return vms_pass(r, "a GPT of 512-byte sectors, which every hypervisor gives a plain file");
	if (image->sector == 0)
		return vms_skip(r,
				"a plain file does not say what sectors it has: its GPT takes %" PRIu32
				" bytes, and hypervisors give 512 unless they are told (QEMU: "
				"logical_block_size=%" PRIu32 ")",
				gpt, gpt);
	vms_remedy(r, VMS_IMAGE,
		   "make the GPT for sectors of %" PRIu32 " bytes, or the container with sectors of %" PRIu32
		   " (QEMU can be told: logical_block_size=%" PRIu32 ")",
		   image->sector, gpt, gpt);
	return vms_fail(r,
			"the GPT has sectors of %" PRIu32 " bytes, the disk gives %" PRIu32
			": a guest does not find the GPT unless the hypervisor is told",
			gpt, image->sector);
}
