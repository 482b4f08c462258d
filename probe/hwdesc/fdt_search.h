/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One search for a tree that is not the firmware's; used by fdt_origin.c and fdt_search_uboot.c alone. */
#ifndef VMS_FDT_SEARCH_H
#define VMS_FDT_SEARCH_H

#include "fdt_origin.h"

struct fdt_search {
	struct vms_machine *m;
	struct fdt_facts *f;
	unsigned n_unified; /* images with a kernel inside */
	unsigned n_grub;    /* menus of GRUB's that were read */
	unsigned n_menus;   /* and of all boot loaders */
	const char *uboot;  /* how to call it */
};

/* Somebody else may have put the tree there, which takes `why`. 1; -ENOMEM, also where `why` is NULL. */
int fdt_found(struct fdt_facts *f, char *why);
/* `path` was not read, for -errno `why`: where it is there, it may name a tree. 0: it is not; 1; -ENOMEM. */
int fdt_not_read(struct fdt_search *s, const char *path, int why);

/* A VMM makes its tree when it starts; that of a board may be a file. */
bool fdt_is_made_by_vmm(const struct fdt_tree *t);

/* Does efivarfs show no variable at all, as where it is not mounted? Each firmware has some. */
bool fdt_variables_hidden(struct vms_machine *m);

/* What U-Boot may have loaded: visitors, and the whole search. 1: found, or not searched; 0; -errno. */
int fdt_search_script(void *ctx, const char *path);
int fdt_search_tree(void *ctx, const char *path);
int fdt_search_fit(void *ctx, const char *path);
int fdt_search_uboot(const struct fdt_visit *v);

#endif
