// SPDX-License-Identifier: GPL-2.0-or-later
/* The rows of the chapter Hardware Description, in print order. */
#include "chapter.h"
#include "hwdesc.h"

void hwdesc_add(struct hwdesc_list *l, const char *fmt, ...)
{
	char one[200];
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(one, sizeof(one), fmt, ap);
	va_end(ap);
	l->n++;
	n = snprintf(l->text + l->len, sizeof(l->text) - l->len, "%s%s", l->len ? "; " : "", one);
	if (n > 0 && (size_t)n < sizeof(l->text) - l->len)
		l->len += (size_t)n;
	else
		l->text[l->len] = '\0';
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-EFI-DTB",
		.title = "the firmware published a device tree",
		.needs = { "VMSPEC-EFI" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = hwdesc_check_efi_dtb,
		.reads =
			"/sys/firmware/fdt; where it cannot be read, /sys/firmware/devicetree/base; "
			"/proc/cmdline, the menus of boot loaders, unified kernel images, overlays, the scripts, "
			"trees and FIT images that U-Boot looks for, the boot option that it started (BootCurrent, "
			"Boot####), for a tree of somebody else's; the tree's /chosen and the kernel log for a kexec",
		.passes = "the tree that Linux was started with describes hardware, and nothing shows that a "
			  "boot loader put it there",
		.fails = "the tree holds nothing but /chosen (and Xen's /hypervisor): without one from the "
			 "firmware, the kernel's EFI stub makes such a tree itself",
		.mends =
			"the hypervisor: its firmware installs the device tree as EFI configuration table. EBBR, "
			"Arm's rules for embedded boards, asks the opposite: either ACPI or a tree, never both; "
			"firmware made by those fails here and is right there",
	},
	{
		.id = "VMSPEC-EFI-ACPI",
		.title = "the firmware published ACPI tables",
		.needs = { "VMSPEC-EFI" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = hwdesc_check_efi_acpi,
		.reads = "ACPI20= in /sys/firmware/efi/systab; /sys/firmware/acpi/tables; the kernel log's "
			 "line of EFI tables; /proc/cmdline and GRUB's menus (/boot, the ESP, and what they "
			 "source) for tables of GRUB's",
		.passes = "the EFI configuration table has an ACPI 2.0 root pointer, whether or not Linux "
			  "uses it, and no menu of GRUB's has the command acpi, which puts tables there",
		.fails = "systab, or the line of EFI tables in a whole kernel log, has none",
		.mends =
			"the hypervisor: its firmware installs ACPI tables. EBBR asks for either these or a tree, never "
			"both",
	},
	{
		.id = "VMSPEC-FDT-COMPLETE",
		.title = "the device tree describes the machine",
		.needs = { "VMSPEC-EFI-DTB" },
		.kinds = VMS_KIND_MACHINE,
		.asked_fn = hwdesc_check_fdt_complete,
		.reads = "/sys/firmware/fdt",
		.passes =
			"it describes CPUs and how to start each of them, GIC, timer with its virtual interrupt, "
			"console (vmspec-1.0: the bus of a virtio console will do) and a bus (Xen's /hypervisor "
			"stands for these two), and its references lead somewhere",
		.fails = "one of these is missing or disabled, or a phandle or path leads nowhere",
		.mends = "the hypervisor, which makes the tree",
	},
	{
		.id = "VMSPEC-ACPI-COMPLETE",
		.title = "the ACPI tables describe the machine",
		.needs = { "VMSPEC-EFI-ACPI" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = hwdesc_check_acpi_complete,
		.reads = "/sys/firmware/acpi/tables; the kernel log's ACPI lines; /sys/bus/pci/devices; "
			 "/proc/sys/kernel/tainted for tables that replaced the firmware's",
		.passes =
			"FADT (5.1 or later, hardware-reduced), DSDT, MADT, GTDT, SPCR, DBG2, with PCIe also "
			"MCFG, with right lengths and checksums",
		.fails = "a table is missing, its length or checksum is wrong, or it contradicts itself",
		.mends = "the hypervisor, which makes the tables",
	},
	{
		.id = "VMSPEC-HWDESC-AGREE",
		.title = "device tree and ACPI describe the same machine",
		.needs = { "VMSPEC-EFI-DTB", "VMSPEC-EFI-ACPI" },
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = hwdesc_check_agree,
		.reads = "/sys/firmware/fdt and /sys/firmware/acpi/tables",
		.passes = "CPUs, GIC version, timer interrupts and UART are the same in both",
		.fails = "one of them differs",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_hwdesc, "Hardware description", checks);
