/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Made-up machines for the checks of VBSA; see fixture_vbsa.h. */
#include "fixture_vbsa.h"

#define PCIE_CAP 0x50

void fixture_cpus(struct fixture *f, uint32_t midr, const char *const *features)
{
	_cleanup_free_ char *text = strdup("");

	for (unsigned i = 0; features[i]; i++) {
		char *longer = vms_asprintf(
			"%sprocessor\t: %u\nFeatures\t: %s\nCPU implementer\t: 0x%02x\nCPU architecture: 8\n"
			"CPU variant\t: 0x%x\nCPU part\t: 0x%03x\nCPU revision\t: %u\n\n",
			text, i, features[i], midr >> 24, midr >> 20 & 0xf, midr >> 4 & 0xfff, midr & 0xf);

		assert_non_null(longer);
		free(text);
		text = longer;
	}
	fixture_write(f, "/proc/cpuinfo", text);
}

void fixture_gic(struct fixture *f, const struct fixture_gic *g)
{
	uint8_t t[2048] = { 0 };
	size_t at = 44;
	char row[128];

	for (unsigned i = 0; i < g->cpus; i++, at += 80) {
		bool last = i + 1 == g->cpus;

		t[at] = 0x0b;
		t[at + 1] = 80;
		fixture_put32(t + at + 8, i);
		fixture_put32(t + at + 12, 1);
		fixture_put32(t + at + 20, last && g->last_without_pmu ? 0
					   : last && g->last_pmu       ? g->last_pmu
								       : g->pmu);
		t[at + 68] = (uint8_t)i;
	}
	t[at] = 0x0c;
	t[at + 1] = 24;
	t[at + 20] = (uint8_t)g->version;
	at += 24;
	for (unsigned i = 0; i < g->n_its; i++, at += 20) {
		t[at] = 0x0f;
		t[at + 1] = 20;
	}
	for (unsigned i = 0; i < g->n_frames; i++, at += 24) {
		t[at] = 0x0d;
		t[at + 1] = 24;
	}
	if (g->cut) {
		t[at] = 0x0e;
		t[at + 1] = 16;
		at += 8;
	}
	fixture_table(f, "APIC", 4, t, at);
	snprintf(row, sizeof(row),
		 "           CPU0       CPU1\n 10:   3614   2710   GICv%u  27 Level     arch_timer\n",
		 g->version);
	fixture_write(f, "/proc/interrupts", row);
}

void fixture_mcfg(struct fixture *f, const struct fixture_ecam *e, size_t n)
{
	uint8_t t[44 + 16 * 64] = { 0 };

	assert_true(n <= 64);
	for (size_t i = 0; i < n; i++) {
		uint8_t *at = t + 44 + 16 * i;

		fixture_put32(at, 0x10000000 * (uint32_t)(i + 1));
		at[8] = (uint8_t)e[i].segment;
		at[9] = (uint8_t)(e[i].segment >> 8);
		at[10] = (uint8_t)e[i].first;
		at[11] = (uint8_t)e[i].last;
	}
	fixture_table(f, "MCFG", 1, t, 44 + 16 * n);
}

void fixture_iort(struct fixture *f, unsigned v2, unsigned v3, unsigned told)
{
	uint8_t t[48 + 80 * 8] = { 0 };
	size_t at = 48;

	assert_true(v2 + v3 <= 8);
	fixture_put32(t + 36, told ? told : v2 + v3);
	fixture_put32(t + 40, 48);
	for (unsigned i = 0; i < v2 + v3; i++, at += 80) {
		t[at] = i < v2 ? 3 : 4;
		t[at + 1] = 80;
	}
	fixture_table(f, "IORT", 3, t, at);
}

void fixture_spcr_irq(struct fixture *f, unsigned type, unsigned gsiv)
{
	uint8_t t[80] = { 0 };

	t[36] = (uint8_t)type;
	fixture_put32(t + 44, 0x9000000);
	t[52] = gsiv ? 8 : 0;
	fixture_put32(t + 54, gsiv);
	fixture_table(f, "SPCR", 2, t, sizeof(t));
}

void fixture_pci(struct fixture_pci *p, unsigned type)
{
	bool bridge = type >= 4 && type <= 6;

	*p = (struct fixture_pci){ .ext = 0x100 };
	fixture_put32(p->space, 0x000c1b36);
	p->space[0x06] = 0x10;
	p->space[0x0a] = bridge ? 0x04 : 0x00;
	p->space[0x0b] = bridge ? 0x06 : 0x02; /* a bridge, a network card */
	p->space[0x0e] = bridge;
	p->space[0x34] = 0x40;
	p->space[0x40] = 0x11;
	p->space[0x41] = PCIE_CAP;
	p->space[PCIE_CAP] = 0x10;
	p->space[PCIE_CAP + 2] = (uint8_t)(type << 4 | 2);
}

void fixture_pci_ext(struct fixture_pci *p, unsigned id, unsigned first_register)
{
	uint8_t *at = p->space + p->ext;

	if (p->ext > 0x100)
		fixture_put32(at - 16,
			      (uint32_t)(at - 16)[0] | (uint32_t)(at - 16)[1] << 8 | 1u << 16 | p->ext << 20);
	fixture_put32(at, id | 1u << 16);
	fixture_put32(at + 4, first_register);
	p->ext += 16;
}

void fixture_pci_buses(struct fixture_pci *p, unsigned secondary, unsigned subordinate)
{
	p->space[0x19] = (uint8_t)secondary;
	p->space[0x1a] = (uint8_t)subordinate;
}

void fixture_pci_put(struct fixture *f, const char *name, const struct fixture_pci *p, size_t len,
		     const char *host)
{
	_cleanup_free_ char *real = host ? vms_asprintf("/sys/devices/%s/%s", host, name)
					 : vms_asprintf("/sys/devices/pci%.4s:00/%s", name, name);
	_cleanup_free_ char *link = vms_asprintf("/sys/bus/pci/devices/%s", name);
	_cleanup_free_ char *target = vms_asprintf("../../../..%s", real),
			    *config = vms_asprintf("%s/config", real);
	_cleanup_free_ char *class = vms_asprintf("%s/class", real), *irq = vms_asprintf("%s/irq", real);
	char text[32];

	assert_true(real && link && target && config && class && irq);
	fixture_remove(f, link);
	fixture_write_bytes(f, config, p->space, len);
	snprintf(text, sizeof(text), "0x%02x%02x%02x\n", p->space[0x0b], p->space[0x0a], p->space[0x09]);
	fixture_write(f, class, text);
	fixture_write(f, irq, "0\n");
	fixture_link(f, link, target);
}
