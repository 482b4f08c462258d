/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Was a compressed file cut short? Told from the file itself, without decompressing it. */
#ifndef VMS_PACKED_H
#define VMS_PACKED_H

#include "image/format.h"

enum packed_end {
	PACKED_WHOLE,
	PACKED_CUT,
	PACKED_MAYBE, /* only decompressing it can tell */
};

/*
 * `file`: the compressed file. `size`: bytes of the disk in it by its own GPT; 0: not known.
 * xz: its footer; bzip2: its end mark; zstd: its blocks, one after the other; gzip: the
 * length at its end (modulo 4 GiB) beside `size`.
 */
enum packed_end packed_end(struct vms_disk *file, enum image_format f, uint64_t size);

#endif
