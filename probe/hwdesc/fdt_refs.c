// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * References of a device tree (phandles) and whether they lead to a node.
 * VMSPEC-FDT-COMPLETE: a tree whose references dangle does not describe the
 * machine. Devicetree Specification 2.4 and 2.3.3; bindings for the rest.
 */
#include <errno.h>
#include <libfdt.h>
#include "fdt_index.h"

/* How a property holds references. */
enum ref_form {
	REF_ONE,  /* one phandle */
	REF_LIST, /* phandles, nothing between */
	REF_ARGS, /* phandle, then as many cells as the target's property says */
	REF_MAP,  /* rows of 4 cells, the second is the phandle: msi-map, iommu-map */
};

static const struct {
	const char *name;
	enum ref_form form;
	enum fdt_cells cells; /* REF_ARGS: of the target */
	bool may_lack;	      /* the target may lack that property: no arguments then */
} ref_props[] = {
	{ "interrupt-parent", REF_ONE, 0, false },
	{ "interrupts-extended", REF_ARGS, FDT_CELLS_INTERRUPT, false },
	{ "interrupt-affinity", REF_LIST, 0, false },
	{ "clocks", REF_ARGS, FDT_CELLS_CLOCK, false },
	{ "msi-parent", REF_ARGS, FDT_CELLS_MSI, true },
	{ "msi-map", REF_MAP, 0, false },
	{ "iommu-map", REF_MAP, 0, false },
	{ "iommus", REF_ARGS, FDT_CELLS_IOMMU, false },
	{ "resets", REF_ARGS, FDT_CELLS_RESET, false },
	{ "power-domains", REF_ARGS, FDT_CELLS_POWER_DOMAIN, false },
	{ "phys", REF_ARGS, FDT_CELLS_PHY, false },
	{ "dmas", REF_ARGS, FDT_CELLS_DMA, false },
	{ "next-level-cache", REF_ONE, 0, false },
	{ "cpu-idle-states", REF_LIST, 0, false },
	{ "memory-region", REF_LIST, 0, false },
};

int fdt_add_dangling(struct fdt_tree *tree, const struct fdt_index *x, uint32_t node, const char *prop,
		     uint32_t phandle)
{
	struct fdt_dangling *d;
	_cleanup_free_ char *path = NULL;

	tree->n_dangling++;
	if (tree->n_dangling > FDT_MAX_DANGLING)
		return 0;
	path = fdt_index_path(x, node);
	if (!path)
		return -ENOMEM;
	d = &tree->dangling[tree->n_dangling - 1];
	d->phandle = phandle;
	d->where = vms_asprintf("%s: %s", path, prop);
	return d->where ? 0 : -ENOMEM;
}

static int check_list(const struct fdt_index *x, struct fdt_tree *tree, uint32_t node, const char *prop,
		      struct vms_span s, bool one)
{
	uint32_t phandle = 0;

	if (s.len < 4)
		return fdt_add_dangling(tree, x, node, prop, 0);
	for (size_t off = 0; span_be32(s, off, &phandle); off += 4) {
		if (fdt_index_by_phandle(x, phandle) == FDT_NO_NODE)
			return fdt_add_dangling(tree, x, node, prop, phandle);
		if (one)
			break;
	}
	return 0;
}

static int check_map(const struct fdt_index *x, struct fdt_tree *tree, uint32_t node, const char *prop,
		     struct vms_span s)
{
	uint32_t phandle = 0;

	if (s.len % 16)
		return fdt_add_dangling(tree, x, node, prop, 0);
	for (size_t off = 4; span_be32(s, off, &phandle); off += 16) {
		if (fdt_index_by_phandle(x, phandle) == FDT_NO_NODE)
			return fdt_add_dangling(tree, x, node, prop, phandle);
	}
	return 0;
}

static int check_args(const struct fdt_index *x, struct fdt_tree *tree, uint32_t node, const char *prop,
		      struct vms_span s, enum fdt_cells cells, bool may_lack)
{
	uint32_t phandle = 0;
	size_t off = 0;

	while (span_be32(s, off, &phandle)) {
		uint32_t target, n;

		off += 4;
		if (!phandle) /* an empty place in the list */
			continue;
		target = fdt_index_by_phandle(x, phandle);
		if (target == FDT_NO_NODE)
			return fdt_add_dangling(tree, x, node, prop, phandle);
		n = x->nodes[target].cells[cells];
		if (n == FDT_NO_CELLS && !may_lack)
			return 0; /* where the next one begins cannot be told */
		if (n == FDT_NO_CELLS)
			n = 0;
		if (!span_has(s, off, 4ull * n))
			return fdt_add_dangling(tree, x, node, prop, 0);
		off += 4ull * n;
	}
	return 0;
}

/*
 * interrupt-map: child address and interrupt, phandle, parent address and
 * interrupt; the widths of the first two by this node, of the last two by the
 * node that the phandle leads to.
 */
static int check_interrupt_map(const struct fdt_index *x, struct fdt_tree *tree, uint32_t node,
			       struct vms_span s)
{
	const uint8_t *own = x->nodes[node].cells, *to;
	unsigned lead = own[FDT_CELLS_ADDRESS] + own[FDT_CELLS_INTERRUPT];
	uint64_t off = 0, row;
	uint32_t phandle = 0;

	if (own[FDT_CELLS_ADDRESS] == FDT_NO_CELLS || own[FDT_CELLS_INTERRUPT] == FDT_NO_CELLS)
		return 0;
	while (off < s.len) {
		uint32_t target;

		if (!span_be32(s, off + 4ull * lead, &phandle))
			return fdt_add_dangling(tree, x, node, "interrupt-map", 0);
		target = fdt_index_by_phandle(x, phandle);
		if (target == FDT_NO_NODE)
			return fdt_add_dangling(tree, x, node, "interrupt-map", phandle);
		to = x->nodes[target].cells;
		if (to[FDT_CELLS_INTERRUPT] == FDT_NO_CELLS)
			return 0;
		row = 4ull * (lead + 1u + to[FDT_CELLS_INTERRUPT]);
		row += to[FDT_CELLS_ADDRESS] == FDT_NO_CELLS ? 0 : 4ull * to[FDT_CELLS_ADDRESS];
		if (!span_has(s, off, row))
			return fdt_add_dangling(tree, x, node, "interrupt-map", 0);
		off += row;
	}
	return 0;
}

/* "gpios", "reset-gpios"; not "nr-gpios" and the like, which are numbers. */
static bool is_gpios(const char *name)
{
	size_t n = strlen(name);

	if (streq(name, "gpios"))
		return true;
	return n > 6 && streq(name + n - 6, "-gpios") && !(n >= 8 && streq(name + n - 8, "nr-gpios"));
}

static int check_prop(const struct fdt_index *x, struct fdt_tree *tree, uint32_t node, const char *name,
		      struct vms_span s)
{
	for (size_t i = 0; i < ARRAY_SIZE(ref_props); i++) {
		if (!streq(name, ref_props[i].name))
			continue;
		if (ref_props[i].form == REF_MAP)
			return check_map(x, tree, node, name, s);
		if (ref_props[i].form == REF_ARGS)
			return check_args(x, tree, node, name, s, ref_props[i].cells, ref_props[i].may_lack);
		return check_list(x, tree, node, name, s, ref_props[i].form == REF_ONE);
	}
	if (streq(name, "interrupt-map"))
		return check_interrupt_map(x, tree, node, s);
	/* the gpios of a hog are lines of its own controller, no references */
	if (is_gpios(name) && !x->nodes[node].gpio_hog)
		return check_args(x, tree, node, name, s, FDT_CELLS_GPIO, false);
	return 0;
}

/* Below /cpus/cpu-map each `cpu` leads to a CPU; FDT_NO_NODE: there is no map. */
static uint32_t find_cpu_map(const struct fdt_index *x)
{
	uint32_t cpus = fdt_index_child(x, 0, "cpus", 4);

	return cpus == FDT_NO_NODE ? FDT_NO_NODE : fdt_index_child(x, cpus, "cpu-map", 7);
}

/* /__symbols__, /__fixups__, /__local_fixups__: notes for overlays, which use the
 * names of properties for offsets. */
static bool is_overlay_note(const struct fdt_index *x, uint32_t node)
{
	const char *name = fdt_get_name(x->fdt, x->nodes[node].off, NULL);

	return x->nodes[node].parent == 0 && name && startswith(name, "__");
}

static int check_node(const struct fdt_index *x, struct fdt_tree *tree, uint32_t node, bool in_map)
{
	int off, err;

	fdt_for_each_property_offset(off, x->fdt, x->nodes[node].off)
	{
		const char *name;
		int len;
		const void *value = fdt_getprop_by_offset(x->fdt, off, &name, &len);

		if (!value || len < 0)
			break;
		if (in_map && streq(name, "cpu"))
			err = check_list(x, tree, node, name, vms_span(value, (size_t)len), true);
		else
			err = check_prop(x, tree, node, name, vms_span(value, (size_t)len));
		if (err)
			return err;
	}
	return 0;
}

int fdt_check_refs(const struct fdt_index *x, struct fdt_tree *tree)
{
	uint32_t map = find_cpu_map(x);

	for (uint32_t i = 0; i < x->n; i++) {
		bool in_map = map != FDT_NO_NODE && i > map && i < x->nodes[map].end;
		int err;

		if (x->nodes[i].disabled)
			continue;
		if (is_overlay_note(x, i)) {
			i = x->nodes[i].end - 1;
			continue;
		}
		err = check_node(x, tree, i, in_map);
		if (err)
			return err;
	}
	return 0;
}
