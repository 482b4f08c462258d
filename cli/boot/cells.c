// SPDX-License-Identifier: GPL-2.0-or-later
/* The cells of a plan: their hardware as facts, their names, and firmware for each. */
#include <errno.h>
#include "core/util.h"
#include "cells.h"
#include "media/firmware.h"
#include "vmm/qemu_driver.h"

/* Several cells with firmware of different names carry it in theirs. */
static bool several_firmwares(const struct pair *s)
{
	const struct plan_cell *first = NULL;

	for (size_t i = 0; i < s->plan.n; i++) {
		const struct plan_cell *c = &s->plan.cells[i];

		if (c->direct)
			continue; /* it has none */
		if (!first)
			first = c;
		else if (c->firmware != first->firmware)
			return true;
	}
	return false;
}

static bool is_aarch32(const struct pair *s, const struct plan_cell *c)
{
	return c->arch == PLAN_AARCH32 || (c->arch == PLAN_IMAGE && s->aarch32);
}

/* A cell without any says so, and is not run. */
static int has_no_firmware(struct vms_cell *c, const char *arch, bool xen)
{
	c->cause = VMS_CAUSE_NO_FIRMWARE;
	if (xen)
		c->reason =
			strdup("no UEFI firmware for Xen's domains was named (--firmware; XEN_EFI.fd of EDK "
			       "II's ArmVirtXen)");
	else
		c->reason =
			vms_asprintf("no UEFI firmware for qemu-system-%s is described in QEMU's firmware "
				     "folders (--firmware names one)",
				     arch);
	return c->reason ? GO_ON : no_memory();
}

static int find_firmware(struct pair *s, size_t i)
{
	const struct boot_options *o = s->o;
	const char *arch = s->cells[i].facts->aarch32 ? "arm" : "aarch64", *file = s->plan.cells[i].firmware;
	bool xen = s->setup.vmm == VMS_VMM_XEN;
	int err = -ENOENT;

	if (s->cells[i].facts->direct)
		return GO_ON;
	if (file)
		err = boot_firmware_named(file, o->vars, o->persistent, arch, &s->firmware[i]);
	else if (!xen)
		err = boot_firmware_find(arch, "virt", o->secure_boot, &s->firmware[i]);
	if (err == -ENOMEM)
		return no_memory();
	if (file && err)
		return exit_opening(err); /* it was complained about */
	if (!err) {
		s->cells[i].firmware = &s->firmware[i];
		s->cells[i].facts->firmware = strdup(s->firmware[i].label);
		return s->cells[i].facts->firmware ? GO_ON : no_memory();
	}
	return has_no_firmware(s->cells[i].facts, arch, xen);
}

static int make_cell(struct pair *s, size_t i, bool several)
{
	const struct plan_cell *c = &s->plan.cells[i];
	struct vms_cell *facts = &s->matrix.cells[i];
	const char *slash = c->firmware ? strrchr(c->firmware, '/') : NULL;
	bool aarch32 = is_aarch32(s, c);

	s->cells[i] = (struct boot_cell){ .facts = facts, .setup = &s->setup, .once = c->once };
	facts->gic = c->gic;
	facts->hw = c->hw;
	facts->bus = c->bus;
	facts->aarch32 = aarch32;
	facts->direct = c->direct;
	facts->vuart = c->vuart;
	facts->standard = c->bus == VMS_BUS_XEN
				  ? !c->vuart && c->hw == VMS_HW_DT && (!c->direct || s->plan.n == 1)
				  : !c->gic && c->hw == VMS_HW_DEFAULT && c->bus == VMS_BUS_PCI &&
					    c->arch == PLAN_IMAGE;
	s->cells[i].kvm = s->setup.vmm == VMS_VMM_QEMU &&
			  (s->o->accel == ACCEL_KVM || (s->o->accel == ACCEL_AUTO && qemu_can_kvm(aarch32)));
	facts->name = plan_cell_name(c, aarch32, several ? (slash ? slash + 1 : c->firmware) : NULL);
	if (!facts->name)
		return no_memory();
	return find_firmware(s, i);
}

/* Two cells may not share a name, nor therefore a folder of logs. */
static int make_names_unique(struct pair *s)
{
	for (size_t i = 0; i < s->plan.n; i++)
		for (size_t j = 0, copy = 1; j < i; j++) {
			struct vms_cell *c = &s->matrix.cells[i];
			char *name;

			if (!streq(c->name, s->matrix.cells[j].name))
				continue;
			name = vms_asprintf("%s-%zu", c->name, ++copy);
			if (!name)
				return no_memory();
			free(c->name);
			c->name = name;
			j = (size_t)-1;
		}
	return GO_ON;
}

int cells_make(struct pair *s)
{
	bool several = several_firmwares(s);
	int status = GO_ON;

	s->cells = calloc(s->plan.n, sizeof(*s->cells));
	s->firmware = calloc(s->plan.n, sizeof(*s->firmware));
	s->matrix.cells = calloc(s->plan.n, sizeof(*s->matrix.cells));
	if (!s->cells || !s->firmware || !s->matrix.cells)
		return no_memory();
	s->matrix.n_cells = s->plan.n;
	for (size_t i = 0; i < s->plan.n && status == GO_ON; i++)
		status = make_cell(s, i, several);
	return status == GO_ON ? make_names_unique(s) : status;
}

int cells_keep(struct pair *s, size_t keep)
{
	struct vms_cell *kept = &s->matrix.cells[keep];

	kept->plan = calloc(s->plan.n, sizeof(*kept->plan));
	if (!kept->plan)
		return no_memory();
	for (; kept->n_plan < s->plan.n; kept->n_plan++)
		if (vms_cell_copy_hardware(&s->matrix.cells[kept->n_plan], &kept->plan[kept->n_plan]) < 0) {
			kept->n_plan++;
			return no_memory();
		}
	for (size_t i = 0; i < s->plan.n; i++) {
		if (i == keep)
			continue;
		vms_cell_clear(&s->matrix.cells[i]);
		boot_firmware_clear(&s->firmware[i]);
	}
	s->matrix.cells[0] = s->matrix.cells[keep];
	s->firmware[0] = s->firmware[keep];
	s->cells[0] = s->cells[keep];
	s->plan.cells[0] = s->plan.cells[keep];
	s->cells[0].facts = &s->matrix.cells[0];
	if (s->cells[0].firmware)
		s->cells[0].firmware = &s->firmware[0];
	s->plan.n = s->matrix.n_cells = 1;
	return GO_ON;
}
