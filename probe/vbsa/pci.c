/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of PCI functions; see pci.h. */
#include <errno.h>

#include "core/result.h"
#include "kernel/platform.h"
#include "pci.h"

#define PCI_DEVICES "/sys/bus/pci/devices"
#define CONFIG_MAX  4096
#define CAPS_MAX    48	/* in 192 bytes */
#define EXT_MAX	    480 /* in 3,840 bytes */

static void clear_pci(void *facts)
{
	struct pci_facts *p = facts;

	for (size_t i = 0; i < p->n; i++) {
		free(p->fn[i].name);
		free(p->fn[i].host);
		vms_buf_clear(&p->fn[i].config);
	}
	free(p->fn);
}

bool pci_u8(const struct pci_function *f, unsigned at, uint8_t *ret)
{
	return span_u8(vms_buf_span(&f->config), at, ret);
}

bool pci_u16(const struct pci_function *f, unsigned at, uint16_t *ret)
{
	return span_le16(vms_buf_span(&f->config), at, ret);
}

bool pci_u32(const struct pci_function *f, unsigned at, uint32_t *ret)
{
	return span_le32(vms_buf_span(&f->config), at, ret);
}

int pci_capability(const struct pci_function *f, unsigned id, unsigned *ret_at)
{
	uint16_t status = 0;
	uint8_t at = 0, here = 0;

	if (!pci_u16(f, 0x06, &status))
		return -ENODATA;
	if (!(status & 0x10))
		return 0;
	if (!pci_u8(f, 0x34, &at))
		return -ENODATA;
	for (unsigned i = 0; i < CAPS_MAX; i++) {
		at &= 0xfc;
		if (!at)
			return 0;
		/* into the header; not shown; a function that does not answer */
		if (at < 0x40 || !pci_u8(f, at, &here) || here == 0xff)
			return -ENODATA;
		if (here == id) {
			*ret_at = at;
			return 1;
		}
		if (!pci_u8(f, at + 1u, &at))
			return -ENODATA;
	}
	return -ENODATA; /* a list that leads back to itself */
}

int pci_extended_capability(const struct pci_facts *p, const struct pci_function *f, unsigned id,
			    unsigned *ret_at)
{
	uint32_t header = 0;
	unsigned at = 0x100;

	for (unsigned i = 0; i < EXT_MAX; i++) {
		if (at < 0x100 || !pci_u32(f, at, &header) || (at == 0x100 && p->extended_zeroed) ||
		    header == UINT32_MAX)
			return -ENODATA;
		if ((header & 0xffff) == id) {
			*ret_at = at;
			return 1;
		}
		at = header >> 20 & 0xffc;
		if (!at)
			return 0;
	}
	return -ENODATA;
}

void pci_read_type(struct pci_function *f)
{
	int there = pci_capability(f, 0x10, &f->pcie);
	uint16_t flags = 0;

	f->type = there < 0 ? PCIE_UNSEEN : PCIE_CONVENTIONAL;
	if (there == 1)
		f->type = pci_u16(f, f->pcie + 2, &flags) ? (enum pcie_type)(flags >> 4 & 0xf) : PCIE_UNSEEN;
}

static unsigned long number(struct vms_machine *m, const char *name, const char *attribute)
{
	_cleanup_free_ char *path = vms_asprintf(PCI_DEVICES "/%s/%s", name, attribute);
	_cleanup_buf_ struct vms_buf line = { NULL, 0 };

	return path && vms_root_read_line(m->root, path, &line) == 0 ? strtoul(line.data, NULL, 0) : 0;
}

/* The folder "pciSSSS:BB" on the way to it; what stands above that is where it hangs. */
static int read_host(struct vms_machine *m, struct pci_function *f)
{
	_cleanup_free_ char *path = vms_asprintf(PCI_DEVICES "/%s", f->name), *real = NULL;
	const char *root;
	int err = path ? vms_root_realpath(m->root, path, &real) : -ENOMEM;

	if (err < 0)
		return err == -ENOMEM ? err : 0;
	f->no_ecam = strstr(real, "/VMBUS:") || strstr(real, "/MSFT1000:");
	root = strstr(real, "/pci");
	if (!root)
		return 0;
	f->host = strndup(root + 1, strcspn(root + 1, "/"));
	return f->host ? 0 : -ENOMEM;
}

static int read_function(struct vms_machine *m, const char *name, struct pci_function *f)
{
	_cleanup_free_ char *path = vms_asprintf(PCI_DEVICES "/%s/config", name);
	uint32_t id = 0;
	int err;

	if (sscanf(name, "%x:%x:%x.%x", &f->segment, &f->bus, &f->device, &f->function) != 4)
		return 0;
	f->name = strdup(name);
	if (!path || !f->name)
		return -ENOMEM;
	f->class = (uint32_t)number(m, name, "class");
	f->irq = (unsigned)number(m, name, "irq");
	err = read_host(m, f);
	if (!err && vms_root_read(m->root, path, CONFIG_MAX, &f->config) == -ENOMEM)
		err = -ENOMEM;
	if (!err)
		pci_read_type(f);
	f->silent = !err && pci_u32(f, 0, &id) && id == UINT32_MAX;
	f->latency_writable = -1;
	return err;
}

static bool zeroed(const struct pci_function *f)
{
	for (size_t i = 256; i < f->config.len; i++)
		if (f->config.data[i])
			return false;
	return true;
}

/* The port whose secondary buses hold `f`; NULL: none (it is on a root bus). */
static const struct pci_function *port_above(const struct pci_facts *p, const struct pci_function *f)
{
	const struct pci_function *nearest = NULL;
	uint8_t best = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct pci_function *port = &p->fn[i];
		uint8_t header = 0, secondary = 0, subordinate = 0;

		if (port == f || port->segment != f->segment || !pci_u8(port, 0x0e, &header) ||
		    (header & 0x7f) != 1 || !pci_u8(port, 0x19, &secondary) ||
		    !pci_u8(port, 0x1a, &subordinate))
			continue;
		/* what is below has a greater number: one that was not set up, or not well, has nothing
		 * below */
		if (secondary > port->bus && f->bus >= secondary && f->bus <= subordinate &&
		    secondary >= best) {
			nearest = port;
			best = secondary;
		}
	}
	return nearest;
}

void pci_find_ports(struct pci_facts *p)
{
	for (size_t i = 0; i < p->n; i++)
		p->fn[i].above = port_above(p, &p->fn[i]);
}

static int read_pci(struct vms_machine *m, void *facts)
{
	struct pci_facts *p = facts;
	char *const *names = NULL;
	size_t n = 0;
	int err = vms_root_names(m->root, PCI_DEVICES, &names);

	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		/* no PCI bus at all, where the buses can be listed */
		p->err = err == -VMS_ENOPARENT && vms_root_probe(m->root, "/sys/bus/pci") == -ENOENT ? -ENOENT
												     : err;
		return 0;
	}
	while (names[n])
		n++;
	p->fn = calloc(n + 1, sizeof(*p->fn));
	if (!p->fn)
		return -ENOMEM;
	p->extended_zeroed = m->kind == VMS_KIND_RECORD;
	for (size_t i = 0; i < n && !err; i++) {
		err = read_function(m, names[i], &p->fn[p->n]);
		if (!p->fn[p->n].name)
			continue;
		if (!zeroed(&p->fn[p->n]))
			p->extended_zeroed = false;
		p->n++;
	}
	pci_find_ports(p);
	return err;
}

const struct pci_facts *pci_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_VBSA_PCI, sizeof(struct pci_facts), read_pci, clear_pci);
}

/* The emulator's root ports alone: those of a real machine are somebody's in use. */
static bool virtual_ports(struct vms_machine *m)
{
	enum platform p = platform_of(m);

	return p != PLATFORM_UNKNOWN && p != PLATFORM_BARE_METAL && p != PLATFORM_XEN_CONTROL;
}

int pci_try_latency(struct vms_machine *m)
{
	/* this fact is read by one thread, and what is filled in here belongs to it */
	struct pci_facts *p =
		vms_machine_fact(m, VMS_FACT_VBSA_PCI, sizeof(struct pci_facts), read_pci, clear_pci);

	if (!p)
		return -ENOMEM;
	if (p->latency_tried || !m->live->pci_writable || (m->kind != VMS_KIND_RECORD && !virtual_ports(m)))
		return 0;
	p->latency_tried = true;
	for (size_t i = 0; i < p->n; i++) {
		struct pci_function *f = &p->fn[i];
		bool writable;

		if (f->type == PCIE_ROOT_PORT &&
		    m->live->pci_writable(m, f->name, PCI_SECONDARY_LATENCY, &writable) == 0)
			f->latency_writable = writable;
	}
	return 0;
}

int pci_not_shown(struct vms_machine *m, struct vms_result *r, unsigned n)
{
	const struct pci_facts *p = pci_read(m);

	for (size_t i = 0; p && i < p->n; i++)
		if (p->fn[i].silent) {
			vms_remedy(r, VMS_GUEST_ADMIN,
				   "let the function come up again, or take it out of the VM");
			return vms_unknown(r,
					   "%s does not answer: all bits of its configuration space are set",
					   p->fn[i].name);
		}
	if (m->kind == VMS_KIND_RECORD) {
		vms_remedy(
			r, VMS_GUEST_ADMIN,
			"record the machine anew: this record keeps too little of the configuration space");
		return vms_unknown(r,
				   "the record keeps too little of the configuration space of %u function%s",
				   n, n == 1 ? "" : "s");
	}
	vms_remedy(r, VMS_GUEST_ADMIN,
		   "run as root: the kernel shows others 64 bytes of configuration space");
	return vms_unknown(r, "the configuration space of %u function%s is not shown far enough", n,
			   n == 1 ? "" : "s");
}

const char *pcie_type_name(enum pcie_type t)
{
	switch (t) {
	case PCIE_ENDPOINT:
		return "endpoint";
	case PCIE_LEGACY_ENDPOINT:
		return "legacy endpoint";
	case PCIE_ROOT_PORT:
		return "root port";
	case PCIE_UPSTREAM:
		return "upstream port";
	case PCIE_DOWNSTREAM:
		return "downstream port";
	case PCIE_RC_ENDPOINT:
		return "root complex integrated endpoint";
	case PCIE_RC_EVENT_COLLECTOR:
		return "root complex event collector";
	case PCIE_TO_PCI_BRIDGE:
		return "bridge from PCI Express to PCI";
	case PCIE_CONVENTIONAL:
		return "conventional PCI function";
	case PCIE_UNSEEN:
		break;
	}
	return "PCI function";
}
