// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device tree of a machine: /sys/firmware/fdt, the blob that the kernel was started
 * with. Who gave it is told in fdt_origin.c.
 */
#include <errno.h>
#include "fdt_origin.h"

#define FDT_PATH    "/sys/firmware/fdt"
#define BASE_PATH   "/sys/firmware/devicetree/base"

static int load(struct vms_machine *m, void *facts)
{
	struct fdt_facts *f = facts;
	_cleanup_buf_ struct vms_buf blob = { NULL, 0 };

	f->source = strdup(FDT_PATH);
	if (!f->source)
		return -ENOMEM;
	f->err = vms_root_read(m->root, FDT_PATH, FDT_SIZE_MAX, &blob);
	if (!f->err)
		f->err = fdt_parse(vms_buf_span(&blob), &f->tree, &f->why);
	/* /cpus is in every tree that Linux can start with; the EFI stub makes none. */
	f->base_err = vms_root_probe(m->root, BASE_PATH "/cpus");
	if (f->err == -ENOMEM || f->base_err == -ENOMEM)
		return -ENOMEM;
	return fdt_read_origin(m, f);
}

static void clear(void *facts)
{
	struct fdt_facts *f = facts;

	fdt_tree_clear(&f->tree);
	free(f->origin_why);
	free(f->source);
}

const struct fdt_facts *fdt_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_FDT, sizeof(struct fdt_facts), load, clear);
}
