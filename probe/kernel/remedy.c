/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of advice; see remedy.h. The row of a topic without a platform is for all
 * that have none of their own: it names no program and no option.
 */
#include "remedy.h"

static const struct {
	enum remedy_topic topic;
	enum platform platform; /* PLATFORM_UNKNOWN: all others */
	const char *advice;
} rows[] = {
	{ REMEDY_UEFI, PLATFORM_UNKNOWN,
	  "start the VM with UEFI firmware instead of loading its kernel directly" },
	{ REMEDY_UEFI, PLATFORM_QEMU,
	  "start the VM with UEFI firmware (two pflash drives: the code and the VM's variables) instead of "
	  "loading its kernel directly" },
	{ REMEDY_UEFI, PLATFORM_CLOUD_HYPERVISOR,
	  "start the VM with the UEFI firmware CLOUDHV_EFI.fd instead of loading its kernel directly" },
	{ REMEDY_UEFI, PLATFORM_FIRECRACKER,
	  "Firecracker loads kernels directly and has no UEFI firmware: another VMM is needed" },
	{ REMEDY_UEFI, PLATFORM_APPLE, "start the VM by VZEFIBootLoader instead of VZLinuxBootLoader" },
	{ REMEDY_UEFI, PLATFORM_XEN,
	  "start the domain with UEFI firmware as its kernel= instead of loading Linux directly" },
	{ REMEDY_UEFI, PLATFORM_XEN_CONTROL,
	  "let Xen itself be started by UEFI, so that it passes the firmware on to its control domain" },

	{ REMEDY_EL1, PLATFORM_UNKNOWN, "start the VM's CPUs at EL1 (without nested virtualization)" },
	{ REMEDY_EL1, PLATFORM_QEMU, "start the VM's CPUs at EL1 (-M virt,virtualization=off)" },

	{ REMEDY_FDT, PLATFORM_UNKNOWN,
	  "have the firmware install a device tree as EFI configuration table, beside ACPI too" },
	{ REMEDY_FDT, PLATFORM_QEMU,
	  "have the firmware install a device tree as EFI configuration table, beside ACPI too (EDK II for "
	  "QEMU publishes only one of the two: the tree with -M virt,acpi=off)" },

	{ REMEDY_ACPI, PLATFORM_UNKNOWN, "have the firmware install ACPI tables, beside a device tree too" },
	{ REMEDY_ACPI, PLATFORM_QEMU,
	  "have the firmware install ACPI tables, beside a device tree too (EDK II for QEMU publishes only one "
	  "of the two: ACPI with -M virt,acpi=on; U-Boot for QEMU none, unless it is built to)" },
	{ REMEDY_ACPI, PLATFORM_CLOUD_HYPERVISOR,
	  "start the VM with UEFI firmware that passes on the ACPI tables: Cloud Hypervisor gives them only to "
	  "firmware" },
	{ REMEDY_ACPI, PLATFORM_XEN,
	  "give the domain ACPI tables (acpi=1 in its configuration) and firmware that installs them" },

	{ REMEDY_SETVARIABLE, PLATFORM_UNKNOWN, "use firmware whose SetVariable works at run time" },
	{ REMEDY_SETVARIABLE, PLATFORM_QEMU,
	  "use firmware whose SetVariable works at run time: EDK II with a writable pflash drive for its "
	  "variables" },

	{ REMEDY_VARSTORE_KEPT, PLATFORM_UNKNOWN,
	  "keep the VM's variable store with the VM, across restarts" },
	{ REMEDY_VARSTORE_KEPT, PLATFORM_QEMU,
	  "keep the VM's variable store in a writable pflash file of its own across restarts (not -bios, no "
	  "snapshot)" },
	{ REMEDY_VARSTORE_KEPT, PLATFORM_XEN,
	  "boot the domain with firmware that keeps its variables outside of the domain's memory, across "
	  "restarts (EDK II for Xen does not, and no option of the domain's configuration changes that)" },

	{ REMEDY_GIC, PLATFORM_UNKNOWN, "give the VM a GICv2 or newer, and describe it" },
	{ REMEDY_GIC, PLATFORM_QEMU, "give the VM a GICv2 or newer (-M virt,gic-version=)" },
	{ REMEDY_GIC, PLATFORM_XEN, "give the domain a GICv2 or newer (gic_version= in its configuration)" },

	{ REMEDY_GIC_CPUS, PLATFORM_UNKNOWN, "give a VM with more than 8 CPUs a GICv3" },
	{ REMEDY_GIC_CPUS, PLATFORM_QEMU, "give a VM with more than 8 CPUs a GICv3 (-M virt,gic-version=3)" },
	{ REMEDY_GIC_CPUS, PLATFORM_XEN,
	  "give a domain with more than 8 CPUs a GICv3 (gic_version=\"v3\" in its configuration)" },

	{ REMEDY_CONSOLE, PLATFORM_UNKNOWN, "give the VM a PL011, a virtio console or a Xen PV console" },
	{ REMEDY_CONSOLE, PLATFORM_QEMU,
	  "give the VM a PL011 or a virtio console (-serial, -device virtconsole)" },
	{ REMEDY_CONSOLE, PLATFORM_CLOUD_HYPERVISOR,
	  "give the VM a PL011 or a virtio console (--serial, --console)" },
	{ REMEDY_CONSOLE, PLATFORM_APPLE,
	  "give the VM a virtio console (VZVirtioConsoleDeviceSerialPortConfiguration)" },

	{ REMEDY_UART, PLATFORM_UNKNOWN, "give the VM a PL011 or an SBSA generic UART, and describe it" },
	{ REMEDY_UART, PLATFORM_FIRECRACKER, "Firecracker's only UART is a 16550: another VMM is needed" },
	{ REMEDY_UART, PLATFORM_APPLE,
	  "Apple's Virtualization framework has virtio consoles and no such UART: another VMM is needed" },
	{ REMEDY_UART, PLATFORM_CLOUD_HYPERVISOR, "give the VM its PL011 (--serial)" },
	{ REMEDY_UART, PLATFORM_XEN,
	  "give the domain an SBSA generic UART (vuart=\"sbsa_uart\" in its configuration)" },
	{ REMEDY_UART, PLATFORM_XEN_CONTROL,
	  "leave the control domain a UART: Xen hides the one that it takes for its own console (dtuart= on its "
	  "command line, else the tree's stdout-path)" },

	{ REMEDY_HOTPLUG, PLATFORM_UNKNOWN,
	  "give the VM a bus that takes devices while it runs: hot-plug-capable PCIe root ports, or PCI "
	  "hot-plug by ACPI" },
	{ REMEDY_HOTPLUG, PLATFORM_QEMU,
	  "give the VM hot-plug-capable PCIe root ports (-device pcie-root-port)" },
	{ REMEDY_HOTPLUG, PLATFORM_CLOUD_HYPERVISOR,
	  "start the VM with UEFI firmware and ACPI: Cloud Hypervisor announces devices that come and go by "
	  "ACPI alone" },
	{ REMEDY_HOTPLUG, PLATFORM_FIRECRACKER,
	  "Firecracker plugs no devices while a VM runs: another VMM is needed" },
	{ REMEDY_HOTPLUG, PLATFORM_XEN,
	  "give the domain Xen's PV bus, on which disks and network cards are attached" },

	{ REMEDY_TIMER, PLATFORM_UNKNOWN,
	  "give the VM the generic timer, and describe the interrupt of its virtual timer (GTDT; FDT "
	  "arm,armv8-timer)" },
	{ REMEDY_COUNTER, PLATFORM_UNKNOWN, "let the virtual counter run, at the rate that CNTFRQ tells" },
	{ REMEDY_PSCI, PLATFORM_UNKNOWN, "implement PSCI 0.2 or later, and describe it" },
	{ REMEDY_PSCI_CPU_ON, PLATFORM_UNKNOWN,
	  "see why CPU_ON does not start every CPU that is described, or describe fewer" },

	{ REMEDY_RESET, PLATFORM_UNKNOWN, "see that PSCI SYSTEM_RESET starts the VM anew" },
	{ REMEDY_RESET, PLATFORM_XEN,
	  "see that PSCI SYSTEM_RESET starts the domain anew (on_reboot=\"restart\")" },
	{ REMEDY_POWEROFF, PLATFORM_UNKNOWN, "see that PSCI SYSTEM_OFF ends the VM" },
};

const char *remedy_words(enum platform p, enum remedy_topic topic, enum vms_owner *ret_owner)
{
	const char *general = NULL;

	*ret_owner = VMS_HYPERVISOR;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].topic != topic)
			continue;
		if (rows[i].platform == p)
			return rows[i].advice;
		if (rows[i].platform == PLATFORM_UNKNOWN)
			general = rows[i].advice;
	}
	return general;
}

/* Clouds and managers leave QEMU's name in SMBIOS, and give that QEMU its options themselves. */
static const char by_its_manager[] =
	"; where a cloud or a manager starts QEMU (OpenStack, Proxmox, libvirt, UTM), in its settings";

void vms_remedy_for(struct vms_machine *m, struct vms_result *r, enum remedy_topic topic)
{
	enum platform p = platform_of(m);
	enum vms_owner owner;
	const char *general = remedy_words(PLATFORM_UNKNOWN, topic, &owner),
		   *advice = remedy_words(p, topic, &owner);

	vms_remedy(r, owner, "%s%s", advice, p == PLATFORM_QEMU && advice != general ? by_its_manager : "");
	remedy_settle(m, r);
}

void remedy_settle(struct vms_machine *m, struct vms_result *r)
{
	if (r->owner == VMS_HYPERVISOR && platform_of(m) == PLATFORM_BARE_METAL)
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "this is no virtual machine, so no hypervisor owes it this: judge the guests that "
			   "run "
			   "on it");
}
