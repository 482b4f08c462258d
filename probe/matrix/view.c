/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one cell shows of a value: how it was asked for, held against what its guest saw.
 * A cell that booted counts for a GIC, a device tree or ACPI only where the guest's own
 * verdict says so (VMSPEC-GIC, VMSPEC-EFI-DTB, VMSPEC-OS-ACPI): firmware is free to ignore
 * what it was asked for, and U-Boot, for one, never publishes ACPI.
 */
#include "judge.h"

#define NO_WORD "its guest's verdict does not say"

const char *matrix_cell_name(const struct vms_cell *cell)
{
	return cell->name && *cell->name ? cell->name : "cell";
}

const char *matrix_cell_reason(const struct vms_cell *cell)
{
	static const char *const ends[] = {
		[VMS_CELL_NOT_RUN] = "was not run",	 [VMS_CELL_CANNOT] = "the host cannot run it",
		[VMS_CELL_VERDICT] = "gave its verdict", [VMS_CELL_FAILED] = "did not boot",
		[VMS_CELL_OPEN] = "gave no verdict",
	};

	return cell->reason && *cell->reason ? cell->reason : ends[cell->end];
}

char *matrix_cell_ended(const struct vms_cell *cell)
{
	if (cell->end != VMS_CELL_VERDICT)
		return vms_asprintf("%s", matrix_cell_reason(cell));
	return vms_asprintf("verdict %s after %.0f s", cell->outcome ? cell->outcome : "unread",
			    cell->seconds);
}

static struct matrix_view none(void)
{
	return (struct matrix_view){ .status = VMS_SKIP, .what = "", .why = "" };
}

static struct matrix_view seen(enum vms_status status, const char *what, const char *why)
{
	return (struct matrix_view){ .has = true, .status = status, .what = what, .why = why };
}

static struct matrix_view contradicts(const char *what, const char *why)
{
	return (struct matrix_view){
		.has = true, .contradiction = true, .status = VMS_FAIL, .what = what, .why = why
	};
}

/* A cell that has the value; booted, and so it did with it. */
static struct matrix_view taken(const struct vms_cell *cell)
{
	static const enum vms_status by_end[] = {
		[VMS_CELL_NOT_RUN] = VMS_UNKNOWN, [VMS_CELL_CANNOT] = VMS_SKIP,
		[VMS_CELL_VERDICT] = VMS_PASS,	  [VMS_CELL_FAILED] = VMS_FAIL,
		[VMS_CELL_OPEN] = VMS_UNKNOWN,
	};

	return seen(by_end[cell->end], "", matrix_cell_reason(cell));
}

/* What a row of the guest says; a waived one failed. */
static enum vms_status guest(const struct vms_cell *cell, const char *id, const char **ret_reason)
{
	const struct vms_cell_row *row = vms_cell_row(cell, id);

	*ret_reason = row ? row->reason : NO_WORD;
	if (!row)
		return VMS_UNKNOWN;
	return row->status == VMS_WAIVED ? VMS_FAIL : row->status;
}

static struct matrix_view view_gic(const struct vms_cell *cell, unsigned version)
{
	const char *reason;
	enum vms_status status = guest(cell, "VMSPEC-GIC", &reason);
	unsigned named = status == VMS_PASS ? MIN(cell->gic_seen, 3u) : 0;

	if (cell->gic == 0)
		return cell->end == VMS_CELL_VERDICT && named == version ? taken(cell) : none();
	if (cell->gic != version)
		return none();
	if (cell->end != VMS_CELL_VERDICT || named == version)
		return taken(cell);
	if (named || status == VMS_FAIL)
		return contradicts("booted, and its guest found something else: ", reason);
	return seen(VMS_UNKNOWN, "booted, but which GIC it had cannot be told: ", reason);
}

static struct matrix_view view_dtb(const struct vms_cell *cell)
{
	const char *reason, *by;
	enum vms_status tree = guest(cell, "VMSPEC-EFI-DTB", &reason);
	bool by_acpi = guest(cell, "VMSPEC-OS-ACPI", &by) == VMS_PASS;

	/* on Xen, firmware publishes a tree beside ACPI */
	if (cell->hw == VMS_HW_DEFAULT || cell->direct ||
	    (cell->hw == VMS_HW_ACPI && cell->bus == VMS_BUS_XEN))
		return cell->end == VMS_CELL_VERDICT && tree == VMS_PASS && !by_acpi ? taken(cell) : none();
	if (cell->hw != VMS_HW_DT)
		return none();
	if (cell->end != VMS_CELL_VERDICT)
		return taken(cell);
	if (tree == VMS_FAIL)
		return contradicts("booted, and its guest found no device tree: ", reason);
	if (tree == VMS_PASS)
		return by_acpi ? seen(VMS_UNKNOWN,
				      "a device tree was there, and the guest went by ACPI: ", by)
			       : taken(cell);
	return seen(VMS_UNKNOWN, "booted, but whether with a device tree cannot be told: ", reason);
}

/* The guest's kernel does not use the ACPI that is there: why? */
static struct matrix_view view_unused_acpi(const struct vms_cell *cell, const char *reason)
{
	if (cell->no_acpi_support)
		return seen(VMS_SKIP, "", reason);
	return seen(VMS_UNKNOWN, "booted, but not with ACPI: ", reason);
}

static struct matrix_view view_acpi(const struct vms_cell *cell)
{
	const char *firmware, *kernel;
	enum vms_status published = guest(cell, "VMSPEC-EFI-ACPI", &firmware);
	enum vms_status used = guest(cell, "VMSPEC-OS-ACPI", &kernel);

	if (cell->hw == VMS_HW_DEFAULT)
		return cell->end == VMS_CELL_VERDICT && used == VMS_PASS ? taken(cell) : none();
	if (cell->hw != VMS_HW_ACPI)
		return none();
	if (cell->aarch32)
		return seen(VMS_SKIP, "", "Linux for AArch32 has no ACPI");
	if (cell->end != VMS_CELL_VERDICT || used == VMS_PASS)
		return taken(cell);
	if (published == VMS_FAIL)
		return contradicts("booted, and its guest found no ACPI: ", firmware);
	if (used == VMS_FAIL)
		return view_unused_acpi(cell, kernel);
	return seen(VMS_UNKNOWN, "booted, but whether with ACPI cannot be told: ",
		    published == VMS_PASS ? kernel : firmware);
}

struct matrix_view matrix_view(const struct vms_cell *cell, enum matrix_value value)
{
	switch (value) {
	case VALUE_DEFAULT:
		return cell->standard ? taken(cell) : none();
	case VALUE_GICV2:
		return view_gic(cell, 2);
	case VALUE_GICV3:
		return view_gic(cell, 3);
	case VALUE_DTB:
		return view_dtb(cell);
	case VALUE_ACPI:
		return view_acpi(cell);
	case VALUE_PCI:
		return cell->bus == VMS_BUS_PCI ? taken(cell) : none();
	case VALUE_MMIO:
		return cell->bus == VMS_BUS_MMIO ? taken(cell) : none();
	case VALUE_XENBUS:
		return cell->bus == VMS_BUS_XEN ? taken(cell) : none();
	case VALUE_AARCH32:
		return cell->aarch32 ? taken(cell) : none();
	case N_VALUES:
		break;
	}
	return none();
}

/* A cell that did not boot, and has the value. */
static bool failed_with(const struct vms_cell *cell, enum matrix_value value)
{
	struct matrix_view v = matrix_view(cell, value);

	return cell->end == VMS_CELL_FAILED && v.has && v.status == VMS_FAIL;
}

bool matrix_explains(const struct vms_matrix *m, enum matrix_value value)
{
	bool failed = false;

	for (size_t i = 0; i < m->n_cells; i++) {
		const struct vms_cell *cell = &m->cells[i];
		struct matrix_view v = matrix_view(cell, value);

		if (cell->end == VMS_CELL_VERDICT && v.has && !v.contradiction)
			return false;
		failed = failed || failed_with(cell, value);
	}
	return failed;
}

bool matrix_unexplained(const struct vms_matrix *m, const struct vms_cell *cell, enum matrix_value value)
{
	if (!failed_with(cell, value))
		return false;
	for (int other = 0; other < N_VALUES; other++)
		if (other != (int)value && failed_with(cell, (enum matrix_value)other) &&
		    matrix_explains(m, (enum matrix_value)other))
			return false;
	return true;
}

bool matrix_nothing_boots(const struct vms_matrix *m)
{
	bool default_failed = false;

	for (size_t i = 0; i < m->n_cells; i++) {
		if (m->cells[i].end == VMS_CELL_VERDICT)
			return false;
		default_failed =
			default_failed || (m->cells[i].standard && m->cells[i].end == VMS_CELL_FAILED);
	}
	return default_failed;
}

const char *matrix_none_ran(const struct vms_matrix *m)
{
	for (size_t i = 0; i < m->n_cells; i++)
		if (m->cells[i].end != VMS_CELL_NOT_RUN ||
		    !streq(matrix_cell_reason(&m->cells[i]), matrix_cell_reason(&m->cells[0])))
			return NULL;
	return m->n_cells ? matrix_cell_reason(&m->cells[0]) : NULL;
}
