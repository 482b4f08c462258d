/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A check over one value of a factor: the image booted with it. One broken thing gives one
 * failure: a cell that did not boot is held against a value unless another of its values
 * explains it, since every cell with that one failed too. Where nothing does, it is the
 * combination that is broken, and all values of that cell fail.
 */
#include <errno.h>

#include "judge.h"

static const struct {
	const char *with; /* "booted to a verdict ..." */
	const char *name; /* "no cell of this matrix has ..." */
	const char *axis; /* of vmspec-boot --matrix */
} words[N_VALUES] = {
	[VALUE_DEFAULT] = { "on the hypervisor's default hardware", "the hypervisor's default hardware",
			    "quick" },
	[VALUE_GICV2] = { "on a GICv2", "a GICv2", "gic=2" },
	[VALUE_GICV3] = { "on a GICv3", "a GICv3", "gic=3" },
	[VALUE_DTB] = { "with a device tree", "a device tree", "hw=dt" },
	[VALUE_ACPI] = { "with ACPI", "ACPI", "hw=acpi" },
	[VALUE_PCI] = { "from a disk on virtio-pci", "its disk on virtio-pci", "bus=pci" },
	[VALUE_MMIO] = { "from a disk on virtio-mmio", "its disk on virtio-mmio", "bus=mmio" },
	[VALUE_XENBUS] = { "from a disk on the Xen PV bus", "its disk on the Xen PV bus", "quick" },
	[VALUE_AARCH32] = { "in AArch32", "AArch32", "arch=aarch32" },
};

struct tally {
	unsigned n[VMS_N_STATUS], cells;
	const struct vms_cell *first[VMS_N_STATUS]; /* of each status */
	const struct vms_cell *contradiction, *unexplained;
};

static int tell(const struct vms_cell *cell, const struct matrix_view *v, struct vms_result *r)
{
	_cleanup_free_ char *ended = matrix_cell_ended(cell);

	if (!ended)
		return -ENOMEM;
	if (cell->end == VMS_CELL_VERDICT && v->status != VMS_PASS)
		vms_evidence(r, matrix_cell_name(cell), "%s%s", v->what, v->why);
	else
		vms_evidence(r, matrix_cell_name(cell), "%s", ended);
	return 0;
}

static int count(const struct vms_matrix *m, enum matrix_value value, struct vms_result *r, struct tally *t)
{
	const char *none = matrix_none_ran(m); /* then each would say the same */

	*t = (struct tally){ 0 };
	for (size_t i = 0; i < m->n_cells; i++) {
		const struct vms_cell *cell = &m->cells[i];
		struct matrix_view v = matrix_view(cell, value);

		if (!v.has)
			continue;
		if (!none && tell(cell, &v, r) < 0)
			return -ENOMEM;
		t->cells++;
		if (t->n[v.status]++ == 0)
			t->first[v.status] = cell;
		if (v.contradiction && !t->contradiction)
			t->contradiction = cell;
		if (!t->unexplained && matrix_unexplained(m, cell, value))
			t->unexplained = cell;
	}
	return 0;
}

static bool all_aarch32(const struct vms_matrix *m)
{
	for (size_t i = 0; i < m->n_cells; i++)
		if (!m->cells[i].aarch32)
			return false;
	return m->n_cells > 0;
}

/* What a hypervisor never gives to a guest; NULL: it may. */
static const char *never_given(const struct vms_matrix *m, enum matrix_value value)
{
	if (m->vmm == VMS_VMM_QEMU)
		return value == VALUE_XENBUS ? "QEMU's guests have no Xen PV bus (--vmm xen)" : NULL;
	switch (value) {
	case VALUE_GICV2:
	case VALUE_GICV3:
		return "Xen gives its guests the GIC version of its host, and this host's is another";
	case VALUE_PCI:
	case VALUE_MMIO:
		return "Xen's guests have their disks on its PV bus";
	case VALUE_AARCH32:
		return "vmspec-boot starts no AArch32 guest on Xen";
	default:
		return NULL;
	}
}

/* A guest said which GIC it has, in some cell. */
static bool gic_was_seen(const struct vms_matrix *m)
{
	for (size_t i = 0; i < m->n_cells; i++)
		if (matrix_view(&m->cells[i], VALUE_GICV2).has || matrix_view(&m->cells[i], VALUE_GICV3).has)
			return true;
	return false;
}

static bool any_direct(const struct vms_matrix *m)
{
	for (size_t i = 0; i < m->n_cells; i++)
		if (m->cells[i].direct)
			return true;
	return false;
}

/* No cell has to do with it. */
static int judge_none(struct vms_matrix *m, enum matrix_value value, struct vms_result *r)
{
	const char *never = never_given(m, value);

	if (value == VALUE_AARCH32 && !matrix_may_have_bootarm(m))
		return vms_skip(r, "no BOOTARM.EFI: the image is not meant for AArch32");
	if (value == VALUE_ACPI && all_aarch32(m))
		return vms_skip(r, "Linux for AArch32 has no ACPI");
	if (never && (gic_was_seen(m) || (value != VALUE_GICV2 && value != VALUE_GICV3)))
		return vms_skip(r, "%s", never);
	if (never)
		return vms_unknown(r, "no guest came so far as to say which GIC it has");
	return vms_unknown(r, "no cell of this matrix has %s%s: add one (--matrix %s)", words[value].name,
			   value == VALUE_DTB && any_direct(m)
				   ? " that firmware published (a direct cell's comes from the hypervisor)"
				   : "",
			   words[value].axis);
}

static int judge_contradiction(enum matrix_value value, const struct vms_cell *cell, struct vms_result *r)
{
	struct matrix_view v = matrix_view(cell, value);

	vms_remedy(r, VMS_HYPERVISOR,
		   "give the guest %s where it is asked for, with firmware that passes it on (%s: %s)",
		   words[value].name, matrix_cell_name(cell),
		   cell->firmware ? cell->firmware : "its firmware");
	return vms_fail(r, "%s was asked for %s; it %s%s", matrix_cell_name(cell), words[value].name, v.what,
			v.why);
}

static int judge_failed(struct vms_matrix *m, enum matrix_value value, const struct tally *t,
			struct vms_result *r)
{
	const struct vms_cell *cell = t->unexplained ? t->unexplained : t->first[VMS_FAIL];

	matrix_blame(m, value, cell, r);
	if (t->n[VMS_PASS])
		return vms_fail(r, "%s did not boot, and no single part of its hardware explains it: %s",
				matrix_cell_name(cell), matrix_cell_reason(cell));
	if (t->n[VMS_FAIL] == 1)
		return vms_fail(r, "did not boot %s (%s): %s", words[value].with, matrix_cell_name(cell),
				matrix_cell_reason(cell));
	return vms_fail(r, "did not boot %s in any of %u cells; %s: %s", words[value].with, t->n[VMS_FAIL],
			matrix_cell_name(cell), matrix_cell_reason(cell));
}

/* Nobody failed by it, nobody booted with it. */
static int judge_open(const struct vms_matrix *m, enum matrix_value value, const struct tally *t,
		      struct vms_result *r)
{
	const struct vms_cell *cell = t->first[t->n[VMS_UNKNOWN] ? VMS_UNKNOWN : VMS_SKIP];
	struct matrix_view v = matrix_view(cell, value);
	const char *none = matrix_none_ran(m);

	if (none)
		return vms_unknown(r, "no cell was run: %s", none);
	if (t->n[VMS_UNKNOWN])
		return vms_unknown(r, "%s: %s%s", matrix_cell_name(cell), v.what, v.why);
	return vms_skip(r, "%s: %s%s", matrix_cell_name(cell), v.what, v.why);
}

int matrix_judge_value(struct vms_matrix *m, enum matrix_value value, struct vms_result *r)
{
	struct tally t;

	if (value != VALUE_DEFAULT && matrix_nothing_boots(m))
		return vms_skip_because(r, "VMSPEC-BOOT-DEFAULT", VMS_FAIL,
					"needs VMSPEC-BOOT-DEFAULT, which failed");
	if (count(m, value, r, &t) < 0)
		return -ENOMEM;
	if (t.cells == 0)
		return judge_none(m, value, r);
	if (t.contradiction)
		return judge_contradiction(value, t.contradiction, r);
	/* what another value explains, and what still is open, may boot elsewhere */
	if (t.unexplained || (t.n[VMS_FAIL] && !t.n[VMS_PASS] && !t.n[VMS_UNKNOWN]))
		return judge_failed(m, value, &t, r);
	if (t.n[VMS_PASS] && t.cells == 1)
		return vms_pass(r, "booted to a verdict %s", words[value].with);
	if (t.n[VMS_PASS])
		return vms_pass(r, "booted to a verdict %s in %u of %u cells", words[value].with,
				t.n[VMS_PASS], t.cells);
	return judge_open(m, value, &t, r);
}
