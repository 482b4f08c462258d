// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device tree of a machine: /sys/firmware/fdt, the blob that the kernel was started
 * with; where that is not for us to read, /sys/firmware/devicetree/base. Who gave it is told in fdt_origin.c.
 */
#include <errno.h>
#include "fdt_origin.h"
#include "kexec.h"

#define FDT_PATH  "/sys/firmware/fdt"
#define BASE_PATH "/sys/firmware/devicetree/base"

/* Kept from us, or left away by the kernel: what it made of the tree, everybody may read.
 * -ENOMEM alone is an error: where that can't be read either, the first reason stands. */
static int read_base(struct vms_machine *m, struct fdt_facts *f)
{
	_cleanup_buf_ struct vms_buf blob = { NULL, 0 };
	const char *why;
	char *source;
	int err = fdt_rebuild(m, BASE_PATH, &blob);

	if (!err)
		err = fdt_parse(vms_buf_span(&blob), &f->tree, &why);
	if (err)
		return err == -ENOMEM ? err : 0;
	source = strdup(BASE_PATH);
	if (!source)
		return -ENOMEM;
	free(f->source);
	f->source = source;
	f->by_base = true;
	f->err = 0;
	return 0;
}

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
	if (f->err && f->err != -EBADMSG && f->err != -EFBIG && f->base_err == 0 && read_base(m, f) < 0)
		return -ENOMEM;
	if (kexec_sign(m, f->err ? NULL : &f->tree, &f->kexec) < 0)
		return -ENOMEM;
	return fdt_read_origin(m, f);
}

static void clear(void *facts)
{
	struct fdt_facts *f = facts;

	fdt_tree_clear(&f->tree);
	free(f->origin_why);
	free(f->kexec);
	free(f->source);
}

const struct fdt_facts *fdt_read(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_FDT, sizeof(struct fdt_facts), load, clear);
}
