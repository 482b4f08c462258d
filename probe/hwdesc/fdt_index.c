// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Index of a flattened device tree: one pass over its structure block with
 * libfdt, after fdt_check_full(). Paths and aliases are resolved here, not by
 * libfdt, whose alias look-up may recurse without an end on a hostile tree.
 */
#include <errno.h>
#include <libfdt.h>
#include "fdt_index.h"

#define PATH_PARTS_MAX 64
#define PATH_SHOWN_MAX 256

struct walk {
	struct fdt_index *x;
	uint32_t cap, open; /* `open`: the node that is being walked */
};

static const char *const cells_names[FDT_N_CELLS] = {
	[FDT_CELLS_ADDRESS] = "#address-cells",
	[FDT_CELLS_SIZE] = "#size-cells",
	[FDT_CELLS_INTERRUPT] = "#interrupt-cells",
	[FDT_CELLS_CLOCK] = "#clock-cells",
	[FDT_CELLS_MSI] = "#msi-cells",
	[FDT_CELLS_IOMMU] = "#iommu-cells",
	[FDT_CELLS_RESET] = "#reset-cells",
	[FDT_CELLS_POWER_DOMAIN] = "#power-domain-cells",
	[FDT_CELLS_PHY] = "#phy-cells",
	[FDT_CELLS_DMA] = "#dma-cells",
	[FDT_CELLS_GPIO] = "#gpio-cells",
};

static void take_cells(struct fdt_inode *n, const char *name, const void *value, int len)
{
	uint32_t v = 0;

	/* nobody needs more than 16; a wild number must not make wild steps */
	if (!span_be32(vms_span(value, (size_t)len), 0, &v) || v > 16)
		return;
	for (unsigned i = 0; i < FDT_N_CELLS; i++) {
		if (streq(name, cells_names[i]))
			n->cells[i] = (uint8_t)v;
	}
}

static void take_status(struct fdt_inode *n, const void *value, int len)
{
	const char *s = value;

	if (len < 1 || s[len - 1] != '\0')
		return;
	/* "ok" is what old trees say for "okay"; Linux takes both */
	n->off_by_status = !streq(s, "okay") && !streq(s, "ok");
	n->failed = startswith(s, "fail") != NULL;
	n->disabled |= n->off_by_status;
}

static void take_prop(struct fdt_inode *n, const char *name, const void *value, int len)
{
	uint32_t v = 0;

	if (streq(name, "phandle") || (streq(name, "linux,phandle") && !n->phandle)) {
		if (span_be32(vms_span(value, (size_t)len), 0, &v) && v != UINT32_MAX)
			n->phandle = v;
	} else if (name[0] == '#') {
		take_cells(n, name, value, len);
	} else if (streq(name, "gpio-hog")) {
		n->gpio_hog = true;
	} else if (streq(name, "status")) {
		take_status(n, value, len);
	}
}

static int begin_node(struct walk *w, int off)
{
	struct fdt_index *x = w->x;
	struct fdt_inode n = { .off = off, .parent = w->open };

	memset(n.cells, FDT_NO_CELLS, sizeof(n.cells));
	if (x->n == w->cap) {
		uint32_t cap = w->cap ? w->cap * 2 : 64;
		void *p = realloc(x->nodes, cap * sizeof(*x->nodes));

		if (!p)
			return -ENOMEM;
		x->nodes = p;
		w->cap = cap;
	}
	/* Devices below a disabled one are not there either. A `status` stands
	 * before the subnodes, so that the parent's is known here. */
	n.disabled = w->open != FDT_NO_NODE && x->nodes[w->open].disabled;
	x->nodes[x->n] = n;
	w->open = x->n++;
	return 0;
}

static int walk_tags(struct walk *w)
{
	struct fdt_index *x = w->x;
	int off, next = 0;

	for (;;) {
		const char *name;
		const void *value;
		uint32_t tag;
		int len, err;

		off = next;
		tag = fdt_next_tag(x->fdt, off, &next);
		if (next < 0 || tag == FDT_END)
			return next < 0 ? -EBADMSG : 0;
		if (tag == FDT_BEGIN_NODE) {
			err = begin_node(w, off);
			if (err)
				return err;
		} else if (tag == FDT_END_NODE && w->open != FDT_NO_NODE) {
			x->nodes[w->open].end = x->n;
			w->open = x->nodes[w->open].parent;
		} else if (tag == FDT_PROP && w->open != FDT_NO_NODE) {
			value = fdt_getprop_by_offset(x->fdt, off, &name, &len);
			if (value && len >= 0)
				take_prop(&x->nodes[w->open], name, value, len);
		}
	}
}

static int handle_cmp(const void *a, const void *b)
{
	const struct fdt_handle *x = a, *y = b;

	return x->phandle < y->phandle ? -1 : x->phandle > y->phandle;
}

static int make_handles(struct fdt_index *x)
{
	x->handles = malloc(MAX(x->n, 1u) * sizeof(*x->handles));
	if (!x->handles)
		return -ENOMEM;
	for (uint32_t i = 0; i < x->n; i++) {
		if (x->nodes[i].phandle)
			x->handles[x->n_handles++] = (struct fdt_handle){ x->nodes[i].phandle, i };
	}
	qsort(x->handles, x->n_handles, sizeof(*x->handles), handle_cmp);
	return 0;
}

int fdt_index_make(const void *fdt, size_t size, struct fdt_index *ret)
{
	struct fdt_index x = { .fdt = fdt };
	struct walk w = { .x = &x, .open = FDT_NO_NODE };
	int err;

	if (size > FDT_SIZE_MAX)
		return -EFBIG;
	err = walk_tags(&w);
	if (!err && !x.n)
		err = -EBADMSG;
	if (!err)
		err = make_handles(&x);
	if (err) {
		fdt_index_clear(&x);
		return err;
	}
	*ret = x;
	return 0;
}

void fdt_index_clear(struct fdt_index *x)
{
	free(x->nodes);
	free(x->handles);
	*x = (struct fdt_index){ 0 };
}

uint32_t fdt_index_by_phandle(const struct fdt_index *x, uint32_t phandle)
{
	struct fdt_handle key = { .phandle = phandle };
	const struct fdt_handle *h = NULL;

	if (phandle)
		h = bsearch(&key, x->handles, x->n_handles, sizeof(*h), handle_cmp);
	return h ? h->node : FDT_NO_NODE;
}

static bool name_matches(const char *have, size_t have_len, const char *want, size_t len)
{
	if (have_len < len || memcmp(have, want, len) != 0)
		return false;
	return have_len == len || (have[len] == '@' && !memchr(want, '@', len));
}

uint32_t fdt_index_child(const struct fdt_index *x, uint32_t parent, const char *name, size_t len)
{
	for (uint32_t i = parent + 1; i < x->nodes[parent].end; i = x->nodes[i].end) {
		int have_len;
		const char *have = fdt_get_name(x->fdt, x->nodes[i].off, &have_len);

		if (have && have_len >= 0 && name_matches(have, (size_t)have_len, name, len))
			return i;
	}
	return FDT_NO_NODE;
}

uint32_t fdt_index_by_path(const struct fdt_index *x, const char *path, size_t len)
{
	uint32_t node = 0;
	size_t i = 0;

	if (!len || path[0] != '/')
		return FDT_NO_NODE;
	for (unsigned parts = 0; i < len; parts++) {
		size_t start, n;

		while (i < len && path[i] == '/')
			i++;
		for (start = i; i < len && path[i] != '/';)
			i++;
		n = i - start;
		if (!n)
			break;
		if (parts == PATH_PARTS_MAX)
			return FDT_NO_NODE;
		node = fdt_index_child(x, node, path + start, n);
		if (node == FDT_NO_NODE)
			return FDT_NO_NODE;
	}
	return node;
}

char *fdt_index_path(const struct fdt_index *x, uint32_t node)
{
	char buf[PATH_SHOWN_MAX];
	size_t at = sizeof(buf);

	if (x->nodes[node].parent == FDT_NO_NODE)
		return strdup("/");
	/* from the end to the front */
	for (uint32_t i = node; x->nodes[i].parent != FDT_NO_NODE; i = x->nodes[i].parent) {
		int len;
		const char *name = fdt_get_name(x->fdt, x->nodes[i].off, &len);

		if (!name || len < 0 || (size_t)len + 1 > at)
			break;
		at -= (size_t)len;
		memcpy(buf + at, name, (size_t)len);
		buf[--at] = '/';
	}
	if (at == sizeof(buf))
		return strdup("/...");
	return vms_printable(buf + at, sizeof(buf) - at);
}

bool fdt_index_prop(const struct fdt_index *x, uint32_t node, const char *name, struct vms_span *ret)
{
	int len;
	const void *value = fdt_getprop(x->fdt, x->nodes[node].off, name, &len);

	if (!value || len < 0)
		return false;
	*ret = vms_span(value, (size_t)len);
	return true;
}

bool fdt_list_has(struct vms_span list, const char *which)
{
	size_t len = strlen(which) + 1, off = 0;

	while (off < list.len) {
		const uint8_t *nul = memchr(list.data + off, '\0', list.len - off);

		if (!nul)
			return false;
		if (span_is(list, off, which, len))
			return true;
		off = (size_t)(nul - list.data) + 1;
	}
	return false;
}

bool fdt_index_compatible(const struct fdt_index *x, uint32_t node, const char *which)
{
	struct vms_span s;

	return fdt_index_prop(x, node, "compatible", &s) && fdt_list_has(s, which);
}

uint32_t fdt_index_interrupt_parent(const struct fdt_index *x, uint32_t node)
{
	for (uint32_t i = node; i != FDT_NO_NODE; i = x->nodes[i].parent) {
		struct vms_span s;
		uint32_t phandle = 0;

		if (fdt_index_prop(x, i, "interrupt-parent", &s) && span_be32(s, 0, &phandle))
			return fdt_index_by_phandle(x, phandle);
	}
	return FDT_NO_NODE;
}
