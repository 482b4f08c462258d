// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The devices that a device tree describes: CPUs, GIC, timer, PSCI, UART, buses.
 * VMSPEC-FDT-COMPLETE asks for them. Bindings of Linux: arm,gic, arm,gic-v3,
 * arm,arch_timer, arm,psci.
 */
#include <errno.h>
#include <libfdt.h>
#include "fdt_index.h"

#define STRING_MAX	       256 /* of what is shown */
#define MPIDR_AFFINITY	       0xff00ffffffull
#define FDT_MAX_REDISTRIBUTORS 4096 /* regions of them */

/* GICv1 (arm,cortex-a9-gic, arm,pl390) is no longer what the specification asks for. */
static const struct {
	const char *compatible;
	unsigned version;
} gics[] = {
	{ "arm,gic-v5", 5 },	       { "arm,gic-v3", 3 },	   { "arm,gic-400", 2 },
	{ "arm,cortex-a15-gic", 2 },   { "arm,cortex-a7-gic", 2 }, { "qcom,msm-qgic2", 2 },
	{ "nvidia,tegra210-agic", 2 }, { "arm,cortex-a9-gic", 1 }, { "arm,cortex-a5-gic", 1 },
	{ "arm,arm11mp-gic", 1 },      { "arm,eb11mp-gic", 1 },	   { "arm,pl390", 1 },
	{ "qcom,msm-8660-qgic", 1 },
};

static const char *const uarts[] = {
	"arm,pl011", "arm,sbsa-uart", "arm,primecell-uart", "ns16550a", "ns16550", "snps,dw-apb-uart",
};

static const char *const pci_hosts[] = {
	"pci-host-ecam-generic",
	"pci-host-cam-generic",
	"pci-host-ecam-accessible",
};

static const char *const timers[] = { "arm,armv8-timer", "arm,armv7-timer" };

static const char *const pscis[] = { "arm,psci-1.0", "arm,psci-0.2", "arm,psci" };

int fdt_join_strings(struct vms_span s, char **ret)
{
	char buf[STRING_MAX];
	size_t n = MIN(s.len, sizeof(buf));
	char *out;

	memcpy(buf, s.data, n);
	while (n && buf[n - 1] == '\0')
		n--;
	for (size_t i = 0; i < n; i++) {
		if (buf[i] == '\0')
			buf[i] = ' ';
	}
	out = vms_printable(buf, n);
	if (!out)
		return -ENOMEM;
	*ret = out;
	return 0;
}

/* A short word into a fixed buffer; one that does not fit is none we know. */
static void take_word(const struct fdt_index *x, uint32_t node, const char *name, char *buf, size_t size)
{
	struct vms_span s;

	if (!fdt_index_prop(x, node, name, &s) || !s.len || s.len > size)
		return;
	for (size_t i = 0; i < s.len - 1; i++) {
		if (s.data[i] <= ' ' || s.data[i] > '~')
			return;
	}
	if (s.data[s.len - 1] == '\0')
		memcpy(buf, s.data, s.len);
}

int fdt_take_node(const struct fdt_index *x, uint32_t node, struct fdt_node *ret)
{
	struct vms_span s = { (const uint8_t *)"", 0 };
	char *path;

	if (ret->path)
		return 0; /* the first one stays */
	path = fdt_index_path(x, node);
	if (!path)
		return -ENOMEM;
	ret->path = path;
	ret->there = true;
	(void)fdt_index_prop(x, node, "compatible", &s);
	return fdt_join_strings(s, &ret->compatible);
}

static bool read_cells(struct vms_span s, uint64_t off, unsigned cells, uint64_t *ret)
{
	uint32_t hi = 0, lo = 0;

	if (cells == 1 && span_be32(s, off, &lo)) {
		*ret = lo;
		return true;
	}
	if (cells == 2 && span_be32(s, off, &hi) && span_be32(s, off + 4, &lo)) {
		*ret = (uint64_t)hi << 32 | lo;
		return true;
	}
	return false;
}

uint64_t fdt_node_address(const struct fdt_index *x, uint32_t node)
{
	uint32_t parent = x->nodes[node].parent;
	uint64_t address = 0;
	struct vms_span s;

	if (parent == FDT_NO_NODE || !fdt_index_prop(x, node, "reg", &s) ||
	    !read_cells(s, 0, x->nodes[parent].cells[FDT_CELLS_ADDRESS], &address))
		return 0;
	for (uint32_t i = parent; x->nodes[i].parent != FDT_NO_NODE; i = x->nodes[i].parent) {
		if (!fdt_index_prop(x, i, "ranges", &s) || s.len)
			return 0;
	}
	return address;
}

/* The INTID of a PPI by an interrupt specifier of an Arm GIC (3 or 4 cells); 0: none, or an interrupt
 * that CPUs share, which no CPU's own timer can have. That of a GICv5 counts each type from 0, and its
 * PPIs up to 127. */
static unsigned gic_ppi(struct vms_span s, uint64_t off, bool v5)
{
	uint32_t type = 0, n = 0;

	if (!span_be32(s, off, &type) || !span_be32(s, off + 4, &n) || n >= 1020)
		return 0;
	if (type != 1)
		return 0;
	if (v5)
		return n < 128 ? n : 0;
	return n < 16 ? n + 16 : 0;
}

static int read_cpus(const struct fdt_index *x, struct fdt_tree *t)
{
	uint32_t cpus = fdt_index_child(x, 0, "cpus", 4);
	char common[sizeof(t->cpus->enable)] = "";
	size_t cap = 0;

	if (cpus == FDT_NO_NODE)
		return 0;
	take_word(x, cpus, "enable-method", common, sizeof(common));
	for (uint32_t i = cpus + 1; i < x->nodes[cpus].end; i = x->nodes[i].end) {
		const struct fdt_inode *n = &x->nodes[i];
		struct fdt_cpu *cpu;
		struct vms_span s;
		int len;
		const char *name = fdt_get_name(x->fdt, n->off, &len);

		if (!fdt_index_prop(x, i, "device_type", &s) || !span_is(s, 0, "cpu", 4)) {
			if (!name || (!startswith(name, "cpu@") && !streq(name, "cpu")))
				continue;
		}
		if (n->failed) /* Linux leaves those alone, too */
			continue;
		if (t->n_cpus == cap) {
			void *p = realloc(t->cpus, (cap = cap ? 2 * cap : 8) * sizeof(*t->cpus));

			if (!p)
				return -ENOMEM;
			t->cpus = p;
		}
		cpu = &t->cpus[t->n_cpus++];
		*cpu = (struct fdt_cpu){ .enabled = !n->off_by_status };
		cpu->reg = fdt_index_prop(x, i, "reg", &s) &&
			   read_cells(s, 0, x->nodes[cpus].cells[FDT_CELLS_ADDRESS], &cpu->mpidr);
		cpu->mpidr &= MPIDR_AFFINITY;
		memcpy(cpu->enable, common, sizeof(common));
		take_word(x, i, "enable-method", cpu->enable, sizeof(cpu->enable));
		cpu->release = fdt_index_prop(x, i, "cpu-release-addr", &s) && s.len >= 4;
	}
	return 0;
}

static unsigned *timer_slot(struct fdt_timer *t, const char *name, unsigned place)
{
	static const char *const names[] = { "sec-phys", "phys", "virt", "hyp-phys" };
	unsigned *slots[] = { &t->secure, &t->phys, &t->virt, &t->hyp };

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		if (name ? streq(name, names[i]) : i == place)
			return slots[i];
	}
	return NULL;
}

static void read_timer_interrupts(const struct fdt_index *x, uint32_t node, struct fdt_timer *t)
{
	struct vms_span s, names = { NULL, 0 };
	bool extended = fdt_index_prop(x, node, "interrupts-extended", &s);
	uint32_t gic = FDT_NO_NODE, phandle = 0;
	uint64_t off = 0;

	if (!extended) {
		if (!fdt_index_prop(x, node, "interrupts", &s))
			return;
		gic = fdt_index_interrupt_parent(x, node);
		t->orphaned = gic == FDT_NO_NODE;
	}
	t->wired = true;
	(void)fdt_index_prop(x, node, "interrupt-names", &names);
	for (unsigned i = 0; i < 5; i++) { /* the fifth is the EL2 virtual timer */
		const char *name = names.len ? fdt_stringlist_get(x->fdt, x->nodes[node].off,
								  "interrupt-names", (int)i, NULL)
					     : NULL;
		unsigned *slot = names.len && !name ? NULL : timer_slot(t, name, i);
		unsigned cells;

		if (extended) {
			if (!span_be32(s, off, &phandle))
				return;
			gic = fdt_index_by_phandle(x, phandle);
			off += 4;
		}
		cells = gic == FDT_NO_NODE ? FDT_NO_CELLS : x->nodes[gic].cells[FDT_CELLS_INTERRUPT];
		if (cells < 3 || cells > 4)
			return; /* no GIC */
		t->decoded = true;
		if (slot)
			*slot = gic_ppi(s, off, fdt_index_compatible(x, gic, "arm,gic-v5"));
		off += 4ull * cells;
	}
}

static bool any_compatible(struct vms_span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fdt_list_has(s, list[i]))
			return true;
	}
	return false;
}

/* arm,gic and arm,gic-v3: the distributor comes first; then the CPU interface, or as many regions of
 * redistributors as #redistributor-regions says, one where it does not. */
static void count_gic_regions(const struct fdt_index *x, uint32_t node, struct fdt_tree *t)
{
	const struct fdt_inode *parent = &x->nodes[x->nodes[node].parent];
	uint64_t bytes = 4ull * (parent->cells[FDT_CELLS_ADDRESS] + parent->cells[FDT_CELLS_SIZE]);
	uint32_t redistributors = 1;
	struct vms_span s;

	if (t->gic_version == 3 && fdt_index_prop(x, node, "#redistributor-regions", &s))
		span_be32(s, 0, &redistributors);
	t->gic_wanted = 1 + MIN(redistributors, (uint32_t)FDT_MAX_REDISTRIBUTORS);
	t->gic_regions = fdt_index_prop(x, node, "reg", &s) && bytes
				 ? (unsigned)MIN(s.len / bytes, (uint64_t)UINT16_MAX)
				 : 0;
}

static int read_gic(const struct fdt_index *x, uint32_t node, struct vms_span compatible, struct fdt_tree *t)
{
	unsigned version = 0;
	struct vms_span s;

	for (size_t i = 0; i < ARRAY_SIZE(gics); i++) {
		if (gics[i].version > version && fdt_list_has(compatible, gics[i].compatible))
			version = gics[i].version;
	}
	if (!version || t->gic.there)
		return 0;
	t->gic_version = version;
	t->gic_controls = fdt_index_prop(x, node, "interrupt-controller", &s);
	count_gic_regions(x, node, t);
	return fdt_take_node(x, node, &t->gic);
}

static int read_psci(const struct fdt_index *x, uint32_t node, struct fdt_tree *t)
{
	struct vms_span s;

	t->psci.cpu_on = fdt_index_prop(x, node, "cpu_on", &s) && s.len == 4;
	t->psci.version = fdt_index_compatible(x, node, "arm,psci-1.0")	  ? 0x10000
			  : fdt_index_compatible(x, node, "arm,psci-0.2") ? 0x2
									  : 0x1;
	take_word(x, node, "method", t->psci.method, sizeof(t->psci.method));
	return fdt_take_node(x, node, &t->psci.node);
}

/* Sort one enabled node in. */
static int read_node(const struct fdt_index *x, uint32_t node, struct vms_span compatible, struct fdt_tree *t)
{
	struct vms_span type, reg;
	bool addressed = fdt_index_prop(x, node, "reg", &reg) && reg.len;
	int err;

	if (fdt_list_has(compatible, "virtio,mmio"))
		t->n_virtio_mmio += addressed;
	else if (fdt_list_has(compatible, "simple-bus") || fdt_list_has(compatible, "simple-pm-bus"))
		t->n_simple_bus++;
	if (any_compatible(compatible, pci_hosts, ARRAY_SIZE(pci_hosts)) ||
	    (fdt_index_prop(x, node, "device_type", &type) && span_is(type, 0, "pci", 4))) {
		t->n_pci += addressed;
		return fdt_take_node(x, node, &t->pci);
	}
	if (!t->timer.node.there && any_compatible(compatible, timers, ARRAY_SIZE(timers))) {
		read_timer_interrupts(x, node, &t->timer);
		return fdt_take_node(x, node, &t->timer.node);
	}
	if (fdt_list_has(compatible, "xen,xen"))
		return fdt_take_node(x, node, &t->hypervisor);
	if (!t->psci.node.there && any_compatible(compatible, pscis, ARRAY_SIZE(pscis)))
		return read_psci(x, node, t);
	err = read_gic(x, node, compatible, t);
	if (!err && (fdt_list_has(compatible, "arm,pl011") || fdt_list_has(compatible, "arm,sbsa-uart")))
		err = fdt_take_node(x, node, &t->pl011);
	if (!err && !t->console.there && any_compatible(compatible, uarts, ARRAY_SIZE(uarts)))
		err = fdt_take_console(x, node, t);
	return err;
}

/* Addresses of no bytes are none. */
static bool has_size(const struct fdt_index *x, uint32_t node, struct vms_span reg)
{
	uint32_t parent = x->nodes[node].parent;
	unsigned address, size;
	uint64_t bytes = 0;

	if (parent == FDT_NO_NODE)
		return false;
	address = x->nodes[parent].cells[FDT_CELLS_ADDRESS];
	size = x->nodes[parent].cells[FDT_CELLS_SIZE];
	if (size == 0 || size > 2) /* a bus without sizes */
		return reg.len >= 4;
	return read_cells(reg, 4ull * address, size, &bytes) && bytes > 0;
}

int fdt_take_console(const struct fdt_index *x, uint32_t node, struct fdt_tree *t)
{
	struct vms_span s;

	t->console_base = fdt_node_address(x, node);
	t->console_is_uart =
		fdt_index_prop(x, node, "compatible", &s) && any_compatible(s, uarts, ARRAY_SIZE(uarts));
	t->console_reg = fdt_index_prop(x, node, "reg", &s) && has_size(x, node, s);
	return fdt_take_node(x, node, &t->console);
}

int fdt_read_nodes(const struct fdt_index *x, struct fdt_tree *t)
{
	struct vms_span s;
	int err = read_cpus(x, t);

	for (uint32_t i = 1; !err && i < x->n; i++) {
		if (!x->nodes[i].disabled && fdt_index_prop(x, i, "compatible", &s))
			err = read_node(x, i, s, t);
	}
	return err;
}
