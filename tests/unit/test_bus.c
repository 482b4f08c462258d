/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what does a device hang, on the machines of several hypervisors? */
#include <errno.h>

#include "fixture.h"
#include "platform/bus.h"

static void expect(struct fixture *f, const char *syspath, enum bus_anchor anchor, const char *at)
{
	_cleanup_free_ char *got_at = NULL;
	enum bus_anchor got;

	fixture_dir(f, syspath);
	assert_int_equal(bus_anchor(fixture_machine(f), syspath, &got, &got_at), 0);
	if (got != anchor || !streq(got_at, at))
		fail_msg("%s: %s at %s", syspath, bus_anchor_name(got), got_at);
}

static void test_described(void **state)
{
	struct fixture *f = *state;

	fixture_link(f, "/sys/devices/platform/9000000.pl011/of_node",
		     "../../../firmware/devicetree/base/pl011@9000000");
	expect(f, "/sys/devices/platform/9000000.pl011/tty/ttyAMA0", BUS_FDT,
	       "/sys/devices/platform/9000000.pl011");
	fixture_link(f, "/sys/devices/platform/ARMH0011:00/firmware_node",
		     "../../LNXSYSTM:00/LNXSYBUS:00/ARMH0011:00");
	expect(f, "/sys/devices/platform/ARMH0011:00/tty/ttyAMA0", BUS_ACPI,
	       "/sys/devices/platform/ARMH0011:00");
	/* Hyper-V's VMBus hangs off its ACPI node */
	expect(f, "/sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/VMBUS:00/f8b3781a/net/eth0", BUS_ACPI,
	       "/sys/devices/LNXSYSTM:00");
	/* Amazon's 16550 */
	fixture_link(f, "/sys/devices/pnp0/00:00/firmware_node", "../../LNXSYSTM:00/LNXSYBUS:00/PNP0501:00");
	expect(f, "/sys/devices/pnp0/00:00/tty/ttyS0", BUS_ACPI, "/sys/devices/pnp0/00:00");
}

static void test_buses(void **state)
{
	struct fixture *f = *state;

	expect(f, "/sys/devices/pci0000:00/0000:00:01.0/virtio0/block/vda", BUS_ENUMERATES,
	       "/sys/devices/pci0000:00");
	/* by its root alone, wherever that is, and whatever else is described on the way */
	fixture_link(f, "/sys/devices/platform/4010000000.pcie/pci0000:00/0000:00:02.0/firmware_node",
		     "../x");
	expect(f, "/sys/devices/platform/4010000000.pcie/pci0000:00/0000:00:02.0/net/eth0", BUS_ENUMERATES,
	       "/sys/devices/platform/4010000000.pcie/pci0000:00");
	expect(f, "/sys/devices/pcieport/pci10000:e1", BUS_ENUMERATES, "/sys/devices/pcieport/pci10000:e1");
	fixture_link(f, "/sys/devices/odd/0000:00:02.0/subsystem", "../../../bus/pci");
	expect(f, "/sys/devices/odd/0000:00:02.0/net/eth0", BUS_ENUMERATES, "/sys/devices/odd/0000:00:02.0");
	fixture_link(f, "/sys/devices/vbd-51712/subsystem", "../../bus/xen");
	expect(f, "/sys/devices/vbd-51712/block/xvda", BUS_XEN, "/sys/devices/vbd-51712");
}

/* Network storage and test devices: no hardware that could be described. */
static void test_software(void **state)
{
	static const char *const paths[] = {
		"/sys/devices/platform/host2/session1/target2:0:0/2:0:0:0/block/sda", /* iSCSI */
		"/sys/devices/platform/vhci_hcd.0/usb1/1-1/1-1:1.0/host3/target3:0:0/3:0:0:0/block/sdb",
		"/sys/devices/pseudo_0/adapter0/host4/target4:0:0/4:0:0:0/block/sdc", /* scsi_debug */
		"/sys/devices/tcm_loop_0/tcm_loop_adapter_0/host5/block/sdd",
		"/sys/devices/rbd/0/block/rbd0",
		"/sys/devices/faux/simulated/net/eth9",
		"/sys/devices/netdevsim1/net/eni1np1",
		"/sys/devices/vdpa0/virtio1/block/vda", /* vdpasim's; that of hardware is below PCI */
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		expect(f, paths[i], BUS_SOFTWARE, paths[i]);
	expect(f, "/sys/devices/virtual/block/loop0", BUS_SOFTWARE, "/sys/devices/virtual");
	expect(f, "/sys/devices/virtual/nvme-fabrics/ctl/nvme0/nvme0n1", BUS_SOFTWARE,
	       "/sys/devices/virtual");
}

static void test_nowhere(void **state)
{
	static const char *const paths[] = {
		"/sys/devices/platform/board.0/net/eth0",
		"/sys/devices/platform/hostile/net/eth0",
		"/sys/devices/virtio-mmio-cmdline/virtio-mmio.0/virtio0/block/vda",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		expect(f, paths[i], BUS_NOWHERE, paths[i]);
	/* who made this root is not known: no evidence of anything */
	expect(f, "/sys/devices/newfangled/x/block/y", BUS_UNKNOWN, "/sys/devices/newfangled/x/block/y");
	expect(f, "/sys/class/net/eth0", BUS_UNKNOWN, "/sys/class/net/eth0");
}

static void test_unseen(void **state)
{
	struct fixture *f = *state;
	enum bus_anchor got = BUS_XEN;
	char *at = NULL;

	assert_int_equal(bus_anchor(fixture_machine(f), "/sys/devices/platform/x", &got, &at), -ENODATA);
	fixture_write(f, "/proc/self/mountinfo",
		      "1 0 0:1 / /sys rw - sysfs sysfs rw\n"
		      "2 1 0:2 / /sys/devices rw - tmpfs tmpfs rw\n");
	fixture_dir(f, "/sys/devices/platform/x");
	assert_int_equal(bus_anchor(fixture_machine(f), "/sys/devices/platform/x", &got, &at), -VMS_EMASKED);
	assert_true(got == BUS_XEN && at == NULL);
}

static void test_xen(void **state)
{
	struct fixture *f = *state;

	/* the bus stands empty on every guest of a Xen-enabled kernel */
	fixture_dir(f, "/sys/bus/xen/devices");
	assert_int_equal(bus_is_xen(fixture_machine(f)), 0);
	fixture_dir(f, "/sys/hypervisor");
	assert_int_equal(bus_is_xen(fixture_machine(f)), 0);
	fixture_write(f, "/sys/hypervisor/type", "other\n");
	assert_int_equal(bus_is_xen(fixture_machine(f)), 0);
	fixture_write(f, "/sys/hypervisor/type", "xen\n");
	assert_int_equal(bus_is_xen(fixture_machine(f)), 1);
	fixture_remove(f, "/sys");
	assert_true(bus_is_xen(fixture_machine(f)) < 0);
}

static void test_virtio_driver(void **state)
{
	struct fixture *f = *state;

	fixture_dir(f, "/sys/bus");
	assert_int_equal(bus_virtio_has_driver(fixture_machine(f), "virtio_console"), 0);
	fixture_dir(f, "/sys/bus/virtio/devices/virtio0");
	assert_int_equal(bus_virtio_has_driver(fixture_machine(f), "virtio_console"), 0);
	fixture_link(f, "/sys/bus/virtio/devices/virtio0/driver",
		     "../../../../bus/virtio/drivers/virtio_blk");
	assert_int_equal(bus_virtio_has_driver(fixture_machine(f), "virtio_console"), 0);
	assert_int_equal(bus_virtio_has_driver(f->m, "virtio_blk"), 1);
	fixture_remove(f, "/sys");
	assert_true(bus_virtio_has_driver(fixture_machine(f), "virtio_blk") < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_described),	  fixture_test(test_buses),  fixture_test(test_software),
		fixture_test(test_nowhere),	  fixture_test(test_unseen), fixture_test(test_xen),
		fixture_test(test_virtio_driver),
	};

	return cmocka_run_group_tests_name("bus", tests, NULL, NULL);
}
