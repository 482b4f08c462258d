/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which platform, by what signs in which order; and advice in its words. */
#include <errno.h>

#include "kernel/remedy.h"
#include "fixture.h"

#define LOG(text) "[    0.000000] " text "\n"

static void expect(struct fixture *f, enum platform platform, const char *sign)
{
	const struct platform_facts *p = platform_read(fixture_machine(f));

	assert_non_null(p);
	assert_int_equal(p->platform, platform);
	assert_int_equal(!p->name, platform == PLATFORM_UNKNOWN);
	assert_string_equal(p->sign ? p->sign : "-", sign ? sign : "-");
}

static void dmi(struct fixture *f, const char *vendor, const char *product)
{
	fixture_write(f, "/sys/class/dmi/id/sys_vendor", vendor);
	fixture_write(f, "/sys/class/dmi/id/product_name", product);
}

static void test_dmi(void **state)
{
	static const struct {
		const char *vendor, *product;
		enum platform platform;
	} cases[] = {
		{ "QEMU", "QEMU Virtual Machine", PLATFORM_QEMU },
		{ "QEMU", "KVM Virtual Machine", PLATFORM_QEMU },
		{ "Red Hat", "KVM", PLATFORM_KVM },
		{ "OpenStack Foundation", "OpenStack Nova", PLATFORM_KVM },
		{ "Nutanix", "AHV", PLATFORM_KVM },
		{ "Scaleway", "SCW-COPARM1-2C-8G", PLATFORM_KVM },
		{ "oVirt", "RHEL", PLATFORM_KVM },
		{ "Amazon EC2", "m7gd.metal-24xl", PLATFORM_BARE_METAL },
		{ "Amazon EC2", "t4g.medium", PLATFORM_AMAZON },
		{ "Google", "Google Compute Engine", PLATFORM_GOOGLE },
		/* a Chromebook */
		{ "Google", "Kevin", PLATFORM_UNKNOWN },
		{ "Apple Inc.", "Apple Virtualization Generic Platform", PLATFORM_APPLE },
		{ "Apple Inc.", "Mac mini", PLATFORM_UNKNOWN },
		{ "innotek GmbH", "VirtualBox", PLATFORM_VIRTUALBOX },
		{ "Oracle Corporation", "VirtualBox", PLATFORM_VIRTUALBOX },
		{ "Cloud Hypervisor", "cloud-hypervisor", PLATFORM_CLOUD_HYPERVISOR },
		{ "ChromiumOS", "crosvm", PLATFORM_CROSVM },
		{ "Xen", "HVM domU", PLATFORM_XEN },
		{ "Acme", "CloudVM", PLATFORM_UNKNOWN },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *both = vms_asprintf("%s %s", cases[i].vendor, cases[i].product);

		dmi(f, cases[i].vendor, cases[i].product);
		expect(f, cases[i].platform, cases[i].platform ? both : NULL);
	}
}

/* Machines without a hypervisor are named as VMs are; KVM makes itself known to the kernel of a VM. */
static void test_google_metal(void **state)
{
	struct fixture *f = *state;

	dmi(f, "Google", "Google Compute Engine");
	fixture_kmsg(f, true, LOG("CPU: All CPU(s) started at EL2"));
	expect(f, PLATFORM_BARE_METAL, "Google Google Compute Engine");
	fixture_kmsg(f, true,
		     LOG("smccc: KVM: hypervisor services detected (0x0 0x0 0x0 0x3)")
			     LOG("CPU: All CPU(s) started at EL2"));
	expect(f, PLATFORM_GOOGLE, "Google Google Compute Engine");
	fixture_kmsg(f, true, LOG("CPU: All CPU(s) started at EL1"));
	expect(f, PLATFORM_GOOGLE, "Google Google Compute Engine");
	/* what stood before is gone */
	fixture_kmsg(f, false, LOG("CPU: All CPU(s) started at EL2"));
	expect(f, PLATFORM_GOOGLE, "Google Google Compute Engine");
}

/* A cloud's own name over QEMU: its users give that QEMU no options. */
static void test_cloud_over_qemu(void **state)
{
	struct fixture *f = *state;

	dmi(f, "Vultr", "VC2");
	fixture_dir(f, "/sys/bus/acpi/devices/QEMU0002:00");
	expect(f, PLATFORM_VM, "QEMU0002:00");
	fixture_remove(f, "/sys/bus");
	fixture_kmsg(f, true, LOG("ACPI: RSDP 0x000000007C430018 000024 (v02 BOCHS )"));
	expect(f, PLATFORM_VM, "BOCHS");
	fixture_kmsg(f, true, LOG("x"));
	fixture_dir(f, "/sys/firmware/qemu_fw_cfg");
	expect(f, PLATFORM_VM, "there");
	/* U-Boot's words name nobody */
	dmi(f, "Unknown", "Unknown Product");
	expect(f, PLATFORM_QEMU, "there");
}

static void test_oracle_cloud(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, "/sys/class/dmi/id/chassis_asset_tag", "OracleCloud.com\n");
	dmi(f, "QEMU", "KVM Virtual Machine");
	expect(f, PLATFORM_ORACLE_CLOUD, "OracleCloud.com");
	/* a whole machine of that cloud */
	dmi(f, "GIGABYTE", "R272-P30");
	fixture_kmsg(f, true, LOG("CPU: All CPU(s) started at EL2"));
	expect(f, PLATFORM_BARE_METAL, "CPU: All CPU(s) started at EL2");
}

static void test_xen(void **state)
{
	struct fixture *f = *state;

	/* a control domain sees the SMBIOS of the host */
	dmi(f, "QEMU", "QEMU Virtual Machine");
	fixture_write(f, "/sys/hypervisor/type", "xen\n");
	expect(f, PLATFORM_XEN, "xen");
	fixture_write(f, "/sys/hypervisor/properties/features", "00016005\n");
	expect(f, PLATFORM_XEN, "xen");
	fixture_write(f, "/sys/hypervisor/properties/features", "00016805\n");
	expect(f, PLATFORM_XEN_CONTROL, "xen");
	fixture_remove(f, "/sys/hypervisor");
	fixture_write(f, "/sys/firmware/devicetree/base/hypervisor/compatible", "xen,xen");
	dmi(f, "", "");
	expect(f, PLATFORM_XEN, "xen,xen");
	fixture_write(f, "/proc/xen/capabilities", "control_d\n");
	fixture_dir(f, "/sys/bus/xen/devices/vif-0");
	expect(f, PLATFORM_XEN_CONTROL, "vif-0");
}

static void test_device_tree(void **state)
{
	struct fixture *f = *state;
	uint8_t *blob;
	size_t len;

	fixture_write_bytes(f, "/sys/firmware/devicetree/base/compatible", "linux,dummy-virt\0x\0", 19);
	expect(f, PLATFORM_VM, "linux,dummy-virt x");
	/* EL2 makes no bare metal of it */
	fixture_kmsg(f, true, LOG("CPU: All CPU(s) started at EL2"));
	expect(f, PLATFORM_VM, "linux,dummy-virt x");
	/* Firecracker's devices begin at 1 GiB, with a 16550 among them */
	fixture_write_bytes(f, "/sys/firmware/devicetree/base/uart@40003000/compatible", "ns16550a", 9);
	expect(f, PLATFORM_FIRECRACKER, "uart@40003000");
	fixture_write_bytes(f, "/sys/firmware/devicetree/base/uart@40003000/compatible", "arm,pl011", 10);
	expect(f, PLATFORM_VM, "linux,dummy-virt x");
	fixture_remove(f, "/sys/firmware/devicetree/base/uart@40003000");
	fixture_write_bytes(f, "/sys/firmware/devicetree/base/uart@1000000/compatible", "ns16550a", 9);
	expect(f, PLATFORM_VM, "linux,dummy-virt x");
	/* Apple's host bridge; QEMU's generic one is another */
	fixture_write(f, "/sys/bus/pci/devices/0000:00:00.0/vendor", "0x106b\n");
	fixture_write(f, "/sys/bus/pci/devices/0000:00:00.0/device", "0x1a05\n");
	expect(f, PLATFORM_APPLE, "106b:1a05");
	fixture_write(f, "/sys/bus/pci/devices/0000:00:00.0/device", "0x0008\n");
	expect(f, PLATFORM_VM, "linux,dummy-virt x");
	fixture_write(f, "/proc/cmdline", "console=hvc0 init=/init.krun\n");
	expect(f, PLATFORM_LIBKRUN, "init=/init.krun");
	fixture_write_bytes(f, "/sys/firmware/devicetree/base/hypervisor/compatible", "linux,kvm", 10);
	expect(f, PLATFORM_KVM, "linux,kvm");
	fixture_write_bytes(f, "/sys/firmware/devicetree/base/hypervisor/compatible", "acme,hv", 8);
	expect(f, PLATFORM_VM, "acme,hv");
	fixture_remove(f, "/sys/firmware/devicetree");
	fixture_remove(f, "/proc/cmdline");
	/* the properties are not shown: the blob */
	fixture_write(f, "/sys/firmware/fdt", "no tree");
	expect(f, PLATFORM_UNKNOWN, NULL);
	if (fixture_recorded(f, "gicv2-dt", "sys/firmware/fdt", &blob, &len)) {
		fixture_write_bytes(f, "/sys/firmware/fdt", blob, len);
		free(blob);
		expect(f, PLATFORM_VM, "linux,dummy-virt");
	}
	fixture_write(f, "/sys/firmware/devicetree/base/compatible", "raspberrypi,4-model-b");
	expect(f, PLATFORM_BARE_METAL, "CPU: All CPU(s) started at EL2");
}

/* Each VMM's own names of nodes; the trees were made after their sources. */
static void test_nodes(void **state)
{
#define BASE "/sys/firmware/devicetree/base/"
	static const char *const cloud[] = { "intc/msic",     "apb-pclk",     "rtc@9010000",
					     "pl061@9030000", "pci@30000000", "pl011@9000000" },
				 *const crosvm[] = { "intc", "pclk@3M", "rtc@2000", "U6_16550A@3f8", "pci" };
	struct fixture *f = *state;

	fixture_write_bytes(f, BASE "compatible", "linux,dummy-virt", 17);
	for (size_t i = 0; i < ARRAY_SIZE(cloud); i++) {
		_cleanup_free_ char *dir = vms_asprintf(BASE "%s", cloud[i]);

		expect(f, i < 5 ? PLATFORM_VM : PLATFORM_CLOUD_HYPERVISOR,
		       i < 5 ? "linux,dummy-virt" : "intc");
		fixture_dir(f, dir);
	}
	/* with QEMU's fw_cfg, and under a log that names the mechanism */
	fixture_dir(f, BASE "fw-cfg@9040000");
	fixture_dir(f, "/sys/firmware/qemu_fw_cfg");
	fixture_kmsg(f, true, LOG("smccc: KVM: hypervisor services detected"));
	expect(f, PLATFORM_CLOUD_HYPERVISOR, "intc");
	/* libkrun has these nodes, and its devices on virtio-mmio */
	fixture_dir(f, BASE "virtio_mmio@a000000");
	expect(f, PLATFORM_QEMU, "there");
	fixture_remove(f, "/sys/firmware");
	fixture_write_bytes(f, BASE "compatible", "linux,dummy-virt", 17);
	for (size_t i = 0; i < ARRAY_SIZE(crosvm); i++) {
		_cleanup_free_ char *dir = vms_asprintf(BASE "%s", crosvm[i]);

		fixture_dir(f, dir);
		expect(f, i < 2 ? PLATFORM_KVM : PLATFORM_CROSVM,
		       i < 2 ? "smccc: KVM: hypervisor services detected" : "pclk@3M");
	}
	fixture_remove(f, "/sys/firmware");
	fixture_remove(f, "/.vmspec");
	fixture_write_bytes(f, BASE "compatible", "freebsd,bhyve", 14);
	fixture_kmsg(f, true, LOG("CPU: All CPU(s) started at EL2"));
	expect(f, PLATFORM_BHYVE, "freebsd,bhyve");
}

static void test_acpi(void **state)
{
	struct fixture *f = *state;

	/* root alone reads tables, and the log's line is there for all */
	fixture_kmsg(f, true, LOG("ACPI: RSDP 0x000000007C430018 000024 (v02 CLOUDH)"));
	expect(f, PLATFORM_CLOUD_HYPERVISOR, "CLOUDH");
	fixture_write_bytes(f, "/sys/firmware/acpi/tables/FACP", "FACP\24\1\0\0\6\0APPLE Apple VZ", 24);
	expect(f, PLATFORM_APPLE, "APPLE");
	fixture_dir(f, "/sys/bus/acpi/devices/QEMU0002:00");
	expect(f, PLATFORM_QEMU, "QEMU0002:00");
	fixture_dir(f, "/sys/bus/vmbus/devices/00000000-0000-0000-0000-000000000000");
	expect(f, PLATFORM_MICROSOFT, "not empty");
	fixture_remove(f, "/sys/bus");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_kmsg(f, true, LOG("ACPI: RSDP 0x000000007C430018 000024 (v02 BO"));
	expect(f, PLATFORM_UNKNOWN, NULL);
	fixture_kmsg(f, true, LOG("ACPI: RSDP 0x000000007C430018 000024 (v02 BOCHSX)"));
	expect(f, PLATFORM_UNKNOWN, NULL);
	fixture_kmsg(f, true, LOG("Hyper-V: Host Build 10.0.26100.1"));
	expect(f, PLATFORM_MICROSOFT, "Hyper-V: Host Build 10.0.26100.1");
	fixture_kmsg(f, true, LOG("Hyper-V: Hypervisor Build 10.0.28000.1-1-0"));
	expect(f, PLATFORM_MICROSOFT, "Hyper-V: Hypervisor Build 10.0.28000.1-1-0");
}

/* Each topic has general words without a program's name, and names an owner. */
static void test_general_words(void **state)
{
	static const char *const programs[] = { "QEMU",	   "qemu",   "Cloud Hyp", "pflash",
						"-M virt", "acpi=1", "vuart",	  "xl " };

	(void)state;
	for (int t = 0; t < REMEDY_N; t++) {
		enum vms_owner owner = VMS_OWNER_NONE;
		const char *general = remedy_words(PLATFORM_UNKNOWN, (enum remedy_topic)t, &owner);

		assert_non_null(general);
		assert_int_equal(owner, VMS_HYPERVISOR);
		for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
			assert_null(strstr(general, programs[i]));
		/* who has no row of their own gets these */
		assert_ptr_equal(remedy_words(PLATFORM_MICROSOFT, (enum remedy_topic)t, &owner), general);
	}
}

static void test_remedy(void **state)
{
	struct fixture *f = *state;
	struct vms_result r = { 0 };

	dmi(f, "QEMU", "QEMU Virtual Machine");
	vms_remedy_for(fixture_machine(f), &r, REMEDY_HOTPLUG);
	assert_int_equal(r.owner, VMS_HYPERVISOR);
	assert_non_null(strstr(r.advice, "pcie-root-port"));
	assert_non_null(strstr(r.advice, "where a cloud or a manager starts QEMU"));
	/* words that name no option are everybody's */
	vms_remedy_for(fixture_machine(f), &r, REMEDY_PSCI);
	assert_null(strstr(r.advice, "QEMU"));
	fixture_write(f, "/sys/hypervisor/type", "xen\n");
	vms_remedy_for(fixture_machine(f), &r, REMEDY_UART);
	assert_non_null(strstr(r.advice, "vuart"));
	/* the control domain makes the guests; its own UART is the machine's */
	fixture_write(f, "/sys/hypervisor/properties/features", "00000800\n");
	vms_remedy_for(fixture_machine(f), &r, REMEDY_UART);
	assert_null(strstr(r.advice, "vuart"));
	assert_non_null(strstr(r.advice, "stdout-path"));
	fixture_remove(f, "/sys/hypervisor");
	dmi(f, "Amazon EC2", "c7g.metal");
	for (int t = 0; t < REMEDY_N; t++) {
		vms_remedy_for(fixture_machine(f), &r, (enum remedy_topic)t);
		assert_int_equal(r.owner, VMS_GUEST_ADMIN);
	}
	vms_remedy(&r, VMS_HYPERVISOR, "said without a topic");
	remedy_settle(f->m, &r);
	assert_int_equal(r.owner, VMS_GUEST_ADMIN);
	vms_remedy(&r, VMS_IMAGE, "the image's");
	remedy_settle(f->m, &r);
	assert_int_equal(r.owner, VMS_IMAGE);
	vms_result_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_dmi),		 fixture_test(test_oracle_cloud),
		fixture_test(test_google_metal), fixture_test(test_cloud_over_qemu),
		fixture_test(test_xen),		 fixture_test(test_device_tree),
		fixture_test(test_nodes),	 fixture_test(test_acpi),
		fixture_test(test_remedy),	 cmocka_unit_test(test_general_words),
	};

	return cmocka_run_group_tests_name("platform", tests, NULL, NULL);
}
