/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The backup GPT: header at the last LBA, entries before it (UEFI 2.10, 5.3.2). Serves
 * "VM Image Format": an image that was only enlarged has it in the middle.
 */
#include <errno.h>
#include <inttypes.h>
#include "image/gpt.h"
#include "image/gpt_parts.h"

/* The two headers must tell the same (UEFI 2.10, 5.3.2). */
static int gpt_compare(const struct gpt_header *p, const struct gpt_header *b, struct vms_why *why)
{
	const struct {
		const char *name;
		uint64_t primary, backup;
	} fields[] = {
		{ "first usable LBA", p->first_usable, b->first_usable },
		{ "last usable LBA", p->last_usable, b->last_usable },
		{ "number of entries", p->n_entries, b->n_entries },
		{ "size of an entry", p->entry_size, b->entry_size },
		{ "CRC of the entries", p->entries_crc, b->entries_crc },
	};

	if (b->alternate_lba != p->my_lba)
		return vms_broken(
			why, "the backup header names LBA %" PRIu64 " as the primary's place, which is LBA 1",
			b->alternate_lba);
	if (memcmp(p->disk_id, b->disk_id, GPT_GUID_LEN) != 0)
		return vms_broken(why, "the backup header has another disk GUID than the primary");
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].primary != fields[i].backup)
			return vms_broken(why,
					  "the backup header disagrees with the primary: %s %" PRIu64
					  ", not %" PRIu64,
					  fields[i].name, fields[i].backup, fields[i].primary);
	return 0;
}

int gpt_check_backup(struct vms_disk *d, const struct gpt_table *t, struct vms_why *why)
{
	const struct gpt_header *p = &t->header;
	uint64_t last = d->size / p->sector - 1;
	struct gpt_header b;
	uint32_t crc = 0;
	int r;

	if (p->alternate_lba == p->my_lba)
		return vms_broken(why, "there is no backup: the primary header names itself as its backup");
	if (p->alternate_lba < last)
		return vms_broken(why,
				  "the image was enlarged: the primary header has its backup at LBA %" PRIu64
				  ", the last LBA is %" PRIu64,
				  p->alternate_lba, last);
	if (p->alternate_lba > last)
		return vms_broken(why,
				  "the image was cut short: the primary header has its backup at LBA %" PRIu64
				  ", the last LBA is %" PRIu64,
				  p->alternate_lba, last);
	r = gpt_read_header(d, last, p->sector, &b, why);
	if (r == 0)
		r = gpt_compare(p, &b, why);
	if (r == 0)
		r = gpt_check_array(d, &b, p->last_usable + 1, last, why);
	if (r == 0)
		r = gpt_read_array(d, &b, &crc, NULL);
	if (r < 0)
		return r;
	if (crc != b.entries_crc)
		return vms_broken(why,
				  "the CRC of the backup's partition entries is %08" PRIX32
				  ", the header says %08" PRIX32,
				  crc, b.entries_crc);
	return 0;
}

/* A header at the last LBA whose entries are sound too. */
static bool gpt_find_backup(struct vms_disk *d, uint32_t sector, uint64_t *ret_lba)
{
	uint64_t last = d->size / sector - 1;
	struct gpt_header h;
	struct vms_why why;
	uint32_t crc;

	if (d->size / sector < 3 || gpt_read_header(d, last, sector, &h, &why) < 0 ||
	    gpt_check_array(d, &h, h.last_usable + 1, last, &why) < 0 ||
	    gpt_read_array(d, &h, &crc, NULL) < 0 || crc != h.entries_crc)
		return false;
	*ret_lba = last;
	return true;
}

/* The primary at LBA 1, whole: header and entries. */
static bool gpt_primary_sound(struct vms_disk *d, const struct gpt_header *h)
{
	struct vms_why why;
	uint32_t crc;

	return gpt_check_array(d, h, 2, h->first_usable, &why) == 0 &&
	       gpt_read_array(d, h, &crc, NULL) == 0 && crc == h->entries_crc;
}

void gpt_diagnose(struct vms_disk *d, struct gpt_diagnosis *ret)
{
	static const uint32_t sectors[] = { 512, 4096 };
	bool known = d->size != VMS_DISK_SIZE_UNKNOWN;
	struct gpt_header h = { .sector = 0 };
	struct vms_why why;

	*ret = (struct gpt_diagnosis){ .trouble = GPT_LOST };
	if (gpt_read_primary(d, &h, &why) == 0 && known && h.last_usable >= d->size / h.sector) {
		*ret = (struct gpt_diagnosis){ .trouble = GPT_CUT,
					       .sector = h.sector,
					       .no_backup = h.alternate_lba == h.my_lba };
		return;
	}
	for (size_t i = 0; known && i < ARRAY_SIZE(sectors); i++)
		if (gpt_find_backup(d, sectors[i], &ret->backup_lba)) {
			ret->trouble = GPT_HAS_BACKUP;
			ret->sector = sectors[i];
		}
	/* a table that is right in itself and still refused: its backup says the same */
	if (h.sector && gpt_primary_sound(d, &h)) {
		ret->trouble = gpt_protective(d) ? GPT_LOST : GPT_PMBR;
		ret->sector = h.sector;
	}
}
