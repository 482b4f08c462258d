// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a flattened device tree describes: CPUs, interrupt controller, timer,
 * PSCI, console, buses. Works on bytes alone; fdt_read.c fetches them.
 */
#include <errno.h>
#include <libfdt.h>
#include "fdt_index.h"

#define STRING_MAX 256        /* of what is shown */
#define PROP_NAME_MAX 255     /* the specification says 31, real trees have a little more */
#define MPIDR_AFFINITY 0xff00ffffffull

/* GICv1 (arm,cortex-a9-gic, arm,pl390) is no longer what the specification asks for. */
static const struct {
	const char *compatible;
	unsigned version;
} gics[] = {
	{ "arm,gic-v5", 5 }, { "arm,gic-v3", 3 }, { "arm,gic-400", 2 }, { "arm,cortex-a15-gic", 2 },
	{ "arm,cortex-a7-gic", 2 }, { "qcom,msm-qgic2", 2 }, { "nvidia,tegra210-agic", 2 },
	{ "arm,cortex-a9-gic", 1 }, { "arm,cortex-a5-gic", 1 }, { "arm,arm11mp-gic", 1 },
	{ "arm,eb11mp-gic", 1 }, { "arm,pl390", 1 }, { "qcom,msm-8660-qgic", 1 },
};

static const char *const uarts[] = {
	"arm,pl011", "arm,sbsa-uart", "arm,primecell-uart", "ns16550a", "ns16550", "snps,dw-apb-uart",
};

static const char *const pci_hosts[] = {
	"pci-host-ecam-generic", "pci-host-cam-generic", "pci-host-ecam-accessible",
};

bool fdt_is_compatible(const char *compatible, const char *which)
{
	size_t n = strlen(which);

	for (const char *s = compatible; s && *s; s += strcspn(s, " "), s += *s == ' ') {
		if (strncmp(s, which, n) == 0 && (s[n] == ' ' || s[n] == '\0'))
			return true;
	}
	return false;
}

/* ---- strings ---- */

/* A list of strings, joined by spaces, printable. */
static int join_strings(struct vms_span s, char **ret)
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

/* One string; what is not a NUL-terminated one is cut at its end. */
static int take_string(const struct fdt_index *x, uint32_t node, const char *name, size_t max, char **ret)
{
	struct vms_span s;
	char *out;

	if (node == FDT_NO_NODE || !fdt_index_prop(x, node, name, &s))
		return 0;
	out = vms_printable((const char *)s.data, strnlen((const char *)s.data, MIN(s.len, max)));
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

static int take_node(const struct fdt_index *x, uint32_t node, struct fdt_node *ret)
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
	return join_strings(s, &ret->compatible);
}

static void node_clear(struct fdt_node *n)
{
	free(n->path);
	free(n->compatible);
}

/* ---- numbers ---- */

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

/* First address of `reg` as the CPU sees it; 0 when a bus between translates it. */
static uint64_t node_address(const struct fdt_index *x, uint32_t node)
{
	uint32_t parent = x->nodes[node].parent;
	uint64_t address = 0;
	struct vms_span s;

	if (parent == FDT_NO_NODE || !fdt_index_prop(x, node, "reg", &s) ||
	    !read_cells(s, 0, x->nodes[parent].acells, &address))
		return 0;
	for (uint32_t i = parent; x->nodes[i].parent != FDT_NO_NODE; i = x->nodes[i].parent) {
		if (!fdt_index_prop(x, i, "ranges", &s) || s.len)
			return 0;
	}
	return address;
}

/* The INTID of an interrupt specifier of an Arm GIC (3 or 4 cells); 0: none. */
static unsigned gic_intid(struct vms_span s, uint64_t off)
{
	uint32_t type = 0, n = 0;

	if (!span_be32(s, off, &type) || !span_be32(s, off + 4, &n) || n >= 1020)
		return 0;
	if (type == 1)
		return n < 16 ? n + 16 : 0;
	return type == 0 && n + 32 < 1020 ? n + 32 : 0;
}

/* ---- what is described ---- */

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
		if (fdt_index_prop(x, i, "reg", &s) &&
		    read_cells(s, 0, x->nodes[cpus].acells, &cpu->mpidr))
			cpu->mpidr &= MPIDR_AFFINITY;
		memcpy(cpu->enable, common, sizeof(common));
		take_word(x, i, "enable-method", cpu->enable, sizeof(cpu->enable));
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
	}
	(void)fdt_index_prop(x, node, "interrupt-names", &names);
	for (unsigned i = 0; i < 5; i++) { /* the fifth is the EL2 virtual timer */
		const char *name = names.len ? fdt_stringlist_get(x->fdt, x->nodes[node].off, "interrupt-names",
								  (int)i, NULL) : NULL;
		unsigned *slot = names.len && !name ? NULL : timer_slot(t, name, i);
		unsigned cells;

		if (extended) {
			if (!span_be32(s, off, &phandle))
				return;
			gic = fdt_index_by_phandle(x, phandle);
			off += 4;
		}
		cells = gic == FDT_NO_NODE ? FDT_NO_CELLS : x->nodes[gic].icells;
		if (cells < 3 || cells > 4)
			return; /* no GIC */
		if (slot)
			*slot = gic_intid(s, off);
		off += 4ull * cells;
	}
}

static int read_gic(const struct fdt_index *x, uint32_t node, struct fdt_tree *t)
{
	unsigned version = 0;

	for (size_t i = 0; i < ARRAY_SIZE(gics); i++) {
		if (gics[i].version > version && fdt_index_compatible(x, node, gics[i].compatible))
			version = gics[i].version;
	}
	if (!version || t->gic.there)
		return 0;
	t->gic_version = version;
	return take_node(x, node, &t->gic);
}

static int read_psci(const struct fdt_index *x, uint32_t node, struct fdt_tree *t)
{
	t->psci.version = fdt_index_compatible(x, node, "arm,psci-1.0") ? 0x10000 :
			  fdt_index_compatible(x, node, "arm,psci-0.2") ? 0x2 : 0x1;
	take_word(x, node, "method", t->psci.method, sizeof(t->psci.method));
	return take_node(x, node, &t->psci.node);
}

static bool any_compatible(struct vms_span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fdt_stringlist_contains((const char *)s.data, (int)s.len, list[i]))
			return true;
	}
	return false;
}

static bool is(struct vms_span s, const char *which)
{
	return fdt_stringlist_contains((const char *)s.data, (int)s.len, which);
}

/* Sort one enabled node in. */
static int read_node(const struct fdt_index *x, uint32_t node, struct vms_span compatible, struct fdt_tree *t)
{
	struct vms_span type;
	int err;

	if (is(compatible, "virtio,mmio"))
		t->n_virtio_mmio++;
	else if (is(compatible, "simple-bus") || is(compatible, "simple-pm-bus"))
		t->n_simple_bus++;
	if (any_compatible(compatible, pci_hosts, ARRAY_SIZE(pci_hosts)) ||
	    (fdt_index_prop(x, node, "device_type", &type) && span_is(type, 0, "pci", 4))) {
		t->n_pci++;
		return take_node(x, node, &t->pci);
	}
	if ((is(compatible, "arm,armv8-timer") || is(compatible, "arm,armv7-timer")) && !t->timer.node.there) {
		read_timer_interrupts(x, node, &t->timer);
		return take_node(x, node, &t->timer.node);
	}
	if (is(compatible, "xen,xen"))
		return take_node(x, node, &t->hypervisor);
	if (!t->psci.node.there && (is(compatible, "arm,psci-1.0") || is(compatible, "arm,psci-0.2") ||
				    is(compatible, "arm,psci")))
		return read_psci(x, node, t);
	err = read_gic(x, node, t);
	if (!err && !t->console.there && any_compatible(compatible, uarts, ARRAY_SIZE(uarts))) {
		t->console_base = node_address(x, node);
		err = take_node(x, node, &t->console);
	}
	return err;
}

/* Where `stdout-path` leads: a path or an alias, then maybe ":115200n8". */
static uint32_t resolve_stdout(const struct fdt_index *x, const char *s, size_t len)
{
	uint32_t aliases = fdt_index_child(x, 0, "aliases", 7);
	char name[64];
	struct vms_span to;

	if (len && s[0] == '/')
		return fdt_index_by_path(x, s, len);
	/* One look, and what stands there must be a path: no alias of an alias. */
	if (aliases == FDT_NO_NODE || !len || len >= sizeof(name))
		return FDT_NO_NODE;
	memcpy(name, s, len);
	name[len] = '\0';
	if (strlen(name) != len || !fdt_index_prop(x, aliases, name, &to))
		return FDT_NO_NODE;
	return fdt_index_by_path(x, (const char *)to.data, strnlen((const char *)to.data, to.len));
}

static int read_stdout(const struct fdt_index *x, uint32_t chosen, struct fdt_tree *t)
{
	const char *prop = "stdout-path";
	struct vms_span s;
	size_t len, path_len;
	const char *text;
	uint32_t node;

	if (!fdt_index_prop(x, chosen, prop, &s) && !fdt_index_prop(x, chosen, prop = "linux,stdout-path", &s))
		return 0;
	text = (const char *)s.data;
	len = strnlen(text, s.len);
	path_len = memchr(text, ':', len) ? (size_t)((const char *)memchr(text, ':', len) - text) : len;
	t->console_chosen = true;
	node = resolve_stdout(x, text, path_len);
	if (node == FDT_NO_NODE)
		return fdt_add_dangling(t, x, chosen, prop, 0);
	if (path_len < len) {
		t->console_options = vms_printable(text + path_len + 1, MIN(len - path_len - 1, (size_t)32));
		if (!t->console_options)
			return -ENOMEM;
	}
	if (x->nodes[node].disabled)
		return 0;
	t->console_base = node_address(x, node);
	return take_node(x, node, &t->console);
}

static int read_chosen(const struct fdt_index *x, struct fdt_tree *t)
{
	uint32_t chosen = fdt_index_child(x, 0, "chosen", 6);
	struct vms_span s;
	int err;

	if (chosen == FDT_NO_NODE)
		return 0;
	t->uefi = fdt_index_prop(x, chosen, "linux,uefi-system-table", &s);
	err = take_string(x, chosen, "bootargs", 4096, &t->bootargs);
	if (!err)
		err = take_string(x, chosen, "u-boot,version", STRING_MAX, &t->uboot);
	return err ? err : read_stdout(x, chosen, t);
}

/* As Linux tells a stub from a real tree: only /chosen, and Xen's node, do not count. */
static void read_top(const struct fdt_index *x, struct fdt_tree *t)
{
	t->stub = true;
	for (uint32_t i = 1; i < x->n; i = x->nodes[i].end) {
		const char *name = fdt_get_name(x->fdt, x->nodes[i].off, NULL);

		t->n_top++;
		if (name && streq(name, "chosen"))
			continue;
		if (name && streq(name, "hypervisor") && fdt_index_compatible(x, i, "xen,xen"))
			continue;
		t->stub = false;
	}
}

static int read_tree(const struct fdt_index *x, struct fdt_tree *t)
{
	struct vms_span s;
	int err = 0;

	read_top(x, t);
	if (fdt_index_prop(x, 0, "compatible", &s))
		err = join_strings(s, &t->compatible);
	if (!err)
		err = read_chosen(x, t);
	if (!err)
		err = read_cpus(x, t);
	for (uint32_t i = 1; !err && i < x->n; i++) {
		if (!x->nodes[i].disabled && fdt_index_prop(x, i, "compatible", &s))
			err = read_node(x, i, s, t);
	}
	return err ? err : fdt_check_refs(x, t);
}

/* ---- from bytes ---- */

/*
 * libfdt looks for the end of a property's name for each property anew: names
 * without an end would make it walk the strings block a hundred thousand times.
 */
static bool names_are_short(struct vms_span blob)
{
	uint32_t off = 0, len = 0;
	struct vms_span strings;
	size_t run = 0;

	if (!span_be32(blob, 12, &off) || !span_be32(blob, 32, &len) || !span_sub(blob, off, len, &strings))
		return false;
	for (size_t i = 0; i < strings.len; i++) {
		run = strings.data[i] ? run + 1 : 0;
		if (run > PROP_NAME_MAX)
			return false;
	}
	return true;
}

static int check_blob(struct vms_span blob, const char **ret_why)
{
	uint32_t magic = 0, size = 0;
	const char *why = NULL;

	if (!span_be32(blob, 0, &magic) || magic != FDT_MAGIC)
		why = "it does not begin with the magic number of a device tree";
	else if (!span_has(blob, 0, sizeof(struct fdt_header)))
		why = "it ends inside its header";
	else if (span_be32(blob, 4, &size) && size > blob.len)
		why = "it is shorter than its header says";
	else if (!names_are_short(blob))
		why = "its block of property names is damaged";
	if (!why)
		return 0;
	*ret_why = why;
	return -EBADMSG;
}

int fdt_parse(struct vms_span blob, struct fdt_tree *ret, const char **ret_why)
{
	struct fdt_index x = { 0 };
	struct fdt_tree t = { 0 };
	_cleanup_free_ void *copy = NULL;
	int err;

	if (blob.len > FDT_SIZE_MAX) {
		*ret_why = "it is bigger than 2 MiB, more than Linux takes";
		return -EFBIG;
	}
	err = check_blob(blob, ret_why);
	if (err)
		return err;
	copy = malloc(blob.len); /* aligned for any type: libfdt asks for 8 bytes */
	if (!copy)
		return -ENOMEM;
	memcpy(copy, blob.data, blob.len);
	err = fdt_check_full(copy, blob.len);
	if (err) {
		*ret_why = fdt_strerror(err);
		return -EBADMSG;
	}
	t.size = fdt_totalsize(copy);
	err = fdt_index_make(copy, t.size, &x);
	if (!err)
		err = read_tree(&x, &t);
	if (err) {
		if (err == -EBADMSG)
			*ret_why = "its structure is damaged";
		fdt_tree_clear(&t);
	} else {
		*ret = t;
	}
	fdt_index_clear(&x);
	return err;
}

void fdt_tree_clear(struct fdt_tree *t)
{
	struct fdt_node *const nodes[] = { &t->gic, &t->timer.node, &t->psci.node, &t->console,
					   &t->pci, &t->hypervisor };

	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
		node_clear(nodes[i]);
	for (size_t i = 0; i < FDT_MAX_DANGLING; i++)
		free(t->dangling[i].where);
	free(t->compatible);
	free(t->bootargs);
	free(t->uboot);
	free(t->console_options);
	free(t->cpus);
	*t = (struct fdt_tree){ 0 };
}
