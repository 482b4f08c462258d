/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does an image stand alone, or does it name other files? Reads, of qcow2, vmdk, VHD, VHDX
 * and VDI, the fields that do (QEMU's docs/interop/qcow2.txt; VMware's Virtual Disk Format
 * 5.0; Microsoft's VHD and VHDX specifications). The names are never followed here.
 */
#include <errno.h>
#include <strings.h>
#include "image/format.h"
#include "image/vhdx.h"
#include "image/vmdk.h"

#define HEAD		 4096
#define QCOW2_DATA_FILE	 (1u << 2) /* incompatible feature: the data is in another file */
#define VHD_DIFFERENCING 4	   /* type of disk, at 60 */
#define VDI_DIFFERENCING 4	   /* type of image, at 76 */

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
	if (span_be64_or_0(head, 8) != 0) {
		read_name(d, span_be64_or_0(head, 8), len, name);
		return vms_broken(why, "it names a backing file, %s, which is followed only with --backing",
				  name);
	}
	if (version >= 3 && (span_be64_or_0(head, 72) & QCOW2_DATA_FILE))
		return vms_broken(why, "its data is in another file, which is followed only with --backing");
	if (crypt != 0)
		return vms_broken(why, "it is encrypted");
	return 0;
}

/* A descriptor of its own names the files with the data; one inside may name a parent. */
static int vmdk_alone(struct vms_disk *d, struct vms_span head, struct vms_why *why)
{
	_cleanup_free_ char *text = NULL;
	const char *parent;
	int r;

	if (!span_is(head, 0, "COWD", 4) && !span_is(head, 0, "KDMV", 4))
		return vms_broken(
			why,
			"it is a descriptor that names other files, which are followed only with --backing");
	r = vmdk_descriptor(d, head, &text, why);
	if (r == -ENXIO)
		return vms_broken(why, "it ends before its descriptor");
	if (r < 0)
		return r;
	if (vmdk_is_part(head, text))
		return vms_broken(why, VMDK_PART);
	parent = strstr(text, "parentCID=");
	if ((parent && strncasecmp(parent + 10, "ffffffff", 8) != 0) || strstr(text, VMDK_PARENT))
		return vms_broken(why, "it names a parent, which is followed only with --backing");
	return 0;
}

static int vhd_alone(struct vms_span head, struct vms_why *why)
{
	uint32_t type = 0;

	span_be32(head, 60, &type);
	return type == VHD_DIFFERENCING
		       ? vms_broken(
				 why,
				 "it holds only the differences to a parent, which nothing here can follow")
		       : 0;
}

static int vdi_alone(struct vms_span head, struct vms_why *why)
{
	uint32_t type = 0;

	span_le32(head, 76, &type);
	return type >= VDI_DIFFERENCING - 1
		       ? vms_broken(
				 why,
				 "it holds only the differences to a parent, which nothing here can follow")
		       : 0;
}

static int vhdx_alone(struct vms_disk *d, struct vms_why *why)
{
	struct vhdx_facts facts;
	int r = vhdx_read(d, &facts);

	if (r < 0)
		return r == -EBADMSG || r == -ENXIO ? 0 : r; /* qemu has the word for that */
	return facts.has_parent
		       ? vms_broken(
				 why,
				 "it holds only the differences to a parent, which nothing here can follow")
		       : 0;
}

int format_stands_alone(struct vms_disk *d, enum image_format f, struct vms_why *why)
{
	uint8_t bytes[HEAD];
	size_t n = (size_t)MIN((uint64_t)HEAD, d->size);
	struct vms_span head = vms_span(bytes, n);
	int r = n ? vms_disk_read(d, 0, bytes, n) : 0;

	if (r < 0)
		return r;
	switch (f) {
	case FORMAT_QCOW2:
		return qcow2_alone(d, head, why);
	case FORMAT_VMDK:
		return vmdk_alone(d, head, why);
	case FORMAT_VPC:
		return vhd_alone(head, why);
	case FORMAT_VDI:
		return vdi_alone(head, why);
	case FORMAT_VHDX:
		return vhdx_alone(d, why);
	default:
		return 0;
	}
}
