/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a PCI function's configuration space must hold, rule by rule: PCI Express Base Specification 5.0,
 * 7.5.1 (header), 7.5.3 (PCI Express capability), 7.7.8 (ACS), 7.8.1 (ARI), 7.8.8 (PASID).
 */
#include <ctype.h>

#include "core/util.h"
#include "pcie_rules.h"

#define CAP_MSI	   0x05
#define CAP_MSIX   0x11
#define CAP_LAST   0x15 /* the last that is assigned: FPB */
#define EXT_AER	   0x0001
#define EXT_ACS	   0x000d
#define EXT_ARI	   0x000e
#define EXT_SRIOV  0x0010
#define EXT_PASID  0x001b
#define EXT_LAST   0x0038 /* the last that is assigned (PCI Express 6.x) */
#define PASID_BITS 16
#define ACS_NEEDED                                                                                           \
	0x1f /* source validation, translation blocking, request and completion redirect, upstream           \
		forwarding */

#define DEVCAP	     0x04
#define DEVCTL	     0x08
#define DEVCAP2	     0x24
#define DEVCTL2	     0x28
#define FLR_CAPABLE  (1u << 28)
#define ARI_FORWARDS (1u << 5)

#define PORT	   (1u << 0) /* root ports */
#define ENDPOINT   (1u << 1)
#define INTEGRATED (1u << 2) /* endpoints in the root complex, which are asked as ENDPOINT, too */
#define ANY	   (PORT | ENDPOINT)

/* Bits whose value PCI Express lays down. `cap`: the offset is one into the PCI Express capability. */
static const struct wired {
	bool cap;
	uint8_t at, bits; /* offset of the register, and its width */
	uint32_t mask, value;
	unsigned who;
	const char *name;
} wired[] = {
	{ false, 0x04, 16, 1u << 3, 0, ANY, "command, special cycle enable" },
	{ false, 0x04, 16, 1u << 4, 0, ANY, "command, memory write and invalidate" },
	{ false, 0x04, 16, 1u << 5, 0, ANY, "command, VGA palette snoop" },
	{ false, 0x04, 16, 1u << 7, 0, ANY, "command, IDSEL stepping" },
	{ false, 0x04, 16, 1u << 9, 0, ANY, "command, fast back-to-back enable" },
	{ false, 0x06, 16, 1u << 4, 1u << 4, ANY, "status, capabilities list" },
	{ false, 0x06, 16, 1u << 5, 0, ANY, "status, 66 MHz capable" },
	{ false, 0x06, 16, 1u << 7, 0, ANY, "status, fast back-to-back capable" },
	{ false, 0x06, 16, 3u << 9, 0, ANY, "status, DEVSEL timing" },
	{ false, 0x0d, 8, 0xff, 0, ANY, "latency timer" },
	{ false, 0x1b, 8, 0xff, 0, PORT, "secondary latency timer" },
	{ false, 0x1e, 16, 1u << 5, 0, PORT, "secondary status, 66 MHz capable" },
	{ false, 0x1e, 16, 1u << 7, 0, PORT, "secondary status, fast back-to-back capable" },
	{ false, 0x1e, 16, 3u << 9, 0, PORT, "secondary status, DEVSEL timing" },
	{ false, 0x3e, 16, 1u << 5, 0, PORT, "bridge control, master abort mode" },
	{ false, 0x3e, 16, 1u << 7, 0, PORT, "bridge control, fast back-to-back enable" },
	{ false, 0x3e, 16, 0xfu << 8, 0, PORT, "bridge control, discard timers" },
	{ false, 0x3e, 8, 0xff, 0, INTEGRATED, "minimum grant" },
	{ false, 0x3f, 8, 0xff, 0, INTEGRATED, "maximum latency" },
	{ true, DEVCAP, 32, 0x3fu << 6, 0, PORT, "device capabilities, endpoint latencies" },
	{ true, DEVCAP, 32, FLR_CAPABLE, 0, PORT, "device capabilities, function level reset" },
	{ true, DEVCTL, 16, 1u << 15, 0, PORT, "device control, initiate function level reset" },
	{ true, DEVCAP2, 32, ARI_FORWARDS, 0, ENDPOINT, "device capabilities 2, ARI forwarding" },
	{ true, DEVCAP2, 32, 1u << 10, 0, ENDPOINT, "device capabilities 2, no RO-enabled PR-PR passing" },
	{ true, DEVCAP2, 32, 3u << 14, 0, ENDPOINT, "device capabilities 2, LN system CLS" },
};

static unsigned who(const struct pci_function *f)
{
	switch (f->type) {
	case PCIE_ROOT_PORT:
		return PORT;
	case PCIE_ENDPOINT:
	case PCIE_LEGACY_ENDPOINT:
		return ENDPOINT;
	default:
		return 0;
	}
}

static bool read_bits(const struct pci_function *f, unsigned at, unsigned bits, uint32_t *ret)
{
	uint16_t v16 = 0;
	uint8_t v8 = 0;

	if (bits == 32)
		return pci_u32(f, at, ret);
	if (bits == 16 ? !pci_u16(f, at, &v16) : !pci_u8(f, at, &v8))
		return false;
	*ret = bits == 16 ? v16 : v8;
	return true;
}

static enum pcie_answer ask_wired(const struct pci_function *f, unsigned which, char *why, size_t size)
{
	uint16_t flags = 0;

	if (!pci_u16(f, f->pcie + 2, &flags))
		return PCIE_NOT_SHOWN;
	for (size_t i = 0; i < ARRAY_SIZE(wired); i++) {
		const struct wired *w = &wired[i];
		uint32_t v = 0;

		/* version 1 of the capability ends before the second set of registers */
		if (!(w->who & which) || (w->cap && w->at >= DEVCAP2 && (flags & 0xf) < 2))
			continue;
		if (!read_bits(f, w->at + (w->cap ? f->pcie : 0), w->bits, &v))
			return PCIE_NOT_SHOWN;
		if ((v & w->mask) == w->value)
			continue;
		snprintf(why, size, "%s is %s (register 0x%0*x)", w->name, w->value ? "0" : "not 0",
			 (int)(w->bits / 4), v);
		return PCIE_BROKEN;
	}
	return PCIE_HOLDS;
}

static enum pcie_answer ask_payload(const struct pci_function *f, char *why, size_t size)
{
	uint32_t cap = 0;

	if (!pci_u32(f, f->pcie + DEVCAP, &cap))
		return PCIE_NOT_SHOWN;
	if ((cap & 7) <= 5)
		return PCIE_HOLDS;
	snprintf(why, size, "device capabilities, the largest payload is %u, which is reserved", cap & 7);
	return PCIE_BROKEN;
}

static enum pcie_answer ask_latency(const struct pci_function *f, char *why, size_t size)
{
	if (f->type != PCIE_ROOT_PORT || !f->latency_writable)
		return PCIE_HOLDS;
	if (f->latency_writable < 0) {
		snprintf(
			why, size, "%s",
			"its secondary latency timer is 0, and whether it is wired so was not tried (only root can, in a virtual machine)");
		return PCIE_OPEN;
	}
	snprintf(why, size, "secondary latency timer can be written, and is to be wired to 0");
	return PCIE_BROKEN;
}

/* Ports have the header of a bridge, and nothing else has: offsets from 0x10 on mean other things in the
 * other. */
static enum pcie_answer ask_header(const struct pci_function *f, char *why, size_t size)
{
	uint8_t type = 0;

	if (!pci_u8(f, 0x0e, &type))
		return PCIE_NOT_SHOWN;
	if ((type & 0x7f) == (f->type == PCIE_ROOT_PORT))
		return PCIE_HOLDS;
	snprintf(why, size, "its header is of type %u", type & 0x7f);
	return PCIE_BROKEN;
}

PCIE_RULE(pcie_registers)
{
	enum pcie_answer a;

	(void)p, (void)hw;
	if (!who(f))
		return PCIE_NOT_ASKED;
	a = ask_header(f, why, size);
	if (a == PCIE_HOLDS)
		a = ask_wired(f, who(f), why, size);
	if (a == PCIE_HOLDS)
		a = ask_payload(f, why, size);
	return a == PCIE_HOLDS ? ask_latency(f, why, size) : a;
}

static int region_of(const struct vbsa_hw *hw, const struct pci_function *f)
{
	for (unsigned i = 0; i < MIN(hw->n_ecam, (unsigned)VBSA_MAX_ECAM); i++)
		if (hw->ecam[i].segment == f->segment && f->bus >= hw->ecam[i].first &&
		    f->bus <= hw->ecam[i].last)
			return (int)i;
	return -ENOENT;
}

/* Regions beyond those that are kept, and numbers that the kernel gave host bridges of a tree, leave it
 * open. */
static bool regions_known(const struct vbsa_hw *hw, char *why, size_t size)
{
	if (hw->by && hw->pcie_err == 0 && hw->n_ecam <= VBSA_MAX_ECAM &&
	    (!hw->n_unnumbered || hw->n_ecam == 1))
		return true;
	snprintf(why, size, "which ECAM region is its host bridge's is not told");
	return false;
}

PCIE_RULE(pcie_root_ports_in_one_ecam)
{
	int region = region_of(hw, f);

	if (f->type != PCIE_ROOT_PORT)
		return PCIE_NOT_ASKED;
	if (!regions_known(hw, why, size))
		return PCIE_OPEN;
	for (size_t i = 0; i < p->n; i++) {
		const struct pci_function *other = &p->fn[i];

		if (other->type != PCIE_ROOT_PORT || !f->host || !other->host || !streq(f->host, other->host))
			continue;
		if (region >= 0 && region_of(hw, other) == region)
			continue;
		snprintf(why, size, "it and %s are in no common ECAM region",
			 other == f ? "its host bridge" : other->name);
		return PCIE_BROKEN;
	}
	return PCIE_HOLDS;
}

PCIE_RULE(pcie_below_port_in_its_ecam)
{
	const struct pci_function *port = f->above;

	(void)p;
	if (f->type == PCIE_CONVENTIONAL || !port)
		return PCIE_NOT_ASKED;
	if (!regions_known(hw, why, size))
		return PCIE_OPEN;
	/* a port that is in none itself is told where it is asked */
	if (region_of(hw, port) < 0)
		return PCIE_NOT_ASKED;
	if (region_of(hw, f) == region_of(hw, port))
		return PCIE_HOLDS;
	snprintf(why, size, "it is not in the ECAM region of %s", port->name);
	return PCIE_BROKEN;
}

PCIE_RULE(pcie_ari)
{
	bool ari = false, forwards, below = false;
	uint32_t cap2 = 0;
	uint16_t ctl2 = 0;

	(void)hw;
	if (f->type != PCIE_ROOT_PORT && f->type != PCIE_DOWNSTREAM)
		return PCIE_NOT_ASKED;
	if (!pci_u32(f, f->pcie + DEVCAP2, &cap2) || !pci_u16(f, f->pcie + DEVCTL2, &ctl2))
		return PCIE_NOT_SHOWN;
	forwards = ctl2 & ARI_FORWARDS;
	for (size_t i = 0; i < p->n; i++) {
		const struct pci_function *at = &p->fn[i];
		unsigned where;
		int has;

		if (at == f || at->above != f)
			continue;
		below = true;
		if (at->device && !forwards) {
			snprintf(why, size, "%s answers below it, and ARI forwarding is off", at->name);
			return PCIE_BROKEN;
		}
		has = at->type == PCIE_CONVENTIONAL ? 0 : pci_extended_capability(p, at, EXT_ARI, &where);
		if (has < 0)
			return PCIE_NOT_SHOWN;
		ari |= has == 1;
	}
	if (!below)
		return PCIE_NOT_ASKED;
	if (!ari || (cap2 & ARI_FORWARDS))
		return PCIE_HOLDS;
	snprintf(why, size, "it cannot forward ARI, which a function below has");
	return PCIE_BROKEN;
}

PCIE_RULE(pcie_bist_and_pointer)
{
	uint8_t bist = 0, pointer = 0;

	(void)p, (void)hw;
	if (f->type == PCIE_CONVENTIONAL || f->type == PCIE_RC_ENDPOINT || f->type == PCIE_RC_EVENT_COLLECTOR)
		return PCIE_NOT_ASKED;
	if (!pci_u8(f, 0x0f, &bist) || !pci_u8(f, 0x34, &pointer))
		return PCIE_NOT_SHOWN;
	if (!(bist & 0x80) && (bist & 0x4f)) {
		snprintf(why, size, "BIST is 0x%02x, and is not offered", bist);
		return PCIE_BROKEN;
	}
	if ((pointer & 0xfc) >= 0x40)
		return PCIE_HOLDS;
	snprintf(why, size, "the capabilities pointer is 0x%02x", pointer);
	return PCIE_BROKEN;
}

static enum pcie_answer ask_ids(const struct pci_function *f, char *why, size_t size)
{
	uint8_t at = 0, id = 0;

	if (!pci_u8(f, 0x34, &at))
		return PCIE_NOT_SHOWN;
	for (unsigned i = 0; i < 48 && (at &= 0xfc) >= 0x40; i++) {
		if (!pci_u8(f, at, &id) || id == 0xff)
			return PCIE_NOT_SHOWN;
		if (id > CAP_LAST) {
			snprintf(why, size, "capability ID 0x%02x at 0x%02x is not assigned", id, at);
			return PCIE_BROKEN;
		}
		if (!pci_u8(f, at + 1u, &at))
			return PCIE_NOT_SHOWN;
	}
	return PCIE_HOLDS;
}

PCIE_RULE(pcie_capability_ids)
{
	enum pcie_answer a;
	uint32_t header = 0;

	(void)hw;
	if (f->type != PCIE_ROOT_PORT)
		return PCIE_NOT_ASKED;
	a = ask_ids(f, why, size);
	if (a != PCIE_HOLDS)
		return a;
	for (unsigned at = 0x100, i = 0; at >= 0x100 && i < 480; i++, at = header >> 20 & 0xffc) {
		if (!pci_u32(f, at, &header) || (p->extended_zeroed && at == 0x100) || header == UINT32_MAX)
			return PCIE_NOT_SHOWN;
		if ((header & 0xffff) > EXT_LAST) {
			snprintf(why, size, "extended capability ID 0x%04x at 0x%03x is not assigned",
				 header & 0xffff, at);
			return PCIE_BROKEN;
		}
	}
	return PCIE_HOLDS;
}

PCIE_RULE(pcie_msi)
{
	int msi, msix;
	unsigned at;
	uint8_t pin = 0;

	(void)p, (void)hw;
	if (f->type != PCIE_ENDPOINT && f->type != PCIE_LEGACY_ENDPOINT)
		return PCIE_NOT_ASKED;
	msi = pci_capability(f, CAP_MSI, &at);
	msix = pci_capability(f, CAP_MSIX, &at);
	if (!pci_u8(f, 0x3d, &pin) || msi < 0 || msix < 0)
		return PCIE_NOT_SHOWN;
	if (msi || msix || pin < 1 || pin > 4)
		return PCIE_HOLDS;
	snprintf(why, size, "it interrupts by INT%c alone", 'A' + pin - 1);
	return PCIE_BROKEN;
}

PCIE_RULE(pcie_reset)
{
	uint32_t cap = 0;
	unsigned at;
	int sriov;

	(void)hw;
	if (f->type != PCIE_ENDPOINT && f->type != PCIE_LEGACY_ENDPOINT && f->type != PCIE_RC_ENDPOINT)
		return PCIE_NOT_ASKED;
	if (!pci_u32(f, f->pcie + DEVCAP, &cap))
		return PCIE_NOT_SHOWN;
	if (cap & FLR_CAPABLE)
		return PCIE_HOLDS;
	sriov = pci_extended_capability(p, f, EXT_SRIOV, &at);
	if (sriov <= 0)
		return sriov < 0 ? PCIE_NOT_SHOWN : PCIE_NOT_ASKED;
	snprintf(why, size, "it has SR-IOV and no function level reset");
	return PCIE_BROKEN;
}

PCIE_RULE(pcie_acs)
{
	uint16_t cap = 0;
	unsigned at;
	int has;

	(void)hw;
	if (f->type != PCIE_ROOT_PORT)
		return PCIE_NOT_ASKED;
	has = pci_extended_capability(p, f, EXT_ACS, &at);
	if (has == 0) {
		snprintf(why, size,
			 "it has no ACS, and whether it routes between peers is not told anywhere");
		return PCIE_OPEN;
	}
	if (has < 0 || !pci_u16(f, at + 4, &cap))
		return PCIE_NOT_SHOWN;
	if ((cap & ACS_NEEDED) == ACS_NEEDED)
		return PCIE_HOLDS;
	snprintf(why, size, "ACS lacks a control that peer-to-peer asks for (capability 0x%04x)", cap);
	return PCIE_BROKEN;
}

PCIE_RULE(pcie_acs_and_aer)
{
	unsigned at;
	int acs, aer;

	(void)hw;
	if (f->type != PCIE_ROOT_PORT)
		return PCIE_NOT_ASKED;
	acs = pci_extended_capability(p, f, EXT_ACS, &at);
	aer = pci_extended_capability(p, f, EXT_AER, &at);
	if (acs < 0 || aer < 0)
		return PCIE_NOT_SHOWN;
	if (!acs)
		return PCIE_NOT_ASKED;
	if (aer)
		return PCIE_HOLDS;
	snprintf(why, size, "it has ACS and does not report errors (AER)");
	return PCIE_BROKEN;
}

PCIE_RULE(pcie_pasid)
{
	uint16_t cap = 0;
	unsigned at;
	int has;

	(void)hw;
	if (f->type == PCIE_CONVENTIONAL)
		return PCIE_NOT_ASKED;
	has = pci_extended_capability(p, f, EXT_PASID, &at);
	if (has == 0)
		return PCIE_NOT_ASKED;
	if (has < 0 || !pci_u16(f, at + 4, &cap))
		return PCIE_NOT_SHOWN;
	if ((cap >> 8 & 0x1f) >= PASID_BITS)
		return PCIE_HOLDS;
	snprintf(why, size, "its PASIDs have %u bits", cap >> 8 & 0x1f);
	return PCIE_BROKEN;
}

PCIE_RULE(pcie_integrated)
{
	(void)p, (void)hw;
	if (f->type != PCIE_RC_ENDPOINT)
		return PCIE_NOT_ASKED;
	return ask_wired(f, ENDPOINT | INTEGRATED, why, size);
}

bool pcie_find_intx(const char *table, unsigned irq, struct pcie_intx *ret)
{
	const char *line;
	size_t len;

	while (vms_next_line(&table, &line, &len)) {
		char row[8192], *p, *end; /* a column a CPU */

		snprintf(row, sizeof(row), "%.*s", (int)MIN(len, sizeof(row) - 1), line);
		p = row + strspn(row, " ");
		if (!isdigit((unsigned char)*p) || strtoul(p, &end, 10) != irq || *end != ':')
			continue;
		for (p = end + 1, p += strspn(p, " "); isdigit((unsigned char)*p); p += strspn(p, " "))
			p += strspn(p, "0123456789");
		ret->trigger[0] = '\0';
		if (sscanf(p, "%63s %9u %15s", ret->chip, &ret->intid, ret->trigger) < 2 ||
		    !startswith(ret->chip, "GIC") || strstr(ret->chip, "MSI") ||
		    startswith(ret->chip, "GICv2m"))
			return false; /* a message */
		/* a GICv5 counts each kind from 0, and names it */
		ret->spi = startswith(ret->chip, "GICv5") ? strstr(ret->chip, "SPI") != NULL
							  : vbsa_is_spi(ret->intid);
		return true;
	}
	return false;
}
