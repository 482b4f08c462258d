/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling image formats apart. Reads the first 4 KiB, and of qcow2 and vmdk the fields
 * that name other files (QEMU's docs/interop/qcow2.txt; VMware's Virtual Disk Format
 * 5.0). Serves "VM Image Format": no particular distribution format is mandated.
 */
#include <errno.h>
#include <inttypes.h>
#include <strings.h>
#include "image/format.h"

#define HEAD		4096
#define QCOW2_DATA_FILE (1u << 2) /* incompatible feature: the data is in another file */
#define VMDK_DESC_MAX	65536

static const struct {
	const char *name;
	unsigned off, len;
	const char *magic;
} formats[N_FORMATS] = {
	[FORMAT_RAW] = { "raw", 0, 0, NULL },
	[FORMAT_QCOW2] = { "qcow2", 0, 4, "QFI\xfb" },
	[FORMAT_VMDK] = { "vmdk", 0, 4, "KDMV" },
	[FORMAT_VHDX] = { "vhdx", 0, 8, "vhdxfile" },
	[FORMAT_VDI] = { "vdi", 64, 4, "\x7f\x10\xda\xbe" },
	[FORMAT_VPC] = { "vpc", 0, 8, "conectix" },
	[FORMAT_XZ] = { "xz", 0, 6,
			"\xfd"
			"7zXZ" },
	[FORMAT_ZSTD] = { "zstd", 0, 4, "\x28\xb5\x2f\xfd" },
	[FORMAT_GZIP] = { "gzip", 0, 3, "\x1f\x8b\x08" },
	[FORMAT_BZIP2] = { "bzip2", 0, 3, "BZh" },
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
		if (span_is(head, formats[f].off, formats[f].magic, formats[f].len))
			*ret = f;
	if (span_is(head, 0, "# Disk DescriptorFile", 21) || span_is(head, 0, "COWD", 4))
		*ret = FORMAT_VMDK;
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
	if (memcmp(footer, "conectix", 8) == 0 && footer[63] == 2) /* type: fixed */
		*ret_size = d->size - 512;
	return 0;
}

static uint64_t be64(struct vms_span s, uint64_t off)
{
	uint32_t hi = 0, lo = 0;

	span_be32(s, off, &hi);
	span_be32(s, off + 4, &lo);
	return (uint64_t)hi << 32 | lo;
}

/* The name that stands in the image, for the message. */
static void read_name(struct vms_disk *d, uint64_t off, uint32_t len, char name[128])
{
	size_t n = MIN((size_t)len, (size_t)127);

	if (vms_disk_read(d, off, name, n) < 0)
		n = 0;
	name[n] = '\0';
}

static int qcow2_alone(struct vms_disk *d, struct vms_span head, struct vms_why *why)
{
	uint32_t version = 0, len = 0, crypt = 0;
	char name[128];

	span_be32(head, 4, &version);
	span_be32(head, 16, &len);
	span_be32(head, 32, &crypt);
	if (be64(head, 8) != 0) {
		read_name(d, be64(head, 8), len, name);
		return vms_broken(why, "it names a backing file, %s, which is followed only with --backing",
				  name);
	}
	if (version >= 3 && (be64(head, 72) & QCOW2_DATA_FILE))
		return vms_broken(why, "its data is in another file, which is followed only with --backing");
	if (crypt != 0)
		return vms_broken(why, "it is encrypted");
	return 0;
}

/* A descriptor of its own names the files with the data; one inside may name a parent. */
static int vmdk_alone(struct vms_disk *d, struct vms_span head, struct vms_why *why)
{
	uint64_t at = 0, len = 0;
	_cleanup_free_ char *text = NULL;
	const char *parent;
	int r;

	if (span_is(head, 0, "COWD", 4))
		return 0;
	if (!span_is(head, 0, "KDMV", 4))
		return vms_broken(
			why,
			"it is a descriptor that names other files, which are followed only with --backing");
	span_le64(head, 28, &at);
	span_le64(head, 36, &len);
	if (at == 0 || len == 0)
		return 0;
	if (at > UINT64_MAX / 512 || len > VMDK_DESC_MAX / 512)
		return vms_broken(why, "its descriptor has %" PRIu64 " sectors", len);
	text = calloc(1, (size_t)len * 512 + 1);
	if (!text)
		return -ENOMEM;
	r = vms_disk_read(d, at * 512, text, (size_t)len * 512);
	if (r == -ENXIO)
		return vms_broken(why, "it ends before its descriptor");
	if (r < 0)
		return r;
	parent = strstr(text, "parentCID=");
	if ((parent && strncasecmp(parent + 10, "ffffffff", 8) != 0) || strstr(text, "parentFileNameHint"))
		return vms_broken(why, "it names a parent, which is followed only with --backing");
	return 0;
}

int format_stands_alone(struct vms_disk *d, enum image_format f, struct vms_why *why)
{
	uint8_t bytes[HEAD];
	size_t n;
	int r = read_head(d, bytes, &n);

	if (r < 0)
		return r;
	if (f == FORMAT_QCOW2)
		return qcow2_alone(d, vms_span(bytes, n), why);
	if (f == FORMAT_VMDK)
		return vmdk_alone(d, vms_span(bytes, n), why);
	return 0;
}
