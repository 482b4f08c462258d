/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is a qcow2, VDI, VMDK, VHD or VHDX all there? Their tables say where in the file each
 * piece of the disk lies; behind the end of a file that was cut short qemu reads zeros, and
 * a verdict about zeros would be false. Of each table the largest place counts. (QEMU's
 * docs/interop/qcow2.txt; VMware's Virtual Disk Format 5.0; Microsoft's VHD and [MS-VHDX]
 * specifications; VirtualBox's VDI header as QEMU reads it.)
 */
#include <errno.h>
#include <stdlib.h>
#include "image/format.h"
#include "image/vhdx.h"

#define TABLE_MAX (64u << 20) /* bytes of tables that are read in all */
#define PIECE	  16384

/* Reading a table of numbers, piece by piece. */
struct table {
	struct vms_disk *disk;
	uint64_t needed, left; /* bytes; of tables that may still be read */
	uint64_t at, size;     /* where in the disk the entry at hand leads to; the disk's bytes */
	uint64_t index;	       /* of the entry at hand, where that counts */
};

static void need(struct table *t, uint64_t end)
{
	t->needed = MAX(t->needed, end);
}

/* A piece of `len` bytes of the disk begins at byte `from` of the file; the last one may be shorter. */
static void need_piece(struct table *t, uint64_t from, uint64_t len)
{
	uint64_t left = t->size > t->at ? t->size - t->at : 1;

	need(t, from + MIN(len, left));
}

/* `n` entries of `size` bytes at `at`; what `entry` returns, when not 0, ends it. */
static int each(struct table *t, uint64_t at, uint64_t n, unsigned size,
		int (*entry)(struct table *t, struct vms_span e, const uint64_t *unit), const uint64_t *unit)
{
	uint8_t bytes[PIECE];
	uint64_t len;

	if (n > t->left / size)
		return -EFBIG;
	len = n * size;
	t->left -= len;
	need(t, at + len);
	if (at > t->disk->size || len > t->disk->size - at)
		return -ENXIO;
	while (len > 0) {
		size_t part = (size_t)MIN(len, (uint64_t)PIECE);
		int r = vms_disk_peek(t->disk, at, bytes, part);

		for (size_t i = 0; r == 0 && i < part; i += size)
			r = entry(t, vms_span(bytes + i, size), unit);
		if (r < 0)
			return r;
		at += part, len -= part;
	}
	return 0;
}

#define QCOW2_OFFSET	 0x00fffffffffffe00ull
#define QCOW2_COMPRESSED (1ull << 62)
/* incompatible features */
#define QCOW2_DATA_FILE	   (1u << 2)
#define QCOW2_LONG_ENTRIES (1u << 4)

/*
 * Above `bits` of offset stands the number of sectors behind the one that it lies in. The data
 * ends somewhere in the last of them; qemu makes the file end at the end of that. Where the data
 * was cut it has no checksum that would tell.
 */
static void qcow2_compressed(struct table *t, uint64_t v, uint64_t bits)
{
	uint64_t from = v & ((1ull << bits) - 1);

	need(t, from - from % 512 + ((v >> bits) + 1) * 512);
}

/* unit: bytes of a cluster, bits of one, bytes of an entry */
static int qcow2_cluster(struct table *t, struct vms_span e, const uint64_t *unit)
{
	uint64_t v = span_be64_or_0(e, 0);

	if (v & QCOW2_COMPRESSED)
		qcow2_compressed(t, v & ~(3ull << 62), 62 - (unit[1] - 8));
	else if (v & QCOW2_OFFSET)
		need_piece(t, v & QCOW2_OFFSET, unit[0]);
	t->at += unit[0];
	return 0;
}

static int qcow2_table(struct table *t, struct vms_span e, const uint64_t *unit)
{
	uint64_t at = span_be64_or_0(e, 0) & QCOW2_OFFSET, covered = unit[0] / unit[2] * unit[0],
		 next = t->at + covered;
	int r = at ? each(t, at, unit[0] / unit[2], (unsigned)unit[2], qcow2_cluster, unit) : 0;

	t->at = next;
	return r == -ENXIO ? 0 : r; /* it is missing: what is needed says so */
}

static int qcow2_needs(struct table *t, struct vms_span head)
{
	uint32_t version = 0, bits = 0, n = 0;
	uint64_t unit[3], features;

	span_be32(head, 4, &version);
	span_be32(head, 20, &bits);
	span_be32(head, 36, &n);
	features = version >= 3 ? span_be64_or_0(head, 72) : 0;
	if (bits < 9 || bits > 21 || (features & QCOW2_DATA_FILE))
		return 0; /* qemu has the word for that; its places are in another file */
	unit[2] = features & QCOW2_LONG_ENTRIES ? 16 : 8;
	unit[0] = 1ull << bits;
	unit[1] = bits;
	t->size = span_be64_or_0(head, 24);
	return each(t, span_be64_or_0(head, 40), n, 8, qcow2_table, unit);
}

/* unit: where the blocks begin, bytes of one */
static int vdi_block(struct table *t, struct vms_span e, const uint64_t *unit)
{
	uint32_t block = 0;

	span_le32(e, 0, &block);
	if (block < 0xfffffffeu) /* not allocated, or zero */
		need_piece(t, unit[0] + block * unit[1], unit[1]);
	t->at += unit[1];
	return 0;
}

static int vdi_needs(struct table *t, struct vms_span head)
{
	uint32_t map = 0, data = 0, size = 0, n = 0;
	uint64_t unit[2];

	span_le32(head, 0x154, &map);
	span_le32(head, 0x158, &data);
	span_le32(head, 0x178, &size);
	span_le32(head, 0x180, &n);
	span_le64(head, 0x170, &t->size);
	unit[0] = data;
	unit[1] = size;
	return each(t, map, n, 4, vdi_block, unit);
}

/* unit: sectors before the blocks' data, bytes of one */
static int vhd_block(struct table *t, struct vms_span e, const uint64_t *unit)
{
	uint32_t sector = 0;

	span_be32(e, 0, &sector);
	if (sector != UINT32_MAX)
		need(t, (sector + unit[0]) * 512 + unit[1]);
	return 0;
}

static int vhd_needs(struct table *t, struct vms_span head)
{
	uint8_t bytes[512];
	struct vms_span s = vms_span(bytes, sizeof(bytes));
	uint64_t at = span_be64_or_0(head, 16), unit[2] = { 0, 0 };
	uint32_t n = 0, size = 0;
	int r = vms_disk_read(t->disk, at, bytes, sizeof(bytes));

	need(t, at + sizeof(bytes));
	if (r < 0)
		return r;
	span_be32(s, 28, &n);
	span_be32(s, 32, &size);
	unit[1] = size;
	unit[0] = (size / 512 / 8 + 511) / 512; /* a bitmap stands in front of each block */
	r = each(t, span_be64_or_0(s, 16), n, 4, vhd_block, unit);
	need(t, t->needed + 512); /* the footer, behind all of it */
	return r;
}

#define VMDK_COMPRESSED (1u << 16)

/* unit: bytes of a grain, not 0 where they are compressed */
static int vmdk_grain(struct table *t, struct vms_span e, const uint64_t *unit)
{
	uint32_t sector = 0;

	span_le32(e, 0, &sector);
	if (sector > 1) /* 0: none; 1: zeros */
		need_piece(t, (uint64_t)sector * 512, unit[1] ? 1 : unit[0]);
	t->at += unit[0];
	return 0;
}

static int vmdk_table(struct table *t, struct vms_span e, const uint64_t *unit)
{
	uint64_t next = t->at + unit[0] * unit[2];
	uint32_t sector = 0;
	int r;

	span_le32(e, 0, &sector);
	r = sector > 1 ? each(t, (uint64_t)sector * 512, unit[2], 4, vmdk_grain, unit) : 0;
	t->at = next;
	return r == -ENXIO ? 0 : r;
}

/* needed is one byte of the last grain now: a marker of 12 bytes, the last four its size. */
static int vmdk_last_grain(struct table *t)
{
	uint64_t at = t->needed > 0 ? t->needed - 1 : 0;
	uint8_t marker[12];
	uint32_t len = 0;
	int r;

	if (at % 512 != 0)
		return 0;
	r = vms_disk_read(t->disk, at, marker, sizeof(marker));
	if (r < 0)
		return r;
	span_le32(vms_span(marker, sizeof(marker)), 8, &len);
	need(t, at + sizeof(marker) + len);
	return 0;
}

static int vmdk_needs(struct table *t, struct vms_span head)
{
	uint32_t per_table = 0, flags = 0;
	uint64_t capacity = 0, grain = 0, directory = 0, unit[3], covered;
	int r;

	span_le64(head, 12, &capacity);
	span_le64(head, 20, &grain);
	span_le32(head, 44, &per_table);
	span_le64(head, 56, &directory);
	/* a descriptor's file, or a stream whose tables stand at its end: qemu does not open that cut
	 * short */
	if (!span_is(head, 0, "KDMV", 4) || directory == UINT64_MAX || per_table == 0 || per_table > 65536 ||
	    grain == 0 || grain > 1u << 20 || directory > UINT64_MAX / 512)
		return 0;
	covered = grain * per_table;
	span_le32(head, 8, &flags);
	t->size = capacity * 512;
	unit[0] = grain * 512;
	unit[1] = flags & VMDK_COMPRESSED;
	unit[2] = per_table;
	r = each(t, directory * 512, (capacity + covered - 1) / covered, 4, vmdk_table, unit);
	if (r == 0 && unit[1]) /* a compressed grain says itself how long it is */
		r = vmdk_last_grain(t);
	return r;
}

#define VHDX_PRESENT	   6 /* and 7, partially: states of a block, in the three lowest bits */
#define VHDX_OFFSET	   0xfffffffffff00000ull
#define VHDX_BITMAP_COVERS (1ull << 23) /* sectors that one block of a sector bitmap stands for */

/* unit: bytes of a block, blocks between two of sector bitmaps */
static int vhdx_block(struct table *t, struct vms_span e, const uint64_t *unit)
{
	uint64_t v = 0;

	span_le64(e, 0, &v);
	if (++t->index % (unit[1] + 1) == 0)
		return 0;
	if ((v & 7) >= VHDX_PRESENT)
		need_piece(t, v & VHDX_OFFSET, unit[0]);
	t->at += unit[0];
	return 0;
}

static int vhdx_needs(struct table *t)
{
	struct vhdx_facts facts;
	uint64_t unit[2], blocks;
	int r = vhdx_read(t->disk, &facts);

	if (r == -EBADMSG || (r == 0 && (facts.block == 0 || facts.sector == 0 || facts.size == 0)))
		return 0; /* qemu has the word for that */
	if (r < 0)
		return r;
	t->size = facts.size;
	unit[0] = facts.block;
	unit[1] = VHDX_BITMAP_COVERS * facts.sector / facts.block;
	if (unit[1] == 0)
		return 0;
	blocks = (facts.size - 1) / unit[0] + 1;
	blocks += (blocks - 1) / unit[1];
	return each(t, facts.bat, MIN(blocks, facts.bat_size / 8), 8, vhdx_block, unit);
}

int format_needs(struct vms_disk *d, enum image_format f, uint64_t *ret_needed)
{
	struct table t = { .disk = d, .left = TABLE_MAX };
	uint8_t bytes[512] = { 0 };
	struct vms_span head = vms_span(bytes, sizeof(bytes));
	int r = vms_disk_read(d, 0, bytes, (size_t)MIN((uint64_t)sizeof(bytes), d->size));

	/* a VMDK's descriptor alone is text, as short as it may be */
	if (r == 0 && d->size < sizeof(bytes) && (f != FORMAT_VMDK || span_is(head, 0, "KDMV", 4)))
		r = -ENXIO;
	if (r == 0 && f == FORMAT_QCOW2)
		r = qcow2_needs(&t, head);
	else if (r == 0 && f == FORMAT_VDI)
		r = vdi_needs(&t, head);
	else if (r == 0 && f == FORMAT_VPC)
		r = vhd_needs(&t, head);
	else if (r == 0 && f == FORMAT_VMDK)
		r = vmdk_needs(&t, head);
	else if (r == 0 && f == FORMAT_VHDX)
		r = vhdx_needs(&t);
	if (r < 0 && r != -EFBIG && r != -ENXIO)
		return r;
	if (r == -ENXIO && t.needed <= d->size)
		return r;
	*ret_needed = t.needed;
	return 0;
}

uint32_t format_sector(struct vms_disk *d, enum image_format f)
{
	struct vhdx_facts facts;

	if (f == FORMAT_VHDX)
		return vhdx_read(d, &facts) == 0 ? facts.sector : 0;
	return format_is_nbd(f) ? 512 : 0;
}
