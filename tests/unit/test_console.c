/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VMSPEC-CONSOLE and VMSPEC-OS-SBSA-UART, by what the guests of several hypervisors show. */
#include "fixture_hw.h"

#define VT  "tty0                 -WU (E  p  )    4:1\n"
#define AMA VT "ttyAMA0              -W- (EC p a)  204:64\n"
#define HVC VT "hvc0                 -W- (EC    )  229:0\n"

static void expect(struct fixture *f, enum vms_status console, const char *console_reason,
		   enum vms_status uart, const char *uart_reason)
{
	fixture_check(f, "VMSPEC-CONSOLE", console, console_reason);
	fixture_check(f, "VMSPEC-OS-SBSA-UART", uart, uart_reason);
}

static void bare(struct fixture *f)
{
	fixture_remove(f, "/sys");
	fixture_remove(f, "/proc");
	fixture_dir(f, "/sys/class/tty/tty0");
	fixture_dir(f, "/sys/bus");
	fixture_dir(f, "/sys/firmware");
	fixture_write(f, "/proc/consoles", VT);
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 1 });
}

static void config(struct fixture *f, const char *text)
{
	fixture_write(f, "/proc/sys/kernel/osrelease", "6.1.0-test\n");
	fixture_write(f, "/boot/config-6.1.0-test", text);
}

static void virtio_serial(struct fixture *f)
{
	fixture_link(f, "/sys/bus/virtio/devices/virtio0",
		     "../../../devices/pci0000:00/0000:00:01.0/virtio0");
	fixture_link(f, "/sys/devices/pci0000:00/0000:00:01.0/virtio0/driver",
		     "../../../../bus/virtio/drivers/virtio_console");
}

static void test_uarts(void **state)
{
	struct fixture *f = *state;

	bare(f);
	fixture_write(f, "/proc/consoles", AMA);
	fixture_dir(f, "/sys/class/tty/ttyAMA0");
	expect(f, VMS_PASS, "PL011 or SBSA generic UART", VMS_PASS, "PL011 or SBSA generic UART (ttyAMA0)");
	fixture_link(f, "/sys/class/tty/ttyAMA0/device/driver", "../../../bus/platform/drivers/sbsa-uart");
	expect(f, VMS_PASS, "an SBSA generic UART", VMS_PASS, "an SBSA generic UART");
	fixture_write(f, "/proc/tty/driver/ttyAMA",
		      "serinfo:1.0 driver revision:\n"
		      "0: uart:PL011 rev1 mmio:0x09000000 irq:13 tx:1 rx:0 RTS|CTS|DTR\n");
	expect(f, VMS_PASS, "a PL011", VMS_PASS, "a PL011");
	fixture_write(f, "/proc/tty/driver/ttyAMA", "garbage uart:\x1b[2J\n");
	expect(f, VMS_PASS, "an SBSA", VMS_PASS, "an SBSA");
}

/* Amazon: a 16550 that SPCR describes as one. */
static void test_16550(void **state)
{
	struct fixture *f = *state;

	bare(f);
	fixture_dir(f, "/sys/class/tty/ttyS0");
	fixture_write(f, "/proc/consoles", VT "ttyS0                -W- (EC p a)    4:64\n");
	fixture_spcr(f, 0x12);
	expect(f, VMS_FAIL, "no PL011, virtio or Xen PV console", VMS_FAIL, "no SBSA generic UART or PL011");
}

/* The VM has the UART, the kernel lacks the driver. */
static void test_not_driven(void **state)
{
	struct fixture *f = *state;

	bare(f);
	fixture_spcr(f, 0x0e);
	/* whose that is, the kernel's configuration tells */
	expect(f, VMS_UNKNOWN, "whether this kernel has its driver", VMS_UNKNOWN,
	       "whether this kernel has its driver");
	config(f, "CONFIG_ARM64=y\n# CONFIG_SERIAL_AMBA_PL011 is not set\n");
	expect(f, VMS_SKIP, "needs VMSPEC-OS-DRIVER-PL011", VMS_SKIP, "needs VMSPEC-OS-DRIVER-SBSA-UART");
	config(f, "CONFIG_ARM64=y\nCONFIG_SERIAL_AMBA_PL011=y\n");
	expect(f, VMS_FAIL, "has its driver and does not drive it", VMS_FAIL, "does not drive it");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 1, .console = "arm,pl011" });
	expect(f, VMS_FAIL, "does not drive it", VMS_FAIL, "does not drive it");
	config(f, "CONFIG_ARM64=y\n# CONFIG_SERIAL_AMBA_PL011 is not set\n");
	expect(f, VMS_SKIP, "needs VMSPEC-OS-DRIVER-PL011", VMS_SKIP, "needs VMSPEC-OS-DRIVER-PL011");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 1, .console = "ns16550a" });
	expect(f, VMS_FAIL, NULL, VMS_FAIL, NULL);
	/* the namespace names it, which everybody may list */
	fixture_dir(f, "/sys/bus/acpi/devices/ARMH0011:00");
	expect(f, VMS_SKIP, NULL, VMS_SKIP, "needs VMSPEC-OS-DRIVER-SBSA-UART");
	/* what describes it can't be seen */
	fixture_remove(f, "/sys/bus/acpi");
	fixture_remove(f, "/sys/firmware/fdt");
	expect(f, VMS_UNKNOWN, "whether one is described can't be seen", VMS_UNKNOWN, "can't be seen");
	fixture_dir(f, "/sys/firmware/acpi");
	expect(f, VMS_UNKNOWN, "SPCR", VMS_UNKNOWN, "SPCR");
}

/* CONFIG_HVC_DCC: hvc0 is the CPU's debug channel. */
static void test_dcc(void **state)
{
	struct fixture *f = *state;

	bare(f);
	config(f, "CONFIG_ARM64=y\nCONFIG_HVC_DCC=y\n");
	fixture_write(f, "/proc/consoles", HVC);
	fixture_dir(f, "/sys/bus/virtio/devices");
	fixture_dir(f, "/sys/hypervisor");
	fixture_check_evidence(f, "VMSPEC-CONSOLE", VMS_FAIL, "no PL011, virtio or Xen PV",
			       "CONFIG_HVC_DCC=y");
	virtio_serial(f);
	fixture_check(f, "VMSPEC-CONSOLE", VMS_UNKNOWN, "hvc0 may be the CPU's debug channel");
	fixture_write(f, "/proc/consoles", HVC "hvc1                 -W- (EC    )  229:1\n");
	fixture_check(f, "VMSPEC-CONSOLE", VMS_PASS, "a virtio console");
	config(f, "CONFIG_ARM64=y\n# CONFIG_HVC_DCC is not set\n");
	fixture_write(f, "/proc/consoles", HVC);
	fixture_check(f, "VMSPEC-CONSOLE", VMS_PASS, "a virtio console");
}

static void test_xen(void **state)
{
	struct fixture *f = *state;

	bare(f);
	fixture_write(f, "/sys/hypervisor/type", "xen\n");
	fixture_write(f, "/proc/consoles", HVC);
	expect(f, VMS_PASS, "a Xen PV console", VMS_FAIL, "no SBSA");
	/* the console may be there and not be used */
	fixture_write(f, "/proc/consoles", VT);
	expect(f, VMS_UNKNOWN, "Xen may offer a console", VMS_FAIL, NULL);
}

/* Apple Virtualization: virtio console and no UART. */
static void test_virtio(void **state)
{
	struct fixture *f = *state;

	bare(f);
	virtio_serial(f);
	fixture_write(f, "/proc/consoles", HVC);
	expect(f, VMS_PASS, "a virtio console", VMS_FAIL, NULL);
	/* a guest agent's port is driven by the same driver, and is no console */
	fixture_write(f, "/proc/consoles", VT);
	expect(f, VMS_UNKNOWN, "a virtio serial device may offer a console", VMS_FAIL, NULL);
	fixture_remove(f, "/sys/bus/virtio");
	fixture_write(f, "/proc/consoles", HVC);
	expect(f, VMS_UNKNOWN, "what stands behind the hvc console", VMS_FAIL, NULL);
}

static void test_fail(void **state)
{
	struct fixture *f = *state;

	bare(f);
	expect(f, VMS_FAIL, "no PL011, virtio or Xen PV console", VMS_FAIL, "no SBSA generic UART or PL011");
	fixture_write(f, "/proc/consoles", "");
	expect(f, VMS_FAIL, NULL, VMS_FAIL, NULL);
}

static void test_unknown(void **state)
{
	struct fixture *f = *state;

	bare(f);
	fixture_remove(f, "/sys/class");
	expect(f, VMS_UNKNOWN, "/sys/class/tty", VMS_UNKNOWN, "/sys/class/tty");
	bare(f);
	fixture_remove(f, "/proc/consoles");
	expect(f, VMS_UNKNOWN, "/proc/consoles", VMS_FAIL, NULL);
	bare(f);
	fixture_link(f, "/sys/bus/virtio/devices", "devices");
	expect(f, VMS_UNKNOWN, "/sys/bus/virtio", VMS_FAIL, NULL);
}

/* No line ends, no line begins, a line that never ends. */
static void test_hostile_consoles(void **state)
{
	static char big[1 << 16];
	struct fixture *f = *state;

	bare(f);
	memset(big, 'x', sizeof(big));
	fixture_write_bytes(f, "/proc/consoles", big, sizeof(big));
	expect(f, VMS_FAIL, NULL, VMS_FAIL, NULL);
	fixture_write_bytes(f, "/proc/consoles", "\0\nhvc0\n", 7);
	expect(f, VMS_FAIL, NULL, VMS_FAIL, NULL);
	fixture_write(f, "/proc/consoles", "\n\n \n(((\nhvc");
	expect(f, VMS_UNKNOWN, "behind the hvc console", VMS_FAIL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_uarts), fixture_test(test_16550),   fixture_test(test_not_driven),
		fixture_test(test_xen),	  fixture_test(test_dcc),     fixture_test(test_virtio),
		fixture_test(test_fail),  fixture_test(test_unknown), fixture_test(test_hostile_consoles),
	};

	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
