/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FAT32: the volume. Reads the boot sector and the FSInfo sector. Serves "VM Image
 * Format": the ESP's file system must be FAT32 (UEFI 2.10, 13.3).
 *
 * What makes it FAT32 is the layout, not the label at offset 82: FATSz16 = 0,
 * RootEntCnt = 0. By Microsoft's paper the number of clusters alone decides, and EDK II
 * keeps to that: fewer than 65,525 are FAT16 to it, and it starts nothing from there.
 */
#include <errno.h>
#include <inttypes.h>
#include "image/fat.h"

#define FAT_HEAD	 (32 * 512 + 4096) /* bytes: the usual reserved sectors, and where the FAT begins */
#define FAT_CLUSTERS_MAX (0x0ffffff7u - 2) /* numbers from there on mean something else */
#define EXT_NO_MIRROR	 0x0080
#define EXT_ACTIVE	 0x000f

struct bpb {
	uint16_t bytes_per_sector;
	uint8_t sectors_per_cluster;
	uint16_t reserved;
	uint8_t n_fats;
	uint16_t root_entries, total16, fat16;
	uint8_t media;
	uint32_t total32, fat32;
	uint16_t ext_flags, version;
	uint32_t root;
	uint16_t fsinfo;
};

static void bpb_parse(struct vms_span s, struct bpb *b)
{
	span_le16(s, 11, &b->bytes_per_sector);
	span_u8(s, 13, &b->sectors_per_cluster);
	span_le16(s, 14, &b->reserved);
	span_u8(s, 16, &b->n_fats);
	span_le16(s, 17, &b->root_entries);
	span_le16(s, 19, &b->total16);
	span_u8(s, 21, &b->media);
	span_le16(s, 22, &b->fat16);
	span_le32(s, 32, &b->total32);
	span_le32(s, 36, &b->fat32);
	span_le16(s, 40, &b->ext_flags);
	span_le16(s, 42, &b->version);
	span_le32(s, 44, &b->root);
	span_le16(s, 48, &b->fsinfo);
}

static bool power_of_two(uint32_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* What is there instead, when it is something well known. */
static const char *bpb_other(struct vms_span s)
{
	if (span_is(s, 3, "NTFS    ", 8))
		return "NTFS";
	if (span_is(s, 3, "EXFAT   ", 8))
		return "exFAT";
	if (span_is(s, 0, "LUKS\xba\xbe", 6))
		return "LUKS";
	if (span_is(s, 0, "XFSB", 4))
		return "XFS";
	return NULL;
}

/* FAT at all, and of the FAT32 layout? The jump in its first bytes is for machines of old: neither
 * EDK II nor U-Boot looks at it (measured). */
static int bpb_check_kind(struct vms_span s, const struct bpb *b, struct vms_why *why)
{
	if (bpb_other(s))
		return vms_broken(why, "the partition holds %s", bpb_other(s));
	if (s.data[510] != 0x55 || s.data[511] != 0xaa)
		return vms_broken(why,
				  "no file system that firmware knows: bytes 510 and 511 of the boot sector "
				  "are %02X %02X, not 55 AA",
				  s.data[510], s.data[511]);
	if (b->bytes_per_sector < 512 || b->bytes_per_sector > 4096 || !power_of_two(b->bytes_per_sector))
		return vms_broken(why, "no FAT: the BPB gives sectors of %u bytes", b->bytes_per_sector);
	if (!power_of_two(b->sectors_per_cluster))
		return vms_broken(why, "no FAT: the BPB gives clusters of %u sectors",
				  b->sectors_per_cluster);
	if (b->reserved == 0 || b->n_fats == 0)
		return vms_broken(why, "the BPB gives %u reserved sectors and %u FATs", b->reserved,
				  b->n_fats);
	if (b->media != 0xf0 && b->media < 0xf8)
		return vms_broken(why, "the BPB's media byte is 0x%02X, not 0xF0 or 0xF8 and above",
				  b->media);
	if (b->fat16 != 0 && b->root_entries != 0)
		return vms_broken(why, "FAT12 or FAT16, not FAT32: FATSz16 is %u, RootEntCnt %u", b->fat16,
				  b->root_entries);
	if (b->fat16 != 0)
		return vms_broken(why, "not FAT32: FATSz16 is %u, not 0", b->fat16);
	if (b->root_entries != 0)
		return vms_broken(why, "not FAT32: RootEntCnt is %u, not 0", b->root_entries);
	/* mkfs.vfat counts in TotSec16 where that is enough (4096-byte sectors); firmware takes either */
	if (b->total16 != 0 && b->total32 != 0 && b->total16 != b->total32)
		return vms_broken(why, "the BPB gives two sizes: TotSec16 is %u, TotSec32 %" PRIu32,
				  b->total16, b->total32);
	if (b->version != 0)
		return vms_broken(why, "FAT32 of version %u.%u, firmware reads 0.0", b->version >> 8,
				  b->version & 0xff);
	return 0;
}

/* Do the numbers of a FAT32 BPB fit each other and the partition? */
static int bpb_check_layout(struct fat_volume *v, const struct bpb *b, struct vms_why *why)
{
	uint64_t head = b->reserved + (uint64_t)b->n_fats * b->fat32, clusters;
	unsigned active;

	if (b->total32 == 0 || b->fat32 == 0)
		return vms_broken(why, "the BPB gives %" PRIu32 " sectors and FATs of %" PRIu32 " sectors",
				  b->total32, b->fat32);
	if ((uint64_t)b->total32 * b->bytes_per_sector > v->size)
		return vms_broken(why, "the file system has %" PRIu64 " bytes, its partition only %" PRIu64,
				  (uint64_t)b->total32 * b->bytes_per_sector, v->size);
	if (head + b->sectors_per_cluster > b->total32)
		return vms_broken(
			why, "the BPB leaves no room for data: %" PRIu64 " of %" PRIu32 " sectors before it",
			head, b->total32);
	clusters = (b->total32 - head) / b->sectors_per_cluster;
	if (clusters > FAT_CLUSTERS_MAX)
		return vms_broken(why, "%" PRIu64 " clusters are more than FAT32 can number", clusters);
	if ((uint64_t)b->fat32 * b->bytes_per_sector / 4 < clusters + 2)
		return vms_broken(why, "the FAT has %" PRIu64 " entries, too few for %" PRIu64 " clusters",
				  (uint64_t)b->fat32 * b->bytes_per_sector / 4, clusters);
	if (b->root < 2 || b->root >= clusters + 2)
		return vms_broken(why,
				  "the root directory starts at cluster %" PRIu32
				  ", the volume has clusters 2 to %" PRIu64,
				  b->root, clusters + 1);
	v->sector = b->bytes_per_sector;
	v->cluster = (uint32_t)b->bytes_per_sector * b->sectors_per_cluster;
	v->mirrored = !(b->ext_flags & EXT_NO_MIRROR);
	active = v->mirrored ? 0 : b->ext_flags & EXT_ACTIVE;
	if (active >= b->n_fats)
		return vms_broken(why, "the BPB makes FAT %u the active one of %u", active, b->n_fats);
	v->fat = v->start + (b->reserved + active * (uint64_t)b->fat32) * b->bytes_per_sector;
	v->data = v->start + head * b->bytes_per_sector;
	v->n_clusters = (uint32_t)clusters;
	v->root = b->root;
	v->total_sectors = b->total32;
	return 0;
}

/* A hint about free clusters: both firmwares start from a volume whose FSInfo is broken.
 * 0 and 0xFFFF: the volume has none. */
static int fat_read_fsinfo(struct fat_volume *v, const struct bpb *b)
{
	uint8_t bytes[512];
	struct vms_span s = vms_span(bytes, sizeof(bytes));
	int r;

	v->fsinfo_sector = b->fsinfo;
	v->fsinfo = FAT_FSINFO_NONE;
	if (b->fsinfo == 0 || b->fsinfo == 0xffff)
		return 0;
	v->fsinfo = FAT_FSINFO_OUTSIDE;
	if (b->fsinfo >= b->reserved)
		return 0;
	r = vms_disk_read(v->disk, v->start + (uint64_t)b->fsinfo * v->sector, bytes, sizeof(bytes));
	if (r < 0)
		return r;
	v->fsinfo =
		span_is(s, 0, "RRaA", 4) && span_is(s, 484, "rrAa", 4) && span_is(s, 508, "\0\0\x55\xaa", 4)
			? FAT_FSINFO_SOUND
			: FAT_FSINFO_BROKEN;
	return 0;
}

bool fat_too_small(const struct fat_volume *v)
{
	return v->n_clusters < FAT32_CLUSTERS_MIN;
}

int fat_open(struct vms_disk *d, uint64_t start, uint64_t size, struct fat_volume *ret, struct vms_why *why)
{
	struct fat_volume v = { .disk = d, .start = start, .size = size };
	struct vms_why detail;
	uint8_t bytes[512];
	struct bpb b;
	int r;

	if (size < sizeof(bytes))
		return vms_broken(why, "the partition has only %" PRIu64 " bytes", size);
	vms_disk_ahead(d, start, FAT_HEAD);
	r = vms_disk_read(d, start, bytes, sizeof(bytes));
	if (r < 0)
		return r;
	v.labelled = span_is(vms_span(bytes, sizeof(bytes)), 82, "FAT32   ", 8);
	bpb_parse(vms_span(bytes, sizeof(bytes)), &b);
	r = bpb_check_kind(vms_span(bytes, sizeof(bytes)), &b, why);
	if (b.total32 == 0)
		b.total32 = b.total16;
	if (r == 0)
		r = bpb_check_layout(&v, &b, why);
	if (r == 0)
		r = fat_read_fsinfo(&v, &b);
	if (r < 0)
		return r;
	r = fat_check_directory(&v, v.root, &detail);
	if (r == -EBADMSG)
		return vms_broken(why, "the root directory cannot be read: %.190s", detail.text);
	if (r < 0)
		return r;
	*ret = v;
	return 0;
}
