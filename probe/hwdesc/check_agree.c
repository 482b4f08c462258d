// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMSPEC-HWDESC-AGREE: where device tree and ACPI tables are both visible, they
 * describe the same CPUs, GIC version, timer interrupts and UART.
 */
#include <errno.h>
#include "acpi.h"
#include "fdt.h"
#include "hwdesc.h"

struct agree {
	struct hwdesc_list same, differ, not_compared;
};

static int u64_cmp(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* MPIDRs, sorted; `all`: also those that are not enabled but may come. */
static size_t tree_mpidrs(const struct fdt_tree *t, bool all, uint64_t *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_cpus; i++) {
		if (all || t->cpus[i].enabled)
			ret[n++] = t->cpus[i].mpidr;
	}
	qsort(ret, n, sizeof(*ret), u64_cmp);
	return n;
}

static size_t madt_mpidrs(const struct acpi_madt *m, bool all, uint64_t *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_cpus; i++) {
		if (m->cpus[i].enabled || (all && m->cpus[i].online_capable))
			ret[n++] = m->cpus[i].mpidr;
	}
	qsort(ret, n, sizeof(*ret), u64_cmp);
	return n;
}

/* Why a table has nothing to compare; NULL: it is there and whole. */
static const char *no_table(const struct acpi_facts *f, const char *name)
{
	const struct acpi_table *t = acpi_find(f, name);

	if (!t)
		return "is not there";
	if (t->err)
		return "could not be read";
	return t->defect.text[0] ? "is damaged" : NULL;
}

static int compare_cpus(const struct fdt_tree *t, const struct acpi_facts *f, struct agree *a)
{
	_cleanup_free_ uint64_t *dt = calloc(t->n_cpus + 1, sizeof(*dt));
	_cleanup_free_ uint64_t *madt = calloc(f->madt.n_cpus + 1, sizeof(*madt));
	const char *why = no_table(f, "APIC");
	size_t n_dt = 0, n_madt = 0;

	if (!dt || !madt)
		return -ENOMEM;
	if (why) {
		hwdesc_add(&a->not_compared, "CPUs and GIC (the MADT %s)", why);
		return 0;
	}
	for (int all = 0; all < 2; all++) {
		n_dt = tree_mpidrs(t, all, dt);
		n_madt = madt_mpidrs(&f->madt, all, madt);
		if (n_dt == n_madt && memcmp(dt, madt, n_dt * sizeof(*dt)) == 0) {
			hwdesc_add(&a->same, "%zu CPU%s", n_dt, n_dt == 1 ? "" : "s");
			return 0;
		}
	}
	if (n_dt != n_madt) {
		hwdesc_add(&a->differ, "%zu CPUs in the device tree, %zu in the MADT", n_dt, n_madt);
		return 0;
	}
	for (size_t i = 0; i < n_dt; i++) {
		if (dt[i] != madt[i]) {
			hwdesc_add(&a->differ, "CPU with MPIDR 0x%llx in the device tree, 0x%llx in the MADT",
				   (unsigned long long)dt[i], (unsigned long long)madt[i]);
			break;
		}
	}
	return 0;
}

static void compare_gic(const struct fdt_tree *t, const struct acpi_facts *f, struct agree *a)
{
	/* A device tree calls a GICv4 arm,gic-v3 as well. */
	unsigned madt = f->madt.gicd_version == 4 ? 3 : f->madt.gicd_version;

	if (no_table(f, "APIC"))
		return; /* said with the CPUs */
	if (!t->gic.there || !f->madt.gicd || !madt)
		hwdesc_add(&a->not_compared, "GIC version (%s)",
			   !t->gic.there ? "no GIC in the device tree" : "the MADT does not tell it");
	else if (madt == t->gic_version)
		hwdesc_add(&a->same, "GICv%u", t->gic_version);
	else
		hwdesc_add(&a->differ, "GICv%u in the device tree, version %u in the MADT", t->gic_version,
			   f->madt.gicd_version);
}

static void compare_timer(const struct fdt_tree *t, const struct acpi_facts *f, struct agree *a)
{
	const struct {
		const char *name;
		unsigned dt, gtdt;
	} rows[] = {
		{ "secure timer", t->timer.secure, f->gtdt.secure_el1 },
		{ "physical timer", t->timer.phys, f->gtdt.el1 },
		{ "virtual timer", t->timer.virt, f->gtdt.virt },
		{ "EL2 timer", t->timer.hyp, f->gtdt.el2 },
	};
	const char *why = no_table(f, "GTDT");

	if (!t->timer.node.there || why) {
		hwdesc_add(&a->not_compared, "timer interrupts (%s %s)",
			   why ? "the GTDT" : "the device tree's timer", why ? why : "is not there");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].dt && !rows[i].gtdt)
			continue;
		if (!rows[i].dt || !rows[i].gtdt)
			hwdesc_add(&a->not_compared, "%s (only in the %s)", rows[i].name,
				   rows[i].dt ? "device tree" : "GTDT");
		else if (rows[i].dt == rows[i].gtdt)
			hwdesc_add(&a->same, "%s %u", rows[i].name, rows[i].dt);
		else
			hwdesc_add(&a->differ, "%s is INTID %u in the device tree, %u in the GTDT",
				   rows[i].name, rows[i].dt, rows[i].gtdt);
	}
}

static bool uart_is_sbsa(const char *compatible)
{
	return fdt_is_compatible(compatible, "arm,pl011") || fdt_is_compatible(compatible, "arm,sbsa-uart");
}

static void compare_uart(const struct fdt_tree *t, const struct acpi_facts *f, struct agree *a)
{
	const char *why = no_table(f, "SPCR");

	if (!t->console.there || why) {
		if (!t->console.there && !acpi_find(f, "SPCR"))
			hwdesc_add(&a->not_compared, "UART (in neither)");
		else
			hwdesc_add(&a->not_compared, "UART (%s %s)",
				   why ? "the SPCR" : "the device tree's console",
				   why ? why : "is not there");
		return;
	}
	if (uart_is_sbsa(t->console.compatible) != acpi_uart_is_sbsa(f->spcr.type))
		hwdesc_add(&a->differ, "UART is %s in the device tree, %s in the SPCR", t->console.compatible,
			   acpi_uart_name(f->spcr.type));
	else if (t->console_base && f->spcr.base && f->spcr.space == 0 && t->console_base != f->spcr.base)
		hwdesc_add(&a->differ, "UART at 0x%llx in the device tree, at 0x%llx in the SPCR",
			   (unsigned long long)t->console_base, (unsigned long long)f->spcr.base);
	else
		hwdesc_add(&a->same, "UART %s", acpi_uart_name(f->spcr.type));
}

static int judge(struct agree *a, struct vms_result *r)
{
	if (a->same.n)
		vms_evidence(r, "device tree and ACPI", "same: %s", a->same.text);
	if (a->not_compared.n)
		vms_evidence(r, "device tree and ACPI", "not compared: %s", a->not_compared.text);
	if (a->differ.n) {
		vms_remedy(r, VMS_HYPERVISOR, "make device tree and ACPI tables from one description");
		return vms_fail(r, "device tree and ACPI disagree: %s", a->differ.text);
	}
	if (!a->same.n)
		return vms_skip(r, "nothing to compare: %s", a->not_compared.text);
	return vms_pass(r, "device tree and ACPI agree on %s", a->same.text);
}

int hwdesc_check_agree(struct vms_machine *m, struct vms_result *r)
{
	const struct fdt_facts *fdt = fdt_read(m);
	const struct acpi_facts *acpi = acpi_read(m);
	struct agree a = { .same = { .len = 0 } };

	if (!fdt || !acpi)
		return -ENOMEM;
	if (acpi->err == -ENOENT)
		return vms_skip(r, "not both visible: Linux runs without ACPI and shows no tables");
	if (fdt->err || acpi->err)
		return vms_blocked(r, fdt->err ? "/sys/firmware/fdt" : "/sys/firmware/acpi/tables",
				   fdt->err ? fdt->err : acpi->err);
	if (fdt->tree.stub)
		return vms_skip(r, "not both visible: the device tree describes no hardware");
	if (compare_cpus(&fdt->tree, acpi, &a))
		return -ENOMEM;
	compare_gic(&fdt->tree, acpi, &a);
	compare_timer(&fdt->tree, acpi, &a);
	compare_uart(&fdt->tree, acpi, &a);
	if (!a.same.n && !a.differ.n && acpi->madt_err && acpi->madt_err != -ENOENT)
		return vms_blocked(r, "/sys/firmware/acpi/tables/APIC", acpi->madt_err);
	return judge(&a, r);
}
