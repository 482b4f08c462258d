/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compressed files of the ESP: u-boot.bin.gz is firmware as u-boot.bin is. An initial ramdisk
 * or a kernel, which are the common ones, are told by their first bytes, and left. Serves
 * "Virtual Firmware": the firmware is the hypervisor's.
 */
#include <errno.h>
#include <stdlib.h>
#include "core/util.h"
#include "image/scanpacked.h"

#define TELLS 64 /* bytes that tell what is not worth going on with */

struct packed {
	const struct codec *codec;
	void *state;
	struct blob *blob;
	uint64_t *left;
	uint64_t out;	 /* bytes that came out before those in the blob's room */
	size_t in_room;	 /* those */
	bool told, done; /* the first bytes were looked at; the frame has ended */
	enum packed_seen seen;
	uint8_t in[FAT_PIECE];
};

int packed_prepare(void)
{
	for (size_t i = 0; i < N_CODECS; i++)
		if (codecs[i]->load() == -ENOMEM)
			return -ENOMEM;
	return 0;
}

/* A ramdisk (cpio), a program for UEFI, a kernel of arm64. */
static bool is_no_firmware(struct vms_span head)
{
	return span_is(head, 0, "070701", 6) || span_is(head, 0, "070702", 6) || span_is(head, 0, "MZ", 2) ||
	       span_is(head, 56, "ARM\x64", 4);
}

/* What has come out. -ECANCELED: that is enough. */
static int look_at_room(struct packed *p, bool last)
{
	struct vms_span room = vms_span(blob_room(p->blob), p->in_room);

	if (!p->told && (last || room.len >= TELLS)) {
		p->told = true;
		if (is_no_firmware(room)) {
			p->in_room = 0;
			return -ECANCELED;
		}
	}
	if (!last && p->in_room < FAT_PIECE)
		return 0;
	if (p->in_room)
		blob_piece(p->blob, p->out, p->in_room, last);
	p->out += p->in_room;
	p->in_room = 0;
	return 0;
}

static int unseen(struct packed *p)
{
	p->seen = PACKED_UNSEEN;
	return -ECANCELED;
}

/* Decompress bytes of the file. */
static int packed_piece(void *ctx, _unused_ uint64_t off, struct vms_span bytes)
{
	struct packed *p = ctx;
	struct codec_step s = { .in = bytes.data, .in_len = bytes.len };
	const char *why;
	int step, r = 0;

	do {
		size_t room = FAT_PIECE - p->in_room;

		s.out = blob_room(p->blob) + p->in_room;
		s.out_len = room;
		step = p->codec->step(p->state, &s, &why);
		if (step < 0)
			return step == -ENOMEM ? step : unseen(p);
		room -= s.out_len;
		if (room > *p->left)
			return unseen(p);
		*p->left -= room;
		p->in_room += room;
		p->done = step == 1;
		r = look_at_room(p, false);
	} while (r == 0 && !p->done && (s.in_len > 0 || s.out_len == 0));
	return r || !p->done ? r : -ECANCELED;
}

int packed_look(const struct fat_volume *v, const struct fat_file *f, const struct codec *c, struct blob *b,
		uint64_t *left, enum packed_seen *ret)
{
	struct packed *p = calloc(1, sizeof(*p));
	struct vms_why why;
	int r = p ? c->load() : -ENOMEM;

	if (r == 0)
		r = c->start(&p->state);
	if (r < 0) {
		free(p);
		*ret = PACKED_NO_CODEC;
		return r == -ENOMEM ? r : 0;
	}
	p->codec = c;
	p->blob = b;
	p->left = left;
	r = fat_read_from(v, f, 0, p->in, packed_piece, p, &why);
	/* cut short, or in a file that is damaged: nobody can start it */
	if (r == -EBADMSG || (r == 0 && !p->done))
		p->seen = PACKED_UNSEEN, r = 0;
	if (r == -ECANCELED)
		r = 0;
	if (r == 0 && p->in_room)
		look_at_room(p, true);
	*ret = p->seen;
	c->stop(p->state);
	free(p);
	return r;
}
