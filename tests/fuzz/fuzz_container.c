/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: the input is the file of an image that is no raw disk, or of something else: what it is, what it
 * names, and how much of it there has to be, by its own tables.
 */
#include <errno.h>
#include <stdlib.h>

#include "fuzz.h"
#include "image/format.h"
#include "image/packed.h"

static void ask(struct vms_disk *d, enum image_format f)
{
	uint64_t needed = 0;
	struct vms_why why;

	if (!format_name(f))
		abort();
	if (format_stands_alone(d, f, &why) == -EBADMSG && !why.text[0])
		abort();
	(void)!format_needs(d, f, &needed);
	format_sector(d, f);
	if (format_is_compressed(f))
		packed_end(d, f, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vms_span bytes = vms_span(data, size);
	const struct foreign *foreign;
	enum image_format f;
	uint64_t left = 0;
	struct vms_disk d;
	bool is = false;

	vms_disk_init_span(&d, &bytes);
	if (format_detect(&d, &f) == 0)
		ask(&d, f);
	foreign = format_foreign(&d);
	if (foreign && (!foreign->name || !foreign->todo))
		abort();
	format_bare(&d);
	(void)!format_looks_like_disk(&d, &is);
	if (format_strip_vhd_footer(&d, &left) == 0 && left > size)
		abort();
	vms_disk_clear(&d);
	return 0;
}
