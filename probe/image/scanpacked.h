/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking into a compressed file of the ESP for firmware. */
#ifndef VMS_SCANPACKED_H
#define VMS_SCANPACKED_H

#include "core/codec.h"
#include "image/blob.h"

enum packed_seen {
	PACKED_SEEN,	 /* to its end, or as far as what it is: a ramdisk, a kernel */
	PACKED_UNSEEN,	 /* damaged, or too large */
	PACKED_NO_CODEC, /* its library is not here, or could not be opened */
};

/* Libraries that decompress, opened while that is still possible; one that is not here leaves its
 * files unseen. -ENOMEM. */
int packed_prepare(void);

/*
 * Decompress `f`, at most *left bytes of what comes out, into `b`, whose room is used for that.
 * 0, and *ret says how far; -errno of reading.
 */
int packed_look(const struct fat_volume *v, const struct fat_file *f, const struct codec *c, struct blob *b,
		uint64_t *left, enum packed_seen *ret);

#endif
