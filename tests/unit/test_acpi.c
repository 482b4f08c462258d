/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ACPI tables: what is read from good ones, each thing that may be missing or
 * wrong, who says that there are any, agreement with a device tree, hostile bytes.
 */
#include <libfdt.h>

#include "spec/spec.h"
#include "core/result.h"
#include "fixture.h"

#include "hwdesc/acpi.h"
#include "hwdesc/hwdesc.h"

#define DIR    "/sys/firmware/acpi/tables"
#define SYSTAB "/sys/firmware/efi/systab"

/* ---- tables as QEMU makes them ---- */

struct table {
	uint8_t b[512];
	size_t len;
};

static void le(struct table *t, size_t off, size_t n, uint64_t v)
{
	for (size_t i = 0; i < n; i++)
		t->b[off + i] = (uint8_t)(v >> 8 * i);
}

/* Length and checksum of what is there now. */
static void seal(struct table *t)
{
	le(t, 4, 4, t->len);
	t->b[9] = 0;
	t->b[9] = (uint8_t)-span_sum8(vms_span(t->b, t->len));
}

static struct table table(const char *signature, uint8_t revision, size_t len)
{
	struct table t = { .len = len };

	memcpy(t.b, signature, 4);
	t.b[8] = revision;
	memcpy(t.b + 10, "VMSPEC", 6);
	seal(&t);
	return t;
}

static struct table facp(void)
{
	struct table t = table("FACP", 6, 276);

	le(&t, 112, 4, 1u << 20); /* HW_REDUCED_ACPI */
	le(&t, 129, 2, 3);	  /* PSCI, by hvc */
	t.b[131] = 3;
	le(&t, 140, 8, 0x7c437518);
	seal(&t);
	return t;
}

#define GICD_AT 44
#define GICC_AT (GICD_AT + 24)
#define GICR_AT (GICC_AT + 160)

static struct table madt(void)
{
	struct table t = table("APIC", 4, GICR_AT + 16 + 20);

	t.b[GICD_AT] = 0x0c;
	t.b[GICD_AT + 1] = 24;
	le(&t, GICD_AT + 8, 8, 0x8000000);
	t.b[GICD_AT + 20] = 3;
	for (unsigned i = 0; i < 2; i++) {
		size_t at = GICC_AT + 80 * i;

		t.b[at] = 0x0b;
		t.b[at + 1] = 80;
		le(&t, at + 8, 4, i);
		le(&t, at + 12, 4, 1);
		le(&t, at + 68, 8, i);
	}
	t.b[GICR_AT] = 0x0e;
	t.b[GICR_AT + 1] = 16;
	le(&t, GICR_AT + 4, 8, 0x80a0000);
	le(&t, GICR_AT + 12, 4, 0xf60000);
	t.b[GICR_AT + 16] = 0x0f;
	t.b[GICR_AT + 17] = 20;
	seal(&t);
	return t;
}

static struct table gtdt(void)
{
	struct table t = table("GTDT", 2, 96);

	le(&t, 48, 4, 29);
	le(&t, 56, 4, 30);
	le(&t, 64, 4, 27);
	le(&t, 72, 4, 26);
	seal(&t);
	return t;
}

static struct table spcr(void)
{
	struct table t = table("SPCR", 2, 80);

	t.b[36] = 3;
	le(&t, 44, 8, 0x9000000);
	seal(&t);
	return t;
}

static struct table dbg2(void)
{
	struct table t = table("DBG2", 0, 87);

	le(&t, 36, 4, 44);
	le(&t, 40, 4, 1);
	le(&t, 44 + 1, 2, 43);
	t.b[44 + 3] = 1;
	le(&t, 44 + 4, 2, 5);
	le(&t, 44 + 6, 2, 0x26);
	le(&t, 44 + 12, 2, 0x8000);
	le(&t, 44 + 14, 2, 3);
	le(&t, 44 + 18, 2, 0x16);
	le(&t, 44 + 20, 2, 0x22);
	le(&t, 44 + 0x16 + 4, 8, 0x9000000);
	memcpy(t.b + 44 + 0x26, "COM0", 5);
	seal(&t);
	return t;
}

static struct table mcfg(void)
{
	struct table t = table("MCFG", 1, 60);

	le(&t, 44, 8, 0x4010000000);
	t.b[55] = 0xff;
	seal(&t);
	return t;
}

static void put(struct fixture *f, const struct table *t)
{
	char path[64];

	snprintf(path, sizeof(path), DIR "/%.4s", (const char *)t->b);
	fixture_write_bytes(f, path, t->b, t->len);
}

#define PUT(f, expr)                                                                                         \
	do {                                                                                                 \
		struct table x_ = (expr);                                                                    \
		put(f, &x_);                                                                                 \
	} while (0)

/* All of them, whole, on a machine with PCIe that shows everything. */
static void good_tables(struct fixture *f)
{
	PUT(f, facp());
	PUT(f, table("DSDT", 2, 300));
	PUT(f, madt());
	PUT(f, gtdt());
	PUT(f, spcr());
	PUT(f, dbg2());
	PUT(f, mcfg());
	fixture_dir(f, DIR "/data");
	fixture_dir(f, DIR "/dynamic");
	fixture_dir(f, "/sys/bus/pci/devices/0000:00:00.0");
	fixture_write(f, SYSTAB, "ACPI20=0x7c430018\nSMBIOS3=0x7fed0000\n");
	fixture_write(f, "/.vmspec/kmsg",
		      "[    0.000000] efi: EFI v2.70 by EDK II\n"
		      "[    0.000000] efi: SMBIOS 3.0=0x7fed0000 ACPI 2.0=0x7c430018 INITRD=0x7c412518 \n"
		      "[    0.000000] ACPI: RSDP 0x000000007C430018 000024 (v02 BOCHS )\n"
		      "[    0.000000] ACPI: XSDT 0x000000007C43FE98 000064 (v01 BOCHS  BXPC)\n");
}

/* The check fails for this reason alone: several would be parted by "; ". */
static void expect_only(struct fixture *f, const char *id, const char *reason)
{
	struct vms_result r = { .reason = NULL };

	fixture_check(f, id, VMS_FAIL, reason);
	assert_int_equal(vms_check_find(id)->machine_fn(f->m, &r), 0);
	if (strchr(r.reason, ';'))
		print_error("%s\n", r.reason);
	assert_null(strchr(r.reason, ';'));
	vms_result_clear(&r);
}

/* ---- reading ---- */

static void test_reads_good_tables(void **state)
{
	const struct acpi_facts *f;

	good_tables(*state);
	f = acpi_read(fixture_machine(*state));
	assert_int_equal(f->err, 0);
	assert_int_equal(f->n_tables, 7);
	for (size_t i = 0; i < f->n_tables; i++)
		assert_string_equal(f->tables[i].defect.text, "");
	assert_int_equal(f->fadt_err, 0);
	assert_int_equal(f->fadt.major, 6);
	assert_int_equal(f->fadt.minor, 3);
	assert_true(f->fadt.hw_reduced && f->fadt.psci && f->fadt.psci_hvc);
	assert_null(f->fadt.not_zero);
	assert_int_equal(f->fadt.dsdt, 0x7c437518);
	assert_int_equal(f->madt.n_cpus, 2);
	assert_int_equal(f->madt.n_enabled, 2);
	assert_int_equal(f->madt.cpus[1].mpidr, 1);
	assert_int_equal(f->madt.gicd_version, 3);
	assert_int_equal(f->madt.n_gicr, 1);
	assert_int_equal(f->madt.n_its, 1);
	assert_int_equal(f->gtdt.virt, 27);
	assert_int_equal(f->gtdt.el2, 26);
	assert_int_equal(f->spcr.type, 3);
	assert_int_equal(f->spcr.base, 0x9000000);
	assert_int_equal(f->dbg2.n_uarts, 1);
	assert_string_equal(f->dbg2.uart[0].name, "COM0");
	assert_int_equal(f->dbg2.uart[0].base, 0x9000000);
	assert_int_equal(f->mcfg.base, 0x4010000000);
}

static void test_fadt_revisions(void **state)
{
	struct table t = facp();
	struct acpi_defect d = { "" };
	struct acpi_fadt f;

	(void)state;
	t.b[8] = 5;
	t.b[131] = 0x11; /* errata in the upper half */
	t.b[46] = 9;	 /* SCI_INT */
	assert_int_equal(acpi_parse_fadt(vms_span(t.b, 268), &f, &d), 0);
	assert_int_equal(f.major, 5);
	assert_int_equal(f.minor, 1);
	assert_true(f.psci);
	assert_string_equal(f.not_zero, "SCI_INT");
	assert_string_equal(d.text, "");
	/* what was reserved before 5.1 says nothing about PSCI */
	t.b[131] = 0;
	assert_int_equal(acpi_parse_fadt(vms_span(t.b, 268), &f, &d), 0);
	assert_false(f.psci);
	/* fields that must be 0 matter only with reduced hardware */
	le(&t, 112, 4, 0);
	assert_int_equal(acpi_parse_fadt(vms_span(t.b, 268), &f, &d), 0);
	assert_null(f.not_zero);
}

/* ---- VMSPEC-EFI-ACPI ---- */

static void test_published(void **state)
{
	struct fixture *f = *state;

	good_tables(f);
	fixture_check_evidence(f, "VMSPEC-EFI-ACPI", VMS_PASS, "", "ACPI20=0x7c430018");
	/* systab alone proves it where Linux shows no tables */
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_PASS, NULL);
	/* and alone denies it; ACPI 1.0 does not count */
	fixture_write(f, SYSTAB, "SMBIOS=0x1\nACPI=0x2\n");
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_FAIL, NULL);
	/* what was emptied or cut short denies nothing: the log may */
	fixture_write(f, SYSTAB, "SMBIOS=0x1\nACP");
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_UNKNOWN, NULL);
	fixture_write(f, SYSTAB, "");
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_UNKNOWN, "cut short");
	fixture_kmsg(f, true, "[    0.000000] efi: EFI v2.70 by Xen\n");
	fixture_check_evidence(f, "VMSPEC-EFI-ACPI", VMS_FAIL, "", "no ACPI 2.0=");
}

static void test_published_by_other_sources(void **state)
{
	struct fixture *f = *state;

	good_tables(f);
	/* no systab to be read (here: a directory), but tables */
	fixture_remove(f, SYSTAB);
	fixture_dir(f, SYSTAB);
	fixture_check_evidence(f, "VMSPEC-EFI-ACPI", VMS_PASS, "", "7 tables");
	/* the log alone */
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_check_evidence(f, "VMSPEC-EFI-ACPI", VMS_PASS, "", "ACPI 2.0=0x7c430018");
	/* a log that shows the EFI tables, without ACPI among them */
	fixture_write(f, "/.vmspec/kmsg",
		      "[    0.000000] Booting Linux\n[    0.000000] efi: EFI v2.70 by EDK II\n"
		      "[    0.000000] efi: SMBIOS 3.0=0x7fed0000 \n[    0.000000] x: no ACPI 2.0 here\n");
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_FAIL, NULL);
	/* a log that cannot tell, or none */
	fixture_write(f, "/.vmspec/kmsg", "[    9.000000] something late\n");
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_UNKNOWN, SYSTAB);
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_UNKNOWN, SYSTAB);
	fixture_remove(f, SYSTAB);
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_UNKNOWN, "there is no " SYSTAB);
}

static void test_systab_garbage(void **state)
{
	static const char nuls[64];
	struct fixture *f = *state;

	good_tables(f);
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_write_bytes(f, SYSTAB, nuls, sizeof(nuls));
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_UNKNOWN, "no list of NAME=value lines");
	fixture_write(f, SYSTAB,
		      "\x7f"
		      "ELF nothing of the kind\n");
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_UNKNOWN, "no list of NAME=value lines");
	fixture_write(f, SYSTAB, "ACPI20=0x1\nand then no such line\n");
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_UNKNOWN, "no list of NAME=value lines");
	fixture_write(f, SYSTAB, "XACPI20=0x1\nACPI200=0x1\n");
	fixture_check(f, "VMSPEC-EFI-ACPI", VMS_FAIL, NULL);
}

/* ---- VMSPEC-ACPI-COMPLETE ---- */

#define HV_PCI "/sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/MSFT1000:00/8a3f5c2e/pcic05b:00"

static void test_complete(void **state)
{
	struct fixture *f = *state;

	good_tables(f);
	fixture_check_evidence(f, "VMSPEC-ACPI-COMPLETE", VMS_PASS, "and PCIe",
			       "ACPI: XSDT 0x000000007C43FE98");
	/* without PCI nobody needs MCFG */
	fixture_remove(f, DIR "/MCFG");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_FAIL, "no MCFG, and there is PCIe");
	fixture_remove(f, "/sys/bus/pci/devices/0000:00:00.0");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_PASS, NULL);
	/* nor does a function that Hyper-V hands in by calls of its own; another beside it does */
	fixture_dir(f, HV_PCI "/c05b:00:02.0");
	fixture_link(f, "/sys/bus/pci/devices/c05b:00:02.0", HV_PCI "/c05b:00:02.0");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_PASS, NULL);
	/* where one hangs could not be looked at: it may be either */
	fixture_link(f, "/sys/bus/pci/devices/0000:00:02.0", ".vmspec-unreadable/EACCES");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_UNKNOWN, "/sys/bus/pci/devices");
	fixture_dir(f, "/sys/devices/pci0000:00/0000:00:01.0");
	fixture_link(f, "/sys/bus/pci/devices/0000:00:01.0", "/sys/devices/pci0000:00/0000:00:01.0");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_FAIL, "no MCFG, and there is PCIe");
	fixture_remove(f, "/sys/bus/pci");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_PASS, NULL);
	/* whether there is PCI could not be looked at */
	fixture_write(f, "/sys/bus/pci/devices", "a file");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_UNKNOWN, "/sys/bus/pci/devices");
}

static void test_missing_tables(void **state)
{
	struct fixture *f = *state;
	static const char *const names[][2] = { { "FACP", "no FADT" }, { "DSDT", "no DSDT" },
						{ "APIC", "no MADT" }, { "GTDT", "no GTDT" },
						{ "SPCR", "no SPCR" }, { "DBG2", "no DBG2" } };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		good_tables(f);
		char path[64], want[64];

		snprintf(path, sizeof(path), DIR "/%s", names[i][0]);
		snprintf(want, sizeof(want), "not complete: %s", names[i][1]);
		fixture_remove(f, path);
		expect_only(f, "VMSPEC-ACPI-COMPLETE", want);
		/* there, but not to be read: neither pass nor fail */
		fixture_dir(f, path);
		fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_UNKNOWN, path);
		fixture_remove(f, path);
	}
}

static void test_not_shown(void **state)
{
	struct fixture *f = *state;

	good_tables(f);
	fixture_remove(f, "/sys/firmware/acpi");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_UNKNOWN, "Linux runs without ACPI");
	fixture_check(f, "VMSPEC-HWDESC-AGREE", VMS_SKIP, "not both visible");
	fixture_write(f, "/sys/firmware/acpi", "a file");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_UNKNOWN, DIR);
}

/* A planted fault in one table: this is told of it, and nothing else. */
static void expect_fault(struct fixture *f, struct table t, const char *reason)
{
	good_tables(f);
	put(f, &t);
	expect_only(f, "VMSPEC-ACPI-COMPLETE", reason);
}

static void test_header_faults(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = { "FACP", "DSDT", "APIC", "GTDT", "SPCR", "DBG2", "MCFG" };
	const struct table good[] = { facp(), table("DSDT", 2, 300), madt(), gtdt(), spcr(), dbg2(), mcfg() };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct table t = good[i];
		char want[64];

		t.b[30] ^= 0x10;
		snprintf(want, sizeof(want), "%s: wrong checksum", names[i]);
		expect_fault(f, t, want);

		t = good[i];
		le(&t, 4, 4, t.len - 1);
		snprintf(want, sizeof(want), "%s: its header says %zu bytes, there are %zu", names[i],
			 t.len - 1, t.len);
		expect_fault(f, t, want);
	}
}

static void test_wrong_signature(void **state)
{
	struct fixture *f = *state;
	struct table t = gtdt();

	good_tables(f);
	t.b[0] = 'X';
	seal(&t);
	fixture_write_bytes(f, DIR "/GTDT", t.b, t.len);
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_FAIL, "GTDT: its signature is not GTDT");
	fixture_write_bytes(f, DIR "/GTDT", t.b, 20);
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_UNKNOWN, "GTDT: empty or cut short");
}

static void test_fadt_faults(void **state)
{
	struct fixture *f = *state;
	struct table t = facp();

	le(&t, 112, 4, 0);
	seal(&t);
	expect_fault(f, t, "FADT lacks HW_REDUCED_ACPI");
	t = facp();
	t.b[8] = 5;
	t.b[131] = 0;
	seal(&t);
	expect_fault(f, t, "FADT of revision 5.0, below 5.1");
	t = facp();
	le(&t, 140, 8, 0);
	seal(&t);
	expect_fault(f, t, "FADT names no DSDT");
	t = facp();
	t.len = 244;
	seal(&t);
	expect_fault(f, t, "FACP: 244 bytes, an FADT of revision 6 has 268 or more");
}

static void test_madt_faults(void **state)
{
	struct fixture *f = *state;
	struct table t = madt();

	t.b[GICC_AT + 1] = 0;
	seal(&t);
	expect_fault(f, t, "APIC: the structure at offset 0x44 has a length of 0");
	t = madt();
	t.b[GICC_AT + 81] = 255;
	seal(&t);
	expect_fault(f, t, "APIC: the structure at offset 0x94 goes beyond the table");
	t = madt();
	t.b[GICC_AT + 1] = 78;
	seal(&t);
	expect_fault(f, t, "APIC: the GICC structure at offset 0x44 has a length of 78");
	t = madt();
	le(&t, GICC_AT + 80 + 8, 4, 0);
	seal(&t);
	expect_fault(f, t, "APIC: two processors have the UID 0");
	t = madt();
	le(&t, GICC_AT + 12, 4, 0);
	le(&t, GICC_AT + 80 + 12, 4, 8); /* online-capable only */
	seal(&t);
	expect_fault(f, t, "MADT describes no enabled CPU");
	t = madt();
	t.b[GICD_AT] = 0x7f;
	seal(&t);
	expect_fault(f, t, "MADT describes no GIC distributor");
}

static void test_other_faults(void **state)
{
	struct fixture *f = *state;
	struct table t = gtdt();

	le(&t, 64, 4, 0);
	seal(&t);
	expect_fault(f, t, "GTDT names no virtual timer interrupt");
	t = gtdt();
	le(&t, 88, 4, 1);
	le(&t, 92, 4, 96);
	seal(&t);
	expect_fault(f, t, "GTDT: its platform timer 0 goes beyond");
	t = dbg2();
	le(&t, 40, 4, 0xffffffff);
	seal(&t);
	expect_fault(f, t, "DBG2: its device 1 goes beyond the table");
	t = dbg2();
	le(&t, 44 + 6, 2, 0xfff0);
	seal(&t);
	expect_fault(f, t, "DBG2: a device's namespace string goes beyond");
	t = dbg2();
	t.b[44 + 3] = 200;
	seal(&t);
	expect_fault(f, t, "DBG2: a device's registers go beyond");
	t = mcfg();
	t.len = 52;
	seal(&t);
	expect_fault(f, t, "MCFG: 52 bytes are no whole number of entries");
	t = spcr();
	t.len = 60;
	seal(&t);
	expect_fault(f, t, "SPCR: 60 bytes, an SPCR has 80");
}

static void test_gicc_of_all_versions(void **state)
{
	static const uint8_t lengths[] = { 76, 80, 82 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct table t = table("APIC", 3, (size_t)44 + lengths[i]);
		struct acpi_defect d = { "" };
		struct acpi_madt m;

		t.b[44] = 0x0b;
		t.b[45] = lengths[i];
		le(&t, 44 + 12, 4, 1);
		le(&t, 44 + 60, 8, 0x3020000);
		le(&t, 44 + 68, 8, 0x8100000302);
		assert_int_equal(acpi_parse_madt(vms_span(t.b, t.len), &m, &d), 0);
		assert_string_equal(d.text, "");
		assert_int_equal(m.n_cpus, 1);
		assert_int_equal(m.n_gicr, 1);
		assert_int_equal(m.cpus[0].mpidr, 0x8100000302);
		acpi_madt_clear(&m);
	}
}

static void test_root_table(void **state)
{
	struct fixture *f = *state;

	good_tables(f);
	fixture_write(f, "/.vmspec/kmsg",
		      "[    0.000000] Booting Linux on physical CPU 0x0\n"
		      "[    0.000000] ACPI: RSDT 0x7C43FE98 000064 (v01)\n");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_FAIL, "an RSDT in place of an XSDT");
	fixture_write(f, "/.vmspec/kmsg",
		      "[    0.000000] ACPI: XSDT 0x7C43FE98 000064 (v01)\n"
		      "[    0.100000] ACPI BIOS Warning (bug): Incorrect checksum in table [XSDT] - 0x1\n");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_FAIL, "XSDT: wrong checksum");
	/* no log: the tables speak for themselves */
	fixture_remove(f, "/.vmspec/kmsg");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_PASS, NULL);
	fixture_write(f, "/.vmspec/kmsg",
		      "[    0.000000] ACPI: SSDT ACPI table found in initrd [kernel/x][0x1]\n");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_UNKNOWN, "the initial ramdisk replaced ACPI tables");
}

static void test_several_ssdts(void **state)
{
	struct fixture *f = *state;
	struct table t = table("SSDT", 2, 200);

	good_tables(f);
	fixture_write_bytes(f, DIR "/SSDT1", t.b, t.len);
	fixture_write_bytes(f, DIR "/SSDT12", t.b, t.len);
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_PASS, NULL);
	t.b[199] = 1;
	fixture_write_bytes(f, DIR "/SSDT12", t.b, t.len);
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_FAIL, "SSDT12: wrong checksum");
	/* names that are no tables are left alone */
	fixture_remove(f, DIR "/SSDT12");
	fixture_write(f, DIR "/README", "x");
	fixture_write(f, DIR "/A", "x");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_PASS, NULL);
}

/* ---- VMSPEC-HWDESC-AGREE ---- */

static void cells(void *b, const char *name, size_t n, const uint32_t *v)
{
	uint32_t be[16];

	for (size_t i = 0; i < n; i++)
		be[i] = cpu_to_fdt32(v[i]);
	assert_int_equal(fdt_property(b, name, be, (int)(4 * n)), 0);
}

#define CELLS(b, name, ...)                                                                                  \
	cells(b, name, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, (const uint32_t[]){ __VA_ARGS__ })

struct shape {
	uint32_t n_cpus, virt_ppi, uart;
	const char *gic, *console;
};

static const struct shape same_shape = { 2, 11, 0x9000000, "arm,gic-v3", "arm,pl011" };

static void put_tree(struct fixture *f, struct shape s)
{
	char b[4096] __attribute__((aligned(8)));

	fdt_create(b, sizeof(b));
	fdt_finish_reservemap(b);
	fdt_begin_node(b, "");
	CELLS(b, "#address-cells", 1);
	CELLS(b, "interrupt-parent", 1);
	fdt_begin_node(b, "cpus");
	CELLS(b, "#address-cells", 1);
	for (uint32_t i = 0; i < s.n_cpus; i++) {
		fdt_begin_node(b, i == 0 ? "cpu@0" : i == 1 ? "cpu@1" : "cpu@2");
		CELLS(b, "reg", i);
		fdt_end_node(b);
	}
	fdt_end_node(b);
	fdt_begin_node(b, "gic");
	fdt_property_string(b, "compatible", s.gic);
	CELLS(b, "#interrupt-cells", 3);
	CELLS(b, "phandle", 1);
	fdt_end_node(b);
	fdt_begin_node(b, "timer");
	fdt_property_string(b, "compatible", "arm,armv8-timer");
	CELLS(b, "interrupts", 1, 13, 4, 1, 14, 4, 1, s.virt_ppi, 4);
	fdt_end_node(b);
	if (s.console) {
		fdt_begin_node(b, "uart");
		fdt_property_string(b, "compatible", s.console);
		CELLS(b, "reg", s.uart);
		fdt_end_node(b);
	}
	fdt_end_node(b);
	assert_int_equal(fdt_finish(b), 0);
	fixture_write_bytes(f, "/sys/firmware/fdt", b, fdt_totalsize(b));
}

static void test_agree(void **state)
{
	struct fixture *f = *state;
	struct shape s = same_shape;

	good_tables(f);
	put_tree(f, s);
	fixture_check_evidence(f, "VMSPEC-HWDESC-AGREE", VMS_PASS, "2 CPUs; GICv3",
			       "EL2 timer (only in the GTDT)");
	/* what one of the two leaves out is said, not held against it */
	s.console = NULL;
	put_tree(f, s);
	fixture_check_evidence(f, "VMSPEC-HWDESC-AGREE", VMS_PASS, "",
			       "UART (the device tree's console is not there)");
	fixture_remove(f, DIR "/SPCR");
	fixture_remove(f, DIR "/APIC");
	fixture_check_evidence(f, "VMSPEC-HWDESC-AGREE", VMS_PASS, "virtual timer 27",
			       "CPUs and GIC (the MADT is not there)");
}

static void test_disagree(void **state)
{
	static const struct {
		struct shape shape;
		const char *reason;
	} rows[] = {
		{ { 3, 11, 0x9000000, "arm,gic-v3", "arm,pl011" },
		  "3 CPUs in the device tree, 2 in the MADT" },
		{ { 2, 12, 0x9000000, "arm,gic-v3", "arm,pl011" },
		  "virtual timer is INTID 28 in the device tree" },
		{ { 2, 11, 0x9000000, "arm,gic-400", "arm,pl011" }, "GICv2 in the device tree, version 3" },
		{ { 2, 11, 0x9000000, "arm,gic-v3", "ns16550a" }, "UART is ns16550a in the device tree" },
		{ { 2, 11, 0x9001000, "arm,gic-v3", "arm,pl011" }, "UART at 0x9001000 in the device tree" },
	};
	struct fixture *f = *state;

	good_tables(f);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		put_tree(f, rows[i].shape);
		expect_only(f, "VMSPEC-HWDESC-AGREE", rows[i].reason);
	}
}

static void test_agree_not_comparable(void **state)
{
	struct fixture *f = *state;
	struct table t = madt();

	good_tables(f);
	fixture_dir(f, "/sys/firmware");
	fixture_check(f, "VMSPEC-HWDESC-AGREE", VMS_UNKNOWN, "/sys/firmware/fdt");
	/* a damaged table is no witness */
	put_tree(f, same_shape);
	le(&t, GICC_AT + 68, 8, 5);
	put(f, &t);
	fixture_check_evidence(f, "VMSPEC-HWDESC-AGREE", VMS_PASS, "", "CPUs and GIC (the MADT is damaged)");
	/* nothing to be read at all */
	for (const char *const *n = (const char *const[]){ "/APIC", "/GTDT", "/SPCR", NULL }; *n; n++) {
		char path[64];

		snprintf(path, sizeof(path), DIR "%s", *n);
		fixture_remove(f, path);
		fixture_dir(f, path);
	}
	fixture_check(f, "VMSPEC-HWDESC-AGREE", VMS_UNKNOWN, DIR "/APIC");
}

/* ---- hostile bytes ---- */

/* All parsers over `len` bytes that end where the allocation ends. */
static void parse_all(const uint8_t *data, size_t len)
{
	uint8_t *b = malloc(len ? len : 1);
	struct vms_span s = vms_span(b, len);
	struct acpi_defect d[7] = { { "" } };
	struct acpi_fadt fadt;
	struct acpi_madt m;
	struct acpi_gtdt g;
	struct acpi_uart u;
	struct acpi_dbg2 dbg;
	struct acpi_mcfg mcf;

	memcpy(b, data, len);
	acpi_check_header(s, "APIC", &d[0]);
	assert_int_equal(acpi_parse_fadt(s, &fadt, &d[1]), 0);
	assert_int_equal(acpi_parse_madt(s, &m, &d[2]), 0);
	assert_int_equal(acpi_parse_gtdt(s, &g, &d[3]), 0);
	assert_int_equal(acpi_parse_spcr(s, &u, &d[4]), 0);
	assert_int_equal(acpi_parse_dbg2(s, &dbg, &d[5]), 0);
	assert_int_equal(acpi_parse_mcfg(s, &mcf, &d[6]), 0);
	if (len < 36)
		assert_string_not_equal(d[0].text, "");
	assert_true(m.n_cpus <= len / 76);
	assert_true(dbg.n_uarts <= ACPI_MAX_DBG2);
	acpi_madt_clear(&m);
	free(b);
}

static void test_every_prefix_and_byte(void **state)
{
	const struct table good[] = { facp(), madt(), gtdt(), spcr(), dbg2(), mcfg() };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct table t = good[i];

		for (size_t n = 0; n <= t.len; n++)
			parse_all(t.b, n);
		for (size_t n = 0; n < t.len; n++) {
			t.b[n] ^= 0xff;
			parse_all(t.b, t.len);
			t.b[n] ^= 0xff;
		}
	}
}

/* Tables of real machines, cut off at every byte and changed at every byte. */
static void test_recorded_tables(void **state)
{
	static const char *const rows[][2] = {
		{ "gicv3-acpi", "APIC" },	  { "gicv3-acpi", "DBG2" },
		{ "gicv3-acpi", "FACP" },	  { "gicv3-acpi", "GTDT" },
		{ "gicv3-acpi", "MCFG" },	  { "gicv3-acpi", "SPCR" },
		{ "xen-domu-uefi-acpi", "APIC" }, { "xen-domu-uefi-acpi", "FACP" },
		{ "xen-domu-uefi-acpi", "GTDT" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct acpi_defect d = { "" };
		char path[64];
		uint8_t *b;
		size_t len;

		snprintf(path, sizeof(path), DIR "/%s", rows[i][1]);
		if (!fixture_recorded(*state, rows[i][0], path, &b, &len))
			skip();
		acpi_check_header(vms_span(b, len), rows[i][1], &d);
		assert_string_equal(d.text, "");
		for (size_t n = 0; n < len; n++) {
			d.text[0] = '\0';
			acpi_check_header(vms_span(b, n), rows[i][1], &d);
			assert_string_not_equal(d.text, "");
			parse_all(b, n);
			b[n] ^= 0xff;
			parse_all(b, len);
			b[n] ^= 0xff;
		}
		free(b);
	}
}

/* A prefix of a table never passes, and is no fault of the firmware's: the kernel gives as much as the header
 * says. */
static void test_truncated_never_passes(void **state)
{
	struct fixture *f = *state;
	const struct table good[] = { facp(), table("DSDT", 2, 60), madt(), gtdt(), spcr(), dbg2(), mcfg() };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		good_tables(f);
		struct table t = good[i];

		for (; t.len--;) {
			put(f, &t);
			fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_UNKNOWN, "cut short");
		}
	}
}

static void test_huge(void **state)
{
	struct fixture *f = *state;
	size_t len = (1u << 20) + 1;
	uint8_t *big = malloc(len);
	char path[128];

	good_tables(f);
	/* many CPUs with the same UID, and then nothing but zeros */
	memset(big, 0, len);
	for (size_t at = 44; at + 80 < (1 << 20); at += 80) {
		big[at] = 0x0b;
		big[at + 1] = 80;
		big[at + 12] = 1;
	}
	parse_all(big, 1u << 20);
	/* more than a table may have */
	fixture_write_bytes(f, DIR "/APIC", big, len);
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_UNKNOWN, DIR "/APIC");
	free(big);
	PUT(f, madt());
	/* a DSDT of 1 GiB is not read to its end, a FIFO not opened for ever */
	snprintf(path, sizeof(path), "%s" DIR "/DSDT", f->root);
	assert_int_equal(truncate(path, 1 << 30), 0);
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_UNKNOWN, DIR "/DSDT");
	fixture_remove(f, DIR "/DSDT");
	fixture_fifo(f, DIR "/DSDT");
	fixture_check(f, "VMSPEC-ACPI-COMPLETE", VMS_UNKNOWN, DIR "/DSDT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_reads_good_tables),
		cmocka_unit_test(test_fadt_revisions),
		fixture_test(test_published),
		fixture_test(test_published_by_other_sources),
		fixture_test(test_systab_garbage),
		fixture_test(test_complete),
		fixture_test(test_missing_tables),
		fixture_test(test_not_shown),
		fixture_test(test_header_faults),
		fixture_test(test_wrong_signature),
		fixture_test(test_fadt_faults),
		fixture_test(test_madt_faults),
		fixture_test(test_other_faults),
		cmocka_unit_test(test_gicc_of_all_versions),
		fixture_test(test_root_table),
		fixture_test(test_several_ssdts),
		fixture_test(test_agree),
		fixture_test(test_disagree),
		fixture_test(test_agree_not_comparable),
		cmocka_unit_test(test_every_prefix_and_byte),
		fixture_test(test_recorded_tables),
		fixture_test(test_truncated_never_passes),
		fixture_test(test_huge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
