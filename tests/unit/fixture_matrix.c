/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made-up boot matrix; see fixture_matrix.h. */
#include "fixture_matrix.h"
#include "image/image.h"

const char *const matrix_ids[N_BOOT] = {
	"VMSPEC-BOOT-DEFAULT",	   "VMSPEC-BOOT-GICV2",	  "VMSPEC-BOOT-GICV3",
	"VMSPEC-BOOT-DTB",	   "VMSPEC-BOOT-ACPI",	  "VMSPEC-BOOT-VIRTIO-PCI",
	"VMSPEC-BOOT-VIRTIO-MMIO", "VMSPEC-BOOT-AARCH32", "VMSPEC-BOOT-POWER",
	"VMSPEC-BOOT-REBOOT",	   "VMSPEC-BOOT-COLD",	  "VMSPEC-BOOT-HOTPLUG-BLK",
	"VMSPEC-BOOT-HOTPLUG-NET",
};

void cell_set(char **to, const char *text)
{
	free(*to);
	*to = strdup(text);
	assert_non_null(*to);
}

void cell_says(struct vms_cell *c, const char *id, enum vms_status status, const char *reason)
{
	struct vms_cell_row *row = NULL;

	for (size_t i = 0; i < c->n_rows && !row; i++)
		if (streq(c->rows[i].id, id))
			row = &c->rows[i];
	if (!row) {
		c->rows = realloc(c->rows, (c->n_rows + 1) * sizeof(*c->rows));
		assert_non_null(c->rows);
		row = &c->rows[c->n_rows++];
		*row = (struct vms_cell_row){ .id = strdup(id) };
	}
	row->status = status;
	cell_set(&row->reason, reason);
}

void cell_has_gic(struct vms_cell *c, unsigned version)
{
	cell_says(c, "VMSPEC-GIC", VMS_PASS, "driven and described");
	c->gic_seen = version; /* no sentence is read for it */
}

void cell_has_acpi(struct vms_cell *c)
{
	cell_says(c, "VMSPEC-EFI-DTB", VMS_FAIL, "the firmware published no device tree");
	cell_says(c, "VMSPEC-EFI-ACPI", VMS_PASS, "the firmware published ACPI 2.0 tables");
	cell_says(c, "VMSPEC-OS-ACPI", VMS_PASS, "the kernel runs with ACPI");
}

void cell_has_tree(struct vms_cell *c)
{
	cell_says(c, "VMSPEC-EFI-DTB", VMS_PASS, "the firmware published a device tree");
	cell_says(c, "VMSPEC-EFI-ACPI", VMS_FAIL, "the firmware published no ACPI 2.0 table");
	cell_says(c, "VMSPEC-OS-ACPI", VMS_SKIP, "needs VMSPEC-EFI-ACPI, which failed");
}

static void cell_boots(struct vms_cell *c)
{
	c->end = VMS_CELL_VERDICT;
	c->seconds = 41;
	cell_set(&c->outcome, "noncompliant");
	for (enum vms_cell_step s = 0; s < VMS_N_STEPS; s++)
		assert_int_equal(vms_cell_step(c, s, VMS_PASS, "went well"), 0);
}

void cell_because(struct vms_cell *c, enum vms_cell_cause cause, enum vms_cell_stage stage)
{
	c->cause = cause;
	c->stage = stage;
}

void cell_ends(struct vms_cell *c, enum vms_cell_end end, const char *reason)
{
	c->end = end;
	cell_because(c, VMS_CAUSE_NONE, VMS_STAGE_NONE);
	cell_set(&c->reason, reason);
	for (enum vms_cell_step s = 0; s < VMS_N_STEPS; s++) {
		free(c->steps[s].reason);
		c->steps[s] = (struct vms_step_result){ .status = VMS_PASS, .reason = NULL };
		/* as the driver does before it begins */
		assert_int_equal(vms_cell_step(c, s, VMS_UNKNOWN, "not reached"), 0);
	}
}

void cell_fails(struct vms_cell *c)
{
	cell_ends(c, VMS_CELL_FAILED,
		  "kernel: the kernel panicked; on the console: Kernel panic - not syncing");
	cell_because(c, VMS_CAUSE_STOPPED, VMS_STAGE_KERNEL);
}

void cell_restate(struct vms_cell *c, enum vms_cell_step step, enum vms_status status)
{
	free(c->steps[step].reason);
	c->steps[step] = (struct vms_step_result){ .status = VMS_UNKNOWN, .reason = NULL };
	assert_int_equal(vms_cell_step(c, step, status, "planted"), 0);
}

int matrix_setup(void **state)
{
	static const struct vms_cell cells[N_CELLS] = {
		[DEFAULT] = { .standard = true },
		[V2_DT] = { .gic = 2, .hw = VMS_HW_DT },
		[V2_ACPI] = { .gic = 2, .hw = VMS_HW_ACPI },
		[V3_DT] = { .gic = 3, .hw = VMS_HW_DT },
		[V3_ACPI] = { .gic = 3, .hw = VMS_HW_ACPI },
		[V2_DT_MMIO] = { .gic = 2, .hw = VMS_HW_DT, .bus = VMS_BUS_MMIO },
		[V3_ACPI_MMIO] = { .gic = 3, .hw = VMS_HW_ACPI, .bus = VMS_BUS_MMIO },
		[AARCH32] = { .aarch32 = true },
	};
	static const char *const names[N_CELLS] = {
		"default",	  "gicv2-dt-pci",  "gicv2-acpi-pci",  "gicv3-dt-pci",
		"gicv3-acpi-pci", "gicv2-dt-mmio", "gicv3-acpi-mmio", "default-aarch32",
	};
	struct matrix_fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->disk = mk_image_of(512, 65525);
	f->bytes = vms_span(f->disk.bytes, f->disk.len);
	for (size_t i = 0; i < N_CELLS; i++) {
		struct vms_cell *c = &f->cells[i];

		*c = cells[i];
		cell_set(&c->name, names[i]);
		cell_set(&c->firmware, "AAVMF_CODE.fd");
		cell_boots(c);
		cell_has_gic(c, c->gic ? c->gic : 2);
		c->hw == VMS_HW_DT || c->aarch32 ? cell_has_tree(c) : cell_has_acpi(c);
	}
	f->m = (struct vms_matrix){ .name = strdup("disk.img"), .cells = f->cells, .n_cells = N_CELLS };
	assert_int_equal(image_new("disk.img", &f->m.image), 0);
	vms_disk_init_span(&f->m.image->disk, &f->bytes);
	*state = f;
	return 0;
}

int matrix_teardown(void **state)
{
	struct matrix_fixture *f = *state;

	for (size_t i = 0; i < N_CELLS; i++)
		vms_cell_clear(&f->cells[i]);
	vms_image_free(f->m.image);
	free(f->m.name);
	free(f->m.hypervisor);
	mk_free(&f->disk);
	free(f);
	*state = NULL;
	return 0;
}

struct vms_verdict *matrix_verdict(struct matrix_fixture *f)
{
	const struct vms_run_options opt = { .profile = vms_profile_default() };
	struct vms_verdict *v = NULL;

	assert_int_equal(vms_run_matrix(&f->m, &opt, &v), 0);
	return v;
}

const struct vms_verdict_row *matrix_row(const struct vms_verdict *v, const char *id)
{
	for (size_t i = 0; i < v->n_rows; i++)
		if (streq(v->rows[i].check->id, id))
			return &v->rows[i];
	fail_msg("no row %s", id);
	return NULL;
}

static void letters_of(const struct vms_verdict *v, char ret[N_BOOT + 1])
{
	for (size_t i = 0; i < N_BOOT; i++) {
		const struct vms_result *r = &matrix_row(v, matrix_ids[i])->result;

		ret[i] = vms_status_name(r->status)[0];
		assert_true(*r->reason);
		if (r->status == VMS_FAIL)
			assert_true(r->n_evidence > 0 && r->owner != VMS_OWNER_NONE && *r->advice);
	}
	ret[N_BOOT] = '\0';
}

void matrix_expect_at(struct matrix_fixture *f, const char *letters, const char *id, const char *reason,
		      int line)
{
	struct vms_verdict *v = matrix_verdict(f);
	char got[N_BOOT + 1];

	letters_of(v, got);
	if (!streq(got, letters)) {
		for (size_t i = 0; i < N_BOOT; i++)
			if (got[i] != letters[i])
				print_error("%s: %s\n", matrix_ids[i],
					    matrix_row(v, matrix_ids[i])->result.reason);
		fail_msg("line %d: %s, not %s", line, got, letters);
	}
	if (id && !strstr(matrix_row(v, id)->result.reason, reason))
		fail_msg("line %d: %s: %s", line, id, matrix_row(v, id)->result.reason);
	vms_verdict_free(v);
}

void matrix_expect_only(struct matrix_fixture *f, int check, char letter, const char *reason, int line)
{
	char letters[] = GOOD;

	letters[check] = letter;
	matrix_expect_at(f, letters, matrix_ids[check], reason, line);
}
