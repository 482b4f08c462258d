/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GUID partition table. Reads LBA 0, LBA 1 for both sector sizes (the one with the
 * signature is the disk's), the entry array and, on demand, the same at the end.
 * Serves "VM Image Format": partitioned with a GPT.
 */
#include <errno.h>
#include <inttypes.h>
#include "image/crc32.h"
#include "image/gpt.h"
#include "image/gpt_parts.h"

#define GPT_HEADER_MIN 92 /* bytes that the specification defines */
#define GPT_REVISION   0x00010000u
#define GPT_ENTRY_MIN  128
#define GPT_ARRAY_MAX  (4u << 20) /* bytes; 16 KiB is usual */
#define GPT_CHUNK      16384	  /* the usual array in one read */
#define GPT_SECTOR_MAX 4096
#define MBR_RECORDS    446
#define MBR_PROTECTIVE 0xee

const uint8_t gpt_type_esp[GPT_GUID_LEN] = { 0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
					     0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b };

bool gpt_entry_is(const struct gpt_entry *e, const uint8_t type[GPT_GUID_LEN])
{
	return memcmp(e->type, type, GPT_GUID_LEN) == 0;
}

void gpt_guid_text(const uint8_t g[GPT_GUID_LEN], char buf[37])
{
	/* the first three groups are little-endian numbers */
	snprintf(buf, 37, "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", g[3], g[2],
		 g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]);
}

static uint32_t le32(struct vms_span s, uint64_t off)
{
	uint32_t v = 0;

	span_le32(s, off, &v);
	return v;
}

static uint64_t le64(struct vms_span s, uint64_t off)
{
	uint64_t v = 0;

	span_le64(s, off, &v);
	return v;
}

/* LBA 0: 55 AA, and a record of type 0xEE that starts at LBA 1 (UEFI 2.10, 5.2.3). */
static int gpt_read_pmbr(struct vms_disk *d, struct gpt_table *t, struct vms_why *why)
{
	uint8_t bytes[512];
	struct vms_span mbr = vms_span(bytes, sizeof(bytes));
	bool protective = false, other = false;
	int r = vms_disk_read(d, 0, bytes, sizeof(bytes));

	if (r == -ENXIO)
		return vms_broken(why, "the image has only %" PRIu64 " bytes: not even one sector", d->size);
	if (r < 0)
		return r;
	if (bytes[510] != 0x55 || bytes[511] != 0xaa)
		return vms_broken(why, "LBA 0 has no MBR: bytes 510 and 511 are %02X %02X, not 55 AA",
				  bytes[510], bytes[511]);
	for (unsigned i = 0; i < 4; i++) {
		uint64_t off = MBR_RECORDS + 16 * i;

		if (bytes[off + 4] == MBR_PROTECTIVE && le32(mbr, off + 8) == 1 && !protective) {
			protective = true;
			t->pmbr_active = bytes[off] != 0;
			t->pmbr_sectors = le32(mbr, off + 12);
		} else if (bytes[off + 4] != 0 && bytes[off + 4] != MBR_PROTECTIVE) {
			other = true;
		}
	}
	if (!protective)
		return vms_broken(
			why,
			"the MBR in LBA 0 is not protective: no record of type 0xEE that starts at LBA 1%s",
			other ? ", but other partitions" : "");
	t->hybrid = other;
	return 0;
}

bool gpt_protective(struct vms_disk *d)
{
	struct gpt_table t = { .n_used = 0 };
	struct vms_why why;

	return gpt_read_pmbr(d, &t, &why) == 0;
}

/* What the fields of a header with a right CRC must say among themselves. */
static int gpt_check_fields(const struct gpt_header *h, struct vms_why *why)
{
	if (h->entry_size < GPT_ENTRY_MIN || (h->entry_size & (h->entry_size - 1)) != 0)
		return vms_broken(why,
				  "the GPT header gives entries of %" PRIu32
				  " bytes, not 128 times a power of two",
				  h->entry_size);
	if (h->n_entries == 0)
		return vms_broken(why, "the GPT header gives an array of 0 entries");
	if (h->first_usable > h->last_usable)
		return vms_broken(why, "the usable range is empty: from LBA %" PRIu64 " to %" PRIu64,
				  h->first_usable, h->last_usable);
	if (h->last_usable > (uint64_t)INT64_MAX / h->sector - 1) /* so that LBA * sector never overflows */
		return vms_broken(why, "the usable range goes to LBA %" PRIu64 ", beyond any disk",
				  h->last_usable);
	return 0;
}

static uint64_t gpt_array_bytes(const struct gpt_header *h)
{
	return (uint64_t)h->n_entries * h->entry_size;
}

static uint64_t gpt_array_sectors(const struct gpt_header *h)
{
	return (gpt_array_bytes(h) + h->sector - 1) / h->sector;
}

int gpt_read_header(struct vms_disk *d, uint64_t lba, uint32_t sector, struct gpt_header *ret,
		    struct vms_why *why)
{
	uint8_t bytes[GPT_SECTOR_MAX];
	struct vms_span s = vms_span(bytes, sector);
	uint32_t size, crc, found;
	struct gpt_header h;
	int r = vms_disk_read(d, lba * sector, bytes, sector);

	if (r == -ENXIO)
		return vms_broken(why, "the image ends before LBA %" PRIu64, lba);
	if (r < 0)
		return r;
	if (!span_is(s, 0, "EFI PART", 8))
		return vms_broken(why, "no \"EFI PART\" at LBA %" PRIu64, lba);
	if (le32(s, 8) != GPT_REVISION)
		return vms_broken(
			why, "the GPT header at LBA %" PRIu64 " has revision 0x%08" PRIX32 ", not 0x00010000",
			lba, le32(s, 8));
	size = le32(s, 12);
	if (size < GPT_HEADER_MIN || size > sector)
		return vms_broken(why,
				  "the GPT header at LBA %" PRIu64 " says it is %" PRIu32
				  " bytes long, not 92 to %" PRIu32,
				  lba, size, sector);
	crc = le32(s, 16);
	memset(bytes + 16, 0, 4);
	found = vms_crc32(0, bytes, size);
	if (found != crc)
		return vms_broken(why,
				  "the CRC of the GPT header at LBA %" PRIu64 " is %08" PRIX32
				  ", the header says %08" PRIX32,
				  lba, found, crc);
	h = (struct gpt_header){
		.sector = sector,
		.my_lba = le64(s, 24),
		.alternate_lba = le64(s, 32),
		.first_usable = le64(s, 40),
		.last_usable = le64(s, 48),
		.entries_lba = le64(s, 72),
		.n_entries = le32(s, 80),
		.entry_size = le32(s, 84),
		.entries_crc = le32(s, 88),
	};
	memcpy(h.disk_id, bytes + 56, GPT_GUID_LEN);
	if (h.my_lba != lba)
		return vms_broken(why, "the GPT header at LBA %" PRIu64 " says it is at LBA %" PRIu64, lba,
				  h.my_lba);
	r = gpt_check_fields(&h, why);
	if (r < 0)
		return r;
	*ret = h;
	return 0;
}

int gpt_check_array(const struct vms_disk *d, const struct gpt_header *h, uint64_t from, uint64_t end,
		    struct vms_why *why)
{
	uint64_t sectors = gpt_array_sectors(h);

	if (h->entries_lba < from || h->entries_lba >= end || sectors > end - h->entries_lba)
		return vms_broken(why,
				  "the partition entries (%" PRIu64 " sectors from LBA %" PRIu64
				  ") leave their place: LBA %" PRIu64 " up to, not including, LBA %" PRIu64,
				  sectors, h->entries_lba, from, end);
	if (h->entries_lba > UINT64_MAX / h->sector || h->entries_lba * h->sector > d->size ||
	    gpt_array_bytes(h) > d->size - h->entries_lba * h->sector)
		return vms_broken(why, "the image ends before the partition entries at LBA %" PRIu64,
				  h->entries_lba);
	if (gpt_array_bytes(h) > GPT_ARRAY_MAX) {
		vms_broken(why, "the GPT has an array of %" PRIu64 " bytes; up to %u are read",
			   gpt_array_bytes(h), GPT_ARRAY_MAX);
		return -EFBIG;
	}
	return 0;
}

static int gpt_keep(struct gpt_table *t, struct vms_span entry, uint32_t number)
{
	static const uint8_t unused[GPT_GUID_LEN];
	struct gpt_entry *e;

	if (span_is(entry, 0, unused, GPT_GUID_LEN))
		return 0;
	if ((t->n_used & (t->n_used - 1)) == 0) { /* grow at powers of two */
		e = realloc(t->used, MAX(t->n_used * 2, (size_t)4) * sizeof(*e));
		if (!e)
			return -ENOMEM;
		t->used = e;
	}
	e = &t->used[t->n_used++];
	memcpy(e->type, entry.data, GPT_GUID_LEN);
	memcpy(e->id, entry.data + GPT_GUID_LEN, GPT_GUID_LEN);
	e->first = le64(entry, 32);
	e->last = le64(entry, 40);
	e->attributes = le64(entry, 48);
	e->number = number;
	return 0;
}

int gpt_read_array(struct vms_disk *d, const struct gpt_header *h, uint32_t *ret_crc, struct gpt_table *t)
{
	uint64_t start = h->entries_lba * h->sector, len = gpt_array_bytes(h);
	size_t chunk = MAX((size_t)GPT_CHUNK, (size_t)h->entry_size); /* powers of two: entries stay whole */
	_cleanup_free_ uint8_t *bytes = malloc(chunk);
	uint32_t crc = 0;

	if (!bytes)
		return -ENOMEM;
	for (uint64_t off = 0; off < len; off += chunk) {
		size_t n = (size_t)MIN(len - off, (uint64_t)chunk);
		const uint8_t *kept = vms_disk_kept(d, start + off, n);
		int r = kept ? 0 : vms_disk_read(d, start + off, bytes, n);

		if (r < 0)
			return r;
		if (!kept)
			kept = bytes;
		crc = vms_crc32(crc, kept, n);
		for (size_t at = 0; t && at < n; at += h->entry_size) {
			r = gpt_keep(t, vms_span(kept + at, h->entry_size),
				     (uint32_t)((off + at) / h->entry_size) + 1);
			if (r < 0)
				return r;
		}
	}
	*ret_crc = crc;
	return 0;
}

static int gpt_by_first(const void *a, const void *b)
{
	const struct gpt_entry *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* Partitions inside the usable range, none over another. */
static int gpt_check_entries(const struct gpt_table *t, struct vms_why *why)
{
	const struct gpt_header *h = &t->header;
	_cleanup_free_ struct gpt_entry *sorted = NULL;

	for (size_t i = 0; i < t->n_used; i++) {
		const struct gpt_entry *e = &t->used[i];

		if (e->first > e->last)
			return vms_broken(why,
					  "partition %" PRIu32 " ends at LBA %" PRIu64
					  ", before it begins at LBA %" PRIu64,
					  e->number, e->last, e->first);
		if (e->first < h->first_usable || e->last > h->last_usable)
			return vms_broken(why,
					  "partition %" PRIu32 " (LBA %" PRIu64 " to %" PRIu64
					  ") leaves the usable range (%" PRIu64 " to %" PRIu64 ")",
					  e->number, e->first, e->last, h->first_usable, h->last_usable);
	}
	if (t->n_used < 2)
		return 0;
	sorted = calloc(t->n_used, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, t->used, t->n_used * sizeof(*sorted));
	qsort(sorted, t->n_used, sizeof(*sorted), gpt_by_first);
	for (size_t i = 1; i < t->n_used; i++)
		if (sorted[i].first <= sorted[i - 1].last)
			return vms_broken(why,
					  "partitions %" PRIu32 " and %" PRIu32 " overlap at LBA %" PRIu64,
					  sorted[i - 1].number, sorted[i].number, sorted[i].first);
	return 0;
}

/* The array, the usable range and the partitions of a header that is right in itself. */
static int gpt_read_entries(struct vms_disk *d, struct gpt_table *t, struct vms_why *why)
{
	const struct gpt_header *h = &t->header;
	uint32_t crc;
	int r = gpt_check_array(d, h, 2, h->first_usable, why);

	if (r < 0)
		return r;
	/* Linux refuses a table whose usable range leaves the disk: an image cut short */
	if (d->size != VMS_DISK_SIZE_UNKNOWN && h->last_usable >= d->size / h->sector)
		return vms_broken(why,
				  "the image is cut short%s: it has %" PRIu64
				  " sectors, the GPT's usable range goes to LBA %" PRIu64,
				  h->alternate_lba == h->my_lba ? ", or written without a backup GPT" : "",
				  d->size / h->sector, h->last_usable);
	r = gpt_read_array(d, h, &crc, t);
	if (r < 0)
		return r;
	if (crc != h->entries_crc)
		return vms_broken(
			why, "the CRC of the partition entries is %08" PRIX32 ", the header says %08" PRIX32,
			crc, h->entries_crc);
	return gpt_check_entries(t, why);
}

/*
 * LBA 1 begins at byte 512 or 4096, whichever has the signature. Where both have one
 * (a 4096-byte disk whose array was written over a 512-byte one, or the other way
 * round), the one that is a valid header counts.
 */
int gpt_read_primary(struct vms_disk *d, struct gpt_header *ret, struct vms_why *why)
{
	static const uint32_t sectors[] = { 512, 4096 };
	struct vms_why first = { "" };

	for (size_t i = 0; i < ARRAY_SIZE(sectors); i++) {
		uint8_t signature[8];
		int r = vms_disk_read(d, sectors[i], signature, sizeof(signature));

		if (r < 0 && r != -ENXIO)
			return r;
		if (r == -ENXIO || memcmp(signature, "EFI PART", 8) != 0)
			continue;
		r = gpt_read_header(d, 1, sectors[i], ret, why);
		if (r != -EBADMSG)
			return r;
		if (!first.text[0])
			first = *why;
	}
	if (!first.text[0])
		return vms_broken(
			why,
			"no GPT: no \"EFI PART\" at byte 512 (LBA 1 of 512-byte sectors) nor at byte 4096");
	*why = first;
	return -EBADMSG;
}

int gpt_read(struct vms_disk *d, struct gpt_table *ret, struct vms_why *why)
{
	_cleanup_(gpt_clear) struct gpt_table t = { .header.sector = 512 };
	int r = gpt_read_pmbr(d, &t, why);

	if (r == 0)
		r = gpt_read_primary(d, &t.header, why);
	if (r == 0)
		r = gpt_read_entries(d, &t, why);
	if (r < 0)
		return r;
	*ret = t;
	t = (struct gpt_table){ .n_used = 0 };
	return 0;
}

void gpt_clear(struct gpt_table *t)
{
	free(t->used);
	*t = (struct gpt_table){ .n_used = 0 };
}
