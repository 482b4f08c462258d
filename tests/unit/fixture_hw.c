/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up hardware descriptions; see fixture_hw.h. */
#include <libfdt.h>

#include "fixture_hw.h"

#define TABLES "/sys/firmware/acpi/tables/"

static void cpus(void *fdt, unsigned n)
{
	fdt_begin_node(fdt, "cpus");
	fdt_property_u32(fdt, "#address-cells", 1);
	fdt_property_u32(fdt, "#size-cells", 0);
	for (unsigned i = 0; i < n; i++) {
		char name[16];

		snprintf(name, sizeof(name), "cpu@%x", i);
		fdt_begin_node(fdt, name);
		fdt_property_string(fdt, "device_type", "cpu");
		fdt_property_string(fdt, "compatible", "arm,cortex-a57");
		fdt_property_string(fdt, "enable-method", "psci");
		fdt_property_u32(fdt, "reg", i);
		fdt_end_node(fdt);
	}
	fdt_end_node(fdt);
}

static void device(void *fdt, const char *name, const char *compatible)
{
	const uint32_t reg[] = { 0, cpu_to_fdt32(0x9000000), 0, cpu_to_fdt32(0x1000) };

	if (!compatible)
		return;
	fdt_begin_node(fdt, name);
	fdt_property_string(fdt, "compatible", compatible);
	if (strchr(name, '@'))
		fdt_property(fdt, "reg", reg, sizeof(reg));
	if (startswith(name, "intc")) {
		fdt_property(fdt, "interrupt-controller", NULL, 0);
		fdt_property_u32(fdt, "#interrupt-cells", 3);
		fdt_property_u32(fdt, "phandle", 1);
	}
	if (startswith(name, "psci"))
		fdt_property_string(fdt, "method", "hvc");
	fdt_end_node(fdt);
}

static void timer(void *fdt)
{
	static const unsigned ppis[] = { 13, 14, 11, 10 };
	uint32_t cells[12];

	for (size_t i = 0; i < 4; i++) {
		cells[3 * i] = cpu_to_fdt32(1);
		cells[3 * i + 1] = cpu_to_fdt32(ppis[i]);
		cells[3 * i + 2] = cpu_to_fdt32(4);
	}
	fdt_begin_node(fdt, "timer");
	fdt_property_string(fdt, "compatible", "arm,armv8-timer");
	fdt_property(fdt, "interrupts", cells, sizeof(cells));
	fdt_end_node(fdt);
}

static void hardware(void *fdt, const struct fixture_tree *t)
{
	cpus(fdt, t->cpus);
	device(fdt, "intc@9000000", t->gic);
	device(fdt, "psci", t->psci);
	device(fdt, "serial@9000000", t->console);
	if (t->timer)
		timer(fdt);
}

void fixture_fdt(struct fixture *f, const struct fixture_tree *t)
{
	_cleanup_free_ char *fdt = malloc(65536);

	assert_non_null(fdt);
	assert_int_equal(fdt_create(fdt, 65536), 0);
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	if (!t->stub) {
		fdt_property_u32(fdt, "#address-cells", 2);
		fdt_property_u32(fdt, "#size-cells", 2);
		fdt_property_string(fdt, "compatible", "linux,dummy-virt");
		if (t->gic)
			fdt_property_u32(fdt, "interrupt-parent", 1);
		hardware(fdt, t);
	}
	fdt_begin_node(fdt, "chosen");
	if (t->uefi)
		fdt_property_u64(fdt, "linux,uefi-system-table", 0x7f000018);
	if (t->console)
		fdt_property_string(fdt, "stdout-path", "/serial@9000000");
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	assert_int_equal(fdt_finish(fdt), 0);
	fixture_write_bytes(f, "/sys/firmware/fdt", fdt, fdt_totalsize(fdt));
}

void fixture_table(struct fixture *f, const char *signature, unsigned revision, uint8_t *t, size_t len)
{
	char path[64];

	memcpy(t, signature, 4);
	fixture_put32(t + 4, (uint32_t)len);
	t[8] = (uint8_t)revision;
	memcpy(t + 10, "VMSPECTESTTABLE", 14);
	t[9] = 0;
	t[9] = (uint8_t)-span_sum8(vms_span(t, len));
	snprintf(path, sizeof(path), TABLES "%s", signature);
	fixture_write_bytes(f, path, t, len);
}

void fixture_madt(struct fixture *f, unsigned gicd_version, unsigned n_cpus, unsigned n_gicr)
{
	static uint8_t t[65536];
	size_t at = 44;

	memset(t, 0, sizeof(t));
	for (unsigned i = 0; i < n_cpus; i++, at += 80) {
		t[at] = 0x0b;
		t[at + 1] = 80;
		fixture_put32(t + at + 8, i);
		fixture_put32(t + at + 12, 1);
		t[at + 68] = (uint8_t)i; /* MPIDR */
	}
	t[at] = 0x0c;
	t[at + 1] = 24;
	t[at + 20] = (uint8_t)gicd_version;
	at += 24;
	for (unsigned i = 0; i < n_gicr; i++, at += 16) {
		t[at] = 0x0e;
		t[at + 1] = 16;
		fixture_put32(t + at + 4, 0x80a0000);
		fixture_put32(t + at + 12, 0x20000);
	}
	fixture_table(f, "APIC", 4, t, at);
}

void fixture_fadt(struct fixture *f, unsigned arm_boot_arch)
{
	uint8_t t[276] = { 0 };

	fixture_put32(t + 112, 1u << 20);
	t[129] = (uint8_t)arm_boot_arch;
	t[131] = 0;
	fixture_put32(t + 140, 0x1000);
	fixture_table(f, "FACP", 6, t, sizeof(t));
}

void fixture_spcr(struct fixture *f, unsigned type)
{
	uint8_t t[80] = { 0 };

	t[36] = (uint8_t)type;
	fixture_put32(t + 44, 0x9000000);
	fixture_table(f, "SPCR", 2, t, sizeof(t));
}

void fixture_gtdt(struct fixture *f, unsigned el1, unsigned virt, unsigned el2)
{
	uint8_t t[96] = { 0 };

	fixture_put32(t + 56, el1);
	fixture_put32(t + 64, virt);
	fixture_put32(t + 72, el2);
	fixture_table(f, "GTDT", 2, t, sizeof(t));
}
