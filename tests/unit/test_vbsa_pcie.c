/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VBSA, PCI Express: each rule passes, fails, does not apply, and is left open for its reason; hostile
 * configuration space. */
#include <errno.h>

#include "fixture_vbsa.h"

#define CAP 0x50 /* where the fixture's PCI Express capability is */

enum { ENDPOINT = 0, ROOT_PORT = 4, INTEGRATED = 9 };
enum { AER = 0x0001, ACS = 0x000d, ARI = 0x000e, SRIOV = 0x0010, PASID = 0x001b };

#define PORT  "0000:00:01.0"
#define BELOW "0000:01:00.0"

static const char *const config_rules[] = { "VBSA-PCI_IN_05", "VBSA-PCI_IN_17", "VBSA-PCI_IN_19",
					    "VBSA-PCI_IN_20", "VBSA-PCI_MSI_1", "VBSA-PCI_SM_02",
					    "VBSA-PCI_PP_03", "VBSA-PCI_PP_04", "VBSA-PCI_PAS_1",
					    "VBSA-B_PER_12" };

static void put(struct fixture *f, const char *name, const struct fixture_pci *p)
{
	fixture_pci_put(f, name, p, sizeof(p->space), NULL);
}

static struct fixture_pci port(void)
{
	struct fixture_pci p;

	fixture_pci(&p, ROOT_PORT);
	fixture_pci_buses(&p, 1, 1);
	fixture_pci_ext(&p, AER, 0);
	fixture_pci_ext(&p, ACS, 0x1f);
	return p;
}

static struct fixture_pci endpoint(void)
{
	struct fixture_pci p;

	fixture_pci(&p, ENDPOINT);
	fixture_pci_ext(&p, AER, 0);
	return p;
}

/* A root port, an endpoint below it, one ECAM region. */
static void machine(struct fixture *f)
{
	const struct fixture_pci p = port(), e = endpoint();

	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .pmu = 23, .n_its = 1 });
	fixture_mcfg(f, &(struct fixture_ecam){ 0, 0, 255 }, 1);
	put(f, PORT, &p);
	put(f, BELOW, &e);
	fixture_write(f, "/.vmspec/pci_writable", PORT " 0x1b 0\n");
}

static void test_good(void **state)
{
	struct fixture *f = *state;

	machine(f);
	for (size_t i = 0; i < ARRAY_SIZE(config_rules); i++) {
		bool none = strstr(config_rules[i], "SM_02") || strstr(config_rules[i], "PAS_1") ||
			    strstr(config_rules[i], "PER_12");

		fixture_check(f, config_rules[i], none ? VMS_SKIP : VMS_PASS, NULL);
	}
	fixture_check_evidence(f, "VBSA-PCI_IN_01", VMS_PASS, "1 ECAM region", "buses 0 to 255");
	fixture_check(f, "VBSA-PCI_IN_03", VMS_PASS, "1 function");
	fixture_check(f, "VBSA-PCI_IN_04", VMS_PASS, "1 function");
	fixture_check(f, "VBSA-PCI_LI_01", VMS_SKIP, "INTx");
	fixture_check(f, "VBSA-PCI_LI_03", VMS_SKIP, "INTx");
}

/* A machine without PCI, one whose functions hang off Hyper-V's bus. */
static void test_none(void **state)
{
	static const char *const others[] = { "VBSA-PCI_IN_01", "VBSA-PCI_IN_03", "VBSA-PCI_IN_04",
					      "VBSA-PCI_LI_01", "VBSA-PCI_LI_03" };
	struct fixture *f = *state;
	struct fixture_pci e = endpoint();

	fixture_gic(f, &(struct fixture_gic){ .version = 3, .cpus = 2, .pmu = 23 });
	for (size_t i = 0; i < ARRAY_SIZE(config_rules); i++)
		fixture_check(f, config_rules[i], VMS_UNKNOWN, "/sys/bus/pci/devices");
	fixture_dir(f, "/sys/bus/platform");
	for (size_t i = 0; i < ARRAY_SIZE(config_rules); i++)
		fixture_check(f, config_rules[i], VMS_SKIP, "no PCI bus");
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		fixture_check(f, others[i], VMS_SKIP, "no PCI bus");
	e.space[0x0d] = 0x40;
	e.space[0x40] = 0x09;
	e.space[0x3d] = 1;
	fixture_pci_put(f, "c05b:00:02.0", &e, 4096, "LNXSYSTM:00/VMBUS:00/c05b/pcic05b:00");
	for (size_t i = 0; i < ARRAY_SIZE(config_rules); i++)
		fixture_check(f, config_rules[i], VMS_SKIP, NULL);
	fixture_check(f, "VBSA-PCI_IN_01", VMS_SKIP, "a bus of the hypervisor's own");
}

/* What others than root are shown of it, what does not answer, what leads in a circle. */
static void test_not_shown(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci p = port(), e = endpoint(), gone;

	machine(f);
	fixture_pci_put(f, PORT, &p, 64, NULL);
	fixture_pci_put(f, BELOW, &e, 64, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(config_rules); i++)
		fixture_check(f, config_rules[i], VMS_UNKNOWN,
			      "the record keeps too little of the configuration space of 2 functions");
	f->kind = VMS_KIND_GUEST;
	for (size_t i = 0; i < ARRAY_SIZE(config_rules); i++)
		fixture_check(f, config_rules[i], VMS_UNKNOWN, "not shown far enough");
	f->kind = VMS_KIND_RECORD;
	/* no byte at all, and a few */
	fixture_pci_put(f, PORT, &p, 0, NULL);
	fixture_pci_put(f, BELOW, &e, 7, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(config_rules); i++)
		fixture_check(f, config_rules[i], VMS_UNKNOWN, NULL);
	/* it went away, or sleeps too deeply */
	machine(f);
	memset(&gone, 0xff, sizeof(gone));
	put(f, BELOW, &gone);
	for (size_t i = 0; i < ARRAY_SIZE(config_rules); i++)
		fixture_check(f, config_rules[i], VMS_UNKNOWN, BELOW " does not answer");
	/* a list that leads back to itself, before the PCI Express capability */
	machine(f);
	e.space[0x41] = 0x40;
	put(f, BELOW, &e);
	for (size_t i = 0; i < ARRAY_SIZE(config_rules); i++)
		fixture_check(f, config_rules[i], VMS_UNKNOWN, NULL);
}

static void test_hostile_lists(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci p = port(), e = endpoint();

	machine(f);
	/* behind it: MSI may be there, or not */
	e.space[0x34] = CAP;
	e.space[CAP + 1] = CAP;
	e.space[0x3d] = 1;
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_MSI_1", VMS_UNKNOWN, NULL);
	/* into the header */
	e.space[CAP + 1] = 0x10;
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_MSI_1", VMS_UNKNOWN, NULL);
	/* extended: to itself, into the first 256 bytes, all ones */
	machine(f);
	fixture_put32(p.space + 0x110, 0x0003 | 1u << 16 | 0x110u << 20);
	put(f, PORT, &p);
	fixture_check(f, "VBSA-PCI_PP_03", VMS_UNKNOWN, NULL);
	fixture_put32(p.space + 0x110, 0x0003 | 1u << 16 | 0x040u << 20);
	put(f, PORT, &p);
	fixture_check(f, "VBSA-PCI_PP_03", VMS_UNKNOWN, NULL);
	memset(p.space + 0x100, 0xff, sizeof(p.space) - 0x100);
	put(f, PORT, &p);
	fixture_check(f, "VBSA-PCI_PP_03", VMS_UNKNOWN, NULL);
	fixture_check(f, "VBSA-PCI_PP_04", VMS_UNKNOWN, NULL);
	fixture_check(f, "VBSA-PCI_IN_20", VMS_UNKNOWN, NULL);
	fixture_check(f, "VBSA-PCI_PAS_1", VMS_UNKNOWN, NULL);
}

static void test_ecam(void **state)
{
	struct fixture *f = *state;

	machine(f);
	fixture_remove(f, "/sys/firmware/acpi/tables/MCFG");
	fixture_check(f, "VBSA-PCI_IN_01", VMS_FAIL, "no ECAM is described");
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_check(f, "VBSA-PCI_IN_01", VMS_UNKNOWN, "the hardware description");
	fixture_dir(f, "/sys/bus/pci/devices");
}

/* Two segments, each with a host bridge of its own; two regions of one segment. */
static void test_regions(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci p = port(), second = port(), e = endpoint();

	machine(f);
	put(f, "0001:00:01.0", &p);
	put(f, "0001:01:00.0", &e);
	fixture_check_evidence(f, "VBSA-PCI_IN_03", VMS_FAIL, "its host bridge are in no common",
			       "0001:00:01.0");
	/* ... and of what is below that port nothing more is said */
	fixture_check(f, "VBSA-PCI_IN_04", VMS_PASS, "1 function");
	fixture_mcfg(f, (const struct fixture_ecam[]){ { 0, 0, 255 }, { 1, 0, 255 } }, 2);
	fixture_check(f, "VBSA-PCI_IN_03", VMS_PASS, "2 functions");
	fixture_check(f, "VBSA-PCI_IN_04", VMS_PASS, "2 functions");
	/* what is below lies in the next region */
	fixture_mcfg(f, (const struct fixture_ecam[]){ { 0, 0, 0 }, { 0, 1, 255 }, { 1, 0, 255 } }, 3);
	fixture_check(f, "VBSA-PCI_IN_03", VMS_PASS, NULL);
	fixture_check(f, "VBSA-PCI_IN_04", VMS_FAIL, BELOW);
	/* a second port of the same host bridge, on a bus of the next region */
	fixture_pci_buses(&second, 9, 9);
	fixture_pci_put(f, "0000:08:01.0", &second, sizeof(second.space), "pci0000:00");
	fixture_mcfg(f, (const struct fixture_ecam[]){ { 0, 0, 7 }, { 0, 8, 255 }, { 1, 0, 255 } }, 3);
	fixture_check(f, "VBSA-PCI_IN_03", VMS_FAIL, "are in no common ECAM region");
	fixture_check(f, "VBSA-PCI_IN_04", VMS_PASS, NULL);
	/* more regions than are kept */
	fixture_mcfg(f, (const struct fixture_ecam[40]){ { 7, 0, 255 } }, 40);
	fixture_check(f, "VBSA-PCI_IN_03", VMS_UNKNOWN, "not told");
	fixture_check(f, "VBSA-PCI_IN_04", VMS_UNKNOWN, "not told");
}

/* Buses that nobody set up, and numbers that make no sense: nothing is below such a port. */
static void test_bad_bridges(void **state)
{
	static const uint8_t buses[][2] = { { 0, 0 }, { 0, 255 }, { 5, 2 } };
	struct fixture *f = *state;
	struct fixture_pci p = port(), e = endpoint();

	for (size_t i = 0; i < ARRAY_SIZE(buses); i++) {
		machine(f);
		fixture_pci_buses(&p, buses[i][0], buses[i][1]);
		put(f, PORT, &p);
		put(f, "0000:00:02.0", &e);
		fixture_check(f, "VBSA-PCI_IN_17", VMS_SKIP, NULL);
		fixture_check(f, "VBSA-PCI_IN_04", VMS_SKIP, NULL);
		fixture_remove(f, "/sys/bus/pci/devices/0000:00:02.0");
	}
}

/* Each register that PCI Express lays down, set otherwise. */
static void test_registers(void **state)
{
	static const struct {
		const char *at_function, *says;
		unsigned at;
		uint8_t value;
	} bad[] = {
		/* clang-format off */
		{ BELOW, "special cycle", 0x04, 0x08 },	    { BELOW, "memory write and invalidate", 0x04, 0x10 },
		{ BELOW, "VGA palette snoop", 0x04, 0x20 }, { BELOW, "IDSEL", 0x04, 0x80 },
		{ BELOW, "back-to-back", 0x05, 0x02 },	    { BELOW, "66 MHz", 0x06, 0x30 },
		{ PORT, "DEVSEL", 0x07, 0x02 },		    { PORT, "latency timer", 0x0d, 0x10 },
		{ PORT, "secondary latency", 0x1b, 0x40 },  { PORT, "secondary status, 66", 0x1e, 0x20 },
		{ PORT, "master abort", 0x3e, 0x20 },	    { PORT, "discard timers", 0x3f, 0x01 },
		{ PORT, "endpoint latencies", CAP + 4, 0x40 }, { PORT, "function level reset", CAP + 7, 0x10 },
		{ PORT, "initiate function", CAP + 9, 0x80 },  { BELOW, "ARI forwarding", CAP + 0x24, 0x20 },
		{ BELOW, "PR-PR", CAP + 0x25, 0x04 },	    { BELOW, "LN system", CAP + 0x25, 0x80 },
		{ BELOW, "largest payload", CAP + 4, 0x07 }, { BELOW, "header is of type 1", 0x0e, 0x01 },
		{ PORT, "header is of type 0", 0x0e, 0x80 },
		/* clang-format on */
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct fixture_pci p = streq(bad[i].at_function, PORT) ? port() : endpoint();

		machine(f);
		p.space[bad[i].at] = bad[i].value;
		put(f, bad[i].at_function, &p);
		fixture_check_evidence(f, "VBSA-PCI_IN_05", VMS_FAIL, bad[i].says, bad[i].at_function);
	}
}

/* Version 1 of the capability ends before what would break a rule. */
static void test_short_capability(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci e = endpoint();

	machine(f);
	e.space[CAP + 2] = 0x01;
	e.space[CAP + 0x24] = 0xff;
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_IN_05", VMS_PASS, NULL);
}

static unsigned tried;

static int writable(struct vms_machine *m, const char *bdf, unsigned at, bool *ret)
{
	(void)m;
	assert_string_equal(bdf, PORT);
	assert_int_equal(at, 0x1b);
	tried++;
	*ret = true;
	return 0;
}

static int refused(struct vms_machine *m, const char *bdf, unsigned at, bool *ret)
{
	(void)m, (void)bdf, (void)at, (void)ret;
	tried++;
	return -EACCES;
}

/* The one register that is written: for its rule alone, and in virtual machines alone. */
static void test_latency(void **state)
{
	struct fixture *f = *state;

	machine(f);
	fixture_write(f, "/.vmspec/pci_writable", PORT " 0x1b 1\n");
	fixture_check(f, "VBSA-PCI_IN_05", VMS_FAIL, "can be written");
	fixture_remove(f, "/.vmspec/pci_writable");
	fixture_check(f, "VBSA-PCI_IN_05", VMS_UNKNOWN, "was not tried");
	f->kind = VMS_KIND_GUEST;
	f->live.pci_writable = writable;
	fixture_write(f, "/sys/class/dmi/id/sys_vendor", "QEMU\n");
	fixture_check(f, "VBSA-PCI_IN_19", VMS_PASS, NULL);
	fixture_check(f, "VBSA-PCI_IN_20", VMS_PASS, NULL);
	fixture_check(f, "VBSA-B_PER_12", VMS_SKIP, NULL);
	assert_int_equal(tried, 0);
	fixture_check(f, "VBSA-PCI_IN_05", VMS_FAIL, "can be written");
	assert_int_equal(tried, 1);
	f->live.pci_writable = refused;
	fixture_check(f, "VBSA-PCI_IN_05", VMS_UNKNOWN, "only root can");
	assert_int_equal(tried, 2);
	/* whose the machine is does not show: nothing is written */
	fixture_remove(f, "/sys/class/dmi");
	fixture_check(f, "VBSA-PCI_IN_05", VMS_UNKNOWN, "was not tried");
	fixture_write(f, "/sys/class/dmi/id/sys_vendor", "Ampere(R)\n");
	fixture_write(f, "/sys/class/dmi/id/product_name", "Mt. Jade\n");
	fixture_kmsg(f, true, "[    0.1] CPU: All CPU(s) started at EL2\n");
	fixture_check(f, "VBSA-PCI_IN_05", VMS_UNKNOWN, "was not tried");
	assert_int_equal(tried, 2);
}

static void test_ari(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci p = port(), e = endpoint();

	machine(f);
	fixture_pci_ext(&e, ARI, 0);
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_IN_17", VMS_FAIL, "cannot forward ARI");
	p.space[CAP + 0x24] = 0x20;
	put(f, PORT, &p);
	fixture_check(f, "VBSA-PCI_IN_17", VMS_PASS, NULL);
	/* with forwarding off, a device other than 0 */
	put(f, "0000:01:03.0", &e);
	fixture_check(f, "VBSA-PCI_IN_17", VMS_FAIL, "0000:01:03.0 answers below it");
	p.space[CAP + 0x28] = 0x20;
	put(f, PORT, &p);
	fixture_check(f, "VBSA-PCI_IN_17", VMS_PASS, NULL);
}

static void test_bist_and_pointer(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci e = endpoint();

	machine(f);
	e.space[0x0f] = 0x40;
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_IN_19", VMS_FAIL, "BIST is 0x40");
	e.space[0x0f] = 0xc3; /* offered, running */
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_IN_19", VMS_PASS, NULL);
	/* the two lowest bits mean nothing */
	e.space[0x34] = 0x43;
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_IN_19", VMS_PASS, NULL);
}

static void test_capability_ids(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci p = port();

	machine(f);
	p.space[0x40] = 0x80;
	put(f, PORT, &p);
	fixture_check(f, "VBSA-PCI_IN_20", VMS_FAIL, "capability ID 0x80 at 0x40");
	p = port();
	fixture_pci_ext(&p, 0x7777, 0);
	put(f, PORT, &p);
	fixture_check(f, "VBSA-PCI_IN_20", VMS_FAIL, "0x7777");
	p = port();
	fixture_pci_ext(&p, 0x000b, 0); /* vendor-specific, the right place */
	put(f, PORT, &p);
	fixture_check(f, "VBSA-PCI_IN_20", VMS_PASS, NULL);
}

static void test_msi(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci e = endpoint();

	machine(f);
	e.space[0x40] = 0x09;
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_MSI_1", VMS_PASS, NULL); /* it does not interrupt */
	e.space[0x3d] = 2;
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_MSI_1", VMS_FAIL, "INTB alone");
	e.space[0x40] = 0x05;
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_MSI_1", VMS_PASS, NULL);
}

static void test_reset(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci e = endpoint();

	machine(f);
	fixture_pci_ext(&e, SRIOV, 0);
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_SM_02", VMS_FAIL, "SR-IOV and no function level reset");
	e.space[CAP + 7] = 0x10;
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_SM_02", VMS_PASS, "1 function");
}

static void test_acs(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci p;

	for (unsigned bit = 0; bit < 5; bit++) {
		machine(f);
		fixture_pci(&p, ROOT_PORT);
		fixture_pci_ext(&p, AER, 0);
		fixture_pci_ext(&p, ACS, 0x1f & ~(1u << bit));
		put(f, PORT, &p);
		fixture_check(f, "VBSA-PCI_PP_03", VMS_FAIL, "lacks a control");
	}
	fixture_pci(&p, ROOT_PORT);
	fixture_pci_ext(&p, ACS, 0x1f);
	put(f, PORT, &p);
	fixture_check(f, "VBSA-PCI_PP_04", VMS_FAIL, "does not report errors");
	/* whether peers may talk is not told: never a failure */
	fixture_pci(&p, ROOT_PORT);
	fixture_pci_ext(&p, AER, 0);
	put(f, PORT, &p);
	fixture_check(f, "VBSA-PCI_PP_03", VMS_UNKNOWN, "it has no ACS");
	fixture_check(f, "VBSA-PCI_PP_04", VMS_SKIP, NULL);
}

static void test_pasid(void **state)
{
	struct fixture *f = *state;
	struct fixture_pci e = endpoint();

	machine(f);
	fixture_pci_ext(&e, PASID, 15u << 8);
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_PAS_1", VMS_FAIL, "15 bits");
	e = endpoint();
	fixture_pci_ext(&e, PASID, 16u << 8);
	put(f, BELOW, &e);
	fixture_check(f, "VBSA-PCI_PAS_1", VMS_PASS, "1 function");
}

static void intx(struct fixture *f, const char *row)
{
	struct fixture_pci e = endpoint();
	_cleanup_free_ char *table = vms_asprintf("           CPU0       CPU1\n%s", row);

	assert_non_null(table);
	e.space[0x3d] = 1;
	put(f, BELOW, &e);
	fixture_write(f, "/sys/bus/pci/devices/" BELOW "/irq", "45\n");
	fixture_write(f, "/proc/interrupts", table);
}

static void test_intx(void **state)
{
	struct fixture *f = *state;

	machine(f);
	intx(f, " 45:   3  0   GICv3  36 Level     virtio0\n");
	fixture_check_evidence(f, "VBSA-PCI_LI_01", VMS_PASS, "1 function", "INTA: GICv3 36 Level");
	fixture_check(f, "VBSA-PCI_LI_03", VMS_PASS, NULL);
	intx(f, " 45:   3  0   GICv3  20 Level     virtio0\n");
	fixture_check(f, "VBSA-PCI_LI_01", VMS_FAIL, "interrupt 20");
	intx(f, " 45:   3  0   GICv3  4097 Level     virtio0\n");
	fixture_check(f, "VBSA-PCI_LI_01", VMS_PASS, NULL);
	intx(f, " 45:   3  0   GIC-0  36 Edge      virtio0\n");
	fixture_check(f, "VBSA-PCI_LI_03", VMS_FAIL, "triggered by Edge");
	intx(f, " 45:   3  0   GICv5-SPI  4 Level     virtio0\n");
	fixture_check(f, "VBSA-PCI_LI_01", VMS_PASS, NULL);
	intx(f, " 45:   3  0   GICv5-PPI  4 Level     virtio0\n");
	fixture_check(f, "VBSA-PCI_LI_01", VMS_FAIL, NULL);
	intx(f, " 45:   3  0   GICv3  36\n");
	fixture_check(f, "VBSA-PCI_LI_03", VMS_UNKNOWN, "does not show how");
	/* messages have rows of their own, and are no INTx */
	intx(f, " 45:   3  0   ITS-PCI-MSIX-0000:01:00.0   0 Edge      virtio0\n");
	fixture_check(f, "VBSA-PCI_LI_01", VMS_SKIP, NULL);
	intx(f, " 45:   3  0   GICv2m-PCI-MSI-0000:01:00.0   0 Edge      virtio0\n");
	fixture_check(f, "VBSA-PCI_LI_01", VMS_SKIP, NULL);
	fixture_check(f, "VBSA-PCI_LI_03", VMS_SKIP, NULL);
	intx(f, " 46:   3  0   GICv3  36 Level     another\n");
	fixture_check(f, "VBSA-PCI_LI_01", VMS_SKIP, NULL);
	fixture_remove(f, "/proc/interrupts");
	fixture_check(f, "VBSA-PCI_LI_01", VMS_UNKNOWN, "/proc/interrupts");
	fixture_check(f, "VBSA-PCI_LI_03", VMS_UNKNOWN, "/proc/interrupts");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_good),
		fixture_test(test_none),
		fixture_test(test_not_shown),
		fixture_test(test_hostile_lists),
		fixture_test(test_ecam),
		fixture_test(test_regions),
		fixture_test(test_bad_bridges),
		fixture_test(test_registers),
		fixture_test(test_short_capability),
		fixture_test(test_latency),
		fixture_test(test_ari),
		fixture_test(test_bist_and_pointer),
		fixture_test(test_capability_ids),
		fixture_test(test_msi),
		fixture_test(test_reset),
		fixture_test(test_acs),
		fixture_test(test_pasid),
		fixture_test(test_intx),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
