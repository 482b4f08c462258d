/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is judged: by Xen's word, KVM's, SMBIOS, QEMU's fw_cfg; the firmware by the log. */
#include <errno.h>

#include "kernel/subject.h"
#include "fixture.h"

/* NULL: not known. */
static void expect(struct fixture *f, const char *hypervisor, const char *firmware)
{
	struct vms_subject_info s;

	assert_int_equal(vms_subject_read(fixture_machine(f), &s), 0);
	assert_int_equal(s.kind, VMS_KIND_RECORD);
	assert_string_equal(s.arch, "aarch64");
	assert_string_equal(s.hypervisor ? s.hypervisor : "-", hypervisor ? hypervisor : "-");
	assert_string_equal(s.firmware ? s.firmware : "-", firmware ? firmware : "-");
	vms_subject_clear(&s);
	assert_null(s.name);
}

static void dmi(struct fixture *f, const char *vendor, const char *product)
{
	fixture_write(f, "/sys/class/dmi/id/sys_vendor", vendor);
	fixture_write(f, "/sys/class/dmi/id/product_name", product);
}

static void test_dmi(void **state)
{
	static const struct {
		const char *vendor, *product, *hypervisor;
	} cases[] = {
		{ "QEMU\n", "QEMU Virtual Machine\n", "qemu" },
		{ "QEMU\n", "KVM Virtual Machine\n", "kvm" },
		{ "Amazon EC2\n", "m7g.large\n", "amazon" },
		{ "Amazon EC2\n", "c7g.metal\n", "none (bare metal)" },
		{ "Google\n", "Google Compute Engine\n", "google" },
		{ "Microsoft Corporation\n", "Virtual Machine\n", "microsoft" },
		{ "Microsoft Corporation\n", "Surface Pro\n", NULL },
		{ "Apple Inc.\n", "Apple Virtualization Generic Platform\n", "apple" },
		{ "Parallels International GmbH.\n", "Parallels ARM Virtual Machine\n", "parallels" },
		{ "VMware, Inc.\n", "VMware20,1\n", "vmware" },
		{ "Hetzner\n", "vServer\n", "kvm" },
		{ "Raspberry Pi Foundation\n", "Raspberry Pi 4 Model B\n", NULL },
		{ "\n", "\n", NULL },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		dmi(f, cases[i].vendor, cases[i].product);
		expect(f, cases[i].hypervisor, NULL);
	}
}

static void test_order(void **state)
{
	struct fixture *f = *state;

	expect(f, NULL, NULL);
	fixture_kmsg(f, true, "[    0.000000] CPU: All CPU(s) started at EL2\n");
	/* a machine that names no maker may be a VM with EL2 all the same */
	expect(f, NULL, NULL);
	dmi(f, "GIGABYTE", "R272-P30");
	expect(f, "none (bare metal)", NULL);
	fixture_dir(f, "/sys/bus/virtio/devices/virtio0");
	expect(f, NULL, NULL);
	dmi(f, "\n", "\n");
	/* nested virtualization: a guest with EL2 */
	fixture_dir(f, "/sys/firmware/devicetree/base/fw-cfg@9020000");
	expect(f, "qemu", NULL);
	dmi(f, "Amazon EC2", "m7g.large");
	expect(f, "amazon", NULL);
	/* the log's word for the mechanism is the last */
	fixture_kmsg(f, true, "[    0.000000] smccc: KVM: hypervisor services detected (0x00000000)\n");
	expect(f, "amazon", NULL);
	dmi(f, "\n", "\n");
	expect(f, "qemu", NULL);
	fixture_remove(f, "/sys/firmware/devicetree");
	expect(f, "kvm", NULL);
	fixture_write(f, "/sys/hypervisor/type", "xen\n");
	expect(f, "xen", NULL);
	fixture_write(f, "/sys/hypervisor/type", "\n");
	expect(f, "kvm", NULL);
}

static void test_fw_cfg(void **state)
{
	struct fixture *f = *state;

	/* U-Boot fills SMBIOS with words that name nobody */
	dmi(f, "Unknown", "Unknown Product");
	fixture_dir(f, "/sys/firmware/devicetree/base/fw-cfg");
	expect(f, NULL, NULL);
	fixture_dir(f, "/sys/firmware/qemu_fw_cfg");
	expect(f, "qemu", NULL);
}

static void test_firmware(void **state)
{
	static const struct {
		const char *line, *firmware;
	} cases[] = {
		{ "[    0.0] efi: EFI v2.70 by EDK II\n", "EDK II 2.70" },
		{ "[    0.0] efi: EFI v2.10 by Das U-Boot\n", "Das U-Boot 2.10" },
		{ "[    0.0] efi: EFI v2.7\n", NULL },
		{ "[    0.0] efi: EFI v by \n", NULL },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fixture_kmsg(f, true, cases[i].line);
		expect(f, NULL, cases[i].firmware);
	}
}

static void expect_name(struct fixture *f, const char *name)
{
	struct vms_subject_info s;

	assert_int_equal(vms_subject_read(fixture_machine(f), &s), 0);
	assert_string_equal(s.name, name);
	vms_subject_clear(&s);
}

static void test_name(void **state)
{
	struct fixture *f = *state;
	struct vms_subject_info s;

	/* a record is called by its folder */
	assert_int_equal(vms_subject_read(fixture_machine(f), &s), 0);
	assert_string_equal(s.name, strrchr(f->root, '/') + 1);
	vms_subject_clear(&s);
	f->kind = VMS_KIND_GUEST;
	expect_name(f, "this machine");
	fixture_write(f, "/etc/hostname", "disk\n");
	expect_name(f, "disk");
	fixture_write_bytes(f, "/proc/sys/kernel/hostname", "a\x1b[2J\0b\n", 8);
	expect_name(f, "a\\x1b[2J\\x00b");
}

/* Another architecture is named, its firmware is not asked for. */
static void test_foreign(void **state)
{
	struct fixture *f = *state;
	struct vms_subject_info s;

	fixture_write(f, "/.vmspec/machine", "x86_64");
	fixture_kmsg(f, true, "[    0.0] efi: EFI v2.70 by EDK II\n");
	assert_int_equal(vms_subject_read(fixture_machine(f), &s), 0);
	assert_string_equal(s.arch, "x86_64");
	assert_null(s.firmware);
	vms_subject_clear(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_dmi),	     fixture_test(test_order), fixture_test(test_fw_cfg),
		fixture_test(test_firmware), fixture_test(test_name),  fixture_test(test_foreign),
	};

	return cmocka_run_group_tests_name("subject", tests, NULL, NULL);
}
