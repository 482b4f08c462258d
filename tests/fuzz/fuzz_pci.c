/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: the input is what follows the configuration space of two PCI functions, a port and what is
 * below it: capabilities are walked, and each rule of VBSA is asked.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "vbsa/hw.h"
#include "vbsa/pci.h"
#include "vbsa/pcie_rules.h"

static void ask(const struct pci_facts *p, const struct pci_function *f)
{
	static const pcie_rule_fn rules[] = {
		pcie_registers, pcie_ari, pcie_bist_and_pointer, pcie_capability_ids, pcie_msi,
		pcie_reset,	pcie_acs, pcie_acs_and_aer,	 pcie_pasid,	      pcie_integrated
	};
	struct vbsa_hw hw;
	unsigned at = 0;

	memset(&hw, 0, sizeof(hw));
	for (unsigned id = 0; id < 0x40; id++) {
		if (pci_capability(f, id, &at) == 1 && at >= f->config.len)
			abort();
		if (pci_extended_capability(p, f, id, &at) == 1 && at + 4 > f->config.len)
			abort();
	}
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		char why[240] = "";

		rules[i](p, &hw, f, why, sizeof(why));
		if (!memchr(why, '\0', sizeof(why)))
			abort();
	}
	pcie_type_name(f->type);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[2][16] = { "0000:00:01.0", "0000:01:00.0" }, host[] = "pci0000:00";
	struct pci_function fn[2];
	struct pci_facts p = { .fn = fn, .n = 2, .extended_zeroed = size && data[0] & 1 };

	memset(fn, 0, sizeof(fn));
	for (size_t i = 0; i < 2; i++) {
		size_t half = i ? size - size / 2 : size / 2, len = MIN(half, 4096u);

		fn[i] = (struct pci_function){
			.name = name[i], .host = host, .bus = (unsigned)i, .latency_writable = -1
		};
		fn[i].config.data = malloc(len + 1);
		if (!fn[i].config.data)
			abort();
		memcpy(fn[i].config.data, data + (i ? size / 2 : 0), len);
		fn[i].config.data[len] = '\0';
		fn[i].config.len = len;
		pci_read_type(&fn[i]);
		fn[i].class = len > 11 ? (unsigned)data[i ? size / 2 + 11 : 11] << 16 : 0;
	}
	pci_find_ports(&p);
	for (size_t i = 0; i < 2; i++)
		ask(&p, &fn[i]);
	for (size_t i = 0; i < 2; i++)
		free(fn[i].config.data);
	return 0;
}
