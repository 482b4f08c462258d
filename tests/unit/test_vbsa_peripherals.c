/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VBSA, peripherals: each rule passes, fails, does not apply, and is left open for its reason. */
#include "fixture_vbsa.h"

static void machine(struct fixture *f)
{
	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .pmu = 23 });
	fixture_dir(f, "/sys/bus/pci/devices");
}

static void controller(struct fixture *f, unsigned base, unsigned sub, unsigned interface)
{
	struct fixture_pci p;

	fixture_pci(&p, 0);
	p.space[0x0b] = (uint8_t)base;
	p.space[0x0a] = (uint8_t)sub;
	p.space[0x09] = (uint8_t)interface;
	fixture_pci_put(f, "0000:00:02.0", &p, 64, NULL);
}

static void test_classes(void **state)
{
	static const struct {
		const char *id;
		unsigned base, sub, interface;
		enum vms_status status;
	} rows[] = {
		/* clang-format off */
		{ "VBSA-B_PER_01", 0x0c, 0x03, 0x20, VMS_PASS }, { "VBSA-B_PER_01", 0x0c, 0x03, 0x10, VMS_FAIL },
		{ "VBSA-B_PER_01", 0x0c, 0x03, 0x00, VMS_FAIL }, { "VBSA-B_PER_01", 0x0c, 0x03, 0x30, VMS_SKIP },
		{ "VBSA-B_PER_01", 0x0c, 0x05, 0x00, VMS_SKIP }, { "VBSA-B_PER_02", 0x0c, 0x03, 0x30, VMS_PASS },
		{ "VBSA-B_PER_02", 0x0c, 0x03, 0x40, VMS_PASS }, { "VBSA-B_PER_02", 0x0c, 0x03, 0x80, VMS_FAIL },
		{ "VBSA-B_PER_02", 0x0c, 0x03, 0x10, VMS_SKIP }, { "VBSA-B_PER_02", 0x0c, 0x03, 0xfe, VMS_SKIP },
		{ "VBSA-B_PER_03", 0x01, 0x06, 0x01, VMS_PASS }, { "VBSA-B_PER_03", 0x01, 0x06, 0x00, VMS_FAIL },
		{ "VBSA-B_PER_03", 0x01, 0x08, 0x02, VMS_SKIP },
		/* clang-format on */
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		machine(f);
		controller(f, rows[i].base, rows[i].sub, rows[i].interface);
		fixture_check(f, rows[i].id, rows[i].status,
			      rows[i].status == VMS_SKIP ? "no controller of that kind" : NULL);
		/* the buses cannot be listed; there is none of PCI */
		fixture_remove(f, "/sys/bus");
		fixture_check(f, rows[i].id, VMS_UNKNOWN, "/sys/bus/pci/devices");
		fixture_dir(f, "/sys/bus/platform");
		fixture_check(f, rows[i].id, VMS_SKIP, "no controller");
	}
}

static void test_described_controllers(void **state)
{
	struct fixture *f = *state;

	machine(f);
	fixture_dir(f, "/sys/bus/acpi/devices/PNP0D10:00");
	fixture_check_evidence(f, "VBSA-B_PER_02", VMS_PASS, "1 controller", "/sys/bus/acpi/devices");
	fixture_check(f, "VBSA-B_PER_01", VMS_SKIP, NULL);
	fixture_dir(f, "/sys/bus/acpi/devices/PNP0D20:00");
	fixture_check(f, "VBSA-B_PER_01", VMS_PASS, "1 controller");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,gic-v3", .console = "generic-ohci" });
	fixture_check_evidence(f, "VBSA-B_PER_01", VMS_FAIL, "that is no EHCI", "/sys/firmware/fdt");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,gic-v3", .console = "generic-ahci" });
	fixture_check(f, "VBSA-B_PER_03", VMS_PASS, "1 controller");
}

static void test_uart(void **state)
{
	static const struct {
		unsigned type;
		enum vms_status status;
	} types[] = { { 0x03, VMS_PASS }, { 0x0e, VMS_PASS }, { 0x0d, VMS_PASS }, { 0x12, VMS_PASS },
		      { 0x00, VMS_PASS }, { 0x02, VMS_FAIL }, { 0x13, VMS_FAIL } };
	struct fixture *f = *state;
	uint8_t dbg2[44 + 24] = { 0 };

	fixture_check(f, "VBSA-B_PER_05", VMS_UNKNOWN, "the hardware description");
	machine(f);
	fixture_check(f, "VBSA-B_PER_05", VMS_SKIP, "no UART is described");
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		fixture_spcr_irq(f, types[i].type, 33);
		fixture_check_evidence(f, "VBSA-B_PER_05", types[i].status, "the UART is a", "tables/SPCR");
	}
	fixture_remove(f, "/sys/firmware/acpi/tables/SPCR");
	/* a debug port will do: serial, PL011 */
	fixture_put32(dbg2 + 36, 44);
	fixture_put32(dbg2 + 40, 1);
	dbg2[44 + 1] = 24;
	dbg2[44 + 12] = 0x00;
	dbg2[44 + 13] = 0x80;
	dbg2[44 + 14] = 0x03;
	fixture_table(f, "DBG2", 0, dbg2, sizeof(dbg2));
	fixture_check_evidence(f, "VBSA-B_PER_05", VMS_PASS, "PL011", "tables/DBG2");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,gic-v3", .console = "ns16550a" });
	fixture_check(f, "VBSA-B_PER_05", VMS_PASS, "16550");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,gic-v3" });
	fixture_check(f, "VBSA-B_PER_05", VMS_SKIP, "no UART is described");
	fixture_fdt(f, &(struct fixture_tree){ .cpus = 2, .gic = "arm,gic-v3", .console = "xlnx,xuartps" });
	fixture_check(f, "VBSA-B_PER_05", VMS_UNKNOWN, "xlnx,xuartps");
}

static void test_uart_interrupt(void **state)
{
	struct fixture *f = *state;

	machine(f);
	fixture_spcr_irq(f, 3, 33);
	fixture_check(f, "VBSA-B_PER_06", VMS_PASS, "SPI 1");
	fixture_spcr_irq(f, 3, 3u << 29 | 5); /* a GICv5's */
	fixture_check(f, "VBSA-B_PER_06", VMS_PASS, "SPI 5");
	fixture_spcr_irq(f, 3, 20);
	fixture_check(f, "VBSA-B_PER_06", VMS_FAIL, "INTID 20");
	fixture_spcr_irq(f, 3, 1020);
	fixture_check(f, "VBSA-B_PER_06", VMS_FAIL, "INTID 1020");
	fixture_spcr_irq(f, 3, 4097); /* GICv3.1 */
	fixture_check(f, "VBSA-B_PER_06", VMS_PASS, "extended SPI 1");
	fixture_spcr_irq(f, 3, 0);
	fixture_check(f, "VBSA-B_PER_06", VMS_UNKNOWN, "no interrupt of the UART");
	fixture_write(f, "/proc/interrupts", "           CPU0\n 13:   26   GICv3  33 Level     uart-pl011\n");
	fixture_check_evidence(f, "VBSA-B_PER_06", VMS_PASS, "SPI 1", "/proc/interrupts");
	fixture_write(f, "/proc/interrupts",
		      "           CPU0\n 13:   26   GICv5-SPI  1 Level     uart-pl011\n");
	fixture_check(f, "VBSA-B_PER_06", VMS_PASS, "SPI 1");
	fixture_remove(f, "/sys/firmware/acpi/tables/SPCR");
	fixture_check(f, "VBSA-B_PER_06", VMS_SKIP, "no UART");
}

static void test_integrated(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci p;

	machine(f);
	fixture_check(f, "VBSA-B_PER_12", VMS_SKIP, "no endpoint is integrated");
	fixture_pci(&p, 9);
	fixture_pci_put(f, "0000:00:02.0", &p, sizeof(p.space), NULL);
	fixture_check(f, "VBSA-B_PER_12", VMS_PASS, "1 integrated endpoint");
	fixture_pci_put(f, "0000:00:02.0", &p, 64, NULL);
	fixture_check(f, "VBSA-B_PER_12", VMS_UNKNOWN, "too little of the configuration space of 1 function");
	p.space[0x3e] = 6;
	fixture_pci_put(f, "0000:00:02.0", &p, sizeof(p.space), NULL);
	fixture_check(f, "VBSA-B_PER_12", VMS_FAIL, "minimum grant");
	p.space[0x3e] = 0;
	p.space[0x0d] = 0x20;
	fixture_pci_put(f, "0000:00:02.0", &p, sizeof(p.space), NULL);
	fixture_check(f, "VBSA-B_PER_12", VMS_FAIL, "latency timer");
	fixture_remove(f, "/sys/bus/pci");
	fixture_dir(f, "/sys/bus");
	fixture_check(f, "VBSA-B_PER_12", VMS_SKIP, "no PCI bus");
}

static void test_watchdog(void **state)
{
	struct fixture *f = *state;
	uint8_t gtdt[96 + 28] = { 0 };

	fixture_check(f, "VBSA-V_L2WD_01", VMS_UNKNOWN, "/sys/class/watchdog");
	fixture_dir(f, "/sys/class/watchdog");
	fixture_check(f, "VBSA-V_L2WD_01", VMS_UNKNOWN, "what is described could not be seen");
	machine(f);
	/* level 2: without one the machine is not of it, and that is no failure */
	fixture_check(f, "VBSA-V_L2WD_01", VMS_SKIP, "no watchdog is described");
	fixture_dir(f, "/sys/class/watchdog/watchdog0");
	fixture_check_evidence(f, "VBSA-V_L2WD_01", VMS_PASS, "drives watchdog0", "/sys/class/watchdog");
	fixture_remove(f, "/sys/class/watchdog");
	fixture_put32(gtdt + 56, 30);
	fixture_put32(gtdt + 64, 27);
	fixture_put32(gtdt + 88, 1);
	fixture_put32(gtdt + 92, 96);
	gtdt[96] = 1;
	gtdt[97] = 28;
	fixture_table(f, "GTDT", 3, gtdt, sizeof(gtdt));
	fixture_check_evidence(f, "VBSA-V_L2WD_01", VMS_PASS, "is described", "1 generic");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_classes),    fixture_test(test_described_controllers),
		fixture_test(test_uart),       fixture_test(test_uart_interrupt),
		fixture_test(test_integrated), fixture_test(test_watchdog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
