// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ACPI tables, decoded from bytes alone; acpi_read.c fetches them.
 * FADT, MADT, GTDT: ACPI Specification 6.5, 5.2.9, 5.2.12, 5.2.25. SPCR, DBG2:
 * Microsoft's documents of these names. MCFG: PCI Firmware Specification 4.1.2.
 */
#include <errno.h>
#include "acpi.h"

#define HEADER_LEN     36
#define MPIDR_AFFINITY 0xff00ffffffull

static void defect(struct acpi_defect *d, const char *fmt, ...) _printf_(2, 3);
static void defect(struct acpi_defect *d, const char *fmt, ...)
{
	va_list ap;

	if (d->text[0])
		return; /* the first one is the cause of the others */
	va_start(ap, fmt);
	vsnprintf(d->text, sizeof(d->text), fmt, ap);
	va_end(ap);
}

void acpi_check_stream(struct vms_span head, uint64_t size, uint8_t sum, const char *name,
		       struct acpi_defect *d)
{
	uint32_t len = 0;

	if (!span_le32(head, 4, &len) || head.len < HEADER_LEN)
		return defect(d, "%llu bytes are too few for a table's header", (unsigned long long)size);
	if (strlen(name) < 4 || !span_is(head, 0, name, 4))
		return defect(d, "its signature is not %.4s", name);
	if (len != size)
		return defect(d, "its header says %u bytes, there are %llu", len, (unsigned long long)size);
	if (sum)
		defect(d, "wrong checksum (the bytes sum up to 0x%02x)", sum);
}

void acpi_check_header(struct vms_span t, const char *name, struct acpi_defect *d)
{
	acpi_check_stream(t, t.len, span_sum8(t), name, d);
}

/* ---- FADT ---- */

static const struct {
	uint8_t off, len;
	const char *name;
} zero_fields[] = {
	/* 5.2.9, 4.1: ignored with HW_REDUCED_ACPI */
	{ 46, 2, "SCI_INT" },	      { 48, 4, "SMI_CMD" },	  { 52, 1, "ACPI_ENABLE" },
	{ 53, 1, "ACPI_DISABLE" },    { 56, 4, "PM1a_EVT_BLK" },  { 60, 4, "PM1b_EVT_BLK" },
	{ 64, 4, "PM1a_CNT_BLK" },    { 68, 4, "PM1b_CNT_BLK" },  { 72, 4, "PM2_CNT_BLK" },
	{ 76, 4, "PM_TMR_BLK" },      { 80, 4, "GPE0_BLK" },	  { 84, 4, "GPE1_BLK" },
	{ 88, 1, "PM1_EVT_LEN" },     { 89, 1, "PM1_CNT_LEN" },	  { 152, 8, "X_PM1a_EVT_BLK" },
	{ 176, 8, "X_PM1a_CNT_BLK" }, { 212, 8, "X_PM_TMR_BLK" },
};

static const char *fadt_not_zero(struct vms_span t)
{
	for (size_t i = 0; i < ARRAY_SIZE(zero_fields); i++) {
		uint8_t byte = 0;

		for (size_t j = 0; j < zero_fields[i].len; j++) {
			if (span_u8(t, zero_fields[i].off + j, &byte) && byte)
				return zero_fields[i].name;
		}
	}
	return NULL;
}

int acpi_parse_fadt(struct vms_span t, struct acpi_fadt *ret, struct acpi_defect *d)
{
	struct acpi_fadt f = { 0 };
	uint8_t major = 0, minor = 0;
	uint32_t flags = 0, dsdt = 0;
	uint16_t arm = 0;

	span_u8(t, 8, &major);
	f.major = major;
	/* Before 5.1 there was neither a minor version nor ARM_BOOT_ARCH. */
	if (major >= 5 && span_u8(t, 131, &minor))
		f.minor = minor & 0x0f;
	if (span_le32(t, 112, &flags))
		f.hw_reduced = flags >> 20 & 1;
	if ((major > 5 || f.minor) && span_le16(t, 129, &arm)) {
		f.psci = arm & 1;
		f.psci_hvc = arm >> 1 & 1;
	}
	span_le32(t, 40, &dsdt);
	if (!span_le64(t, 140, &f.dsdt) || !f.dsdt)
		f.dsdt = dsdt;
	if (f.hw_reduced)
		f.not_zero = fadt_not_zero(t);
	if (major >= 5 && t.len < 268)
		defect(d, "%zu bytes, an FADT of revision %u has 268 or more", t.len, major);
	*ret = f;
	return 0;
}

/* ---- MADT ---- */

#define MADT_GICC      0x0b
#define MADT_GICD      0x0c
#define MADT_MSI_FRAME 0x0d
#define MADT_GICR      0x0e
#define MADT_ITS       0x0f
#define MADT_IRS       0x1c /* GICv5, ACPI 6.7 */

/* Lengths by type: of the first version; those that follow are longer. */
static const struct {
	uint8_t type, len;
	const char *name;
} madt_lengths[] = {
	{ MADT_GICC, 76, "GICC" }, { MADT_GICD, 24, "GICD" },	{ MADT_MSI_FRAME, 24, "GIC MSI frame" },
	{ MADT_GICR, 16, "GICR" }, { MADT_ITS, 20, "GIC ITS" },
};

static bool madt_length_right(uint8_t type, uint8_t len, uint8_t revision, uint64_t off,
			      struct acpi_defect *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(madt_lengths); i++) {
		if (madt_lengths[i].type != type)
			continue;
		/* 76 in ACPI 5.1, 80 since 6.0, 82 since 6.5 (MADT revision 6); later ones may be longer */
		if (len < madt_lengths[i].len ||
		    (type == MADT_GICC && revision <= 6 && len != 76 && len != 80 && len != 82)) {
			defect(d, "the %s structure at offset 0x%llx has a length of %u",
			       madt_lengths[i].name, (unsigned long long)off, len);
			return len >= madt_lengths[i].len;
		}
	}
	return true;
}

static int madt_add_cpu(struct vms_span s, struct acpi_madt *m, size_t *cap)
{
	struct acpi_cpu *cpu;
	uint64_t gicr = 0, parked = 0, base = 0;
	uint32_t flags = 0;

	if (m->n_cpus == *cap) {
		size_t n = *cap ? 2 * *cap : 8;
		void *p = realloc(m->cpus, n * sizeof(*m->cpus));

		if (!p)
			return -ENOMEM;
		m->cpus = p;
		*cap = n;
	}
	cpu = &m->cpus[m->n_cpus++];
	*cpu = (struct acpi_cpu){ 0 };
	span_le32(s, 8, &cpu->uid);
	span_le32(s, 12, &flags);
	span_le64(s, 24, &parked);
	cpu->parked = parked != 0;
	span_le64(s, 32, &base);
	span_le64(s, 60, &gicr);
	span_le64(s, 68, &cpu->mpidr);
	cpu->mpidr &= MPIDR_AFFINITY;
	cpu->enabled = flags & 1;
	cpu->online_capable = !cpu->enabled && (flags & 8);
	m->n_enabled += cpu->enabled;
	m->cpu_interface = m->cpu_interface || (cpu->enabled && base);
	m->n_gicr += gicr != 0 && (cpu->enabled || cpu->online_capable);
	return 0;
}

static int madt_add(struct vms_span s, uint8_t type, struct acpi_madt *m, size_t *cap, struct acpi_defect *d)
{
	uint64_t base = 0;
	uint32_t size = 0;
	uint8_t version = 0;

	switch (type) {
	case MADT_GICC:
		return madt_add_cpu(s, m, cap);
	case MADT_GICD:
		if (m->gicd)
			defect(d, "it has more than one GICD structure");
		m->gicd = true;
		span_le64(s, 8, &m->gicd_base);
		span_u8(s, 20, &version);
		m->gicd_version = version;
		break;
	case MADT_MSI_FRAME:
		m->n_msi_frames++;
		break;
	case MADT_GICR:
		span_le64(s, 4, &base);
		span_le32(s, 12, &size);
		m->n_gicr += base && size;
		break;
	case MADT_ITS:
		m->n_its++;
		break;
	case MADT_IRS:
		m->n_irs++;
		if (!m->irs_base)
			span_le64(s, 16, &m->irs_base);
		break;
	}
	return 0;
}

static int u32_cmp(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Two usable processors with one UID cannot be told apart in the namespace. */
static int madt_check_uids(const struct acpi_madt *m, struct acpi_defect *d)
{
	_cleanup_free_ uint32_t *uids = calloc(m->n_cpus + 1, sizeof(*uids));
	size_t n = 0;

	if (!uids)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_cpus; i++) {
		if (m->cpus[i].enabled || m->cpus[i].online_capable)
			uids[n++] = m->cpus[i].uid;
	}
	qsort(uids, n, sizeof(*uids), u32_cmp);
	for (size_t i = 1; i < n; i++) {
		if (uids[i] == uids[i - 1]) {
			defect(d, "two processors have the UID %u", uids[i]);
			break;
		}
	}
	return 0;
}

int acpi_parse_madt(struct vms_span t, struct acpi_madt *ret, struct acpi_defect *d)
{
	struct acpi_madt m = { 0 };
	uint8_t revision = 0, type = 0, len = 0;
	uint32_t local = 0;
	uint64_t off = 44;
	size_t cap = 0;
	int err = 0;

	span_u8(t, 8, &revision);
	span_le32(t, 36, &local);
	m.cpu_interface = local != 0;
	if (t.len < off)
		defect(d, "%zu bytes, an MADT has 44 or more", t.len);
	while (!err && off < t.len) {
		struct vms_span s;

		if (!span_u8(t, off, &type) || !span_u8(t, off + 1, &len) || len < 2) {
			defect(d, "the structure at offset 0x%llx has a length of %u",
			       (unsigned long long)off, len);
			break;
		}
		if (!span_sub(t, off, len, &s)) {
			defect(d, "the structure at offset 0x%llx goes beyond the table",
			       (unsigned long long)off);
			break;
		}
		if (madt_length_right(type, len, revision, off, d))
			err = madt_add(s, type, &m, &cap, d);
		off += len;
		len = 0;
	}
	if (!err)
		err = madt_check_uids(&m, d);
	if (err) {
		acpi_madt_clear(&m);
		return err;
	}
	*ret = m;
	return 0;
}

void acpi_madt_clear(struct acpi_madt *m)
{
	free(m->cpus);
	*m = (struct acpi_madt){ 0 };
}

/* ---- GTDT ---- */

static void gtdt_check_timers(struct vms_span t, uint32_t n, uint32_t off, struct acpi_defect *d)
{
	uint64_t at = off;
	uint16_t len = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!span_le16(t, at + 1, &len) || len < 3 || !span_has(t, at, len))
			return defect(d, "its platform timer %u goes beyond the table or has no length", i);
		at += len;
	}
}

int acpi_parse_gtdt(struct vms_span t, struct acpi_gtdt *ret, struct acpi_defect *d)
{
	uint32_t secure = 0, el1 = 0, virt = 0, el2 = 0, n = 0, off = 0;

	span_le32(t, 48, &secure);
	span_le32(t, 56, &el1);
	span_le32(t, 64, &virt);
	span_le32(t, 72, &el2);
	if (t.len < 96)
		defect(d, "%zu bytes, a GTDT of ACPI 5.1 has 96 or more", t.len);
	else if (span_le32(t, 88, &n) && span_le32(t, 92, &off))
		gtdt_check_timers(t, n, off, d);
	*ret = (struct acpi_gtdt){ .secure_el1 = secure, .el1 = el1, .virt = virt, .el2 = el2 };
	return 0;
}

/* ---- SPCR, DBG2 ---- */

const char *acpi_uart_name(unsigned type)
{
	switch (type) {
	case 0x00:
		return "16550";
	case 0x01:
		return "16450";
	case 0x03:
		return "PL011";
	case 0x0d:
		return "SBSA UART, 32 bits";
	case 0x0e:
		return "SBSA UART";
	case ACPI_UART_DCC:
		return "DCC";
	case 0x12:
		return "16550 with generic address";
	default:
		return "other";
	}
}

bool acpi_uart_is_sbsa(unsigned type)
{
	return type == 0x03 || type == 0x0d || type == 0x0e;
}

int acpi_parse_spcr(struct vms_span t, struct acpi_uart *ret, struct acpi_defect *d)
{
	struct acpi_uart u = { 0 };
	uint8_t type = 0;

	span_u8(t, 36, &type);
	span_u8(t, 40, &u.space);
	span_le64(t, 44, &u.base);
	u.type = type;
	if (t.len < 80)
		defect(d, "%zu bytes, an SPCR has 80 or more", t.len);
	*ret = u;
	return 0;
}

/* The device's name in the namespace, "\_SB.COM0"; "." for none. */
static void dbg2_name(struct vms_span dev, struct acpi_uart *u, struct acpi_defect *d)
{
	uint16_t len = 0, off = 0;
	struct vms_span s;
	size_t n;

	span_le16(dev, 4, &len);
	span_le16(dev, 6, &off);
	if (!span_sub(dev, off, len, &s)) {
		defect(d, "a device's namespace string goes beyond the device");
		return;
	}
	n = s.len ? strnlen((const char *)s.data, MIN(s.len, sizeof(u->name) - 1)) : 0;
	for (size_t i = 0; i < n; i++)
		u->name[i] = (char)(s.data[i] >= ' ' && s.data[i] <= '~' ? s.data[i] : '?');
}

static void dbg2_device(struct vms_span dev, struct acpi_dbg2 *g, struct acpi_defect *d)
{
	struct acpi_uart u = { 0 };
	uint16_t type = 0, subtype = 0, gas = 0;
	uint8_t n_gas = 0;

	span_u8(dev, 3, &n_gas);
	span_le16(dev, 12, &type);
	span_le16(dev, 14, &subtype);
	span_le16(dev, 18, &gas);
	u.type = subtype;
	if (n_gas && !span_has(dev, gas, 12ull * n_gas)) {
		defect(d, "a device's registers go beyond the device");
	} else if (n_gas) {
		span_u8(dev, gas, &u.space);
		span_le64(dev, gas + 4u, &u.base);
	}
	dbg2_name(dev, &u, d);
	if (type == 0x8000 && g->n_uarts < ACPI_MAX_DBG2)
		g->uart[g->n_uarts++] = u;
}

int acpi_parse_dbg2(struct vms_span t, struct acpi_dbg2 *ret, struct acpi_defect *d)
{
	struct acpi_dbg2 g = { 0 };
	uint32_t off = 0, n = 0;
	uint64_t at;

	if (!span_le32(t, 36, &off) || !span_le32(t, 40, &n))
		defect(d, "%zu bytes, a DBG2 has 44 or more", t.len);
	at = off;
	for (uint32_t i = 0; i < n; i++) {
		struct vms_span dev;
		uint16_t len = 0;

		if (!span_le16(t, at + 1, &len) || len < 22 || !span_sub(t, at, len, &dev)) {
			defect(d, "its device %u goes beyond the table or is too short", i);
			break;
		}
		g.n++;
		dbg2_device(dev, &g, d);
		at += len;
	}
	*ret = g;
	return 0;
}

/* ---- MCFG ---- */

int acpi_parse_mcfg(struct vms_span t, struct acpi_mcfg *ret, struct acpi_defect *d)
{
	struct acpi_mcfg m = { 0 };

	if (t.len < 44 + 16 || (t.len - 44) % 16) {
		defect(d, "%zu bytes are no whole number of entries", t.len);
	} else {
		m.n = (unsigned)((t.len - 44) / 16);
		for (unsigned i = 0; i < m.n; i++) {
			uint8_t first = 0, last = 0;

			if (!m.base)
				span_le64(t, 44 + 16ull * i, &m.base);
			span_u8(t, 44 + 16ull * i + 10, &first);
			span_u8(t, 44 + 16ull * i + 11, &last);
			m.backwards |= last < first;
		}
	}
	*ret = m;
	return 0;
}
