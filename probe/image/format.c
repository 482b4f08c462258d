/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling image formats apart. Reads the first 4 KiB. Serves "VM Image Format": no particular distribution
 * format is mandated.
 */
#include <errno.h>
#include "core/codec.h"
#include "image/format.h"

#define HEAD	  4096
#define VHD_FIXED 2 /* types of disk */

static const struct {
	const char *name;
	unsigned off, len;
	const char *magic;
	const struct codec *codec; /* of compressed ones: it knows its own */
} formats[N_FORMATS] = {
	[FORMAT_RAW] = { "raw", 0, 0, NULL, NULL },
	[FORMAT_RAW_CODECS] = { "raw", 0, 0, NULL, NULL },
	[FORMAT_QCOW2] = { "qcow2", 0, 4, "QFI\xfb", NULL },
	[FORMAT_VMDK] = { "vmdk", 0, 4, "KDMV", NULL },
	[FORMAT_VHDX] = { "vhdx", 0, 8, "vhdxfile", NULL },
	[FORMAT_VDI] = { "vdi", 64, 4, "\x7f\x10\xda\xbe", NULL },
	[FORMAT_VPC] = { "vpc", 0, 8, "conectix", NULL },
	[FORMAT_XZ] = { .name = "xz", .codec = &codec_xz },
	[FORMAT_ZSTD] = { .name = "zstd", .codec = &codec_zstd },
	[FORMAT_GZIP] = { .name = "gzip", .codec = &codec_gzip },
	[FORMAT_BZIP2] = { .name = "bzip2", .codec = &codec_bzip2 },
};

const char *format_name(enum image_format f)
{
	return formats[f].name;
}

bool format_is_compressed(enum image_format f)
{
	return f >= FORMAT_XZ && f < N_FORMATS;
}

bool format_is_nbd(enum image_format f)
{
	return f >= FORMAT_QCOW2 && f <= FORMAT_VPC;
}

static int read_head(struct vms_disk *d, uint8_t head[HEAD], size_t *ret)
{
	size_t n = (size_t)MIN((uint64_t)HEAD, d->size);
	int r = n ? vms_disk_read(d, 0, head, n) : 0;

	*ret = n;
	return r;
}

static bool is_mbr(struct vms_span head)
{
	return span_is(head, 510, "\x55\xaa", 2);
}

int format_detect(struct vms_disk *d, enum image_format *ret)
{
	uint8_t bytes[HEAD];
	struct vms_span head;
	size_t n;
	int r = read_head(d, bytes, &n);

	if (r < 0)
		return r;
	head = vms_span(bytes, n);
	*ret = FORMAT_RAW;
	/* a disk with a partition table is a disk, whatever a guest wrote in front of it */
	if (is_mbr(head) && span_is(head, 512, "EFI PART", 8))
		return 0;
	for (enum image_format f = FORMAT_QCOW2; f < N_FORMATS; f++)
		if (formats[f].codec ? codec_begins(formats[f].codec, head)
				     : span_is(head, formats[f].off, formats[f].magic, formats[f].len))
			*ret = f;
	/* the first version has another header, and a driver of its own */
	if (*ret == FORMAT_QCOW2 && span_is(head, 4, "\0\0\0\1", 4))
		*ret = FORMAT_RAW;
	if (span_is(head, 0, "# Disk DescriptorFile", 21) || span_is(head, 0, "COWD", 4))
		*ret = FORMAT_VMDK;
	return 0;
}

int format_doubtful(struct vms_disk *d, bool *ret)
{
	uint8_t bytes[HEAD];
	struct vms_span head;
	bool other;
	size_t n;
	int r = read_head(d, bytes, &n);

	if (r < 0)
		return r;
	head = vms_span(bytes, n);
	/* a VMDK's descriptor may begin with other comments or empty lines */
	other = span_is(head, 0, "QED\0", 4) || span_is(head, 0, "#", 1) || span_is(head, 0, " ", 1) ||
		span_is(head, 0, "version=", 8) || span_is(head, 0, "COWD", 4);
	for (enum image_format f = FORMAT_QCOW2; f <= FORMAT_VPC; f++)
		other = other || span_is(head, formats[f].off, formats[f].magic, formats[f].len);
	*ret = other;
	return 0;
}

int format_looks_like_disk(struct vms_disk *d, bool *ret)
{
	enum image_format f;
	uint8_t bytes[HEAD];
	size_t n;
	int r = format_detect(d, &f);

	if (r == 0)
		r = read_head(d, bytes, &n);
	if (r == 0)
		*ret = (f != FORMAT_RAW && !format_is_compressed(f)) || is_mbr(vms_span(bytes, n)) ||
		       span_is(vms_span(bytes, n), 512, "EFI PART", 8);
	return r;
}

int format_cut_vhd_footer(struct vms_disk *d, bool *ret)
{
	uint64_t rest = d->size == VMS_DISK_SIZE_UNKNOWN ? 0 : d->size % 512;
	uint8_t begin[8];
	int r = rest < sizeof(begin) ? 0 : vms_disk_read(d, d->size - rest, begin, sizeof(begin));

	if (r == 0)
		*ret = rest >= sizeof(begin) && memcmp(begin, "conectix", 8) == 0;
	return r;
}

int format_strip_vhd_footer(struct vms_disk *d, uint64_t *ret_size)
{
	uint8_t footer[64];
	int r;

	*ret_size = d->size;
	if (d->size == VMS_DISK_SIZE_UNKNOWN || d->size < 1024 || d->size % 512 != 0)
		return 0;
	r = vms_disk_read(d, d->size - 512, footer, sizeof(footer));
	if (r < 0)
		return r;
	if (memcmp(footer, "conectix", 8) == 0 && footer[63] == VHD_FIXED)
		*ret_size = d->size - 512;
	return 0;
}
