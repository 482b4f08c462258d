/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot matrix: what one guest alone cannot show. Each row is a check over a value that
 * cells differ in (values.c), or over a step in the cells that booted (steps.c).
 */
#include "chapter.h"
#include "judge.h"

#define VALUE_CHECK(name, value)                                                                             \
	static int check_##name(struct vms_matrix *m, struct vms_result *r)                                  \
	{                                                                                                    \
		return matrix_judge_value(m, value, r);                                                      \
	}
#define STEP_CHECK(name, step)                                                                               \
	static int check_##name(struct vms_matrix *m, struct vms_result *r)                                  \
	{                                                                                                    \
		return matrix_judge_step(m, step, r);                                                        \
	}

VALUE_CHECK(default, VALUE_DEFAULT)
VALUE_CHECK(gicv2, VALUE_GICV2)
VALUE_CHECK(gicv3, VALUE_GICV3)
VALUE_CHECK(dtb, VALUE_DTB)
VALUE_CHECK(acpi, VALUE_ACPI)
VALUE_CHECK(pci, VALUE_PCI)
VALUE_CHECK(mmio, VALUE_MMIO)
VALUE_CHECK(xenbus, VALUE_XENBUS)
VALUE_CHECK(aarch32, VALUE_AARCH32)
STEP_CHECK(reboot, VMS_STEP_REBOOT)
STEP_CHECK(cold, VMS_STEP_COLD)
STEP_CHECK(hotplug_blk, VMS_STEP_HOTPLUG_BLK)
STEP_CHECK(hotplug_net, VMS_STEP_HOTPLUG_NET)

#define CELLS	"how the cells of the matrix ended"
#define NO_BOOT "no cell with it booted; or one did not, and nothing else of its hardware explains it"
#define WHO	"the image, where its kernel gives up or lacks a driver; the hypervisor, where its firmware does"

/* In the order of enum matrix_value, then of the steps from power-off on. */
static const struct vms_check checks[] = {
	{ .id = "VMSPEC-BOOT-DEFAULT",
	  .title = "the image boots on the default hardware",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_default,
	  .reads = CELLS ", those with the hypervisor's default hardware and a fresh variable store",
	  .passes = "the guest came up and gave its verdict, whatever that is",
	  .fails = "it did not come up; where no cell did, the other checks of the matrix "
		   "are skipped",
	  .mends = WHO },
	{ .id = "VMSPEC-BOOT-GICV2",
	  .title = "the image boots on a GICv2",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_gicv2,
	  .reads = CELLS ", those with a GICv2; VMSPEC-GIC in the verdicts of their guests",
	  .passes = "a guest gave its verdict, and names a GICv2 in it; skipped where the "
		    "host's hardware has none",
	  .fails = NO_BOOT "; or a guest found another GIC than the one that was asked for",
	  .mends = WHO },
	{ .id = "VMSPEC-BOOT-GICV3",
	  .title = "the image boots on a GICv3",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_gicv3,
	  .reads = CELLS ", those with a GICv3; VMSPEC-GIC in the verdicts of their guests",
	  .passes = "a guest gave its verdict, and names a GICv3 in it; skipped where the "
		    "host's hardware has none",
	  .fails = NO_BOOT "; or a guest found another GIC than the one that was asked for",
	  .mends = WHO },
	{ .id = "VMSPEC-BOOT-DTB",
	  .title = "the image boots with a device tree",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_dtb,
	  .reads = CELLS ", those with a device tree; VMSPEC-EFI-DTB in the verdicts of their guests",
	  .passes = "a guest gave its verdict, and the firmware's device tree is in it",
	  .fails = NO_BOOT "; or a guest found no device tree though one was asked for",
	  .mends = WHO },
	{ .id = "VMSPEC-BOOT-ACPI",
	  .title = "the image boots with ACPI",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_acpi,
	  .reads = CELLS ", those with ACPI; VMSPEC-EFI-ACPI and VMSPEC-OS-ACPI in the "
			 "verdicts of their guests",
	  .passes = "a guest gave its verdict and ran with ACPI; skipped where its kernel has "
		    "no ACPI",
	  .fails = NO_BOOT "; or a guest found no ACPI though it was asked for",
	  .mends = WHO },
	{ .id = "VMSPEC-BOOT-VIRTIO-PCI",
	  .title = "the image boots from virtio-pci",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_pci,
	  .reads = CELLS ", those with their disk on virtio-pci",
	  .passes = "a guest gave its verdict",
	  .fails = NO_BOOT,
	  .mends = WHO },
	{ .id = "VMSPEC-BOOT-VIRTIO-MMIO",
	  .title = "the image boots from virtio-mmio",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_mmio,
	  .reads = CELLS ", those with their disk on virtio-mmio",
	  .passes = "a guest gave its verdict",
	  .fails = NO_BOOT,
	  .mends = WHO },
	{ .id = "VMSPEC-BOOT-AARCH32",
	  .title = "the image boots in AArch32",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_aarch32,
	  .reads = CELLS ", those with AArch32 CPUs and firmware; the image's \\EFI\\BOOT",
	  .passes = "a guest gave its verdict; skipped where the image has no BOOTARM.EFI",
	  .fails = NO_BOOT,
	  .mends = WHO },
	{ .id = "VMSPEC-BOOT-XENBUS",
	  .title = "the image boots from the Xen PV bus",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_xenbus,
	  .reads = CELLS ", those with their disk on the Xen PV bus",
	  .passes = "a guest gave its verdict; skipped on another hypervisor",
	  .fails = NO_BOOT,
	  .mends = WHO },
	{ .id = "VMSPEC-BOOT-POWER",
	  .title = "the guest reboots and powers off",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = matrix_judge_power,
	  .reads = "what became of each VM when its guest rebooted and powered "
		   "off (PSCI)",
	  .passes = "the VM started anew and ended, as its guest asked",
	  .fails = "it went on, hung, or did the other of the two",
	  .mends = "the hypervisor" },
	{ .id = "VMSPEC-BOOT-REBOOT",
	  .title = "a variable survives the guest's reboot",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_reboot,
	  .reads = "one variable in each guest, before and after its reboot",
	  .passes = "it is there again, byte for byte",
	  .fails = "it is gone or changed, in one cell at least",
	  .mends = "the hypervisor: firmware with a variable store" },
	{ .id = "VMSPEC-BOOT-COLD",
	  .title = "a variable survives a power cycle",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_cold,
	  .reads = "one variable in each guest, in a new VM process with the same "
		   "variable store",
	  .passes = "it is there again, byte for byte; cells that lost it in the "
		    "reboot are not counted",
	  .fails = "it is gone or changed, in one cell at least",
	  .mends = "the hypervisor: a variable store that outlives the process" },
	{ .id = "VMSPEC-BOOT-HOTPLUG-BLK",
	  .title = "a disk comes and goes while the guest runs",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_hotplug_blk,
	  .reads = "what each guest saw of a disk that was added and removed",
	  .passes = "it saw it come and go",
	  .fails = "it did not, in one cell at least; or the hypervisor refused",
	  .mends = "the hypervisor: a bus that can be plugged into" },
	{ .id = "VMSPEC-BOOT-HOTPLUG-NET",
	  .title = "a network card comes and goes while the guest runs",
	  .kinds = VMS_KIND_BOOT_MATRIX,
	  .matrix_fn = check_hotplug_net,
	  .reads = "what each guest saw of a network card that was added and "
		   "removed",
	  .passes = "it saw it come and go",
	  .fails = "it did not, in one cell at least; or the hypervisor refused",
	  .mends = "the hypervisor: a bus that can be plugged into" },
};

VMS_CHECKS(vms_checks_boot, "Boot matrix", checks);

enum vms_status matrix_cell_status(const struct vms_cell *cell, const struct vms_check *c)
{
	size_t row = (size_t)(c - checks), step;

	if (c < checks || row >= ARRAY_SIZE(checks))
		return VMS_SKIP;
	if (row < N_VALUES)
		return matrix_view(cell, (enum matrix_value)row).status;
	step = VMS_STEP_POWEROFF + row - N_VALUES;
	return step == VMS_STEP_POWEROFF ? matrix_power_status(cell)
					 : matrix_step_status(cell, (enum vms_cell_step)step);
}
