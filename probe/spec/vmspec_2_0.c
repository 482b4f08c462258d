/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VM System Specification for ARM Processors, version 2.0 of 4 April 2016. */
#include "core/util.h"
#include "spec.h"

/* clang-format off */
#define M(id) { "VMSPEC-" id, VMS_MUST }
#define S(id) { "VMSPEC-" id, VMS_SHOULD }
#define Y(id) { "VMSPEC-" id, VMS_MAY }
#define I(id) { "VMSPEC-" id, VMS_INFO }
#define END { NULL, VMS_LEVEL_NONE }
#define RULES(...) ((const struct vms_rule[]){ __VA_ARGS__, END })
#define CLAUSE(chapter, number) "vmspec-2.0/" chapter "/" number

static const struct vms_clause clauses[] = {
	/* ARM Server Architecture */
	{ CLAUSE("arm-server-architecture", "1"),
	  "hypervisors follow SBSA and SBBR as far as they can",
	  NULL, "\"as far as they can\" has no measure that a program could take" },
	{ CLAUSE("arm-server-architecture", "2"),
	  "the virtual firmware starts at EL1; EL2 is the hypervisor's",
	  RULES(S("EL1")), NULL },
	{ CLAUSE("arm-server-architecture", "3"),
	  "which ACPI data a VM gets is laid down by the SBBR",
	  NULL, "the tables that the SBBR names are judged by VMSPEC-ACPI-COMPLETE; the rest of the SBBR is "
		"another specification with its own test suites" },
	{ CLAUSE("arm-server-architecture", "4"),
	  "PSCI 0.2 starts secondary cores, shuts the VM down and reboots it",
	  RULES(M("PSCI"), M("BOOT-POWER")), NULL },
	{ CLAUSE("arm-server-architecture", "5"),
	  "AArch64 VMs are covered; AArch32 VMs may be, where EL1 can interprocess",
	  NULL, "a statement of scope; AArch32 is judged by VMSPEC-AARCH32-EL1 and VMSPEC-BOOT-AARCH32" },

	/* VM Image Format */
	{ CLAUSE("vm-image-format", "1"),
	  "the disk as the VM sees it carries a GUID Partition Table",
	  RULES(M("IMAGE-GPT"), S("IMAGE-GPT-BACKUP")), NULL },
	{ CLAUSE("vm-image-format", "2"),
	  "what boots is an EFI application on the EFI System Partition, at the removable media path",
	  RULES(M("IMAGE-BOOTAA64"), M("IMAGE-BOOTARM")),
	  "whether the application itself keeps UEFI 2.6 in all it does can't be read off its file; its format, "
	  "machine and subsystem can" },
	{ CLAUSE("vm-image-format", "3"),
	  "the ESP's partition type is C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
	  RULES(M("IMAGE-ESP")), NULL },
	{ CLAUSE("vm-image-format", "4"),
	  "the ESP is formatted as FAT32",
	  RULES(M("IMAGE-ESP-FAT32")), NULL },

	/* Virtual Firmware */
	{ CLAUSE("virtual-firmware", "1"),
	  "the hypervisor runs the EFI application of the image by UEFI",
	  RULES(M("EFI"), M("EFI-RUNTIME"), M("EFIVARIABLE"), M("BOOT-DEFAULT")), NULL },
	{ CLAUSE("virtual-firmware", "2"),
	  "recommended: a UEFI binary is the first software that the VM runs",
	  NULL, "nothing that runs later can see what ran first" },
	{ CLAUSE("virtual-firmware", "3"),
	  "the firmware keeps UEFI 2.6 or later",
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
	  "the firmware is the hypervisor's and is not distributed in the image",
	  RULES(S("IMAGE-NO-FIRMWARE")),
	  "a firmware volume on the ESP can be seen; who distributes the firmware binary can't" },
	{ CLAUSE("virtual-firmware", "8"),
	  "the firmware offers the UEFI real time clock",
	  RULES(M("EFI-RTC")), NULL },

	/* Hardware Description */
	{ CLAUSE("hardware-description", "1"),
	  "hardware is described by the UEFI configuration table",
	  NULL, "the way by which the next clause's tables are found; judged with them" },
	{ CLAUSE("hardware-description", "2"),
	  "the firmware publishes both an ACPI and a device tree entry",
	  RULES(M("EFI-DTB"), M("EFI-ACPI")), NULL },
	{ CLAUSE("hardware-description", "3"),
	  "each of the two describes the entire VM and its peripherals",
	  RULES(M("FDT-COMPLETE"), M("ACPI-COMPLETE")),
	  "what neither table tells and no bus enumerates can't be known to be missing" },
	{ CLAUSE("hardware-description", "4"),
	  "a mainline Linux boots by either of them",
	  RULES(M("BOOT-DTB"), M("BOOT-ACPI")), NULL },

	/* The VM Platform */
	{ CLAUSE("vm-platform", "1"),
	  "no memory map is laid down",
	  NULL, "a freedom, nothing to check" },
	{ CLAUSE("vm-platform", "2"),
	  "the guest can enumerate processors, devices and memory by ACPI or FDT and by buses such as PCI",
	  RULES(M("ENUMERATION")), NULL },
	{ CLAUSE("vm-platform", "3"),
	  "optional: where the CPUs have AArch32 at EL1, the VM can start in it too",
	  RULES(Y("AARCH32-EL1"), Y("BOOT-AARCH32")), NULL },
	{ CLAUSE("vm-platform", "4"),
	  "the serial console is a UART that meets the minimum of the SBSA UART",
	  RULES(M("OS-SBSA-UART")), NULL },
	{ CLAUSE("vm-platform", "5"),
	  "the hypervisor offers GICv2 and GICv3, as the hardware below can",
	  RULES(M("GIC"), M("BOOT-GICV2"), M("BOOT-GICV3")), NULL },
	{ CLAUSE("vm-platform", "6"),
	  "the virtual timer and counter are there as the architecture says",
	  RULES(M("TIMER")), NULL },
	{ CLAUSE("vm-platform", "7"),
	  "strongly recommended: a bus that block and network devices can be plugged into while running",
	  RULES(S("HOTPLUG"), S("BOOT-HOTPLUG-BLK"), S("BOOT-HOTPLUG-NET")), NULL },

	/* VM Images */
	{ CLAUSE("vm-images", "1"),
	  "the guest OS has console drivers for the SBSA UART and the PL011",
	  RULES(M("OS-DRIVER-PL011"), M("OS-DRIVER-SBSA-UART")), NULL },
	{ CLAUSE("vm-images", "2"),
	  "the guest OS supports GICv2 and GICv3",
	  RULES(M("OS-DRIVER-GICV2"), M("OS-DRIVER-GICV3")), NULL },
	{ CLAUSE("vm-images", "3"),
	  "the guest OS takes its time from the UEFI real time clock",
	  RULES(M("OS-EFI"), M("OS-EFI-RTC")), NULL },
	{ CLAUSE("vm-images", "4"),
	  "strongly recommended: all virtio-pci, virtio-mmio and Xen PV drivers in the kernel or its ramdisk",
	  RULES(S("OS-DRIVER-VIRTIO-CONSOLE"), S("OS-DRIVER-XEN-CONSOLE"), S("OS-DRIVER-VIRTIO-PCI"),
		S("OS-DRIVER-VIRTIO-MMIO"), S("OS-DRIVER-VIRTIO-BLK"), S("OS-DRIVER-VIRTIO-SCSI"),
		S("OS-DRIVER-VIRTIO-NET"), S("OS-DRIVER-VIRTIO-BALLOON"), S("OS-DRIVER-XEN-BLK"), S("OS-DRIVER-XEN-NET"),
		S("OS-DRIVER-XEN-BALLOON"), S("BOOT-VIRTIO-PCI"), S("BOOT-VIRTIO-MMIO"),
		S("BOOT-XENBUS")),
	  NULL },
	{ CLAUSE("vm-images", "5"),
	  "software assumes nothing about which further peripherals there are",
	  NULL, "a demand on all software of the image, in all its runs" },
};
/* clang-format on */

static const struct vms_rule info[] = { I("IMAGE-SIGNED"), I("IMAGE-SECTOR"), I("HWDESC-AGREE"),
					I("GIC-CPUS"),	   I("OS-ACPI"),      END };

const struct vms_profile vms_profile_2_0 = {
	.name = "vmspec-2.0",
	.title = "VM System Specification for ARM Processors 2.0 (2016)",
	.prefix = "VMSPEC-",
	.chapters = vms_spec_chapters,
	.least_uefi_minor = 6,
	.clauses = clauses,
	.n_clauses = ARRAY_SIZE(clauses),
	.info = info,
};
