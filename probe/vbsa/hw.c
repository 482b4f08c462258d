/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of hardware descriptions, and its ACPI half; see hw.h. */
#include <errno.h>

#include "hw.h"
#include "hwdesc/acpi.h"
#include "hwdesc/fdt.h"

#define TABLES "/sys/firmware/acpi/tables/"

#define MADT_GICC      0x0b
#define MADT_MSI_FRAME 0x0d
#define MADT_ITS       0x0f
#define IORT_SMMU_V2   3
#define IORT_SMMU_V3   4

/* A GICv5 names the kind of an interrupt in bits 31:29 of a GSIV, 1 PPI, 3 SPI, and counts each from 0. As on
 * older ones here: INTIDs, SPIs from 32 on. */
static unsigned gsiv_intid(uint32_t gsiv)
{
	return gsiv >> 29 == 3 ? (gsiv & 0xffffff) + 32 : gsiv >> 29 == 1 ? gsiv & 0xffffff : gsiv;
}

static void take_gicc(struct vms_span s, struct vbsa_hw *hw)
{
	uint32_t flags = 0, pmu = 0;

	/* 12: flags, bit 0 enabled; 20: performance interrupt's GSIV */
	if (!span_le32(s, 12, &flags) || !span_le32(s, 20, &pmu) || !(flags & 1))
		return;
	hw->n_cpus++;
	pmu = gsiv_intid(pmu);
	if (!pmu)
		return;
	if (!hw->n_pmu++)
		hw->pmu_intid = pmu;
	else if (pmu != hw->pmu_intid)
		hw->pmu_intids_differ = true;
}

void vbsa_parse_madt(struct vms_span t, struct vbsa_hw *hw)
{
	uint8_t type, len;

	for (uint64_t at = 44; span_u8(t, at, &type) && span_u8(t, at + 1, &len); at += len) {
		struct vms_span s;

		if (len < 2 || !span_sub(t, at, len, &s)) {
			hw->madt_err = -EBADMSG;
			return;
		}
		if (type == MADT_GICC)
			take_gicc(s, hw);
		hw->n_msi_frames += type == MADT_MSI_FRAME;
		hw->n_its += type == MADT_ITS;
	}
}

void vbsa_parse_mcfg(struct vms_span t, struct vbsa_hw *hw)
{
	for (uint64_t at = 44; span_has(t, at, 16); at += 16) {
		struct vbsa_ecam e = { 0 };
		uint16_t segment = 0;
		uint8_t first = 0, last = 0;

		span_le64(t, at, &e.base);
		span_le16(t, at + 8, &segment);
		span_u8(t, at + 10, &first);
		span_u8(t, at + 11, &last);
		e.segment = segment;
		e.first = first;
		e.last = last;
		if (hw->n_ecam < VBSA_MAX_ECAM)
			hw->ecam[hw->n_ecam] = e;
		hw->n_ecam++;
	}
}

void vbsa_parse_iort(struct vms_span t, struct vbsa_hw *hw)
{
	uint32_t n = 0, at = 0;
	uint16_t len;
	uint8_t type;

	span_le32(t, 36, &n);
	span_le32(t, 40, &at);
	for (uint64_t off = at; n && span_u8(t, off, &type) && span_le16(t, off + 1, &len) && len >= 16;
	     off += len, n--) {
		hw->n_smmu_v2 += type == IORT_SMMU_V2;
		hw->n_smmu_v3 += type == IORT_SMMU_V3;
	}
	if (n || !span_has(t, 0, 48))
		hw->smmu_err = -EBADMSG;
}

/* 0x00, 0x01, 0x12: 16550 and its subsets; the rest is in acpi_uart_is_sbsa() */
static bool uart_is_known(unsigned type)
{
	return acpi_uart_is_sbsa(type) || type == 0x00 || type == 0x01 || type == 0x12;
}

void vbsa_parse_spcr(struct vms_span t, struct vbsa_hw *hw)
{
	uint8_t type = 0, interrupts = 0;
	uint32_t gsiv = 0;

	span_u8(t, 36, &type);
	span_u8(t, 52, &interrupts);
	/* 52: interrupt type, bit 3: the GSIV at 54 is of a GIC */
	if (interrupts & 8)
		span_le32(t, 54, &gsiv);
	hw->uart = acpi_uart_name(type);
	hw->uart_known = uart_is_known(type);
	hw->uart_intid = gsiv_intid(gsiv);
}

/* Platform timer structures: type 1 is the SBSA generic watchdog. */
void vbsa_parse_gtdt_watchdogs(struct vms_span t, struct vbsa_hw *hw)
{
	uint32_t n = 0, at = 0;
	uint16_t len;
	uint8_t type;

	span_le32(t, 88, &n);
	span_le32(t, 92, &at);
	for (uint64_t off = at;
	     n-- && off && span_u8(t, off, &type) && span_le16(t, off + 1, &len) && len >= 3; off += len)
		hw->n_watchdogs += type == 1;
}

/* A table's bytes: 0, -ENOENT, or could not look. */
static int table(struct vms_machine *m, const char *name, struct vms_buf *ret)
{
	char path[64];

	snprintf(path, sizeof(path), TABLES "%s", name);
	return vms_root_read(m->root, path, ACPI_TABLE_MAX, ret);
}

static int by_table(struct vms_machine *m, const char *name, void (*parse)(struct vms_span, struct vbsa_hw *),
		    struct vbsa_hw *hw)
{
	_cleanup_buf_ struct vms_buf t = { NULL, 0 };
	int err = table(m, name, &t);

	if (err == 0)
		parse(vms_buf_span(&t), hw);
	return err;
}

/* Controllers that are devices of the namespace: PNP0D10 xHCI, PNP0D20 EHCI, each with debug ports at +5. */
static int count_acpi_usb(struct vms_machine *m, struct vbsa_hw *hw)
{
	_cleanup_strv_ char **names = NULL;
	int err = vms_root_list(m->root, "/sys/bus/acpi/devices", &names);

	for (char **n = names; n && *n; n++) {
		hw->n_xhci += startswith(*n, "PNP0D10:") || startswith(*n, "PNP0D15:");
		hw->n_ehci += startswith(*n, "PNP0D20:") || startswith(*n, "PNP0D25:");
	}
	return err == -ENOMEM ? err : 0;
}

static int by_acpi(struct vms_machine *m, const struct acpi_facts *acpi, struct vbsa_hw *hw)
{
	int err;

	hw->by = "MADT";
	if (by_table(m, "APIC", vbsa_parse_madt, hw) == -ENOMEM)
		return -ENOMEM;
	hw->timer_err = acpi->gtdt_err;
	hw->phys = gsiv_intid(acpi->gtdt.el1);
	hw->virt = gsiv_intid(acpi->gtdt.virt);
	hw->pcie_err = by_table(m, "MCFG", vbsa_parse_mcfg, hw);
	err = by_table(m, "IORT", vbsa_parse_iort, hw);
	hw->smmu_err = err ? err : hw->smmu_err;
	hw->uart_err = by_table(m, "SPCR", vbsa_parse_spcr, hw);
	hw->uart_by = TABLES "SPCR";
	if (hw->uart_err == -ENOENT && acpi->dbg2_err == 0 && acpi->dbg2.n_uarts) {
		hw->uart_by = TABLES "DBG2";
		hw->uart_err = 0;
		hw->uart = acpi_uart_name(acpi->dbg2.uart[0].type);
		hw->uart_known = uart_is_known(acpi->dbg2.uart[0].type);
	}
	if (count_acpi_usb(m, hw) < 0 || by_table(m, "GTDT", vbsa_parse_gtdt_watchdogs, hw) == -ENOMEM ||
	    hw->pcie_err == -ENOMEM || hw->smmu_err == -ENOMEM || hw->uart_err == -ENOMEM)
		return -ENOMEM;
	return 0;
}

#define BLOB "/sys/firmware/fdt"

/* A tree that was put together from another place has no bytes to look into. */
static int by_fdt(struct vms_machine *m, const struct fdt_facts *fdt, struct vbsa_hw *hw)
{
	_cleanup_buf_ struct vms_buf blob = { NULL, 0 };
	int err = vms_root_read(m->root, BLOB, FDT_SIZE_MAX, &blob);

	if (!err && (!fdt->source || !streq(fdt->source, BLOB)))
		err = -EACCES;
	if (!err)
		err = vbsa_parse_fdt(vms_buf_span(&blob), hw);
	if (err)
		return err;
	hw->by = "FDT";
	/* by name where the node names its interrupts, not by their places */
	hw->phys = fdt->tree.timer.phys;
	hw->virt = fdt->tree.timer.virt;
	hw->uart_by = BLOB;
	if (hw->uart_err == -ENOENT && fdt->tree.console_chosen && fdt->tree.console.there) {
		hw->uart_err = -ENODATA;
		hw->uart = fdt->tree.console.compatible;
	}
	if (fdt->tree.timer.wired && !fdt->tree.timer.decoded)
		hw->timer_err = -EOPNOTSUPP;
	return 0;
}

static int read_hw(struct vms_machine *m, void *facts)
{
	const struct acpi_facts *acpi = acpi_read(m);
	const struct fdt_facts *fdt = fdt_read(m);
	struct vbsa_hw *hw = facts;
	int err;

	if (!acpi || !fdt)
		return -ENOMEM;
	if (acpi->madt_err == 0)
		return by_acpi(m, acpi, hw);
	err = fdt_hardware(fdt)			  ? by_fdt(m, fdt, hw)
	      : acpi->err && acpi->err != -ENOENT ? acpi->err
						  : acpi->madt_err;
	if (err == -ENOMEM)
		return err;
	if (!hw->by) {
		err = err ? err : -ENODATA;
		*hw = (struct vbsa_hw){
			.err = err, .timer_err = err, .pcie_err = err, .smmu_err = err, .uart_err = err
		};
	}
	return 0;
}

static void clear_hw(_unused_ void *facts)
{
}

const struct vbsa_hw *vbsa_hw_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_VBSA_HW, sizeof(struct vbsa_hw), read_hw, clear_hw);
}
