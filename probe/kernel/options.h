/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of the running kernel that any check asks about, read once for all of
 * them: "my kernel can't" is told from "the host doesn't" by these.
 */
#ifndef VMS_KERNEL_OPTIONS_H
#define VMS_KERNEL_OPTIONS_H

#include "kconfig.h"

/* A new one also gets its name in options.c. */
enum kernel_option {
	OPTION_ARM,
	OPTION_ARM64,
	OPTION_ACPI,
	OPTION_EFI,
	OPTION_KVM,
	OPTION_PL011,
	OPTION_PL011_CONSOLE,
	OPTION_8250,
	OPTION_8250_CONSOLE,
	OPTION_HVC_DCC,
	OPTION_GICV2,
	OPTION_GICV3,
	OPTION_VIRTIO_CONSOLE,
	OPTION_VIRTIO_PCI,
	OPTION_VIRTIO_MMIO,
	OPTION_VIRTIO_BLK,
	OPTION_VIRTIO_SCSI,
	OPTION_VIRTIO_NET,
	OPTION_VIRTIO_BALLOON,
	OPTION_XEN_CONSOLE,
	OPTION_XEN_BLK,
	OPTION_XEN_NET,
	OPTION_XEN_BALLOON,
	OPTION_HOTPLUG_PCI_ACPI,
	OPTION_HOTPLUG_PCI_PCIE,
	OPTION_RTC_DRV_EFI,
	OPTION_RTC_HCTOSYS,
	OPTION_IKCONFIG,
	OPTION_INITRAMFS_SOURCE, /* built in: there is one inside the kernel */
	OPTION_RD_GZIP,
	OPTION_RD_BZIP2,
	OPTION_RD_LZMA,
	OPTION_RD_XZ,
	OPTION_RD_LZO,
	OPTION_RD_LZ4,
	OPTION_RD_ZSTD,
	OPTION_ARM64_4K_PAGES,
	OPTION_ARM64_SVE,
	N_OPTIONS,
};

struct kernel_options {
	char *release; /* of the running kernel; NULL: not known */
	struct kconfig config;
	struct kconfig_option option[N_OPTIONS]; /* as it stands in the configuration */
};

/* Those of `m`, read once. NULL: -ENOMEM. */
const struct kernel_options *kernel_options(struct vms_machine *m);

/* The option's value, NOT_SET also where a whole Arm configuration does not mention
 * it; NOT_MENTIONED: nobody knows. */
enum kconfig_value kernel_option(const struct kernel_options *k, enum kernel_option o);

/* Without "CONFIG_". */
const char *kernel_option_name(enum kernel_option o);

#endif
