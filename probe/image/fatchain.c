/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FAT32: cluster chains, and what is read along them. Reads the sectors of the FAT that a
 * chain goes through. Serves "VM Image Format": directories and files of the ESP.
 */
#include <errno.h>
#include <inttypes.h>
#include "image/fat.h"

#define FAT_MASK      0x0fffffffu
#define FAT_BAD	      0x0ffffff7u
#define FAT_END	      0x0ffffff8u /* this and above: end of chain */
#define FAT_DIR_MAX   (2u << 20)  /* 65,536 entries of 32 bytes */
#define FAT_EXTRA_MAX 65536	  /* clusters followed beyond the end of a file */

/* What follows `cluster` in its chain, as it stands in the first FAT. */
static int fat_next(const struct fat_volume *v, uint32_t cluster, uint32_t *ret)
{
	uint64_t at = v->fat + (uint64_t)cluster * 4;
	const uint8_t *entry = vms_disk_kept(v->disk, at, 4);
	uint8_t bytes[4];
	uint32_t next = 0;
	int r = entry ? 0 : vms_disk_read(v->disk, at, bytes, sizeof(bytes));

	if (r < 0)
		return r;
	span_le32(vms_span(entry ? entry : bytes, 4), 0, &next);
	*ret = next & FAT_MASK;
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
	uint64_t index, next_mark, marked; /* of the cluster at hand, of the next mark and of this one */
	uint64_t loop;			   /* clusters of the loop that was found; 0: none */
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
		c->loop = c->index + 1 - c->marked;
	if (c->loop)
		return vms_broken(why,
				  "its cluster chain loops: cluster %" PRIu32 " comes again after %" PRIu32,
				  next, c->cluster);
	c->cluster = next;
	if (++c->index == c->next_mark) {
		c->mark = next;
		c->marked = c->index;
		c->next_mark *= 2;
	}
	return 1;
}

/* A step in a directory, which has an end. -EFBIG: it goes on behind that. */
static int fat_directory_step(const struct fat_volume *v, struct fat_chain *c, struct vms_why *why)
{
	int r = fat_chain_step(v, c, why);

	if (r > 0 && c->index * v->cluster >= FAT_DIR_MAX) {
		vms_broken(why, "its cluster chain is longer than a directory can be");
		return -EFBIG;
	}
	return r;
}

int fat_check_directory(const struct fat_volume *v, uint32_t first, struct vms_why *why)
{
	struct fat_chain c;
	int r = fat_chain_start(v, first, &c, why);

	if (r < 0)
		return r;
	do
		r = fat_directory_step(v, &c, why);
	while (r > 0);
	return r == -EFBIG ? -EBADMSG : r;
}

static uint64_t fat_cluster_at(const struct fat_volume *v, uint32_t cluster)
{
	return v->data + (uint64_t)(cluster - 2) * v->cluster;
}

/* Does a chain with a loop of `loop` clusters have `needed` of them before any comes again? */
static int fat_enough_before_loop(const struct fat_volume *v, uint32_t first, uint64_t loop, uint64_t needed)
{
	uint32_t behind = first, ahead = first;
	uint64_t n = 0;
	int r = 0;

	for (; r == 0 && n < loop; n++)
		r = fat_next(v, ahead, &ahead);
	for (; r == 0 && behind != ahead && n < needed; n++) {
		r = fat_next(v, behind, &behind);
		if (r == 0)
			r = fat_next(v, ahead, &ahead);
	}
	return r < 0 ? r : n >= needed;
}

int fat_check_chain(const struct fat_volume *v, const struct fat_file *f, uint32_t *ret_extra,
		    struct vms_why *why)
{
	uint64_t needed = ((uint64_t)f->size + v->cluster - 1) / v->cluster, n = 1;
	struct fat_chain c;
	int r, enough = 0;

	if (needed == 0) {
		*ret_extra = 0;
		return 0;
	}
	r = fat_chain_start(v, f->first, &c, why);
	if (r < 0)
		return r;
	while (n < needed + FAT_EXTRA_MAX) {
		r = fat_chain_step(v, &c, why);
		if (r == -EBADMSG && n >= needed) /* firmware reads no further than the size (measured) */
			enough = c.loop ? fat_enough_before_loop(v, f->first, c.loop, needed) : 1;
		if (enough == 1) {
			n = needed + 1;
			break;
		}
		if (r < 0)
			return enough < 0 ? enough : r;
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
	struct fat_chain c = { .cluster = first };
	int r = fat_chain_start(v, first, &c, why);

	if (r < 0)
		return r;
	do {
		for (uint32_t off = 0; off < v->cluster; off += 512) {
			uint8_t bytes[512];

			r = vms_disk_read(v->disk, fat_cluster_at(v, c.cluster) + off, bytes, sizeof(bytes));
			for (size_t at = 0; r == 0 && at < sizeof(bytes); at += 32)
				r = entry(ctx, vms_span(bytes + at, 32));
			if (r != 0)
				return r;
		}
		r = fat_directory_step(v, &c, why);
	} while (r > 0);
	return r;
}

/* Clusters that lie one after the other on the disk. */
struct fat_run {
	uint64_t at, len; /* bytes */
};

/* The run that *c stands at; *c goes on to what follows it. 1: something does; 0: the chain
 * ended; -errno: it cannot be followed from there. */
static int fat_run(const struct fat_volume *v, struct fat_chain *c, struct fat_run *ret, struct vms_why *why)
{
	*ret = (struct fat_run){ .at = fat_cluster_at(v, c->cluster), .len = v->cluster };
	for (;;) {
		uint32_t last = c->cluster;
		int r = fat_chain_step(v, c, why);

		if (r <= 0)
			return r;
		if (c->cluster != last + 1 || ret->len >= FAT_PIECE)
			return 1;
		ret->len += v->cluster;
	}
}

/* What of a run stands at or behind byte `from` of the file; the run begins at byte `off`. */
static int fat_run_pieces(const struct fat_volume *v, struct fat_run run, uint64_t off, uint64_t from,
			  uint8_t *room, fat_piece piece, void *ctx)
{
	uint64_t done = from > off ? MIN(from - off, run.len) : 0;

	while (done < run.len) {
		size_t n = (size_t)MIN((uint64_t)FAT_PIECE, run.len - done);
		int r = vms_disk_peek(v->disk, run.at + done, room, n);

		if (r == 0)
			r = piece(ctx, off + done, vms_span(room, n));
		if (r != 0)
			return r;
		done += n;
	}
	return 0;
}

int fat_read_from(const struct fat_volume *v, const struct fat_file *f, uint64_t from, uint8_t *room,
		  fat_piece piece, void *ctx, struct vms_why *why)
{
	struct fat_chain c = { .cluster = 0 };
	uint64_t off = 0;
	int more = 1, r;

	if (from >= f->size)
		return 0;
	r = fat_chain_start(v, f->first, &c, why);
	while (r == 0 && more == 1 && off < f->size) {
		struct fat_run run;

		more = fat_run(v, &c, &run, why);
		run.len = MIN(run.len, f->size - off);
		r = fat_run_pieces(v, run, off, from, room, piece, ctx);
		off += run.len;
	}
	if (r != 0 || off >= f->size)
		return r;
	return more < 0 ? more
			: vms_broken(why, "its cluster chain ends after %" PRIu64 " of %" PRIu32 " bytes",
				     off, f->size);
}
