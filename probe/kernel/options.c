/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of the running kernel; see options.h. */
#include <errno.h>

#include "options.h"

static const char *const names[N_OPTIONS] = {
	[OPTION_ARM] = "ARM",
	[OPTION_ARM64] = "ARM64",
	[OPTION_ACPI] = "ACPI",
	[OPTION_EFI] = "EFI",
	[OPTION_KVM] = "KVM",
	[OPTION_PL011] = "SERIAL_AMBA_PL011",
	[OPTION_PL011_CONSOLE] = "SERIAL_AMBA_PL011_CONSOLE",
	[OPTION_8250] = "SERIAL_8250",
	[OPTION_8250_CONSOLE] = "SERIAL_8250_CONSOLE",
	[OPTION_HVC_DCC] = "HVC_DCC",
	[OPTION_GICV2] = "ARM_GIC",
	[OPTION_GICV3] = "ARM_GIC_V3",
	[OPTION_VIRTIO_CONSOLE] = "VIRTIO_CONSOLE",
	[OPTION_VIRTIO_PCI] = "VIRTIO_PCI",
	[OPTION_VIRTIO_MMIO] = "VIRTIO_MMIO",
	[OPTION_VIRTIO_BLK] = "VIRTIO_BLK",
	[OPTION_VIRTIO_SCSI] = "SCSI_VIRTIO",
	[OPTION_VIRTIO_NET] = "VIRTIO_NET",
	[OPTION_VIRTIO_BALLOON] = "VIRTIO_BALLOON",
	[OPTION_XEN_CONSOLE] = "HVC_XEN",
	[OPTION_XEN_BLK] = "XEN_BLKDEV_FRONTEND",
	[OPTION_XEN_NET] = "XEN_NETDEV_FRONTEND",
	[OPTION_XEN_BALLOON] = "XEN_BALLOON",
	[OPTION_HOTPLUG_PCI_ACPI] = "HOTPLUG_PCI_ACPI",
	[OPTION_HOTPLUG_PCI_PCIE] = "HOTPLUG_PCI_PCIE",
	[OPTION_RTC_DRV_EFI] = "RTC_DRV_EFI",
	[OPTION_RTC_HCTOSYS] = "RTC_HCTOSYS",
	[OPTION_IKCONFIG] = "IKCONFIG",
	[OPTION_INITRAMFS_SOURCE] = "INITRAMFS_SOURCE",
	[OPTION_RD_GZIP] = "RD_GZIP",
	[OPTION_RD_BZIP2] = "RD_BZIP2",
	[OPTION_RD_LZMA] = "RD_LZMA",
	[OPTION_RD_XZ] = "RD_XZ",
	[OPTION_RD_LZO] = "RD_LZO",
	[OPTION_RD_LZ4] = "RD_LZ4",
	[OPTION_RD_ZSTD] = "RD_ZSTD",
	[OPTION_ARM64_4K_PAGES] = "ARM64_4K_PAGES",
	[OPTION_ARM64_SVE] = "ARM64_SVE",
};

static int read_options(struct vms_machine *m, void *data)
{
	struct kernel_options *k = data;

	if (kernel_release(m->root, &k->release) == -ENOMEM)
		return -ENOMEM;
	for (size_t i = 0; i < N_OPTIONS; i++)
		k->option[i].name = names[i];
	k->option[OPTION_INITRAMFS_SOURCE].is_text = true;
	return kconfig_read(m, k->release, &k->config, k->option, N_OPTIONS);
}

static void clear_options(void *data)
{
	struct kernel_options *k = data;

	kconfig_clear(&k->config);
	free(k->release);
}

const struct kernel_options *kernel_options(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_KERNEL, sizeof(struct kernel_options), read_options,
				clear_options);
}

enum kconfig_value kernel_option(const struct kernel_options *k, enum kernel_option o)
{
	bool arm = k->option[OPTION_ARM].value == KCONFIG_BUILT_IN ||
		   k->option[OPTION_ARM64].value == KCONFIG_BUILT_IN;

	if (k->config.err == 0 && k->config.whole && arm && k->option[o].value == KCONFIG_NOT_MENTIONED)
		return KCONFIG_NOT_SET;
	return k->option[o].value;
}

const char *kernel_option_name(enum kernel_option o)
{
	return o < N_OPTIONS ? names[o] : "";
}
