/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-HOTPLUG: PCIe ports, slots, the buses of Xen and Hyper-V. */
#include "fixture_hw.h"

#define ID   "VMSPEC-HOTPLUG"
#define PORT "/sys/bus/pci/devices/0000:00:01.0/"

/* A type 1 header with the PCIe capability at 0x40: port type, slot implemented, slot
 * capabilities. */
static void port(struct fixture *f, unsigned type, bool slot, unsigned capabilities, size_t len)
{
	uint8_t config[256] = { 0 };

	config[0x06] = 0x10;
	config[0x0e] = 1;
	config[0x34] = 0x40;
	config[0x40] = 0x10;
	config[0x42] = (uint8_t)(type << 4 | 2);
	config[0x43] = slot;
	config[0x54] = (uint8_t)capabilities;
	fixture_write_bytes(f, PORT "config", config, len);
	fixture_write(f, PORT "class", "0x060400\n");
}

/* A kernel of PCI where all can be looked at, run by a device tree. */
static void all_visible(struct fixture *f)
{
	fixture_remove(f, "/sys");
	fixture_dir(f, "/sys/firmware");
	fixture_dir(f, "/sys/bus/pci_express/devices");
	fixture_dir(f, "/sys/bus/pci/devices");
	fixture_dir(f, "/sys/bus/pci/slots");
}

static void test_config_space(void **state)
{
	static const struct {
		unsigned type;
		bool slot;
		unsigned capabilities;
		size_t len;
		enum vms_status status;
		const char *reason;
	} cases[] = {
		{ 4, true, 0x40, 256, VMS_PASS, "hot-plug-capable PCIe port" },
		{ 6, true, 0x60, 256, VMS_PASS, "hot-plug-capable PCIe port" },
		{ 4, true, 0x00, 256, VMS_FAIL, "no bus takes" },
		{ 4, false, 0x40, 256, VMS_FAIL, "no bus takes" },
		{ 5, true, 0x40, 256, VMS_FAIL, "no bus takes" }, /* upstream port */
		/* without privilege 64 bytes are shown */
		{ 4, true, 0x40, 64, VMS_UNKNOWN, "could not be read" },
		{ 4, true, 0x40, 0x42, VMS_UNKNOWN, NULL },
		{ 4, true, 0x40, 0x54, VMS_UNKNOWN, NULL },
		{ 4, true, 0x40, 0, VMS_UNKNOWN, NULL },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		all_visible(f);
		port(f, cases[i].type, cases[i].slot, cases[i].capabilities, cases[i].len);
		fixture_check(f, ID, cases[i].status, cases[i].reason);
	}
}

/* Lists of capabilities that go round, or lead into the header. */
static void test_hostile_config(void **state)
{
	struct fixture *f = *state;
	uint8_t config[256] = { [0x06] = 0x10, [0x34] = 0x40, [0x40] = 1, [0x41] = 0x40 };

	all_visible(f);
	fixture_write(f, PORT "class", "0x060400\n");
	fixture_write_bytes(f, PORT "config", config, sizeof(config));
	fixture_check(f, ID, VMS_UNKNOWN, NULL);
	config[0x41] = 0x04;
	fixture_write_bytes(f, PORT "config", config, sizeof(config));
	fixture_check(f, ID, VMS_FAIL, NULL);
	memset(config, 0xff, sizeof(config));
	fixture_write_bytes(f, PORT "config", config, sizeof(config));
	fixture_check(f, ID, VMS_UNKNOWN, NULL);
}

static void test_services_and_slots(void **state)
{
	struct fixture *f = *state;

	all_visible(f);
	fixture_dir(f, "/sys/bus/pci_express/devices/0000:00:01.0:pcie001");
	fixture_dir(f, "/sys/bus/pci_express/devices/garbage:pcie");
	fixture_check(f, ID, VMS_FAIL, "no bus takes");
	fixture_dir(f, "/sys/bus/pci_express/devices/0000:00:01.0:pcie004");
	fixture_check_evidence(f, ID, VMS_PASS, "hot-plug-capable PCIe port", "pcie004");
	all_visible(f);
	/* a slot that firmware only named, one that a driver can turn off (Amazon) */
	fixture_write(f, "/sys/bus/pci/slots/1/address", "0000:00:01\n");
	fixture_check(f, ID, VMS_FAIL, "no bus takes");
	fixture_write(f, "/sys/bus/pci/slots/2/power", "1\n");
	fixture_check_evidence(f, ID, VMS_PASS, "PCI slots that can be hot-plugged", "slot 2");
}

static void test_other_buses(void **state)
{
	struct fixture *f = *state;

	all_visible(f);
	fixture_dir(f, "/sys/bus/xen/devices");
	fixture_check(f, ID, VMS_FAIL, NULL);
	fixture_write(f, "/sys/hypervisor/type", "xen\n");
	fixture_check_evidence(f, ID, VMS_UNKNOWN, "Xen's PV bus has no device on it", "no device");
	/* a control domain makes guests */
	fixture_write(f, "/sys/hypervisor/properties/features", "00000800\n");
	fixture_check(f, ID, VMS_SKIP, "control domain");
	fixture_dir(f, "/sys/bus/xen/devices/vbd-51712");
	fixture_check_evidence(f, ID, VMS_PASS, "the Xen PV bus", "vbd-51712");
	/* the type is not shown */
	fixture_remove(f, "/sys/hypervisor");
	fixture_check_evidence(f, ID, VMS_PASS, "the Xen PV bus", "vbd-51712");
	fixture_remove(f, "/sys/bus/pci");
	fixture_check_evidence(f, ID, VMS_PASS, "the Xen PV bus", "vbd-51712");
	all_visible(f);
	fixture_dir(f, "/sys/bus/vmbus/devices");
	fixture_check(f, ID, VMS_FAIL, NULL);
	fixture_dir(f, "/sys/bus/vmbus/devices/f8b3781a-1e82-4818-a1c3-63d806ec15bb");
	fixture_check(f, ID, VMS_PASS, "VMBus");
}

/* The driver of a port has an interrupt: all that a user of a container's kernel may see. */
static void test_interrupt(void **state)
{
	struct fixture *f = *state;

	fixture_write(
		f, "/proc/interrupts",
		"           CPU0\n 51:          1   ITS-MSI 49152 Edge      PCIe PME, aerdrv, pciehp\n");
	fixture_check_evidence(f, ID, VMS_PASS, "whose driver has an interrupt", "PCIe PME, aerdrv, pciehp");
	fixture_write(f, "/proc/interrupts",
		      "           CPU0\n 51:          1   ITS-MSI 49152 Edge      PCIe PME\n");
	fixture_check(f, ID, VMS_UNKNOWN, NULL);
}

/* The bus can, and this kernel can't. */
static void test_no_pciehp(void **state)
{
	struct fixture *f = *state;

	all_visible(f);
	port(f, 4, true, 0x40, 256);
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-test\n");
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_ARM64=y\n# CONFIG_HOTPLUG_PCI_PCIE is not set\n");
	fixture_check_evidence(f, ID, VMS_PASS, "hot-plug-capable PCIe port", "this kernel has no pciehp");
}

/* By ACPI a device can be plugged in without any slot showing, if the kernel can't do it. */
static void test_acpi(void **state)
{
	struct fixture *f = *state;

	all_visible(f);
	fixture_dir(f, "/sys/firmware/acpi");
	fixture_check(f, ID, VMS_UNKNOWN, "ACPI hot-plug");
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-test\n");
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_PCI=y\nCONFIG_HOTPLUG_PCI_ACPI=y\n");
	fixture_check(f, ID, VMS_UNKNOWN, "cannot be seen: ");
	fixture_write(f, "/proc/cmdline", "quiet acpiphp.disable=1\n");
	fixture_check(f, ID, VMS_UNKNOWN, "acpiphp.disable=");
	/* what the kernel refuses leaves it on */
	fixture_write(f, "/proc/cmdline", "quiet acpiphp.disable=\n");
	fixture_check(f, ID, VMS_FAIL, "no bus takes");
	fixture_write(f, "/proc/cmdline", "quiet acpiphp.disable=2\n");
	fixture_check(f, ID, VMS_FAIL, "no bus takes");
	fixture_write(f, "/proc/cmdline", "quiet acpiphp.disable acpiphp.disable=\n");
	fixture_check(f, ID, VMS_UNKNOWN, "acpiphp.disable=");
	/* the kernel's own word */
	fixture_write(f, "/sys/module/acpiphp/parameters/disable", "N\n");
	fixture_check(f, ID, VMS_FAIL, "no bus takes");
	fixture_write(f, "/sys/module/acpiphp/parameters/disable", "Y\n");
	fixture_write(f, "/proc/cmdline", "quiet\n");
	fixture_check(f, ID, VMS_UNKNOWN, "acpiphp.disable=");
	fixture_remove(f, "/sys/module");
	fixture_check(f, ID, VMS_FAIL, "no bus takes");
	fixture_write(f, "/boot/config-6.1.0-test", "CONFIG_PCI=y\n# CONFIG_HOTPLUG_PCI_ACPI is not set\n");
	fixture_check(f, ID, VMS_UNKNOWN, "ACPI hot-plug");
}

static void test_unknown(void **state)
{
	struct fixture *f = *state;

	fixture_check(f, ID, VMS_UNKNOWN, NULL);
	/* no PCI in the kernel (Firecracker, kvmtool with virtio-mmio): is there any in the VM? */
	fixture_dir(f, "/sys/bus");
	fixture_check(f, ID, VMS_UNKNOWN, "this kernel has no PCI");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 1 });
	fixture_check_evidence(f, ID, VMS_FAIL, "there is no PCI", "no PCI host bridge");
	fixture_remove(f, "/sys/firmware/fdt");
	fixture_dir(f, "/sys/bus/acpi/devices/ARMH0011:00");
	fixture_check(f, ID, VMS_FAIL, "there is no PCI");
	fixture_dir(f, "/sys/bus/acpi/devices/PNP0A08:00");
	fixture_check(f, ID, VMS_UNKNOWN, "PCI is described, and this kernel has no PCI");
	all_visible(f);
	fixture_remove(f, "/sys/bus/pci/slots");
	fixture_check(f, ID, VMS_UNKNOWN, "/sys/bus/pci/slots");
	all_visible(f);
	/* a function whose class can't be seen may be a port */
	fixture_dir(f, PORT);
	fixture_check(f, ID, VMS_UNKNOWN, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_config_space),
		fixture_test(test_hostile_config),
		fixture_test(test_services_and_slots),
		fixture_test(test_other_buses),
		fixture_test(test_acpi),
		fixture_test(test_interrupt),
		fixture_test(test_no_pciehp),
		fixture_test(test_unknown),
	};

	return cmocka_run_group_tests_name("hotplug", tests, NULL, NULL);
}
