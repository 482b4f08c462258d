/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VM System Specification for ARM Processors, version 1.0 of 2014. */
#include "core/util.h"
#include "spec.h"

/* clang-format off */
#define M(id) { "VMSPEC-" id, VMS_MUST }
#define S(id) { "VMSPEC-" id, VMS_SHOULD }
#define I(id) { "VMSPEC-" id, VMS_INFO }
#define END { NULL, VMS_LEVEL_NONE }
#define RULES(...) ((const struct vms_rule[]){ __VA_ARGS__, END })
#define CLAUSE(chapter, number) "vmspec-1.0/" chapter "/" number

static const struct vms_clause clauses[] = {
	/* Goal */
	{ CLAUSE("goal", "1"),
	  "suitably built images run on all hypervisors for Arm, AArch32 and AArch64 alike",
	  NULL, "the aim of the whole text, served by its clauses" },
	{ CLAUSE("goal", "2"),
	  "keeping the SBSA alone is not enough, since it demands EL2 and leaves out AArch32",
	  NULL, "an explanation, nothing to check" },

	/* Image Format */
	{ CLAUSE("image-format", "1"),
	  "the disk as the VM sees it carries a GUID Partition Table",
	  RULES(M("IMAGE-GPT"), S("IMAGE-GPT-BACKUP")), NULL },
	{ CLAUSE("image-format", "2"),
	  "what boots is an EFI application on the EFI System Partition, at the removable media path",
	  RULES(M("IMAGE-BOOTAA64"), M("IMAGE-BOOTARM")),
	  "whether the application itself keeps UEFI 2.4A in all it does can't be read off its file; its format, "
	  "machine and subsystem can" },
	{ CLAUSE("image-format", "3"),
	  "the ESP's partition type is C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
	  RULES(M("IMAGE-ESP")), NULL },
	{ CLAUSE("image-format", "4"),
	  "the ESP is formatted as FAT32",
	  RULES(M("IMAGE-ESP-FAT32")), NULL },

	/* Virtual Firmware */
	{ CLAUSE("virtual-firmware", "1"),
	  "the VM system runs the EFI application of the image by UEFI",
	  RULES(M("EFI"), M("EFI-RUNTIME"), M("EFIVARIABLE"), M("BOOT-DEFAULT")), NULL },
	{ CLAUSE("virtual-firmware", "2"),
	  "recommended: a UEFI binary is the first software that the VM runs",
	  NULL, "nothing that runs later can see what ran first" },
	{ CLAUSE("virtual-firmware", "3"),
	  "the firmware keeps UEFI 2.4A or later",
	  RULES(S("EFI-VERSION")),
	  "what the firmware declares can be read; that it keeps all of it is for the UEFI SCT" },
	{ CLAUSE("virtual-firmware", "4"),
	  "strongly recommended: UEFI variables persist",
	  RULES(S("EFIVARIABLE-WRITE"), S("EFIVARIABLE-PERSIST"), S("BOOT-REBOOT"), S("BOOT-COLD")), NULL },
	{ CLAUSE("virtual-firmware", "5"),
	  "the variable store belongs to the VM instance and is not part of the portable image",
	  RULES(M("IMAGE-NO-VARSTORE"), M("EFIVARIABLE-STORE")), NULL },
	{ CLAUSE("virtual-firmware", "6"),
	  "a portable image boots by the removable media rules, without a prepared UEFI environment",
	  NULL, "shown by VMSPEC-IMAGE-BOOTAA64 and by VMSPEC-BOOT-DEFAULT, which boots with a fresh store; that no "
		"other image relies on a prepared environment can't be shown" },
	{ CLAUSE("virtual-firmware", "7"),
	  "the firmware is the VM implementation's and is not distributed in the image",
	  RULES(S("IMAGE-NO-FIRMWARE")),
	  "a firmware volume on the ESP can be seen; who distributes the firmware binary can't" },
	{ CLAUSE("virtual-firmware", "8"),
	  "the firmware offers the UEFI real time clock",
	  RULES(M("EFI-RTC")), NULL },

	/* Hardware Description */
	{ CLAUSE("hardware-description", "1"),
	  "hardware is described by way of the UEFI system table",
	  NULL, "the way by which the next clause's tree is found; judged with it" },
	{ CLAUSE("hardware-description", "2"),
	  "the firmware publishes a device tree that describes the entire VM and boots mainline kernels by itself",
	  RULES(M("EFI-DTB"), M("FDT-COMPLETE"), M("BOOT-DTB")),
	  "what the tree doesn't tell and no bus enumerates can't be known to be missing" },

	/* VM Platform */
	{ CLAUSE("vm-platform", "1"),
	  "no memory map is laid down",
	  NULL, "a freedom, nothing to check" },
	{ CLAUSE("vm-platform", "2"),
	  "the guest can enumerate processors, devices and memory by FDT and by buses such as PCI",
	  RULES(M("ENUMERATION")), NULL },
	{ CLAUSE("vm-platform", "3"),
	  "recommended: where the CPUs have AArch32 at EL1, the VM can start in both execution states",
	  RULES(S("AARCH32-EL1"), S("BOOT-AARCH32")), NULL },
	{ CLAUSE("vm-platform", "4"),
	  "there is a console: PL011, virtio or Xen PV",
	  RULES(M("CONSOLE")), NULL },
	{ CLAUSE("vm-platform", "5"),
	  "there is a GICv2 or newer; a GICv2 serves at most 8 CPUs",
	  RULES(M("GIC"), M("GIC-CPUS"), M("BOOT-GICV2"), M("BOOT-GICV3")), NULL },
	{ CLAUSE("vm-platform", "6"),
	  "the virtual timer and counter are there as the architecture says",
	  RULES(M("TIMER")), NULL },
	{ CLAUSE("vm-platform", "7"),
	  "strongly recommended: a bus that block and network devices can be plugged into while running",
	  RULES(S("HOTPLUG"), S("BOOT-HOTPLUG-BLK"), S("BOOT-HOTPLUG-NET")), NULL },
	{ CLAUSE("vm-platform", "8"),
	  "the guest OS supports the PL011, the virtio and the Xen PV console",
	  RULES(M("OS-DRIVER-PL011"), M("OS-DRIVER-VIRTIO-CONSOLE"), M("OS-DRIVER-XEN-CONSOLE")), NULL },
	{ CLAUSE("vm-platform", "9"),
	  "the guest OS supports GICv2 and each newer version there is",
	  RULES(M("OS-DRIVER-GICV2"), M("OS-DRIVER-GICV3")), NULL },
	{ CLAUSE("vm-platform", "10"),
	  "the guest OS takes its time from the UEFI real time clock",
	  RULES(M("OS-EFI"), M("OS-EFI-RTC")), NULL },
	{ CLAUSE("vm-platform", "11"),
	  "strongly recommended: all virtio-pci, virtio-mmio and Xen PV drivers in the kernel or its ramdisk",
	  RULES(S("OS-DRIVER-VIRTIO-PCI"), S("OS-DRIVER-VIRTIO-MMIO"), S("OS-DRIVER-VIRTIO-BLK"),
		S("OS-DRIVER-VIRTIO-SCSI"), S("OS-DRIVER-VIRTIO-NET"), S("OS-DRIVER-VIRTIO-BALLOON"), S("OS-DRIVER-XEN-BLK"),
		S("OS-DRIVER-XEN-NET"), S("OS-DRIVER-XEN-BALLOON"), S("BOOT-VIRTIO-PCI"), S("BOOT-VIRTIO-MMIO"),
		S("BOOT-XENBUS")),
	  NULL },
	{ CLAUSE("vm-platform", "12"),
	  "software assumes nothing about which further peripherals there are",
	  NULL, "a demand on all software of the image, in all its runs" },
};
/* clang-format on */

static const struct vms_rule info[] = { I("IMAGE-SIGNED"), I("IMAGE-SECTOR"), I("HWDESC-AGREE"), END };

const struct vms_profile vms_profile_1_0 = {
	.name = "vmspec-1.0",
	.title = "VM System Specification for ARM Processors 1.0 (2014)",
	.prefix = "VMSPEC-",
	.chapters = vms_spec_chapters,
	.least_uefi_minor = 4,
	.clauses = clauses,
	.n_clauses = ARRAY_SIZE(clauses),
	.info = info,
};
