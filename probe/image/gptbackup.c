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
	uint32_t crc;
	int r;

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

bool gpt_find_backup(struct vms_disk *d, uint64_t *ret_lba, uint32_t *ret_sector)
{
	static const uint32_t sectors[] = { 512, 4096 };

	if (d->size == VMS_DISK_SIZE_UNKNOWN)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(sectors); i++) {
		struct gpt_header h;
		struct vms_why why;

		if (d->size / sectors[i] < 3 ||
		    gpt_read_header(d, d->size / sectors[i] - 1, sectors[i], &h, &why) < 0)
			continue;
		*ret_lba = d->size / sectors[i] - 1;
		*ret_sector = sectors[i];
		return true;
	}
	return false;
}
