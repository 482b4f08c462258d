/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-ENUMERATION: CPUs, disks, network cards, consoles. */
#include <errno.h>

#include "spec/spec.h"
#include "fixture_hw.h"

#define ID  "VMSPEC-ENUMERATION"
#define PCI "/sys/devices/pci0000:00/0000:00:01.0/virtio0/"

static void device(struct fixture *f, const char *class, const char *name, const char *syspath)
{
	_cleanup_free_ char *link = vms_asprintf("/sys/class/%s/%s", class, name);

	assert_non_null(link);
	fixture_dir(f, syspath);
	fixture_link(f, link, syspath);
}

/* Two CPUs, a disk, a network card, a UART. */
static void good(struct fixture *f)
{
	fixture_write(f, "/sys/devices/system/cpu/online", "0-1\n");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2 });
	device(f, "block", "vda", PCI "block/vda");
	device(f, "block", "loop0", "/sys/devices/virtual/block/loop0");
	device(f, "net", "eth0", PCI "net/eth0");
	device(f, "net", "lo", "/sys/devices/virtual/net/lo");
	device(f, "tty", "ttyAMA0", "/sys/devices/platform/9000000.pl011/tty/ttyAMA0");
	fixture_link(f, "/sys/devices/platform/9000000.pl011/of_node", "../../../firmware/devicetree/base/x");
	fixture_write(f, "/proc/consoles",
		      "tty0                 -WU (E  p  )    4:1\n"
		      "ttyAMA0              -W- (EC p a)  204:64\n");
}

/* The second GICC of fixture_madt() is neither enabled nor online capable. */
static void disable_last_cpu(struct fixture *f)
{
	_cleanup_free_ char *path = vms_asprintf("%s/sys/firmware/acpi/tables/APIC", f->root);
	uint8_t table[44 + 2 * 80 + 24 + 16];
	FILE *file = fopen(path, "r+b");

	assert_non_null(file);
	assert_int_equal(fread(table, 1, sizeof(table), file), sizeof(table));
	assert_int_equal(table[44 + 80 + 12], 1);
	table[44 + 80 + 12] = 0;
	table[9]++; /* the checksum */
	rewind(file);
	assert_int_equal(fwrite(table, 1, sizeof(table), file), sizeof(table));
	assert_int_equal(fclose(file), 0);
}

static void test_pass(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_check_evidence(f, ID, VMS_PASS, "all CPUs are described",
			       "3 disks, network cards and consoles");
	/* more described than run: CPUs that may come by hot-plug */
	fixture_write(f, "/sys/devices/system/cpu/online", "0\n");
	fixture_check(f, ID, VMS_PASS, NULL);
	fixture_remove(f, "/sys/firmware/fdt");
	fixture_madt(f, 3, 2, 1);
	fixture_check(f, ID, VMS_PASS, NULL);
	/* one that can't be enabled is no CPU */
	fixture_write(f, "/sys/devices/system/cpu/online", "0-1\n");
	disable_last_cpu(f);
	fixture_check(f, ID, VMS_FAIL, "2 CPUs run, 1 are described");
	fixture_madt(f, 3, 2, 1);
	/* a kernel without a class of network devices */
	fixture_remove(f, "/sys/class/net");
	fixture_check(f, ID, VMS_PASS, NULL);
}

static void test_software_consoles(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_write(f, "/proc/consoles",
		      "tty0                 -WU (E  p  )    4:1\n"
		      "netcon0              -W- (E  p a)\n"
		      "pstore-1             -W- (E  p a)\n"
		      "drm_log0             -W- (E  p a)\n"
		      "pl11                 -W- (E Bp a)  204:64\n"
		      "ttynull0             --- (EC    )  251:0\n");
	device(f, "tty", "ttynull0", "/sys/devices/virtual/tty/ttynull0");
	fixture_check(f, ID, VMS_PASS, NULL);
}

static void test_too_few_cpus(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_write(f, "/sys/devices/system/cpu/online", "0-3\n");
	fixture_check(f, ID, VMS_FAIL, "4 CPUs run, 2 are described");
	/* the MADT has them all */
	fixture_madt(f, 3, 4, 1);
	fixture_check(f, ID, VMS_PASS, NULL);
	fixture_madt(f, 3, 3, 1);
	fixture_check(f, ID, VMS_FAIL, "4 CPUs run, 3 are described");
}

static void test_astray(void **state)
{
	struct fixture *f = *state;

	good(f);
	device(f, "net", "eth1", "/sys/devices/platform/board.0/net/eth1");
	fixture_check(f, ID, VMS_FAIL,
		      "eth1 (/sys/devices/platform/board.0/net/eth1) hangs off no description");
	fixture_remove(f, "/sys/class/net/eth1");
	fixture_remove(f, "/sys/devices/platform/9000000.pl011/of_node");
	fixture_check(f, ID, VMS_FAIL, "console ttyAMA0");
	/* evidence, whatever the CPUs say */
	fixture_remove(f, "/sys/devices/system");
	fixture_check(f, ID, VMS_FAIL, "console ttyAMA0");
}

/* A network disk is no hardware; whose root this is, nobody knows. */
static void test_not_hardware(void **state)
{
	struct fixture *f = *state;

	good(f);
	device(f, "block", "sda", "/sys/devices/platform/host2/session1/target2:0:0/2:0:0:0/block/sda");
	fixture_check(f, ID, VMS_PASS, NULL);
	device(f, "block", "new0", "/sys/devices/newfangled/block/new0");
	fixture_check(f, ID, VMS_UNKNOWN, "/sys/devices/newfangled/block/new0");
}

static int no_devices(struct vms_machine *m, const char *subsystem, struct vms_device **ret, size_t *ret_n)
{
	(void)m, (void)subsystem, (void)ret, (void)ret_n;
	return -EACCES;
}

static void test_unknown(void **state)
{
	struct fixture *f = *state;

	fixture_check(f, ID, VMS_UNKNOWN, NULL);
	good(f);
	fixture_remove(f, "/sys/firmware/fdt");
	fixture_check(f, ID, VMS_UNKNOWN, "no hardware description can be seen");
	good(f);
	fixture_remove(f, "/sys/devices/system");
	fixture_check(f, ID, VMS_UNKNOWN, "/sys/devices/system/cpu/online");
	fixture_write(f, "/sys/devices/system/cpu/online", "0\n");
	fixture_remove(f, "/proc/consoles");
	fixture_check(f, ID, VMS_UNKNOWN, "/proc/consoles");
	/* a console that has a tty's number, and no tty */
	fixture_write(f, "/proc/consoles", "ttyXX0  -W- (EC p a)  204:64\n");
	fixture_check(f, ID, VMS_UNKNOWN, "ttyXX0");
	fixture_write(f, "/proc/consoles", "hvc0  -W- (EC p a)  229:0\n");
	fixture_check(f, ID, VMS_UNKNOWN, "hvc0");
	fixture_write(f, "/proc/consoles", "");
	f->live.devices = no_devices;
	fixture_check(f, ID, VMS_UNKNOWN, "cannot read /sys/class/block: permission denied");
}

static void test_hvc(void **state)
{
	struct fixture *f = *state;

	good(f);
	fixture_write(f, "/proc/consoles", "hvc0  -W- (EC p a)  229:0\n");
	fixture_write(f, "/sys/hypervisor/type", "xen\n");
	fixture_check(f, ID, VMS_PASS, NULL);
}

static void test_hostile(void **state)
{
	static const char *const consoles[] = {
		"../../../etc/passwd  -W- (EC p a)  204:64\n",
		"a/b -W- ( 1:1",
		"\n\n (\n",
		"x\n",
		"ttyAMA0 -W- (EC p a) 204:64 trailing words and more\n",
		"name-that-is-longer-than-any-console-has-ever-been -W- (EC p a) 204:64\n",
	};
	struct fixture *f = *state;

	good(f);
	for (size_t i = 0; i < ARRAY_SIZE(consoles); i++) {
		const struct vms_check *c = vms_check_find(ID);
		struct vms_result r = { .status = VMS_UNKNOWN };

		fixture_write(f, "/proc/consoles", consoles[i]);
		assert_int_equal(c->machine_fn(fixture_machine(f), &r), 0);
		assert_true(r.status == VMS_PASS || r.status == VMS_UNKNOWN);
		vms_result_clear(&r);
	}
	/* a device whose link goes round, or is none */
	fixture_write(f, "/proc/consoles", "");
	fixture_link(f, "/sys/class/net/loop", "loop");
	fixture_check(f, ID, VMS_UNKNOWN, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_pass),	 fixture_test(test_software_consoles),
		fixture_test(test_too_few_cpus), fixture_test(test_astray),
		fixture_test(test_not_hardware), fixture_test(test_unknown),
		fixture_test(test_hvc),		 fixture_test(test_hostile),
	};

	return cmocka_run_group_tests_name("enumeration", tests, NULL, NULL);
}
