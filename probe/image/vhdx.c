/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metadata of a VHDX: region table at 192 KiB (copy at 256 KiB), in it the places of the
 * block allocation table and of the metadata table, in that the file parameters, the size
 * of the disk and that of a logical sector.
 */
#include <errno.h>
#include "image/vhdx.h"

#define REGIONS	    (192u << 10)
#define REGIONS_TOO (256u << 10)
#define ENTRY	    32
#define REGIONS_MAX 32 /* entries; two are usual */
#define ITEMS_MAX   64
#define HAS_PARENT  2 /* bit of the file parameters */

static const uint8_t region_metadata[16] = { 0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b,
					     0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e };
static const uint8_t region_bat[16] = { 0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42,
					0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08 };
static const uint8_t item_parameters[16] = { 0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d,
					     0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b };
static const uint8_t item_size[16] = { 0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48,
				       0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8 };
static const uint8_t item_sector[16] = { 0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47,
					 0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab, 0x5f };

/* Where the metadata region begins, by the region table at `table`; the BAT's place is a fact. */
static int find_metadata(struct vms_disk *d, uint64_t table, struct vhdx_facts *facts, uint64_t *ret)
{
	bool found = false;
	uint8_t bytes[16 + REGIONS_MAX * ENTRY];
	struct vms_span s = vms_span(bytes, sizeof(bytes));
	uint32_t n = 0;
	int r = vms_disk_read(d, table, bytes, sizeof(bytes));

	if (r < 0)
		return r;
	if (!span_is(s, 0, "regi", 4) || !span_le32(s, 8, &n))
		return -EBADMSG;
	for (uint32_t i = 0; i < MIN(n, (uint32_t)REGIONS_MAX); i++) {
		uint64_t at = 16 + (uint64_t)i * ENTRY;
		uint32_t len = 0;

		if (span_is(s, at, region_metadata, 16))
			found = span_le64(s, at + 16, ret);
		if (span_is(s, at, region_bat, 16) && span_le64(s, at + 16, &facts->bat) &&
		    span_le32(s, at + 24, &len))
			facts->bat_size = len;
	}
	return found ? 0 : -EBADMSG;
}

static int read_item(struct vms_disk *d, uint64_t at, uint64_t *ret)
{
	uint8_t bytes[8];
	int r = vms_disk_read(d, at, bytes, sizeof(bytes));

	if (r == 0)
		span_le64(vms_span(bytes, sizeof(bytes)), 0, ret);
	return r;
}

int vhdx_read(struct vms_disk *d, struct vhdx_facts *ret)
{
	uint8_t bytes[32 + ITEMS_MAX * ENTRY] = { 0 };
	struct vms_span s = vms_span(bytes, sizeof(bytes));
	struct vhdx_facts facts = { .sector = 0 };
	uint64_t metadata = 0, parameters = 0,
		 sector = 0; /* items of 8 and 4 bytes; more follow in their room */
	uint32_t offset = 0;
	uint16_t n = 0;
	int r = find_metadata(d, REGIONS, &facts, &metadata);

	if (r == -EBADMSG)
		r = find_metadata(d, REGIONS_TOO, &facts, &metadata);
	if (r == 0)
		r = vms_disk_read(d, metadata, bytes, sizeof(bytes));
	if (r < 0)
		return r;
	if (!span_is(s, 0, "metadata", 8) || !span_le16(s, 10, &n))
		return -EBADMSG;
	for (uint32_t i = 0; i < MIN(n, (uint16_t)ITEMS_MAX) && r == 0; i++) {
		uint64_t at = 32 + (uint64_t)i * ENTRY;

		if (!span_le32(s, at + 16, &offset))
			break;
		if (span_is(s, at, item_sector, 16))
			r = read_item(d, metadata + offset, &sector);
		else if (span_is(s, at, item_size, 16))
			r = read_item(d, metadata + offset, &facts.size);
		else if (span_is(s, at, item_parameters, 16))
			r = read_item(d, metadata + offset, &parameters);
	}
	if (r < 0)
		return r;
	facts.sector = (uint32_t)sector;
	facts.block = (uint32_t)parameters;
	facts.has_parent = parameters >> 32 & HAS_PARENT;
	*ret = facts;
	return 0;
}
