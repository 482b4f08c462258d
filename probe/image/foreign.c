/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are no disk image read here, by their first bytes (and DMG by its last): disk
 * images of other kinds, archives, other compression, programs; and disks that are one file
 * system from their first byte on. The former are named and not judged, the latter are
 * named and fail. Serves "VM Image Format": partitioned with a GPT.
 */
#include <errno.h>
#include <stdlib.h>
#include "image/format.h"

#define HEAD	 4096
#define CONVERT	 "convert it to raw first (qemu-img convert -O raw)"
#define UNPACK	 "unpack it first"
#define INFLATE	 "decompress it first"
#define DOWNLOAD "download the image itself"
#define ISO_AT	 32768 /* the first volume descriptor */
#define BTRFS_AT 65536

struct magic {
	unsigned off, len;
	const char *magic;
	struct foreign is;
};

static const struct magic kinds[] = {
	{ 0, 4, "QED\0", { "a QED image", CONVERT, true } },
	{ 0, 8, "QFI\xfb\0\0\0\1", { "a QCOW image of version 1", CONVERT, true } },
	{ 0, 16, "WithoutFreeSpace", { "a Parallels image", CONVERT, true } },
	{ 0, 16, "WithouFreSpacExt", { "a Parallels image", CONVERT, true } },
	{ 0, 21, "Bochs Virtual HD Image", { "a Bochs image", CONVERT, true } },
	{ 0, 11, "#!/bin/sh\n#V2.0", { "a cloop image", CONVERT, true } },
	{ 0, 6, "LUKS\xba\xbe", { "encrypted with LUKS", "decrypt it first (cryptsetup open)", true } },
	{ 0, 8, "-FVE-FS-", { "encrypted with BitLocker", "decrypt it first", true } },
	{ 0,
	  4,
	  "\x3a\xff\x26\xed",
	  { "an Android sparse image", "convert it to raw first (simg2img)", true } },
	{ 0, 8, "EVF\x09\x0d\x0a\xff\0", { "an EnCase image", "convert it to raw first (ewfexport)", true } },
	{ 0, 8, "MSWIM\0\0\0", { "a Windows imaging (WIM) archive", UNPACK, false } },
	{ 0, 4, "PK\x03\x04", { "a zip archive", UNPACK, false } },
	{ 0, 4, "PK\x05\x06", { "an empty zip archive", UNPACK, false } },
	{ 0, 6, "7z\xbc\xaf\x27\x1c", { "a 7z archive", UNPACK, false } },
	{ 0, 6, "Rar!\x1a\x07", { "a RAR archive", UNPACK, false } },
	{ 0, 6, "070701", { "a cpio archive", UNPACK, false } },
	{ 0, 6, "070702", { "a cpio archive", UNPACK, false } },
	{ 0, 6, "070707", { "a cpio archive", UNPACK, false } },
	{ 0, 2, "\xc7\x71", { "a cpio archive", UNPACK, false } },
	{ 0, 8, "!<arch>\n", { "an ar archive (a Debian package?)", UNPACK, false } },
	{ 0, 4, "\xed\xab\xee\xdb", { "an RPM package", UNPACK, false } },
	{ 0, 4, "xar!", { "a xar archive", UNPACK, false } },
	{ 0, 4, "MSCF", { "a cabinet archive", UNPACK, false } },
	{ 0, 4, "\x04\x22\x4d\x18", { "compressed with lz4", INFLATE, false } },
	{ 0, 4, "\x02\x21\x4c\x18", { "compressed with lz4", INFLATE, false } },
	{ 0, 4, "LZIP", { "compressed with lzip", INFLATE, false } },
	{ 0, 4, "\x89LZO", { "compressed with lzop", INFLATE, false } },
	{ 0, 4, "\xce\xb2\xcf\x81", { "compressed with brotli", INFLATE, false } },
	{ 0, 2, "\x1f\x9d", { "compressed with compress (.Z)", INFLATE, false } },
	{ 0, 3, "\x5d\0\0", { "compressed with lzma", INFLATE, false } },
	{ 0,
	  4,
	  "\x7f"
	  "ELF",
	  { "an ELF program, no disk", "name the disk image that it belongs to", false } },
	{ 0,
	  5,
	  "<?xml",
	  { "an XML file (a description of a VM?)", "name the disk image that it describes", false } },
	{ 0, 14, "<!DOCTYPE html", { "a web page, no disk", DOWNLOAD, false } },
	{ 0, 14, "<!doctype html", { "a web page, no disk", DOWNLOAD, false } },
	{ 0, 5, "<html", { "a web page, no disk", DOWNLOAD, false } },
	{ 0,
	  27,
	  "version https://git-lfs.git",
	  { "a pointer of Git LFS, no disk", "fetch the file that it stands for (git lfs pull)", false } },
	{ 0,
	  4,
	  "<<< ",
	  { "a VDI image that was cut short in its header", "copy or download it again", true } },
	{ 257, 5, "ustar", { "a tar archive", UNPACK, false } },
};

static const struct foreign ova = { "an OVA (a tar archive with a VM's disks in it)",
				    "unpack it (tar -xf) and judge the disk in it", false };
static const struct foreign old_tar = { "a tar archive", UNPACK, false };
static const struct foreign dmg = { "an Apple disk image (DMG)", CONVERT, true };

static bool ends_with_ovf(struct vms_span head)
{
	size_t n = strnlen((const char *)head.data, MIN(head.len, (size_t)100));

	return n > 4 && memcmp(head.data + n - 4, ".ovf", 4) == 0;
}

/* The sum in the header of a tar archive without a magic. */
static bool is_old_tar(struct vms_span head)
{
	unsigned long sum = 0;
	char field[9] = "", *end;

	if (head.len < 512 || head.data[0] == 0)
		return false;
	memcpy(field, head.data + 148, 8);
	for (unsigned i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : head.data[i];
	return strtoul(field, &end, 8) == sum && end > field + 3;
}

/* An MBR with a partition in it: a disk, whatever a boot loader wrote in front. */
static bool has_partition(struct vms_span head)
{
	if (!span_is(head, 510, "\x55\xaa", 2))
		return false;
	for (unsigned i = 0; i < 4; i++)
		if ((head.data[446 + 16 * i] & 0x7f) == 0 && head.data[446 + 16 * i + 4] != 0)
			return true;
	return false;
}

static size_t read_head(struct vms_disk *d, uint8_t head[HEAD])
{
	size_t n = (size_t)MIN((uint64_t)HEAD, d->size);

	/* of a stream whose end is not known, as much as there is */
	while (n > 0 && vms_disk_read(d, 0, head, n) < 0)
		n /= 2;
	return n;
}

const struct foreign *format_foreign(struct vms_disk *d)
{
	uint8_t bytes[HEAD], trailer[4];
	struct vms_span head = vms_span(bytes, read_head(d, bytes));

	if (has_partition(head))
		return NULL;
	if ((span_is(head, 257, "ustar", 5) || is_old_tar(head)) && ends_with_ovf(head))
		return &ova;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (span_is(head, kinds[i].off, kinds[i].magic, kinds[i].len))
			return &kinds[i].is;
	if (is_old_tar(head))
		return &old_tar;
	if (d->size != VMS_DISK_SIZE_UNKNOWN && d->size >= 512 &&
	    vms_disk_peek(d, d->size - 512, trailer, sizeof(trailer)) == 0 && memcmp(trailer, "koly", 4) == 0)
		return &dmg;
	return NULL;
}

bool format_has_mbr(struct vms_disk *d)
{
	uint8_t bytes[HEAD];

	return has_partition(vms_span(bytes, read_head(d, bytes)));
}

static bool bytes_at(struct vms_disk *d, uint64_t off, const char *what, size_t len)
{
	uint8_t found[32];

	return len <= sizeof(found) && vms_disk_read(d, off, found, len) == 0 &&
	       memcmp(found, what, len) == 0;
}

/* A boot sector whose BPB could be one. */
static bool is_fat(struct vms_span head)
{
	uint16_t sector = 0;
	uint8_t fats = 0;

	return span_is(head, 510, "\x55\xaa", 2) && (head.data[0] == 0xeb || head.data[0] == 0xe9) &&
	       span_le16(head, 11, &sector) &&
	       (sector == 512 || sector == 1024 || sector == 2048 || sector == 4096) &&
	       span_u8(head, 16, &fats) && fats >= 1 && fats <= 2 &&
	       (span_is(head, 54, "FAT", 3) || span_is(head, 82, "FAT32", 5));
}

const char *format_bare(struct vms_disk *d)
{
	static const struct {
		uint64_t off;
		const char *magic;
		unsigned len;
		const char *name;
	} systems[] = {
		{ 3, "NTFS    ", 8, "an NTFS file system" },
		{ 3, "EXFAT   ", 8, "an exFAT file system" },
		{ 1080, "\x53\xef", 2, "an ext2, ext3 or ext4 file system" },
		{ 0, "XFSB", 4, "an XFS file system" },
		{ 0, "hsqs", 4, "a squashfs" },
		{ 1024, "\xe2\xe1\xf5\xe0", 4, "an EROFS" },
		{ 1024, "\x10\x20\xf5\xf2", 4, "an F2FS file system" },
		{ 512, "LABELONE", 8, "an LVM physical volume" },
		{ 4086, "SWAPSPACE2", 10, "swap space" },
		{ BTRFS_AT + 64, "_BHRfS_M", 8, "a Btrfs file system" },
	};
	uint8_t bytes[HEAD];
	struct vms_span head = vms_span(bytes, read_head(d, bytes));

	/* first: an ISO may carry an MBR for hybrid boot in front */
	if (bytes_at(d, ISO_AT, "\1CD001", 6))
		return bytes_at(d, ISO_AT + 2048, "\0CD001\1EL TORITO SPECIFICATION", 30)
			       ? "an ISO 9660 image that boots by El Torito"
			       : "an ISO 9660 image";
	if (is_fat(head))
		return "a FAT file system";
	if (has_partition(head))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(systems); i++)
		if (bytes_at(d, systems[i].off, systems[i].magic, systems[i].len))
			return systems[i].name;
	return NULL;
}
