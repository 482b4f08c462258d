/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device tree: what is read from a good one, each thing that may be missing,
 * references that dangle, where the tree came from, hostile bytes.
 */
#include <errno.h>
#include <libfdt.h>
#include <time.h>

#include "fixture.h"

#include "hwdesc/fdt_origin.h"
#include "hwdesc/hwdesc.h"

#define FDT  "/sys/firmware/fdt"
#define ROOM 16384

enum { GIC = 1, CPU0, CPU1, CLK, GPIO, ITS };

struct tree {
	char blob[ROOM] __attribute__((aligned(8))); /* libfdt asks for it */
};

/* ---- a good tree, as QEMU makes one ---- */

static void cells(void *b, const char *name, size_t n, const uint32_t *v)
{
	uint32_t be[32];

	for (size_t i = 0; i < n; i++)
		be[i] = cpu_to_fdt32(v[i]);
	assert_int_equal(fdt_property(b, name, be, (int)(4 * n)), 0);
}

#define CELLS(b, name, ...)                                                                                  \
	cells(b, name, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, (const uint32_t[]){ __VA_ARGS__ })
#define STR(b, name, s) assert_int_equal(fdt_property(b, name, s, sizeof(s)), 0)

static void begin(void *b, const char *name)
{
	assert_int_equal(fdt_begin_node(b, name), 0);
}

static void end(void *b)
{
	assert_int_equal(fdt_end_node(b), 0);
}

static void begin_root(void *b, size_t size)
{
	assert_int_equal(fdt_create(b, (int)size), 0);
	assert_int_equal(fdt_finish_reservemap(b), 0);
	begin(b, "");
	CELLS(b, "#address-cells", 2);
	CELLS(b, "#size-cells", 2);
}

static void put_chosen(void *b)
{
	begin(b, "chosen");
	CELLS(b, "linux,uefi-system-table", 0, 0x7ffd0018);
	STR(b, "bootargs", "quiet root=/dev/vda2");
	STR(b, "stdout-path", "serial0:115200n8");
	end(b);
}

static void put_cpus(void *b)
{
	begin(b, "cpus");
	CELLS(b, "#address-cells", 1);
	CELLS(b, "#size-cells", 0);
	for (uint32_t i = 0; i < 2; i++) {
		begin(b, i ? "cpu@1" : "cpu@0");
		STR(b, "device_type", "cpu");
		STR(b, "compatible", "arm,cortex-a57");
		STR(b, "enable-method", "psci");
		CELLS(b, "reg", i);
		CELLS(b, "phandle", CPU0 + i);
		end(b);
	}
	begin(b, "cpu-map");
	begin(b, "core0");
	CELLS(b, "cpu", CPU0);
	end(b);
	end(b);
	end(b);
}

static void put_devices(void *b)
{
	begin(b, "intc@8000000");
	STR(b, "compatible", "arm,gic-v3");
	STR(b, "interrupt-controller", "");
	CELLS(b, "reg", 0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0xf60000);
	CELLS(b, "#interrupt-cells", 3);
	CELLS(b, "#address-cells", 2);
	CELLS(b, "phandle", GIC);
	begin(b, "its@8080000");
	STR(b, "compatible", "arm,gic-v3-its");
	CELLS(b, "#msi-cells", 1);
	CELLS(b, "phandle", ITS);
	end(b);
	end(b);
	begin(b, "timer");
	STR(b, "compatible", "arm,armv8-timer\0arm,armv7-timer");
	CELLS(b, "interrupts", 1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4);
	end(b);
	begin(b, "psci");
	STR(b, "compatible", "arm,psci-1.0\0arm,psci-0.2\0arm,psci");
	STR(b, "method", "hvc");
	end(b);
	begin(b, "clk");
	STR(b, "compatible", "fixed-clock");
	CELLS(b, "#clock-cells", 0);
	CELLS(b, "phandle", CLK);
	end(b);
	begin(b, "pl011@9000000");
	STR(b, "compatible", "arm,pl011\0arm,primecell");
	CELLS(b, "reg", 0, 0x9000000, 0, 0x1000);
	CELLS(b, "clocks", CLK, CLK);
	CELLS(b, "interrupts", 0, 1, 4);
	end(b);
}

static void put_buses(void *b)
{
	begin(b, "gpio@9030000");
	CELLS(b, "#gpio-cells", 2);
	CELLS(b, "phandle", GPIO);
	end(b);
	begin(b, "gpio-keys");
	begin(b, "poweroff");
	CELLS(b, "gpios", GPIO, 3, 0);
	end(b);
	end(b);
	begin(b, "virtio_mmio@a000000");
	STR(b, "compatible", "virtio,mmio");
	CELLS(b, "reg", 0, 0xa000000, 0, 0x200);
	CELLS(b, "interrupts-extended", GIC, 0, 16, 1);
	end(b);
	begin(b, "pcie@10000000");
	STR(b, "compatible", "pci-host-ecam-generic");
	CELLS(b, "reg", 0x40, 0x10000000, 0, 0x10000000);
	STR(b, "device_type", "pci");
	CELLS(b, "#address-cells", 3);
	CELLS(b, "#size-cells", 2);
	CELLS(b, "#interrupt-cells", 1);
	CELLS(b, "msi-map", 0, ITS, 0, 0x10000);
	CELLS(b, "interrupt-map", 0, 0, 0, 1, GIC, 0, 0, 0, 3, 4, 0x800, 0, 0, 1, GIC, 0, 0, 0, 4, 4);
	end(b);
}

static struct tree good_tree(void)
{
	char sw[ROOM] __attribute__((aligned(8)));
	struct tree t;

	begin_root(sw, sizeof(sw));
	STR(sw, "compatible", "linux,dummy-virt");
	CELLS(sw, "interrupt-parent", GIC);
	begin(sw, "aliases");
	STR(sw, "serial0", "/pl011@9000000");
	end(sw);
	put_chosen(sw);
	put_cpus(sw);
	put_devices(sw);
	put_buses(sw);
	end(sw);
	assert_int_equal(fdt_finish(sw), 0);
	assert_int_equal(fdt_open_into(sw, t.blob, sizeof(t.blob)), 0);
	return t;
}

static int node(struct tree *t, const char *path)
{
	int off = fdt_path_offset(t->blob, path);

	assert_true(off >= 0);
	return off;
}

static void set_string(struct tree *t, const char *path, const char *prop, const char *value)
{
	assert_int_equal(fdt_setprop_string(t->blob, node(t, path), prop, value), 0);
}

static void set_cell(struct tree *t, const char *path, const char *prop, uint32_t value)
{
	assert_int_equal(fdt_setprop_u32(t->blob, node(t, path), prop, value), 0);
}

static void del_prop(struct tree *t, const char *path, const char *prop)
{
	assert_int_equal(fdt_delprop(t->blob, node(t, path), prop), 0);
}

static void del_node(struct tree *t, const char *path)
{
	assert_int_equal(fdt_del_node(t->blob, node(t, path)), 0);
}

static void disable(struct tree *t, const char *path)
{
	set_string(t, path, "status", "disabled");
}

static struct vms_span span_of(const struct tree *t)
{
	return vms_span(t->blob, fdt_totalsize(t->blob));
}

/* ---- reading ---- */

static void test_reads_good_tree(void **state)
{
	struct tree t = good_tree();
	const char *why = NULL;
	struct fdt_tree f;

	(void)state;
	assert_int_equal(fdt_parse(span_of(&t), &f, &why), 0);
	assert_false(f.stub);
	assert_true(f.uefi);
	assert_string_equal(f.compatible, "linux,dummy-virt");
	assert_string_equal(f.bootargs, "quiet root=/dev/vda2");
	assert_int_equal(f.n_cpus, 2);
	assert_int_equal(f.cpus[1].mpidr, 1);
	assert_true(f.cpus[1].enabled);
	assert_string_equal(f.cpus[1].enable, "psci");
	assert_int_equal(f.gic_version, 3);
	assert_string_equal(f.gic.path, "/intc@8000000");
	assert_int_equal(f.timer.secure, 29);
	assert_int_equal(f.timer.phys, 30);
	assert_int_equal(f.timer.virt, 27);
	assert_int_equal(f.timer.hyp, 26);
	assert_true(fdt_is_compatible(f.timer.node.compatible, "arm,armv7-timer"));
	assert_false(fdt_is_compatible(f.timer.node.compatible, "arm,armv7"));
	assert_string_equal(f.psci.method, "hvc");
	assert_int_equal(f.psci.version, 0x10000);
	assert_string_equal(f.console.path, "/pl011@9000000");
	assert_string_equal(f.console_options, "115200n8");
	assert_int_equal(f.console_base, 0x9000000);
	assert_int_equal(f.n_pci, 1);
	assert_int_equal(f.n_virtio_mmio, 1);
	assert_int_equal(f.n_dangling, 0);
	fdt_tree_clear(&f);
}

static void test_timer_by_names_and_extended(void **state)
{
	static const char names[] = "virt\0phys";
	const uint32_t ext[] = { cpu_to_fdt32(GIC), cpu_to_fdt32(1), cpu_to_fdt32(11), cpu_to_fdt32(4),
				 cpu_to_fdt32(GIC), cpu_to_fdt32(1), cpu_to_fdt32(14), cpu_to_fdt32(4) };
	struct tree t = good_tree();
	const char *why = NULL;
	struct fdt_tree f;

	(void)state;
	del_prop(&t, "/timer", "interrupts");
	assert_int_equal(fdt_setprop(t.blob, node(&t, "/timer"), "interrupts-extended", ext, sizeof(ext)), 0);
	assert_int_equal(fdt_setprop(t.blob, node(&t, "/timer"), "interrupt-names", names, sizeof(names)), 0);
	assert_int_equal(fdt_parse(span_of(&t), &f, &why), 0);
	assert_int_equal(f.timer.virt, 27);
	assert_int_equal(f.timer.phys, 30);
	assert_int_equal(f.timer.secure, 0);
	fdt_tree_clear(&f);
}

static void test_gic_versions(void **state)
{
	static const struct {
		const char *compatible;
		unsigned version;
	} rows[] = { { "arm,gic-400", 2 }, { "arm,cortex-a15-gic", 2 }, { "arm,gic-v3", 3 },
		     { "arm,pl390", 1 },   { "arm,gic-v5", 5 },		{ "acme,pic", 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tree t = good_tree();
		const char *why = NULL;
		struct fdt_tree f;

		set_string(&t, "/intc@8000000", "compatible", rows[i].compatible);
		assert_int_equal(fdt_parse(span_of(&t), &f, &why), 0);
		assert_int_equal(f.gic_version, rows[i].version);
		assert_int_equal(f.gic.there, rows[i].version != 0);
		fdt_tree_clear(&f);
	}
}

/* ---- VMSPEC-FDT-COMPLETE ---- */

/* Judge a machine that was started with this tree. */
static void expect_tree(struct fixture *f, const struct tree *t, enum vms_status status, const char *reason)
{
	struct tree packed = *t;

	assert_int_equal(fdt_pack(packed.blob), 0);
	fixture_write_bytes(f, FDT, packed.blob, fdt_totalsize(packed.blob));
	fixture_check(f, "VMSPEC-FDT-COMPLETE", status, reason);
}

static void test_complete(void **state)
{
	struct fixture *f = *state;
	struct tree t = good_tree();

	expect_tree(f, &t, VMS_PASS, "references resolve");
}

/* Each planted fault, and the one thing that is told about it. */
static void test_missing(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *node;
		bool only_disabled;
		const char *reason;
	} rows[] = {
		{ "/intc@8000000", true, "no GIC" },
		{ "/timer", false, ": no generic timer" },
		{ "/timer", true, ": no generic timer" },
		{ "/psci", false, "enabled by PSCI, and there is no PSCI node" },
		{ "/psci", true, "enabled by PSCI, and there is no PSCI node" },
		{ "/pl011@9000000", true, ": no console" },
		{ "/pl011@9000000", false, ": no console" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tree t = good_tree();

		if (rows[i].only_disabled)
			disable(&t, rows[i].node);
		else
			del_node(&t, rows[i].node);
		expect_tree(f, &t, VMS_FAIL, rows[i].reason);
	}
}

static void test_missing_parts(void **state)
{
	const uint32_t ppis[] = { cpu_to_fdt32(1), cpu_to_fdt32(13), cpu_to_fdt32(4),
				  cpu_to_fdt32(1), cpu_to_fdt32(14), cpu_to_fdt32(4) };
	struct fixture *f = *state;
	struct tree t = good_tree();

	del_node(&t, "/cpus");
	expect_tree(f, &t, VMS_FAIL, ": no CPU");

	t = good_tree();
	del_prop(&t, "/timer", "interrupts");
	expect_tree(f, &t, VMS_FAIL, "the timer has no interrupts");

	/* secure and physical alone */
	t = good_tree();
	assert_int_equal(fdt_setprop(t.blob, node(&t, "/timer"), "interrupts", ppis, sizeof(ppis)), 0);
	expect_tree(f, &t, VMS_FAIL, "the timer names no virtual interrupt");

	t = good_tree();
	del_prop(&t, "/pl011@9000000", "reg");
	expect_tree(f, &t, VMS_FAIL, "the UART /pl011@9000000 has no address");

	t = good_tree();
	del_prop(&t, "/intc@8000000", "reg");
	expect_tree(f, &t, VMS_FAIL, "the GIC has no addresses");

	t = good_tree();
	assert_int_equal(fdt_setprop_u32(t.blob, node(&t, "/intc@8000000"), "#redistributor-regions", 2), 0);
	expect_tree(f, &t, VMS_FAIL, "the GIC has no address of its redistributors");

	/* what counts as a console is the profile's matter */
	t = good_tree();
	del_node(&t, "/pl011@9000000");
	del_prop(&t, "/chosen", "stdout-path");
	expect_tree(f, &t, VMS_FAIL, ": no console");
	f->profile = vms_profile_find("vmspec-1.0");
	expect_tree(f, &t, VMS_PASS, "a virtio console's bus");
	del_node(&t, "/pcie@10000000");
	del_node(&t, "/virtio_mmio@a000000");
	expect_tree(f, &t, VMS_FAIL, ": no console; no bus");
	f->profile = NULL;

	t = good_tree();
	disable(&t, "/pcie@10000000");
	expect_tree(f, &t, VMS_PASS, NULL);
	disable(&t, "/virtio_mmio@a000000");
	expect_tree(f, &t, VMS_FAIL, ": no bus");

	/* a bus below a disabled bus is not there */
	t = good_tree();
	del_node(&t, "/pcie@10000000");
	del_node(&t, "/virtio_mmio@a000000");
	assert_true(fdt_add_subnode(t.blob, node(&t, "/gpio-keys"), "bus") >= 0);
	set_string(&t, "/gpio-keys/bus", "compatible", "simple-bus");
	expect_tree(f, &t, VMS_PASS, NULL);
	disable(&t, "/gpio-keys");
	expect_tree(f, &t, VMS_FAIL, ": no bus");
}

static void test_enable_methods(void **state)
{
	struct fixture *f = *state;
	struct tree t = good_tree();

	/* another method needs no PSCI */
	set_string(&t, "/cpus/cpu@0", "enable-method", "spin-table");
	set_string(&t, "/cpus/cpu@1", "enable-method", "spin-table");
	del_node(&t, "/psci");
	expect_tree(f, &t, VMS_FAIL, "CPU 0x0 is to be enabled by spin-table, without cpu-release-addr");
	set_cell(&t, "/cpus/cpu@0", "cpu-release-addr", 1);
	set_cell(&t, "/cpus/cpu@1", "cpu-release-addr", 1);
	expect_tree(f, &t, VMS_PASS, NULL);
	set_string(&t, "/cpus/cpu@1", "enable-method", "magic");
	expect_tree(f, &t, VMS_FAIL, "CPU 0x1 is to be enabled by magic, which is no method");

	t = good_tree();
	del_prop(&t, "/psci", "method");
	expect_tree(f, &t, VMS_FAIL, "names no method to call it by");

	/* the CPU that boots needs none, the others do */
	t = good_tree();
	del_prop(&t, "/cpus/cpu@0", "enable-method");
	expect_tree(f, &t, VMS_PASS, NULL);
	fixture_kmsg(f, false, "[    0.0] Booting Linux on physical CPU 0x0000000000 [0x411fd070]\n");
	expect_tree(f, &t, VMS_PASS, NULL);
	fixture_kmsg(f, false, "[    0.0] Booting Linux on physical CPU 0x1\n");
	expect_tree(f, &t, VMS_FAIL, "1 of 2 CPUs have no enable-method");
	fixture_remove(f, "/.vmspec/kmsg");
	del_prop(&t, "/cpus/cpu@1", "enable-method");
	expect_tree(f, &t, VMS_FAIL, "2 of 2 CPUs have no enable-method");

	/* 32-bit Linux takes the PSCI node for all */
	fixture_write_bytes(f, FDT, t.blob, fdt_totalsize(t.blob));
	fixture_write(f, "/.vmspec/machine", "armv7l\n");
	fixture_check(f, "VMSPEC-FDT-COMPLETE", VMS_PASS, NULL);

	del_node(&t, "/psci");
	expect_tree(f, &t, VMS_FAIL, "neither PSCI nor another enable-method for 2 of 2");

	/* on /cpus it counts for each */
	set_string(&t, "/cpus", "enable-method", "brcm,brahma-b15");
	expect_tree(f, &t, VMS_PASS, NULL);
}

static void test_xen_stands_for_console_and_bus(void **state)
{
	struct fixture *f = *state;
	struct tree t = good_tree();

	del_node(&t, "/pcie@10000000");
	del_node(&t, "/virtio_mmio@a000000");
	del_node(&t, "/pl011@9000000");
	del_prop(&t, "/chosen", "stdout-path");
	expect_tree(f, &t, VMS_FAIL, "no console; no bus");
	assert_true(fdt_add_subnode(t.blob, 0, "hypervisor") >= 0);
	set_string(&t, "/hypervisor", "compatible", "xen,xen-4.17");
	expect_tree(f, &t, VMS_FAIL, "no console; no bus");
	set_string(&t, "/hypervisor", "compatible", "xen,xen");
	expect_tree(f, &t, VMS_PASS, "Xen's console and bus");
}

static void test_dangling(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *node, *prop;
	} rows[] = {
		{ "/", "interrupt-parent" },
		{ "/timer", "interrupt-parent" },
		{ "/virtio_mmio@a000000", "interrupts-extended" },
		{ "/pl011@9000000", "clocks" },
		{ "/pcie@10000000", "msi-parent" },
		{ "/gpio-keys/poweroff", "gpios" },
		{ "/gpio-keys/poweroff", "wakeup-gpios" },
		{ "/cpus/cpu-map/core0", "cpu" },
		{ "/cpus/cpu@0", "next-level-cache" },
		{ "/pcie@10000000", "iommus" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tree t = good_tree();
		char want[100];

		snprintf(want, sizeof(want), "%s: %s refers to 0x777, which is no node", rows[i].node,
			 rows[i].prop);
		set_cell(&t, rows[i].node, rows[i].prop, 0x777);
		expect_tree(f, &t, VMS_FAIL, want);
	}
}

static void test_dangling_maps(void **state)
{
	struct fixture *f = *state;
	const uint32_t bad_map[] = { 0, 0, 0, cpu_to_fdt32(1), cpu_to_fdt32(0x777) };
	const uint32_t short_map[] = { 0, 0, 0, cpu_to_fdt32(1), cpu_to_fdt32(GIC), 0 };
	const uint32_t msi_map[] = { 0, cpu_to_fdt32(0x777), 0, cpu_to_fdt32(1) };
	struct tree t = good_tree();
	int pcie = node(&t, "/pcie@10000000");

	assert_int_equal(fdt_setprop(t.blob, pcie, "interrupt-map", bad_map, sizeof(bad_map)), 0);
	expect_tree(f, &t, VMS_FAIL, "interrupt-map refers to 0x777");
	t = good_tree();
	assert_int_equal(fdt_setprop(t.blob, pcie, "interrupt-map", short_map, sizeof(short_map)), 0);
	expect_tree(f, &t, VMS_FAIL, "interrupt-map leads nowhere or is cut short");
	t = good_tree();
	assert_int_equal(fdt_setprop(t.blob, pcie, "msi-map", msi_map, sizeof(msi_map)), 0);
	expect_tree(f, &t, VMS_FAIL, "msi-map refers to 0x777");
	t = good_tree();
	assert_int_equal(fdt_setprop(t.blob, pcie, "msi-map", msi_map, sizeof(msi_map) - 4), 0);
	expect_tree(f, &t, VMS_FAIL, "msi-map leads nowhere or is cut short");
}

/* What looks like a dangling reference and is none. */
static void test_no_false_dangling(void **state)
{
	struct fixture *f = *state;
	const uint32_t ext[] = { 0, cpu_to_fdt32(GIC), 0, cpu_to_fdt32(16), cpu_to_fdt32(1) };
	struct tree t = good_tree();

	/* a disabled device's reference, a hog's line numbers, counts of GPIOs, notes for
	 * overlays, an empty place */
	assert_true(fdt_add_subnode(t.blob, 0, "__local_fixups__") >= 0);
	assert_true(fdt_add_subnode(t.blob, node(&t, "/__local_fixups__"), "timer") >= 0);
	set_cell(&t, "/__local_fixups__/timer", "interrupt-parent", 0);
	disable(&t, "/gpio-keys");
	set_cell(&t, "/gpio-keys/poweroff", "gpios", 0x777);
	assert_true(fdt_add_subnode(t.blob, node(&t, "/gpio@9030000"), "hog") >= 0);
	assert_int_equal(fdt_setprop_empty(t.blob, node(&t, "/gpio@9030000/hog"), "gpio-hog"), 0);
	set_cell(&t, "/gpio@9030000/hog", "gpios", 0x777);
	set_cell(&t, "/gpio@9030000", "snps,nr-gpios", 0x777);
	assert_int_equal(fdt_setprop(t.blob, node(&t, "/virtio_mmio@a000000"), "interrupts-extended", ext,
				     sizeof(ext)),
			 0);
	expect_tree(f, &t, VMS_PASS, NULL);
}

static void test_stdout_path(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *value;
		enum vms_status status;
		const char *reason;
	} rows[] = {
		{ "/pl011@9000000", VMS_PASS, "" },
		{ "/pl011", VMS_PASS, "" }, /* without the unit address, as Linux takes it */
		{ "serial0", VMS_PASS, "" },
		{ "serial1:9600", VMS_FAIL, "/chosen: stdout-path leads nowhere" },
		{ "/pl011@9000001", VMS_FAIL, "/chosen: stdout-path leads nowhere" },
		{ "", VMS_FAIL, "/chosen: stdout-path leads nowhere" },
		{ ":", VMS_FAIL, "/chosen: stdout-path leads nowhere" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct tree t = good_tree();

		set_string(&t, "/chosen", "stdout-path", rows[i].value);
		expect_tree(f, &t, rows[i].status, rows[i].reason);
	}
}

/* An alias that leads to itself, or to another alias, must not be followed. */
static void test_alias_cycle(void **state)
{
	struct fixture *f = *state;
	struct tree t = good_tree();

	set_string(&t, "/aliases", "serial0", "serial0");
	expect_tree(f, &t, VMS_FAIL, "stdout-path leads nowhere");
	set_string(&t, "/aliases", "serial0", "serial1");
	set_string(&t, "/aliases", "serial1", "serial0");
	expect_tree(f, &t, VMS_FAIL, "stdout-path leads nowhere");
}

/* ---- VMSPEC-EFI-DTB ---- */

static struct tree stub_tree(bool xen)
{
	struct tree t;
	char sw[ROOM] __attribute__((aligned(8)));

	begin_root(sw, sizeof(sw));
	put_chosen(sw);
	if (xen) {
		begin(sw, "hypervisor");
		STR(sw, "compatible", "xen,xen-4.17\0xen,xen");
		end(sw);
	}
	end(sw);
	assert_int_equal(fdt_finish(sw), 0);
	assert_int_equal(fdt_open_into(sw, t.blob, sizeof(t.blob)), 0);
	return t;
}

static void start_with(struct fixture *f, const struct tree *t)
{
	fixture_write_bytes(f, FDT, t->blob, fdt_totalsize(t->blob));
	fixture_write(f, "/proc/cmdline", "quiet root=/dev/vda2\n");
}

static void test_origin_firmware(void **state)
{
	struct tree t = good_tree();
	struct fixture *f = *state;

	start_with(f, &t);
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_PASS, NULL);
	/* one node more than /chosen is a real tree, be it ever so small */
	t = stub_tree(true);
	assert_true(fdt_add_subnode(t.blob, 0, "psci") >= 0);
	fixture_write_bytes(f, FDT, t.blob, fdt_totalsize(t.blob));
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_PASS, NULL);
}

static void test_origin_stub(void **state)
{
	struct tree t = stub_tree(false);
	struct fixture *f = *state;

	start_with(f, &t);
	fixture_check_evidence(f, "VMSPEC-EFI-DTB", VMS_FAIL, "only /chosen: made by the kernel's EFI stub",
			       "bytes, only /chosen: made by the kernel's EFI stub");
	/* a stub stays one whatever the command line says */
	fixture_write(f, "/proc/cmdline", "dtb=x.dtb\n");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_FAIL, "only /chosen");
	/* a serial console that saw the kernel find it */
	fixture_write(f, "/.vmspec/kmsg",
		      "EFI stub: Using DTB from configuration table\n"
		      "[    0.000000] Booting Linux on physical CPU 0x0\n");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_FAIL, "made by a boot loader (GRUB) or the hypervisor");
	t = stub_tree(true);
	fixture_write_bytes(f, FDT, t.blob, fdt_totalsize(t.blob));
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_FAIL, "only /chosen and Xen's /hypervisor");
}

/* Lines of menus: GRUB's and entries', extlinux's. */
static void test_menu_lines(void **state)
{
	static const struct {
		const char *line;
		bool grub, extlinux;
	} cases[] = {
		{ "devicetree /x.dtb", true, true },
		{ "\tdevicetree\t/x.dtb", true, true },
		{ "devicetree-overlay /a.dtbo /b.dtbo", true, true },
		{ "if true; then devicetree /x; fi", true, true },
		{ "menuentry x { devicetree /x }", true, true },
		{ "true;devicetree /x", true, true },
		{ "# devicetree /x", false, false },
		{ "devicetree", false, false },
		{ "linux /vmlinuz devicetree /x", false, false },
		{ "title the devicetree of old", false, false },
		{ "set heathen devicetree /x", false, false },
		{ "  fdt /x.dtb", false, true },
		{ "DEVICETREE /x.dtb", false, true },
		{ "FDTDIR /usr/lib/linux-image", false, true },
		{ "fdtoverlays /x.dtbo", false, true },
		{ "fdtx /x", false, false },
		{ "\"devicetree\" /x.dtb", true, true },
		{ "if ! devicetree /x; then", true, true },
		{ "if devicetree /x; then", true, true },
		{ "test -f /x && devicetree /x", true, true },
		{ "    dtb_path: boot():/x.dtb", true, true },
		{ "DTB_PATH=boot:///x.dtb", true, true },
		{ "global_dtb: boot():/x.dtb", true, true },
		{ "comment: dtb_path: x", false, false },
		{ "dtb_paths: x", false, false },
		{ "device'tree' /x.dtb", true, true },
		{ "device\\tree /x.dtb", true, true },
		{ "eval \"devicetree /x.dtb\"", true, true },
		{ "title 'the' devicetree", false, false },
		{ "kernel /x#conf-1", false, true },
		{ "\tLINUX /x.itb", false, true },
		{ "kernel /vmlinuz", false, false },
		{ "fit /x", false, true },
		{ "", false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t n = strlen(cases[i].line);

		assert_int_equal(fdt_menu_names_tree(cases[i].line, n, false), cases[i].grub);
		assert_int_equal(fdt_menu_names_tree(cases[i].line, n, true), cases[i].extlinux);
	}
}

/* What a menu of GRUB's takes in. */
static void test_menu_sources(void **state)
{
	static const struct {
		const char *line, *argument;
	} cases[] = {
		{ "  source ${config_directory}/custom.cfg", "${config_directory}/custom.cfg" },
		{ "if [ -f /a ]; then source '/b c.cfg'; fi", "/b" }, /* no GRUB needs blanks */
		{ "configfile \"($root)/x.cfg\"", "($root)/x.cfg" },
		{ ". /y.cfg", "/y.cfg" },
		{ "extract_entries_source /y.cfg", "/y.cfg" },
		{ "\tnormal /z.cfg\r", "/z.cfg" },
		{ "# source /x", NULL },
		{ "linux /vmlinuz source /x", NULL },
		{ "search . /x", NULL },
		{ "source", NULL },
		{ "source  ", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t n = 0;
		const char *arg = fdt_menu_sources(cases[i].line, strlen(cases[i].line), &n);

		assert_int_equal(!arg, !cases[i].argument);
		if (arg) {
			assert_int_equal(n, strlen(cases[i].argument));
			assert_memory_equal(arg, cases[i].argument, n);
		}
	}
}

/* Commands of GRUB's that are a variable's value. */
static void test_menu_variables(void **state)
{
	static const struct {
		const char *line, *name; /* NULL: no such command; "": of which no name is told */
	} cases[] = {
		{ "$d /x.dtb", "d" },
		{ "\t${d} /x.dtb", "d" },
		{ "if true; then \"$d\" /x; fi", "d" },
		{ "true && ${d_1}", "d_1" },
		{ "menuentry x { $d }", "d" },
		{ "$d;", "d" },
		{ "device$d /x", "" },
		{ "${d}tree /x", "" },
		{ "eval \"$x\"", "x" },
		{ "eval \"$x y\"", "x" },
		{ "eval \"a $x y\"", "" },
		{ "$", "" },
		{ "${", "" },
		{ "linux /vmlinuz $d", NULL },
		{ "set d=$e", NULL },
		{ "d=\"$e\"", NULL },
		{ "[ \"$d\" = x ]", NULL },
		{ "if [ x$d = xy ]; then true; fi", NULL },
		{ "# $d", NULL },
		{ "eval true", NULL },
		{ "menuentry 'x' $id 'y' {", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vms_span name = vms_span(NULL, 0);

		assert_int_equal(fdt_menu_runs_variable(cases[i].line, strlen(cases[i].line), &name),
				 cases[i].name != NULL);
		if (cases[i].name) {
			assert_int_equal(name.len, strlen(cases[i].name));
			assert_memory_equal(name.data, cases[i].name, name.len);
		}
	}
}

static void test_menu_hides_command(void **state)
{
	static const struct {
		const char *menu;
		bool hides;
	} cases[] = {
		{ "set d=linux\n$d /x\n", false },
		{ "set d=linux\nset d='linux16'\nif true; then set d=\"linuxefi\"; fi\n$d /x\n", false },
		{ "set d=linux\nset d=devicetree\n$d /x\n", true },
		{ "set d=$e\n$d /x\n", true },
		{ "set d=eval\n$d \"x\"\n", true },
		{ "set dd=linux\n$d /x\n", true },
		{ "set d=\n$d devicetree\n", true },
		{ "linux /x \\\n$d\n", false },
		{ "$d\n", true },
		{ "\\\n$d\n", false },
		{ "", false },
	};
	char many[FDT_VARIABLES_MAX * 3 + 32] = "set d=linux\n";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vms_buf menu = { (char *)(uintptr_t)cases[i].menu, strlen(cases[i].menu) };

		assert_int_equal(fdt_menu_hides_command(&menu, "devicetree"), cases[i].hides);
	}
	for (unsigned i = 0; i <= FDT_VARIABLES_MAX; i++) {
		struct vms_buf menu = { many, strlen(many) };

		assert_false(fdt_menu_hides_command(&menu, "devicetree"));
		strcat(many, "$d\n");
	}
	assert_true(fdt_menu_hides_command(&(struct vms_buf){ many, strlen(many) }, "devicetree"));
}

/* Load options: cut off at every byte, no path is made up. */
static void test_boot_options(void **state)
{
	static const uint8_t head[] = { 1, 0, 0, 0, 0, 0, 'L', 0, 0, 0 }, disk[] = { 4, 1, 8, 0, 1, 0, 0, 0 },
			     net[] = { 3, 11, 5, 0, 1 }, end[] = { 0x7f, 0xff, 4, 0 },
			     tree[] = { 4,    3,    20,	  0,	0xd5, 0x21, 0xb6, 0xb1, 0x9c, 0xf1,
					0xa5, 0x41, 0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0 };
	const struct {
		struct vms_span nodes[4];
		struct fdt_option is;
	} cases[] = {
		{ { { disk, sizeof(disk) }, { end, 4 } }, { .disk = true } },
		{ { { net, sizeof(net) }, { end, 4 } }, { .network = true } },
		{ { { net, sizeof(net) }, { disk, sizeof(disk) }, { end, 4 } }, { .disk = true } },
		{ { { end, 4 }, { disk, sizeof(disk) }, { net, sizeof(net) }, { end, 4 } }, { 0 } },
		{ { { disk, sizeof(disk) }, { end, 4 }, { tree, sizeof(tree) }, { end, 4 } },
		  { .disk = true, .tree = true } },
		{ { { tree, 16 } }, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t option[128];
		size_t len = sizeof(head);
		struct fdt_option got = { 0 };

		memcpy(option, head, len);
		for (size_t k = 0; k < 4 && cases[i].nodes[k].len; k++) {
			memcpy(option + len, cases[i].nodes[k].data, cases[i].nodes[k].len);
			len += cases[i].nodes[k].len;
		}
		option[4] = (uint8_t)(len - sizeof(head));
		assert_true(fdt_option_read(vms_span(option, len), &got));
		assert_memory_equal(&got, &cases[i].is, sizeof(got));
		for (size_t n = 0; n < len; n++) {
			uint8_t *cut = malloc(n ? n : 1);

			memcpy(cut, option, n);
			assert_false(fdt_option_read(vms_span(cut, n), &got));
			free(cut);
		}
	}
}

/* A FIT image in a file; its bytes may be many. */
static void write_fit(struct fixture *f, const char *path, const char *type, const char *os, size_t data)
{
	char *blob = calloc(1, data + 4096), *zeros = calloc(1, data);

	assert_non_null(blob);
	assert_non_null(zeros);
	assert_int_equal(fdt_create(blob, (int)data + 4096), 0);
	assert_int_equal(fdt_finish_reservemap(blob), 0);
	begin(blob, "");
	begin(blob, "images");
	begin(blob, "kernel");
	assert_int_equal(fdt_property(blob, "data", zeros, (int)data), 0);
	assert_int_equal(fdt_property_string(blob, "os", os), 0);
	end(blob);
	begin(blob, "other");
	assert_int_equal(fdt_property_string(blob, "type", type), 0);
	end(blob);
	end(blob);
	end(blob);
	assert_int_equal(fdt_finish(blob), 0);
	fixture_write_bytes(f, path, blob, fdt_totalsize(blob));
	free(blob);
	free(zeros);
}

static int reduce(struct fixture *f, const char *path, struct vms_buf *ret)
{
	_cleanup_close_ int fd = -1;
	uint64_t size;

	assert_int_equal(vms_root_open_file(fixture_machine(f)->root, path, &fd, &size), 0);
	return fdt_fit_reduce(fd, size, ret);
}

static void test_fit_images(void **state)
{
	struct fixture *f = *state;
	_cleanup_buf_ struct vms_buf fit = { NULL, 0 }, none = { NULL, 0 };
	struct vms_buf cut;

	write_fit(f, "/x.itb", "flat_dt", "linux", 3 << 20);
	assert_int_equal(reduce(f, "/x.itb", &fit), 0);
	assert_true(fit.len < 1024);
	assert_true(fdt_fit_has_tree(&fit));
	fixture_write_bytes(f, "/cut.itb", fit.data, fit.len - 1);
	assert_int_equal(reduce(f, "/cut.itb", &none), -EBADMSG);
	for (size_t i = 4; i < fit.len; i++) {
		char was = fit.data[i];
		int err;

		fit.data[i] = (char)~was;
		fixture_write_bytes(f, "/odd.itb", fit.data, fit.len);
		fit.data[i] = was;
		cut = (struct vms_buf){ NULL, 0 };
		err = reduce(f, "/odd.itb", &cut);
		assert_true(err == 0 || err == -EBADMSG);
		if (!err)
			fdt_fit_has_tree(&cut);
		vms_buf_clear(&cut);
	}
	vms_buf_clear(&fit);
	write_fit(f, "/x.itb", "ramdisk", "linux", 100);
	assert_int_equal(reduce(f, "/x.itb", &fit), 0);
	assert_false(fdt_fit_has_tree(&fit));
	vms_buf_clear(&fit);
	write_fit(f, "/x.itb", "flat_dt", "u-boot", 100);
	assert_int_equal(reduce(f, "/x.itb", &fit), 0);
	assert_false(fdt_fit_has_tree(&fit));
	fixture_write(f, "/x.itb", "");
	assert_int_equal(reduce(f, "/x.itb", &none), -ENOENT);
	fixture_write(f, "/x.itb", "MZ and more");
	assert_int_equal(reduce(f, "/x.itb", &none), -ENOENT);
}

/* Commands of U-Boot's scripts. */
static void test_script_lines(void **state)
{
	static const struct {
		const char *line;
		bool names_tree;
	} cases[] = {
		{ "load virtio 0:1 ${fdt_addr_r} /board.bin", true },
		{ "load virtio 0:1 0x48000000 dtb/board.dtb", true },
		{ "setenv fdtfile acme/board.dtb", true },
		{ "fdt addr 0x48000000", true },
		{ "fdt apply $x", true },
		{ "fdt addr ${fdtcontroladdr}; fdt resize 8192", true },
		{ "fdt addr ${fdtcontroladdr}", false },
		{ "bootefi ${kernel_addr_r} 0x48000000", true },
		{ "if true; then bootefi $a $b; fi", true },
		{ "bootefi ${kernel_addr_r} ${fdtcontroladdr}", false },
		{ "bootefi bootmgr", false },
		{ "bootefi 0x40080000; echo done and more", false },
		{ "source ${scriptaddr}", true },
		{ "env import -t $a $filesize", true },
		{ "bootm ${loadaddr}", true },
		{ "bootm", false },
		{ "booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} 0x48000000", true },
		{ "booti ${kernel_addr_r} -", false },
		{ "sysboot virtio 0:1 any ${scriptaddr} /x.conf", true },
		{ "bootefi 0x40080000; booti 0x40080000 -", false },
		{ "bootefi bootmgr # ${fdt_addr_r}", false },
		{ "# load virtio 0:1 ${fdt_addr_r} x.dtb", false },
		{ "setenv bootargs console=ttyAMA0", false },
		{ "", false },
		{ ";;", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(fdt_script_names_tree(cases[i].line, strlen(cases[i].line)),
				 cases[i].names_tree);
}

static void test_origin_loader(void **state)
{
	/* a PE file's headers, with the sections .dtb and .linux */
	uint8_t image[0xa8] = { 'M', 'Z', [0x3c] = 0x40, [0x40] = 'P', 'E', [0x46] = 2, [0x58] = '.', 'd',
				't', 'b', [0x80] = '.',	 'l',	       'i', 'n',	'u',	      'x' };
	struct tree t = good_tree();
	struct fixture *f = *state;

	start_with(f, &t);
	fixture_write(f, "/proc/cmdline", "quiet dtb=\\my.dtb\n");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "dtb=\\my.dtb");
	fixture_write(f, "/proc/cmdline", "quiet foo.dtb=1\n");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_PASS, NULL);
	fixture_write(f, "/boot/grub/grub.cfg",
		      "menuentry {\n#devicetree /x\n\tlinux /vmlinuz devicetree\n}\n");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_PASS, NULL);
	fixture_write(f, "/boot/grub/grub.cfg", "menuentry {\n\tdevicetree /x.dtb\n}\n");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "/boot/grub/grub.cfg has a devicetree line");
	fixture_remove(f, "/boot/grub/grub.cfg");
	fixture_dir(f, "/boot/grub/grub.cfg");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "could not be searched");
	fixture_remove(f, "/boot");
	fixture_write(f, "/efi/loader/entries/debian.conf", "title Debian\ndevicetree /x.dtb\n");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "debian.conf has a devicetree line");
	fixture_remove(f, "/efi");
	/* without the command line the tree's own bootargs tell the same */
	fixture_remove(f, "/proc");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_PASS, NULL);
	/* an image of systemd-stub's, which must have been started to count */
	fixture_dir(f, "/sys/firmware/efi/efivars");
	fixture_write_bytes(f, "/efi/EFI/Linux/x.efi", image, sizeof(image));
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_PASS, NULL);
	fixture_write(f, "/sys/firmware/efi/efivars/StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", "x");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "/efi/EFI/Linux/x.efi carries a device tree");
	image[0x58 + 1] = 'x';
	fixture_write_bytes(f, "/efi/EFI/Linux/x.efi", image, sizeof(image));
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_PASS, NULL);
	/* in a folder of a vendor's; and a boot loader alone, which is none */
	fixture_remove(f, "/efi/EFI/Linux/x.efi");
	fixture_write_bytes(f, "/efi/EFI/acme/x.efi", image, sizeof(image));
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_PASS, NULL);
	image[0x80 + 1] = 'x';
	fixture_write_bytes(f, "/efi/EFI/acme/x.efi", image, sizeof(image));
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "an image that is not to be seen");
	fixture_remove(f, "/efi");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "an image that is not to be seen");
	fixture_remove(f, "/sys/firmware/efi");
	set_string(&t, "/chosen", "bootargs", "dtb=y.dtb");
	fixture_write_bytes(f, FDT, t.blob, fdt_totalsize(t.blob));
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "dtb=y.dtb");
}

static void test_not_readable(void **state)
{
	struct fixture *f = *state;

	/* absence proves nothing */
	fixture_dir(f, "/sys/firmware");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "no /sys/firmware/fdt");
	fixture_check(f, "VMSPEC-FDT-COMPLETE", VMS_UNKNOWN, "no /sys/firmware/fdt");
	/* neither does a directory, a FIFO, a tree that is too big or none */
	fixture_dir(f, FDT);
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, FDT);
	fixture_check(f, "VMSPEC-FDT-COMPLETE", VMS_UNKNOWN, FDT);
	/* but what Linux unflattened shows that there was a real one */
	fixture_write(f, "/proc/cmdline", "quiet\n");
	fixture_dir(f, "/sys/firmware/devicetree/base/cpus");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_PASS, NULL);
	fixture_check(f, "VMSPEC-FDT-COMPLETE", VMS_UNKNOWN, FDT);
	fixture_write(f, "/proc/cmdline", "dtb=x\n");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "dtb=x");
}

static void test_absurd_files(void **state)
{
	struct fixture *f = *state;
	char path[128];

	fixture_write(f, FDT, "no device tree at all, only text that is long enough for a header");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "no valid device tree: it does not begin");
	fixture_check(f, "VMSPEC-FDT-COMPLETE", VMS_UNKNOWN, "no valid device tree");
	fixture_write(f, FDT, "");
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "no valid device tree");
	snprintf(path, sizeof(path), "%s%s", f->root, FDT);
	assert_int_equal(truncate(path, 1 << 30), 0);
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, "bigger than 2 MiB");
	fixture_remove(f, FDT);
	fixture_fifo(f, FDT);
	fixture_check(f, "VMSPEC-EFI-DTB", VMS_UNKNOWN, FDT);
}

/* ---- hostile bytes ---- */

static void be32(uint8_t *p, uint32_t v)
{
	v = cpu_to_fdt32(v);
	memcpy(p, &v, 4);
}

/* Some answer, from bytes that end where their allocation ends. */
static int answer(const uint8_t *data, size_t len, size_t flip, size_t totalsize)
{
	uint8_t *copy = malloc(len ? len : 1);
	const char *why = NULL;
	struct fdt_tree f;
	int err;

	memcpy(copy, data, len);
	if (flip < len)
		copy[flip] ^= 0xff;
	if (len >= 8 && totalsize)
		be32(copy + 4, (uint32_t)totalsize);
	err = fdt_parse(vms_span(copy, len), &f, &why);
	assert_true(err == 0 || (err == -EBADMSG && why));
	if (!err)
		fdt_tree_clear(&f);
	free(copy);
	return err;
}

/* Trees of real machines: cut off at every byte, also with a header that says so; changed. */
static void test_recorded_trees(void **state)
{
	static const char *const names[] = { "gicv2-dt", "gicv3-acpi", "uboot-dt", "xen-domu-direct",
					     "xen-domu-uefi-acpi" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		uint8_t *blob;
		size_t len;

		if (!fixture_recorded(*state, names[i], FDT, &blob, &len))
			skip();
		assert_int_equal(answer(blob, len, SIZE_MAX, 0), 0);
		for (size_t n = 0; n < len; n++) {
			assert_int_equal(answer(blob, n, SIZE_MAX, 0), -EBADMSG);
			answer(blob, n, SIZE_MAX, n);
		}
		for (size_t n = 0; n < len; n += 1 + len / 2000)
			answer(blob, len, n, 0);
		free(blob);
	}
}

static void test_every_prefix(void **state)
{
	struct tree t = good_tree();
	struct vms_span whole;

	(void)state;
	fdt_pack(t.blob);
	whole = span_of(&t);
	for (size_t n = 0; n < whole.len; n++) {
		assert_int_equal(answer(whole.data, n, SIZE_MAX, 0), -EBADMSG);
		answer(whole.data, n, SIZE_MAX, n);
	}
}

static void test_every_byte(void **state)
{
	struct tree t = good_tree();
	struct vms_span whole;

	(void)state;
	fdt_pack(t.blob);
	whole = span_of(&t);
	for (size_t n = 0; n < whole.len; n++)
		answer(whole.data, whole.len, n, 0);
}

/* libfdt 1.6.1 follows a null pointer in trees of before version 16, and reads words as
 * they lie: neither must get there. */
static void test_keeps_from_libfdt(void **state)
{
	struct tree t = good_tree();

	(void)state;
	for (uint32_t version = 0; version < 17; version++) {
		fdt_set_version(t.blob, version);
		fdt_set_last_comp_version(t.blob, 0);
		assert_int_equal(answer((const uint8_t *)t.blob, fdt_totalsize(t.blob), SIZE_MAX, 0),
				 -EBADMSG);
	}
	fdt_set_version(t.blob, 17);
	fdt_set_last_comp_version(t.blob, 16);
	fdt_set_off_dt_struct(t.blob, fdt_off_dt_struct(t.blob) + 2);
	assert_int_equal(answer((const uint8_t *)t.blob, fdt_totalsize(t.blob), SIZE_MAX, 0), -EBADMSG);
	fdt_set_off_dt_struct(t.blob, fdt_off_dt_struct(t.blob) - 2);
	assert_int_equal(answer((const uint8_t *)t.blob, fdt_totalsize(t.blob), SIZE_MAX, 0), 0);
}

/* A header around `struct_len` bytes of structure at 64 and `names_len` of names behind. */
static uint8_t *hostile(size_t size, size_t struct_len, size_t names_len)
{
	uint8_t *b = calloc(1, size);

	assert_non_null(b);
	be32(b, FDT_MAGIC);
	be32(b + 4, (uint32_t)size);
	be32(b + 8, 64);
	be32(b + 12, (uint32_t)(64 + struct_len));
	be32(b + 16, 40);
	be32(b + 20, 17);
	be32(b + 24, 16);
	be32(b + 32, (uint32_t)names_len);
	be32(b + 36, (uint32_t)struct_len);
	return b;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Judge it, in well under a second also under the sanitizers. */
static int timed_parse(uint8_t *b, size_t size, struct fdt_tree *f)
{
	const char *why = NULL;
	double start = seconds();
	int err = fdt_parse(vms_span(b, size), f, &why);

	assert_true(seconds() - start < 5); /* ASan and a busy machine; 0.1 s without */
	free(b);
	return err;
}

static void test_hostile_nesting(void **state)
{
	const size_t depth = 120000, len = 16 * depth - 4 * depth + 8;
	uint8_t *b = hostile(FDT_SIZE_MAX, len, 0), *p = b + 64;
	struct fdt_tree f;

	(void)state;
	for (size_t i = 0; i < depth; i++, p += 8) {
		be32(p, FDT_BEGIN_NODE);
		memcpy(p + 4, i ? "cpu" : "\0\0\0", 4);
	}
	for (size_t i = 0; i < depth; i++, p += 4)
		be32(p, FDT_END_NODE);
	be32(p, FDT_END);
	assert_int_equal(timed_parse(b, FDT_SIZE_MAX, &f), 0);
	assert_int_equal(f.n_top, 1);
	fdt_tree_clear(&f);
}

/*
 * As many properties as fit, each of them a reference to `to`, in one node or
 * in many. The root is 1.
 */
static void hostile_props(bool many_nodes, const char *name, uint32_t to)
{
	const size_t n = 60000, len = n * 28 + 64;
	uint8_t *b = hostile(FDT_SIZE_MAX, len, 64), *p = b + 64;
	struct fdt_tree f;

	snprintf((char *)b + 64 + len, 64, "%s", name);
	strcpy((char *)b + 64 + len + 32, "phandle");
	be32(p, FDT_BEGIN_NODE);
	p += 8;
	for (size_t i = 0; i <= n; i++) {
		if (i && many_nodes) {
			be32(p, FDT_BEGIN_NODE);
			p[4] = 'x';
			p += 8;
		}
		be32(p, FDT_PROP);
		be32(p + 4, 4);
		be32(p + 8, i ? 0 : 32);
		be32(p + 12, i ? to : 1);
		p += 16;
		if (i && many_nodes) {
			be32(p, FDT_END_NODE);
			p += 4;
		}
	}
	be32(p, FDT_END_NODE);
	be32(p + 4, FDT_END);
	assert_int_equal(timed_parse(b, FDT_SIZE_MAX, &f), 0);
	assert_int_equal(f.n_dangling, to == 1 ? 0 : n);
	fdt_tree_clear(&f);
}

static void test_hostile_props(void **state)
{
	static const char *const names[] = { "interrupt-parent", "a-gpios", "clocks", "cpu-idle-states" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		hostile_props(false, names[i], 2);
		hostile_props(true, names[i], 2);
		/* to one node with very many properties, which must not be searched each time */
		hostile_props(false, names[i], 1);
	}
}

/* Property names without an end: libfdt would walk them all for each property. */
static void test_hostile_names(void **state)
{
	const size_t n = 60000, len = n * 12 + 64, names = FDT_SIZE_MAX - 64 - len;
	uint8_t *b = hostile(FDT_SIZE_MAX, len, names), *p = b + 64;
	struct fdt_tree f;

	(void)state;
	memset(b + 64 + len, 'x', names - 1);
	be32(p, FDT_BEGIN_NODE);
	p += 8;
	for (size_t i = 0; i < n; i++, p += 12)
		be32(p, FDT_PROP);
	be32(p, FDT_END_NODE);
	be32(p + 4, FDT_END);
	assert_int_equal(timed_parse(b, FDT_SIZE_MAX, &f), -EBADMSG);
}

static void test_strange_strings(void **state)
{
	static const char no_end[] = { 'a', 'r', 'm', ',', 'p', 'l', '0', '1', '1' };
	struct tree t = good_tree();
	struct fdt_tree f;
	const char *why = NULL;

	(void)state;
	/* compatible without its NUL is none; control characters do not get out */
	assert_int_equal(
		fdt_setprop(t.blob, node(&t, "/pl011@9000000"), "compatible", no_end, sizeof(no_end)), 0);
	set_string(&t, "/chosen", "stdout-path", "");
	set_string(&t, "/intc@8000000", "compatible", "arm,gic-v3");
	set_string(&t, "/", "compatible", "evil\x1b[31m\n");
	assert_int_equal(fdt_parse(span_of(&t), &f, &why), 0);
	assert_false(f.console.there);
	assert_null(strchr(f.compatible, '\x1b'));
	assert_null(strchr(f.compatible, '\n'));
	fdt_tree_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_good_tree),
		cmocka_unit_test(test_timer_by_names_and_extended),
		cmocka_unit_test(test_gic_versions),
		fixture_test(test_complete),
		fixture_test(test_missing),
		fixture_test(test_missing_parts),
		fixture_test(test_enable_methods),
		fixture_test(test_xen_stands_for_console_and_bus),
		fixture_test(test_dangling),
		fixture_test(test_dangling_maps),
		fixture_test(test_no_false_dangling),
		fixture_test(test_stdout_path),
		fixture_test(test_alias_cycle),
		fixture_test(test_origin_firmware),
		fixture_test(test_origin_stub),
		cmocka_unit_test(test_script_lines),
		fixture_test(test_menu_variables),
		fixture_test(test_menu_hides_command),
		fixture_test(test_boot_options),
		fixture_test(test_fit_images),
		fixture_test(test_origin_loader),
		fixture_test(test_menu_lines),
		fixture_test(test_menu_sources),
		fixture_test(test_not_readable),
		fixture_test(test_absurd_files),
		fixture_test(test_recorded_trees),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_keeps_from_libfdt),
		cmocka_unit_test(test_hostile_nesting),
		cmocka_unit_test(test_hostile_props),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_strange_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
