/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of the checks on a disk, of an image or of the guest's own: the chapter "VM
 * Image Format", and what "Virtual Firmware" says must not ride along in an image.
 */
#include "image/chapter.h"
#include "image/judge.h"

#define IN_IMAGE (VMS_KIND_GUEST | VMS_KIND_IMAGE | VMS_KIND_BOOT_MATRIX)

static const struct vms_check checks[] = {
	{ .id = "VMSPEC-IMAGE-GPT",
	  .title = "partitioned with a GPT",
	  .kinds = IN_IMAGE,
	  .image_fn = judge_gpt,
	  .reads = "LBA 0, LBA 1 and the partition entries, for 512- and 4096-byte sectors",
	  .passes = "a protective MBR; a header whose signature, revision, size, CRCs and own LBA are right; "
		    "partitions inside the usable range, none over another",
	  .fails = "one of these is not so, or the usable range leaves the disk: the image was cut short",
	  .mends = "who makes the image" },
	{ .id = "VMSPEC-IMAGE-GPT-BACKUP",
	  .title = "the backup GPT is at the end and agrees",
	  .needs = { "VMSPEC-IMAGE-GPT" },
	  .kinds = IN_IMAGE,
	  .image_fn = judge_gpt_backup,
	  .reads = "the last LBA and the entries before it",
	  .passes = "a valid header at the last LBA, with the primary's disk GUID, ranges and entries",
	  .fails = "it is not there, damaged or says something else; an image that was enlarged has it "
		   "elsewhere. A compressed image is read to its end only with --whole",
	  .mends = "who makes or enlarges the image: sgdisk -e on the raw disk" },
	{ .id = "VMSPEC-IMAGE-ESP",
	  .title = "has an EFI system partition",
	  .needs = { "VMSPEC-IMAGE-GPT" },
	  .kinds = IN_IMAGE,
	  .image_fn = judge_esp,
	  .reads = "the type GUIDs of the partition entries",
	  .passes = "one is C12A7328-F81F-11D2-BA4B-00A0C93EC93B, and it is not marked to be ignored by "
		    "firmware (attribute bit 1)",
	  .fails = "none is, or each of them is so marked",
	  .mends = "who makes the image" },
	{ .id = "VMSPEC-IMAGE-ESP-FAT32",
	  .title = "the ESP is FAT32",
	  .needs = { "VMSPEC-IMAGE-ESP" },
	  .kinds = IN_IMAGE,
	  .image_fn = judge_fat32,
	  .reads = "the boot sector of the ESP, FSInfo, the chain of the root directory; with several ESPs "
		   "the one with the removable media path decides",
	  .passes =
		  "FATSz16 and RootEntCnt are 0, the BPB's numbers fit each other, there are 65,525 clusters "
		  "or more, the FATs are mirrored, and the file system fits its partition",
	  .fails = "another file system, FAT12 or FAT16, numbers that do not fit; fewer clusters (EDK II "
		   "takes "
		   "it for FAT16 and starts nothing from it), FATs that are not mirrored. A broken FSInfo is "
		   "told and does not fail",
	  .mends = "who makes the image: mkfs.vfat -F 32 on a partition that is large enough: 33 MiB for "
		   "sectors of 512 bytes, 257 MiB for 4096" },
	{ .id = "VMSPEC-IMAGE-BOOTAA64",
	  .title = "\\EFI\\BOOT\\BOOTAA64.EFI is an EFI application for AArch64",
	  .needs = { "VMSPEC-IMAGE-ESP-FAT32" },
	  .kinds = IN_IMAGE,
	  .image_fn = judge_bootaa64,
	  .reads = "the directories, the loader's cluster chain, its PE headers and section table",
	  .passes = "a whole PE32+ image, machine AArch64 (0xAA64), subsystem EFI application (10)",
	  .fails = "it is not there, cut short, for another machine, or no EFI application",
	  .mends = "who makes the image: grub-install --removable, bootctl install" },
	{ .id = "VMSPEC-IMAGE-BOOTARM",
	  .title = "\\EFI\\BOOT\\BOOTARM.EFI is an EFI application for AArch32",
	  .needs = { "VMSPEC-IMAGE-ESP-FAT32" },
	  .kinds = IN_IMAGE,
	  .image_fn = judge_bootarm,
	  .reads = "the directories, the loader's cluster chain, its PE headers and section table",
	  .passes = "a whole PE32 image, machine 0x01C2, subsystem EFI application (10)",
	  .fails = "it is not there with --arch aarch32, cut short, for another machine, or no EFI "
		   "application",
	  .mends = "who makes the image" },
	{ .id = "VMSPEC-IMAGE-NO-VARSTORE",
	  .title = "no UEFI variable store on the ESP",
	  .needs = { "VMSPEC-IMAGE-ESP-FAT32" },
	  .kinds = IN_IMAGE,
	  .image_fn = judge_no_varstore,
	  .reads = "names and first bytes of all files on the ESP, and all bytes of those that are neither "
		   "programs nor compressed",
	  .passes = "no NvVars, no ubootefi.var, no store by another name, no firmware volume with variables",
	  .fails = "there is one: it belongs to a VM, not to an image that many VMs are made from",
	  .mends = "who makes the image: delete the file before it is published" },
	{ .id = "VMSPEC-IMAGE-NO-FIRMWARE",
	  .title = "no UEFI firmware on the ESP",
	  .needs = { "VMSPEC-IMAGE-ESP-FAT32" },
	  .kinds = IN_IMAGE,
	  .image_fn = judge_no_firmware,
	  .reads =
		  "all bytes of the files on the ESP, up to a gibibyte, but for programs, of which only what "
		  "hangs on behind them counts, and what is compressed",
	  .passes = "no file holds a firmware volume (_FVH), and none that is no EFI application a U-Boot's "
		    "version banner",
	  .fails = "there is one: firmware belongs to the hypervisor",
	  .mends = "who makes the image: delete the file" },
	{ .id = "VMSPEC-IMAGE-SIGNED",
	  .title = "the boot loader is signed for Secure Boot",
	  .needs = { "VMSPEC-IMAGE-ESP-FAT32" },
	  .kinds = IN_IMAGE,
	  .image_fn = judge_signed,
	  .reads = "the certificate table of the loader at the removable media path",
	  .passes =
		  "it carries an Authenticode signature; by whom is evidence. Whether a machine trusts that "
		  "one is for its keys to say",
	  .fails = "never; without a signature it is skipped: firmware with Secure Boot on answers Access "
		   "Denied",
	  .mends = "who makes the image: sbsign, or a loader that is signed already (shim)" },
	{ .id = "VMSPEC-IMAGE-SECTOR",
	  .title = "the GPT has the sectors that the disk has",
	  .needs = { "VMSPEC-IMAGE-GPT" },
	  .kinds = IN_IMAGE,
	  .image_fn = judge_sector,
	  .reads = "the size of a sector by the GPT, and by the container or block device",
	  .passes = "they are the same; of a plain file: the GPT has 512-byte sectors",
	  .fails = "a GPT of 4096-byte sectors in a qcow2 or VHDX of 512, or the other way round",
	  .mends = "who makes the image; QEMU can be told with logical_block_size=" },
};

VMS_CHECKS_OWED(vms_checks_image, "VM image format", checks, VMS_OWED_BY(VMS_IMAGE));
