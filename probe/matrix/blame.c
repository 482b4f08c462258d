/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who can mend that an image does not boot: the image, where it cannot be booted at all or
 * its kernel gave up; the hypervisor, where nothing of the image was run. What was seen last
 * stands in the cell's reason; where that does not tell, the advice says where to look.
 */
#include "image/chapter.h"
#include "image/image.h"
#include "judge.h"

static const struct vms_check *image_check(const char *id)
{
	for (size_t i = 0; i < vms_checks_image.n; i++)
		if (streq(vms_checks_image.checks[i].id, id))
			return &vms_checks_image.checks[i];
	return NULL;
}

const struct vms_verdict_row *matrix_judged(const struct vms_matrix_rows *judged, const char *id)
{
	for (size_t i = 0; i < judged->n; i++)
		if (streq(judged->rows[i].check->id, id))
			return &judged->rows[i];
	return NULL;
}

/* How a check of the image ends, here or where its cells were run. */
static enum vms_status image_status(const struct vms_matrix *m, const char *id)
{
	const struct vms_verdict_row *row = m->judged ? matrix_judged(m->judged, id) : NULL;
	const struct vms_check *c = image_check(id);
	struct vms_result r = { .status = VMS_UNKNOWN };
	enum vms_status status = VMS_UNKNOWN;

	if (row)
		return row->result.status == VMS_WAIVED ? VMS_FAIL : row->result.status;
	if (!m->judged && m->image && !m->image->blocked && c && c->image_fn &&
	    c->image_fn(m->image, &r) == 0)
		status = r.status;
	vms_result_clear(&r);
	return status;
}

/* A check of the image alone that fails: no firmware can boot it. NULL: none does. */
static const char *broken_image(const struct vms_matrix *m, bool aarch32)
{
	const char *const ids[] = { "VMSPEC-IMAGE-GPT", "VMSPEC-IMAGE-ESP", "VMSPEC-IMAGE-ESP-FAT32",
				    aarch32 ? "VMSPEC-IMAGE-BOOTARM" : "VMSPEC-IMAGE-BOOTAA64" };

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		if (image_status(m, ids[i]) == VMS_FAIL)
			return ids[i];
	return NULL;
}

bool matrix_may_have_bootarm(struct vms_matrix *m)
{
	const struct image_esp *esp;

	if (m->judged)
		return !m->no_bootarm;
	if (!m->image || m->image->blocked || image_esps(m->image) < 0)
		return true;
	esp = image_deciding_esp(m->image);
	return !esp || esp->err != 0 || esp->loaders[IMAGE_ARM].there;
}

/* The guest's own check of the driver that the value takes. */
static const char *driver_check(enum matrix_value value)
{
	switch (value) {
	case VALUE_GICV2:
		return "VMSPEC-OS-DRIVER-GICV2";
	case VALUE_GICV3:
		return "VMSPEC-OS-DRIVER-GICV3";
	case VALUE_PCI:
		return "VMSPEC-OS-DRIVER-VIRTIO-PCI";
	case VALUE_MMIO:
		return "VMSPEC-OS-DRIVER-VIRTIO-MMIO";
	case VALUE_XENBUS:
		return "VMSPEC-OS-DRIVER-XEN-BLK";
	default:
		return NULL;
	}
}

/* A guest that came up elsewhere says that the driver is missing. */
static const char *driver_missing(const struct vms_matrix *m, enum matrix_value value)
{
	const char *id = driver_check(value);

	for (size_t i = 0; id && i < m->n_cells; i++) {
		const struct vms_cell_row *row = vms_cell_row(&m->cells[i], id);

		if (row && (row->status == VMS_FAIL || row->status == VMS_WAIVED))
			return id;
	}
	return NULL;
}

void matrix_blame(struct vms_matrix *m, enum matrix_value value, const struct vms_cell *cell,
		  struct vms_result *r)
{
	const char *name = matrix_cell_name(cell), *broken = broken_image(m, cell->aarch32);
	const char *driver = driver_missing(m, value);

	if (broken)
		vms_remedy(r, VMS_IMAGE, "mend what %s says: firmware finds nothing to boot", broken);
	else if (cell->aarch32 && !matrix_may_have_bootarm(m))
		vms_remedy(r, VMS_IMAGE, "put a BOOTARM.EFI on the ESP, or leave AArch32 out of the matrix");
	else if (driver)
		vms_remedy(
			r, VMS_IMAGE,
			"build the driver into the kernel or its initial ramdisk (%s of the cells that boot)",
			driver);
	else if (cell->cause == VMS_CAUSE_PROCESS)
		vms_remedy(r, VMS_HYPERVISOR,
			   "mend what ended the hypervisor's process under the guest of %s", name);
	else if (cell->stage <= VMS_STAGE_FIRMWARE)
		vms_remedy(r, VMS_HYPERVISOR,
			   "see on the console of %s why the firmware (%s) does not start the image's boot "
			   "loader",
			   name, cell->firmware ? cell->firmware : "not named");
	else
		vms_remedy(r, VMS_IMAGE,
			   "have a kernel and an initial ramdisk that run on this hardware; see the console "
			   "of %s",
			   name);
}
