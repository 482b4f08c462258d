/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cells there are: presets and axes of --matrix, and the options of 2016. */
#ifndef VMS_BOOT_PLAN_H
#define VMS_BOOT_PLAN_H

#include "boot.h"

#define PLAN_MAX 64

enum plan_arch { PLAN_IMAGE, PLAN_AARCH64, PLAN_AARCH32 }; /* IMAGE: what the image is made for */

struct plan_cell {
	unsigned gic; /* 0: the hypervisor's choice */
	enum vms_cell_hw hw;
	enum vms_cell_bus bus;
	enum plan_arch arch;
	const char *firmware; /* NULL: found by descriptor */
	bool direct, vuart;   /* of Xen's cells: see matrix.h */
	bool once;
};

struct plan {
	struct plan_cell cells[PLAN_MAX];
	size_t n;
};

/* Cells by a name. */
struct plan_preset {
	const char *name;
	const struct plan_cell *cells;
	size_t n;
};
/* The one of that name of a list that ends with a name NULL; NULL: it has none. */
const struct plan_preset *plan_find_preset(const struct plan_preset *list, const char *name);

/* What the command line says about it. Strings are borrowed and live as long as the plan. */
struct plan_wish {
	char **words;	      /* of --matrix, NULL-terminated: one preset, or axes; NULL: quick */
	const char *firmware; /* --firmware */
	bool dt_only, no_gicv3, mmio;
	bool has_kernel; /* Xen: something to boot directly */
};

/* `why` gets what is wrong with the words. 0, -EINVAL, -ENOMEM. The words' firmware files
 * are cut at their commas in place. */
int plan_make(const struct plan_wish *wish, struct plan *ret, char *why, size_t size);

/* The same for Xen: presets with the firmware and the kernel that there are, or hw= and vuart=. */
int plan_make_xen(const struct plan_wish *wish, struct plan *ret, char *why, size_t size);

/* One more cell, unless it stands there already. */
void plan_add(struct plan *plan, struct plan_cell c);

/* "gicv3-acpi-pci", "default", with "-aarch32" and the firmware's name where asked for. */
char *plan_cell_name(const struct plan_cell *c, bool aarch32, const char *firmware);

#endif
