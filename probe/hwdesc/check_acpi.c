// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMSPEC-EFI-ACPI and VMSPEC-ACPI-COMPLETE, over the facts of acpi.h: the
 * firmware publishes ACPI tables, and they describe the whole machine. SBBR 1.0
 * asks a server for XSDT, FADT, DSDT, MADT, GTDT, SPCR, DBG2, MCFG.
 */
#include <errno.h>
#include "acpi.h"
#include "kernel/kmsg.h"
#include "kernel/remedy.h"
#include "fdt.h"
#include "hwdesc.h"

#define TABLES	    "/sys/firmware/acpi/tables"
#define PCI_DEVICES "/sys/bus/pci/devices"
#define TAINTED	    "/proc/sys/kernel/tainted"

/* There are tables. */
static int judge_origin(struct vms_machine *m, const struct acpi_facts *f, struct vms_result *r)
{
	_cleanup_free_ char *why = NULL;
	int err = acpi_read_origin(m, &why);

	if (err < 0)
		return err;
	vms_evidence(r, f->published_by, "%s", f->published_how);
	if (!why)
		return vms_pass(r, "the firmware published ACPI 2.0 tables");
	vms_remedy(r, VMS_GUEST_ADMIN, "boot without that, and look again");
	return vms_unknown(r, "there are ACPI 2.0 tables, and they may not be the firmware's: %s", why);
}

int hwdesc_check_efi_acpi(struct vms_machine *m, struct vms_result *r)
{
	const struct acpi_facts *f = acpi_read(m);

	if (!f)
		return -ENOMEM;
	if (f->published == 0)
		return judge_origin(m, f, r);
	if (f->published == -ENOENT) {
		vms_evidence(r, f->published_by, "%s", f->published_how);
		vms_remedy_for(m, r, REMEDY_ACPI);
		return vms_fail(r, "the firmware published no ACPI 2.0 table");
	}
	if (f->published == -EBADMSG)
		return vms_unknown(r, "%s is no list of NAME=value lines", f->published_by);
	if (f->published == -ENOMSG) {
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "look soon after a boot, or keep the kernel log in the journal");
		return vms_unknown(r, "there is no %s, and the kernel log cannot tell", f->published_by);
	}
	return vms_blocked(r, f->published_by, f->published);
}

/* A function below VMBus is reached by calls of the hypervisor (hv_pci), one below a
 * PCI-to-PCI bridge of such a bus as well: no ECAM, so nothing for MCFG to name. 1: so it is; 0: it is
 * not; -errno: where it hangs could not be looked at. */
static int by_hypervisor_calls(struct vms_machine *m, const char *name)
{
	_cleanup_free_ char *path = vms_asprintf(PCI_DEVICES "/%s", name), *real = NULL;
	int err;

	if (!path)
		return -ENOMEM;
	/* where the device itself can't be looked at, the link tells where it hangs */
	err = vms_root_realpath(m->root, path, &real);
	if (err < 0)
		err = vms_root_readlink(m->root, path, &real);
	if (err < 0)
		return err;
	/* ".../MSFT1000:00/8a3f5c2e-.../pcic05b:00/...": since 5.10 below ACPI, before below vmbus_0 */
	return strstr(real, "/MSFT1000:") || strstr(real, "/VMBUS:") || strstr(real, "/vmbus_");
}

/* Is there PCIe that is configured by ECAM? 0 yes, -ENOENT no, other -errno could not look. */
static int find_pci(struct vms_machine *m, const char **ret_where)
{
	char *const *names = NULL;
	const struct fdt_facts *fdt = fdt_read(m);
	const struct fdt_tree *t = fdt_hardware(fdt);
	int err = vms_root_names(m->root, PCI_DEVICES, &names), unseen = 0;

	if (!fdt)
		return -ENOMEM;
	for (char *const *name = names; !err && *name; name++) {
		int calls = by_hypervisor_calls(m, *name);

		if (calls == 0) {
			*ret_where = PCI_DEVICES;
			return 0;
		}
		unseen = calls < 0 ? calls : unseen;
	}
	if (t && t->n_pci) {
		*ret_where = t->pci.path;
		return 0;
	}
	if (unseen)
		return unseen;
	/* no /sys/bus/pci at all: a kernel without PCI sees none */
	return err == 0 || err == -VMS_ENOPARENT ? -ENOENT : err;
}

struct judgement {
	struct hwdesc_list wrong;
	const char *blocked; /* a table, or another file, that could not be read */
	int err;
};

static void judge_presence(struct vms_machine *m, const struct acpi_facts *f, struct judgement *j)
{
	static const char *const wanted[] = { "FACP", "DSDT", "APIC", "GTDT", "SPCR", "DBG2" };
	static const char *const names[] = { "FADT", "DSDT", "MADT", "GTDT", "SPCR", "DBG2" };
	const char *where = NULL;
	int pci;

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		if (!acpi_find(f, wanted[i]))
			hwdesc_add(&j->wrong, "no %s", names[i]);
	}
	if (acpi_find(f, "MCFG"))
		return;
	pci = find_pci(m, &where);
	if (pci == 0)
		hwdesc_add(&j->wrong, "no MCFG, and there is PCIe (%s)", where);
	else if (pci != -ENOENT) {
		j->blocked = PCI_DEVICES;
		j->err = pci;
	}
}

static void judge_bytes(const struct acpi_facts *f, struct judgement *j)
{
	for (size_t i = 0; i < f->n_tables; i++) {
		const struct acpi_table *t = &f->tables[i];

		if (t->err && !j->blocked) {
			j->blocked = t->name;
			j->err = t->err;
		}
		if (t->defect.text[0])
			hwdesc_add(&j->wrong, "%s: %s", t->name, t->defect.text);
	}
}

/* There, and nothing wrong with its bytes: what it says, and lacks, can be held against it. */
static bool whole(const struct acpi_facts *f, const char *name)
{
	const struct acpi_table *t = acpi_find(f, name);

	return t && !t->err && !t->defect.text[0];
}

/* SPCR and DBG2 must name a UART that can be reached. */
static void judge_uarts(const struct acpi_facts *f, struct judgement *j)
{
	bool addressed = false;

	if (whole(f, "SPCR") && f->spcr.type == ACPI_UART_DCC)
		hwdesc_add(&j->wrong, "SPCR names the debugger's channel (DCC) and no UART");
	else if (whole(f, "SPCR") && !f->spcr.base)
		hwdesc_add(&j->wrong, "SPCR names no address");
	else if (whole(f, "SPCR") && f->spcr.space != 0)
		hwdesc_add(&j->wrong, "SPCR's address is not in memory, and Arm has no other");
	if (!whole(f, "DBG2"))
		return;
	for (unsigned i = 0; i < f->dbg2.n_uarts; i++)
		addressed = addressed || f->dbg2.uart[i].base;
	if (!f->dbg2.n)
		hwdesc_add(&j->wrong, "DBG2 names no device");
	else if (f->dbg2.n_uarts && !addressed)
		hwdesc_add(&j->wrong, "DBG2 names no address");
}

static bool fadt_too_old(const struct acpi_facts *f)
{
	return f->fadt.major < 5 || (f->fadt.major == 5 && f->fadt.minor < 1);
}

/* Every secondary CPU needs something that starts it. The first of the MADT's boots the others
 * by custom alone: one without a mailbox may be that. */
static void judge_enable_methods(const struct acpi_facts *f, struct judgement *j)
{
	size_t without = 0;

	/* an FADT before 5.1 has no place to say it */
	if (!whole(f, "FACP") || !whole(f, "APIC") || f->fadt.psci || fadt_too_old(f))
		return;
	for (size_t i = 0; i < f->madt.n_cpus; i++)
		without += f->madt.cpus[i].enabled && !f->madt.cpus[i].parked;
	if (without > 1)
		hwdesc_add(&j->wrong, "neither PSCI nor a parking protocol starts the secondary CPUs");
}

/* Linux leaves the second of two CPUs with one MPIDR alone. */
static void judge_mpidrs(const struct acpi_facts *f, struct judgement *j)
{
	const struct acpi_cpu *cpus = f->madt.cpus;

	for (size_t i = 1; i < f->madt.n_cpus; i++) {
		for (size_t k = 0; cpus[i].enabled && k < i && k < 512; k++) {
			if (!cpus[k].enabled || cpus[k].mpidr != cpus[i].mpidr)
				continue;
			hwdesc_add(&j->wrong, "two CPUs have the MPIDR 0x%llx",
				   (unsigned long long)cpus[i].mpidr);
			return;
		}
	}
}

/* A GICv3 needs redistributors, a GICv2 its CPUs' interface; of which version it is the MADT need not say. */
static void judge_gic_parts(const struct acpi_madt *m, struct judgement *j)
{
	if (!m->gicd || m->n_gicr || !m->n_enabled)
		return;
	if (m->gicd_version >= 3)
		hwdesc_add(&j->wrong, "MADT describes no GIC redistributor");
	else if (!m->cpu_interface)
		hwdesc_add(&j->wrong, "MADT gives the GIC's CPU interface no address");
}

/* An INTID of a GICv2 or v3 that each CPU has of its own: 16 to 31, extended ones from 1056 to 1119. */
static bool is_ppi(unsigned intid)
{
	return (intid >= 16 && intid < 32) || (intid >= 1056 && intid < 1120);
}

/* What contradicts the chapter in tables that are whole. */
static void judge_content(const struct acpi_facts *f, struct judgement *j)
{
	if (whole(f, "FACP")) {
		if (fadt_too_old(f))
			hwdesc_add(&j->wrong, "FADT of revision %u.%u, below 5.1", f->fadt.major,
				   f->fadt.minor);
		if (!f->fadt.hw_reduced)
			hwdesc_add(&j->wrong, "FADT lacks HW_REDUCED_ACPI");
		if (!f->fadt.dsdt)
			hwdesc_add(&j->wrong, "FADT names no DSDT");
	}
	if (whole(f, "APIC")) {
		if (!f->madt.n_enabled)
			hwdesc_add(&j->wrong, "MADT describes no enabled CPU");
		/* a GICv5 has interrupt routing services in place of a distributor */
		if (!f->madt.gicd && !f->madt.n_irs)
			hwdesc_add(&j->wrong, "MADT describes no GIC distributor");
		if (f->madt.gicd && !f->madt.gicd_base)
			hwdesc_add(&j->wrong, "MADT gives the GIC distributor no address");
		if (f->madt.n_irs && !f->madt.gicd && !f->madt.irs_base)
			hwdesc_add(&j->wrong, "MADT gives the GICv5's interrupt routing service no address");
		judge_gic_parts(&f->madt, j);
		judge_mpidrs(f, j);
	}
	judge_enable_methods(f, j);
	if (whole(f, "GTDT") && !f->gtdt.virt)
		hwdesc_add(&j->wrong, "GTDT names no virtual timer interrupt");
	/* a GICv5 numbers its interrupts otherwise */
	else if (whole(f, "GTDT") && whole(f, "APIC") && !f->madt.n_irs && !is_ppi(f->gtdt.virt))
		hwdesc_add(
			&j->wrong,
			"GTDT's virtual timer interrupt, GSIV %u, is no PPI, which each CPU has of its own",
			f->gtdt.virt);
	if (whole(f, "MCFG") && !f->mcfg.base)
		hwdesc_add(&j->wrong, "MCFG names no address of an ECAM region");
	else if (whole(f, "MCFG") && f->mcfg.backwards)
		hwdesc_add(&j->wrong, "an ECAM region of MCFG ends before the bus that it begins with");
	judge_uarts(f, j);
}

static void tell_tables(const struct acpi_facts *f, struct vms_result *r)
{
	char names[300] = "";
	size_t len = 0;

	for (size_t i = 0; i < f->n_tables; i++) {
		int n = snprintf(names + len, sizeof(names) - len, "%s%s", len ? " " : "", f->tables[i].name);

		if (n < 0 || (size_t)n >= sizeof(names) - len)
			break;
		len += (size_t)n;
	}
	names[len] = '\0';
	vms_evidence(r, TABLES, "%s", names);
	if (!f->fadt_err) {
		vms_evidence(r, TABLES "/FACP", "revision %u.%u%s%s", f->fadt.major, f->fadt.minor,
			     f->fadt.hw_reduced ? ", hardware-reduced" : "",
			     !f->fadt.psci	? ", no PSCI"
			     : f->fadt.psci_hvc ? ", PSCI by hvc"
						: ", PSCI by smc");
		if (f->fadt.not_zero)
			vms_evidence(r, TABLES "/FACP", "%s is not 0, though hardware-reduced",
				     f->fadt.not_zero);
	}
	if (!f->madt_err)
		vms_evidence(r, TABLES "/APIC",
			     "CPUs: %zu (%zu enabled), GIC version %u, redistributors: %u, ITS: %u",
			     f->madt.n_cpus, f->madt.n_enabled, f->madt.gicd_version, f->madt.n_gicr,
			     f->madt.n_its);
	if (!f->gtdt_err)
		vms_evidence(r, TABLES "/GTDT", "GSIV %u virtual, %u physical", f->gtdt.virt, f->gtdt.el1);
	if (!f->spcr_err)
		vms_evidence(r, TABLES "/SPCR", "%s at 0x%llx", acpi_uart_name(f->spcr.type),
			     (unsigned long long)f->spcr.base);
}

/* The root table, as far as the kernel shows it: its log names what it walked. */
static int judge_root(struct vms_machine *m, struct vms_result *r, struct judgement *j)
{
	_cleanup_free_ char *xsdt = NULL, *rsdt = NULL, *bad = NULL;
	int err = vms_kmsg_find(m, "ACPI: XSDT 0x", &xsdt);

	if (!err)
		vms_evidence(r, "kernel log", "%s", xsdt);
	if (err == -ENOENT) {
		err = vms_kmsg_find(m, "ACPI: RSDT 0x", &rsdt);
		if (!err) {
			vms_evidence(r, "kernel log", "%s", rsdt);
			hwdesc_add(&j->wrong, "an RSDT in place of an XSDT");
		}
	}
	if (err != -ENOMEM)
		err = vms_kmsg_find(m, "ncorrect checksum in table [XSDT]", &bad);
	if (!err) {
		vms_evidence(r, "kernel log", "%s", bad);
		hwdesc_add(&j->wrong, "XSDT: wrong checksum");
	}
	return err == -ENOMEM ? err : 0;
}

/* The kernel's mark of a table that took the place of one of the firmware's (TAINT_OVERRIDDEN_ACPI_TABLE, bit
 * 8): of the ramdisk or of the kernel itself (a custom DSDT). It outlives the log. */
static bool tainted(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_buf_ struct vms_buf mask = { NULL, 0 };

	if (vms_root_read_line(m->root, TAINTED, &mask) < 0 || !(strtoull(mask.data, NULL, 10) >> 8 & 1))
		return false;
	vms_evidence(r, TAINTED, "%s: an ACPI table was overridden", mask.data);
	vms_remedy(r, VMS_GUEST_ADMIN,
		   "boot without ACPI tables in the initial ramdisk, and a kernel without a DSDT of its own");
	vms_unknown(r, "the kernel replaced ACPI tables: those shown are not the firmware's alone");
	return true;
}

/* Tables from the initial ramdisk take the place of the firmware's: nothing to judge it by. */
static bool overridden(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_free_ char *line = NULL;

	if (vms_kmsg_find(m, "ACPI table found in initrd", &line))
		return tainted(m, r);
	vms_evidence(r, "kernel log", "%s", line);
	vms_remedy(r, VMS_GUEST_ADMIN, "boot without ACPI tables in the initial ramdisk");
	vms_unknown(r, "the initial ramdisk replaced ACPI tables: those shown are not the firmware's alone");
	return true;
}

int hwdesc_check_acpi_complete(struct vms_machine *m, struct vms_result *r)
{
	const struct acpi_facts *f = acpi_read(m);
	struct judgement j = { .blocked = NULL };

	if (!f)
		return -ENOMEM;
	if (f->err == -ENOENT) {
		vms_remedy(r, VMS_GUEST_ADMIN, "boot once with acpi=force on the kernel's command line");
		return vms_unknown(
			r, "the firmware published ACPI tables, but Linux runs without ACPI and shows none");
	}
	if (f->err)
		return vms_blocked(r, TABLES, f->err);
	/* a kernel that runs by ACPI shows what it runs by */
	if (!f->n_tables)
		return vms_blocked(r, TABLES, -ENODATA);
	if (overridden(m, r))
		return 0;
	tell_tables(f, r);
	judge_presence(m, f, &j);
	judge_bytes(f, &j);
	judge_content(f, &j);
	if (judge_root(m, r, &j) == -ENOMEM || j.err == -ENOMEM)
		return -ENOMEM;
	if (j.wrong.n) {
		vms_remedy(r, VMS_HYPERVISOR, "complete the ACPI tables");
		return vms_fail(r, "the ACPI tables are not complete: %s", j.wrong.text);
	}
	if (j.blocked) {
		_cleanup_free_ char *path = NULL;

		path = j.blocked[0] == '/' ? strdup(j.blocked) : vms_asprintf(TABLES "/%s", j.blocked);
		return path ? vms_blocked(r, path, j.err) : -ENOMEM;
	}
	return vms_pass(r, "the ACPI tables describe CPUs, GIC, timer, UART%s, lengths and checksums right",
			acpi_find(f, "MCFG") ? " and PCIe" : "");
}
