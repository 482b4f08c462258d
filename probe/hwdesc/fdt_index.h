/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All nodes of a checked tree in the order of the blob, made in one pass, so
 * that questions about parents and phandles cost the same in a hostile tree.
 * Used by fdt.c, fdt_nodes.c and fdt_refs.c alone.
 */
#ifndef VMS_FDT_INDEX_H
#define VMS_FDT_INDEX_H

#include "fdt.h"

#define FDT_NO_NODE  UINT32_MAX
#define FDT_NO_CELLS 0xff /* "#...-cells" is not there */

/* The properties "#address-cells" and so on, which say how long a reference or an address is. */
enum fdt_cells {
	FDT_CELLS_ADDRESS,
	FDT_CELLS_SIZE,
	FDT_CELLS_INTERRUPT,
	FDT_CELLS_CLOCK,
	FDT_CELLS_MSI,
	FDT_CELLS_IOMMU,
	FDT_CELLS_RESET,
	FDT_CELLS_POWER_DOMAIN,
	FDT_CELLS_PHY,
	FDT_CELLS_DMA,
	FDT_CELLS_GPIO,
	FDT_N_CELLS,
};

struct fdt_inode {
	int off;	  /* in the structure block */
	uint32_t parent;  /* index; FDT_NO_NODE: the root */
	uint32_t end;	  /* first index behind the subtree */
	uint32_t phandle; /* 0: none */
	uint8_t cells[FDT_N_CELLS];
	bool disabled;	    /* it or a parent has a status other than okay */
	bool failed;	    /* its status begins with "fail" */
	bool off_by_status; /* its own status is not okay */
	bool gpio_hog;
};

struct fdt_handle {
	uint32_t phandle, node;
};

struct fdt_index {
	const void *fdt; /* 8-byte aligned, passed fdt_check_full() */
	struct fdt_inode *nodes;
	uint32_t n;
	struct fdt_handle *handles; /* sorted */
	uint32_t n_handles;
};

int fdt_index_make(const void *fdt, size_t size, struct fdt_index *ret);
void fdt_index_clear(struct fdt_index *x);

/* The node with this phandle, or FDT_NO_NODE. */
uint32_t fdt_index_by_phandle(const struct fdt_index *x, uint32_t phandle);

/* The child of `parent` with this name; without a unit address the first that
 * matches up to its '@'. FDT_NO_NODE: none. */
uint32_t fdt_index_child(const struct fdt_index *x, uint32_t parent, const char *name, size_t len);

/* The node at an absolute path of `len` bytes. FDT_NO_NODE: none. */
uint32_t fdt_index_by_path(const struct fdt_index *x, const char *path, size_t len);

/* The path of a node, printable, cut off in front when it is very long. NULL: -ENOMEM. */
char *fdt_index_path(const struct fdt_index *x, uint32_t node);

/* A property's bytes; false: not there. */
bool fdt_index_prop(const struct fdt_index *x, uint32_t node, const char *name, struct vms_span *ret);

/* `which` is one of the NUL-terminated strings of a list. (libfdt 1.6.1's own takes
 * a last one without its NUL, and reads a byte behind the list.) */
bool fdt_list_has(struct vms_span list, const char *which);

/* `which` is one of the strings of the node's compatible. */
bool fdt_index_compatible(const struct fdt_index *x, uint32_t node, const char *which);

/* The node that interrupts of `node` go to: its interrupt-parent or that of
 * the nearest parent that has one. FDT_NO_NODE: none. */
uint32_t fdt_index_interrupt_parent(const struct fdt_index *x, uint32_t node);

/* fdt_nodes.c: what all enabled nodes describe, into `tree`. -ENOMEM. */
int fdt_read_nodes(const struct fdt_index *x, struct fdt_tree *tree);

/* A node's path and compatible, unless *ret has one already. -ENOMEM. */
int fdt_take_node(const struct fdt_index *x, uint32_t node, struct fdt_node *ret);

/* The node as the console of the tree. -ENOMEM. */
int fdt_take_console(const struct fdt_index *x, uint32_t node, struct fdt_tree *tree);

/* First address of `reg` as the CPU sees it; 0 when a bus between translates it. */
uint64_t fdt_node_address(const struct fdt_index *x, uint32_t node);

/* A list of strings, joined by spaces, printable. -ENOMEM. */
int fdt_join_strings(struct vms_span s, char **ret);

/* fdt_refs.c: fill tree->dangling. -ENOMEM. */
int fdt_check_refs(const struct fdt_index *x, struct fdt_tree *tree);
int fdt_add_dangling(struct fdt_tree *tree, const struct fdt_index *x, uint32_t node, const char *prop,
		     uint32_t phandle);

#endif
