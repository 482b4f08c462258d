/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FAT32: the volume and its cluster chains. Reads the boot sector, the FSInfo sector
 * and the sectors of the first FAT that a chain goes through. Serves "VM Image
 * Format": the ESP's file system must be FAT32 (UEFI 2.10, 13.3).
 *
 * What makes it FAT32 is the layout, not the label at offset 82: FATSz16 = 0,
 * RootEntCnt = 0. A small volume may have fewer than 65,525 clusters and is read
 * as FAT32 by firmware all the same.
 */
#include <errno.h>
#include <inttypes.h>
#include "image/fat.h"

#define FAT_MASK      0x0fffffffu
#define FAT_BAD	      0x0ffffff7u
#define FAT_END	      0x0ffffff8u /* this and above: end of chain */
#define FAT_DIR_MAX   (2u << 20)  /* 65,536 entries of 32 bytes */
#define FAT_EXTRA_MAX 65536	  /* clusters followed beyond the end of a file */

struct bpb {
	uint8_t jump;
	uint16_t bytes_per_sector;
	uint8_t sectors_per_cluster;
	uint16_t reserved;
	uint8_t n_fats;
	uint16_t root_entries, total16, fat16;
	uint8_t media;
	uint32_t total32, fat32;
	uint16_t version;
	uint32_t root;
	uint16_t fsinfo;
};

static void bpb_parse(struct vms_span s, struct bpb *b)
{
	span_u8(s, 0, &b->jump);
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

/* FAT at all, and of the FAT32 layout? */
static int bpb_check_kind(struct vms_span s, const struct bpb *b, struct vms_why *why)
{
	if (bpb_other(s))
		return vms_broken(why, "the partition holds %s", bpb_other(s));
	if (s.data[510] != 0x55 || s.data[511] != 0xaa)
		return vms_broken(why,
				  "no file system that firmware knows: bytes 510 and 511 of the boot sector "
				  "are %02X %02X, not 55 AA",
				  s.data[510], s.data[511]);
	if (b->jump != 0xeb && b->jump != 0xe9)
		return vms_broken(why, "no FAT: the boot sector begins with %02X, not EB or E9", b->jump);
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
	if (clusters > FAT_BAD - 2)
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
	v->fat = v->start + (uint64_t)b->reserved * b->bytes_per_sector;
	v->data = v->start + head * b->bytes_per_sector;
	v->n_clusters = (uint32_t)clusters;
	v->root = b->root;
	v->total_sectors = b->total32;
	return 0;
}

/* 0 and 0xFFFF: the volume has none. */
static int fat_check_fsinfo(struct fat_volume *v, const struct bpb *b, struct vms_why *why)
{
	uint8_t bytes[512];
	struct vms_span s = vms_span(bytes, sizeof(bytes));
	int r;

	if (b->fsinfo == 0 || b->fsinfo == 0xffff)
		return 0;
	if (b->fsinfo >= b->reserved)
		return vms_broken(why, "the BPB has FSInfo at sector %u, beyond the %u reserved sectors",
				  b->fsinfo, b->reserved);
	r = vms_disk_read(v->disk, v->start + (uint64_t)b->fsinfo * v->sector, bytes, sizeof(bytes));
	if (r < 0)
		return r;
	if (!span_is(s, 0, "RRaA", 4) || !span_is(s, 484, "rrAa", 4) || !span_is(s, 508, "\0\0\x55\xaa", 4))
		return vms_broken(why, "sector %u, where the BPB has FSInfo, lacks FSInfo's signatures",
				  b->fsinfo);
	v->has_fsinfo = true;
	return 0;
}

/* What follows `cluster` in its chain, as it stands in the first FAT. */
static int fat_next(const struct fat_volume *v, uint32_t cluster, uint32_t *ret)
{
	uint8_t bytes[4];
	int r = vms_disk_read(v->disk, v->fat + (uint64_t)cluster * 4, bytes, sizeof(bytes));

	if (r < 0)
		return r;
	span_le32(vms_span(bytes, sizeof(bytes)), 0, ret);
	*ret &= FAT_MASK;
	return 0;
}

static bool fat_in_volume(const struct fat_volume *v, uint32_t cluster)
{
	return cluster >= 2 && cluster - 2 < v->n_clusters;
}

static int fat_leaves(const struct fat_volume *v, uint32_t from, uint32_t to, struct vms_why *why)
{
	if (to == 0)
		return vms_broken(why, "its cluster chain runs from cluster %" PRIu32 " into a free cluster",
				  from);
	if (to == FAT_BAD)
		return vms_broken(why, "its cluster chain runs from cluster %" PRIu32 " into a bad one",
				  from);
	return vms_broken(why,
			  "its cluster chain leaves the volume: %" PRIu32 " after %" PRIu32
			  ", the volume has 2 to %" PRIu32,
			  to, from, v->n_clusters + 1);
}

/*
 * A walk along a chain. Brent's way of finding a loop: a mark is left behind at
 * powers of two; coming by it again is a loop. No memory, at most three rounds.
 */
struct fat_chain {
	uint32_t cluster, mark;
	uint64_t index, next_mark;
};

static int fat_chain_start(const struct fat_volume *v, uint32_t first, struct fat_chain *c,
			   struct vms_why *why)
{
	if (!fat_in_volume(v, first))
		return vms_broken(why, "it starts at cluster %" PRIu32 ", the volume has 2 to %" PRIu32,
				  first, v->n_clusters + 1);
	*c = (struct fat_chain){ .cluster = first, .mark = first, .next_mark = 1 };
	return 0;
}

/* One step. 1: there is a next cluster; 0: this was the last. */
static int fat_chain_step(const struct fat_volume *v, struct fat_chain *c, struct vms_why *why)
{
	uint32_t next;
	int r = fat_next(v, c->cluster, &next);

	if (r < 0)
		return r;
	if (next >= FAT_END)
		return 0;
	if (!fat_in_volume(v, next))
		return fat_leaves(v, c->cluster, next, why);
	if (next == c->mark)
		return vms_broken(why,
				  "its cluster chain loops: cluster %" PRIu32 " comes again after %" PRIu32,
				  next, c->cluster);
	c->cluster = next;
	if (++c->index == c->next_mark) {
		c->mark = next;
		c->next_mark *= 2;
	}
	return 1;
}

int fat_check_directory(const struct fat_volume *v, uint32_t first, struct vms_why *why)
{
	struct fat_chain c;
	int r = fat_chain_start(v, first, &c, why);

	while (r == 0) {
		r = fat_chain_step(v, &c, why);
		if (r <= 0)
			return r;
		r = 0;
		if (c.index * v->cluster >= FAT_DIR_MAX)
			return vms_broken(why, "its cluster chain is longer than a directory can be");
	}
	return r;
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
	r = vms_disk_read(d, start, bytes, sizeof(bytes));
	if (r < 0)
		return r;
	bpb_parse(vms_span(bytes, sizeof(bytes)), &b);
	r = bpb_check_kind(vms_span(bytes, sizeof(bytes)), &b, why);
	if (b.total32 == 0)
		b.total32 = b.total16;
	if (r == 0)
		r = bpb_check_layout(&v, &b, why);
	if (r == 0)
		r = fat_check_fsinfo(&v, &b, why);
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

static uint64_t fat_cluster_at(const struct fat_volume *v, uint32_t cluster)
{
	return v->data + (uint64_t)(cluster - 2) * v->cluster;
}

int fat_check_chain(const struct fat_volume *v, const struct fat_file *f, uint32_t *ret_extra,
		    struct vms_why *why)
{
	uint64_t needed = ((uint64_t)f->size + v->cluster - 1) / v->cluster, n = 1;
	struct fat_chain c;
	int r;

	if (needed == 0) {
		*ret_extra = 0;
		return 0;
	}
	r = fat_chain_start(v, f->first, &c, why);
	if (r < 0)
		return r;
	while (n < needed + FAT_EXTRA_MAX) {
		r = fat_chain_step(v, &c, why);
		if (r < 0)
			return r;
		if (r == 0)
			break;
		n++;
	}
	if (n < needed)
		return vms_broken(why,
				  "it says it has %" PRIu32 " bytes, its cluster chain ends after %" PRIu64,
				  f->size, n * v->cluster);
	*ret_extra = (uint32_t)(n - needed);
	return 0;
}

int fat_read(const struct fat_volume *v, const struct fat_file *f, uint64_t off, void *buf, size_t len,
	     struct vms_why *why)
{
	uint64_t skip = off / v->cluster;
	struct fat_chain c = { .cluster = 0 };
	uint8_t *out = buf;
	int r;

	if (off > f->size || len > f->size - off)
		return -ENXIO;
	if (len == 0)
		return 0;
	r = fat_chain_start(v, f->first, &c, why);
	if (r < 0)
		return r;
	while (len > 0) {
		if (c.index >= skip) {
			uint64_t in = off % v->cluster;
			size_t n = (size_t)MIN((uint64_t)len, v->cluster - in);

			r = vms_disk_read(v->disk, fat_cluster_at(v, c.cluster) + in, out, n);
			if (r < 0)
				return r;
			out += n, off += n, len -= n;
			if (len == 0)
				return 0;
		}
		r = fat_chain_step(v, &c, why);
		if (r == 0)
			return vms_broken(why, "its cluster chain ends after %" PRIu64 " bytes",
					  (c.index + 1) * v->cluster);
		if (r < 0)
			return r;
	}
	return 0;
}

int fat_peek(const struct fat_volume *v, const struct fat_file *f, void *buf, size_t len, size_t *ret_len)
{
	size_t n = MIN(MIN(len, (size_t)f->size), (size_t)v->cluster);
	int r;

	if (n == 0 || !fat_in_volume(v, f->first)) {
		*ret_len = 0;
		return 0;
	}
	r = vms_disk_peek(v->disk, fat_cluster_at(v, f->first), buf, n);
	if (r < 0)
		return r;
	*ret_len = n;
	return 0;
}

int fat_walk_directory(const struct fat_volume *v, uint32_t first,
		       int (*entry)(void *ctx, struct vms_span bytes), void *ctx, struct vms_why *why)
{
	struct fat_chain c;
	int r = fat_chain_start(v, first, &c, why);

	while (r == 0) {
		for (uint32_t off = 0; off < v->cluster; off += 512) {
			uint8_t bytes[512];

			r = vms_disk_read(v->disk, fat_cluster_at(v, c.cluster) + off, bytes, sizeof(bytes));
			for (size_t at = 0; r == 0 && at < sizeof(bytes); at += 32)
				r = entry(ctx, vms_span(bytes + at, 32));
			if (r != 0)
				return r;
		}
		r = fat_chain_step(v, &c, why);
		if (r <= 0)
			return r;
		r = 0;
		if (c.index * v->cluster >= FAT_DIR_MAX)
			return vms_broken(why, "its cluster chain is longer than a directory can be");
	}
	return r;
}
