/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMSPEC-BOOT-* over what was done in the cells; what one cell shows, who can mend what
 * failed, and the run over it all.
 */
#include <errno.h>
#include "fixture_matrix.h"
#include "image/image.h"
#include "spec/spec.h"

/* ---- steps ---- */

static void each_step(void **state)
{
	static const struct {
		enum vms_cell_step step;
		int check;
	} steps[] = { { VMS_STEP_RESTART, POWER },   { VMS_STEP_POWEROFF, POWER },
		      { VMS_STEP_REBOOT, REBOOT },   { VMS_STEP_COLD, COLD },
		      { VMS_STEP_HOTPLUG_BLK, BLK }, { VMS_STEP_HOTPLUG_NET, NET } };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct matrix_fixture *f = *state;

		/* one failure is enough, one that is not known takes nothing away */
		cell_restate(&f->cells[V3_DT], steps[i].step, VMS_UNKNOWN);
		expect(f, GOOD, NULL, NULL);
		cell_restate(&f->cells[V3_DT], steps[i].step, VMS_FAIL);
		matrix_expect_only(f, steps[i].check, 'f', "gicv3-dt-pci: planted", (int)i);
		/* and stays, whatever comes after */
		vms_cell_step(&f->cells[V3_DT], steps[i].step, VMS_PASS, "later");
		matrix_expect_only(f, steps[i].check, 'f', "gicv3-dt-pci: planted", (int)i);
		cell_restate(&f->cells[V3_ACPI], steps[i].step, VMS_FAIL);
		matrix_expect_only(f, steps[i].check, 'f', "in 2 cells; gicv3-dt-pci: planted", (int)i);
		for (size_t c = 0; c < N_CELLS; c++)
			cell_restate(&f->cells[c], steps[i].step, VMS_SKIP);
		matrix_expect_only(f, steps[i].check, steps[i].check == POWER ? 'u' : 's', "planted", (int)i);
		cell_restate(&f->cells[V3_DT], steps[i].step, VMS_UNKNOWN);
		matrix_expect_only(f, steps[i].check, 'u', "gicv3-dt-pci: planted", (int)i);
		matrix_teardown(state);
		matrix_setup(state);
	}
}

static void unstated_step(void **state)
{
	struct matrix_fixture *f = *state;

	for (size_t i = 0; i < N_CELLS; i++) {
		free(f->cells[i].steps[VMS_STEP_COLD].reason);
		f->cells[i].steps[VMS_STEP_COLD] =
			(struct vms_step_result){ .status = VMS_PASS, .reason = NULL };
	}
	only(f, COLD, 'u', "default: not reached");
}

static void cold_after_reboot(void **state)
{
	struct matrix_fixture *f = *state;

	/* one cell lost it in the reboot: what it says of a power cycle does not count */
	cell_restate(&f->cells[V2_DT], VMS_STEP_REBOOT, VMS_FAIL);
	cell_restate(&f->cells[V2_DT], VMS_STEP_COLD, VMS_FAIL);
	only(f, REBOOT, 'f', "gicv2-dt-pci");
	for (size_t i = 0; i < N_CELLS; i++) {
		cell_restate(&f->cells[i], VMS_STEP_REBOOT, VMS_FAIL);
		cell_restate(&f->cells[i], VMS_STEP_COLD, VMS_FAIL);
	}
	expect(f, "pppppppppfspp", "VMSPEC-BOOT-COLD", "needs VMSPEC-BOOT-REBOOT, which failed");
}

static void power(void **state)
{
	struct matrix_fixture *f = *state;

	for (size_t i = 0; i < N_CELLS; i++) {
		cell_restate(&f->cells[i], VMS_STEP_RESTART, VMS_SKIP);
		cell_restate(&f->cells[i], VMS_STEP_POWEROFF, VMS_SKIP);
	}
	only(f, POWER, 's', "planted");
	/* shown in different cells, that will do */
	cell_restate(&f->cells[V2_DT], VMS_STEP_RESTART, VMS_PASS);
	only(f, POWER, 'u', "rebooted; power-off: planted");
	cell_restate(&f->cells[V3_DT], VMS_STEP_POWEROFF, VMS_PASS);
	expect(f, GOOD, NULL, NULL);
}

/* ---- what one cell shows ---- */

static enum vms_status shows(const struct vms_verdict *v, size_t cell, const char *id)
{
	for (size_t i = 0; i < v->n_rows; i++)
		if (streq(v->rows[i].check->id, id))
			return v->cells[cell].statuses[i];
	fail_msg("no row %s", id);
	return VMS_UNKNOWN;
}

static void cells_of_the_verdict(void **state)
{
	struct matrix_fixture *f = *state;
	struct vms_verdict *v;

	cell_fails(&f->cells[V3_ACPI_MMIO]);
	cell_set(&f->cells[V2_DT].document, "{}");
	cell_restate(&f->cells[V2_DT], VMS_STEP_RESTART, VMS_FAIL);
	cell_restate(&f->cells[V2_ACPI], VMS_STEP_RESTART, VMS_SKIP);
	cell_restate(&f->cells[V2_ACPI], VMS_STEP_REBOOT, VMS_FAIL);
	v = matrix_verdict(f);
	assert_int_equal(v->n_cells, N_CELLS);
	assert_string_equal(v->cells[V2_DT].name, "gicv2-dt-pci");
	assert_string_equal(v->cells[V2_DT].reason, "verdict noncompliant after 41 s");
	assert_string_equal(v->cells[V2_DT].document, "{}");
	assert_null(v->cells[V3_DT].document);
	assert_non_null(strstr(v->cells[V3_ACPI_MMIO].reason, "panicked"));
	assert_int_equal(shows(v, V3_ACPI_MMIO, "VMSPEC-BOOT-GICV3"), VMS_FAIL);
	assert_int_equal(shows(v, V3_ACPI_MMIO, "VMSPEC-BOOT-GICV2"), VMS_SKIP);
	assert_int_equal(shows(v, V3_ACPI_MMIO, "VMSPEC-BOOT-VIRTIO-MMIO"), VMS_FAIL);
	assert_int_equal(shows(v, V3_ACPI_MMIO, "VMSPEC-BOOT-REBOOT"), VMS_SKIP);
	assert_int_equal(shows(v, DEFAULT, "VMSPEC-BOOT-DEFAULT"), VMS_PASS);
	assert_int_equal(shows(v, DEFAULT, "VMSPEC-BOOT-ACPI"), VMS_PASS);
	assert_int_equal(shows(v, DEFAULT, "VMSPEC-IMAGE-GPT"), VMS_SKIP);
	assert_int_equal(shows(v, AARCH32, "VMSPEC-BOOT-AARCH32"), VMS_PASS);
	assert_int_equal(shows(v, V2_DT, "VMSPEC-BOOT-POWER"), VMS_FAIL);
	assert_int_equal(shows(v, V2_DT, "VMSPEC-BOOT-HOTPLUG-NET"), VMS_PASS);
	assert_int_equal(shows(v, V2_ACPI, "VMSPEC-BOOT-POWER"), VMS_PASS);
	assert_int_equal(shows(v, V2_ACPI, "VMSPEC-BOOT-REBOOT"), VMS_FAIL);
	assert_int_equal(shows(v, V2_ACPI, "VMSPEC-BOOT-COLD"), VMS_SKIP);
	vms_verdict_free(v);
}

/* ---- who can mend it ---- */

static void owner(struct matrix_fixture *f, const char *id, enum vms_owner want, const char *advice)
{
	struct vms_verdict *v = matrix_verdict(f);
	const struct vms_result *r = &matrix_row(v, id)->result;

	assert_int_equal(r->status, VMS_FAIL);
	if (r->owner != want || !strstr(r->advice, advice))
		fail_msg("%s: %s: %s", id, vms_owner_name(r->owner), r->advice);
	vms_verdict_free(v);
}

static void blame(void **state)
{
	struct matrix_fixture *f = *state;

	for (size_t i = V2_DT_MMIO; i <= V3_ACPI_MMIO; i++) {
		cell_ends(&f->cells[i], VMS_CELL_FAILED, "found nothing to boot; on the console: Shell>");
		cell_because(&f->cells[i], VMS_CAUSE_STOPPED, VMS_STAGE_FIRMWARE);
	}
	owner(f, "VMSPEC-BOOT-VIRTIO-MMIO", VMS_HYPERVISOR, "gicv2-dt-mmio");
	cell_says(&f->cells[V2_DT], "VMSPEC-OS-DRIVER-VIRTIO-MMIO", VMS_FAIL, "not built");
	owner(f, "VMSPEC-BOOT-VIRTIO-MMIO", VMS_IMAGE, "VMSPEC-OS-DRIVER-VIRTIO-MMIO");
	cell_fails(&f->cells[AARCH32]);
	owner(f, "VMSPEC-BOOT-AARCH32", VMS_IMAGE, "BOOTARM.EFI");
	cell_fails(&f->cells[DEFAULT]);
	owner(f, "VMSPEC-BOOT-DEFAULT", VMS_IMAGE, "console of default");
	cell_ends(&f->cells[DEFAULT], VMS_CELL_FAILED, "was killed by signal 11 in the kernel");
	cell_because(&f->cells[DEFAULT], VMS_CAUSE_PROCESS, VMS_STAGE_KERNEL);
	owner(f, "VMSPEC-BOOT-DEFAULT", VMS_HYPERVISOR, "default");
	cell_restate(&f->cells[V2_DT], VMS_STEP_COLD, VMS_FAIL);
	owner(f, "VMSPEC-BOOT-COLD", VMS_HYPERVISOR, "store");
	cell_has_gic(&f->cells[V3_DT], 2);
	owner(f, "VMSPEC-BOOT-GICV3", VMS_HYPERVISOR, "AAVMF_CODE.fd");
}

static void blame_the_image(void **state)
{
	struct matrix_fixture *f = *state;

	mk_lba(&f->disk, 1)[0] ^= 1; /* no GPT any more */
	cell_ends(&f->cells[DEFAULT], VMS_CELL_FAILED, "found nothing to boot");
	cell_because(&f->cells[DEFAULT], VMS_CAUSE_STOPPED, VMS_STAGE_FIRMWARE);
	owner(f, "VMSPEC-BOOT-DEFAULT", VMS_IMAGE, "VMSPEC-IMAGE-GPT");
}

/* ---- the run ---- */

static void run_options(void **state)
{
	static const char *const gics[] = { "VMSPEC-BOOT-GICV*", NULL }, *const efi[] = { "VMSPEC-EFI",
											  NULL };
	static const struct vms_waiver waiver = { .id = "VMSPEC-BOOT-GICV3", .reason = "known" };
	struct vms_run_options opt = { .profile = vms_profile_default(), .globs = gics };
	struct matrix_fixture *f = *state;
	struct vms_verdict *v = NULL;

	assert_int_equal(vms_run_matrix(&f->m, &opt, &v), 0);
	assert_int_equal(v->n_rows, 2);
	assert_true(v->partial);
	assert_int_equal(v->cells[V3_DT].statuses[1], VMS_PASS);
	vms_verdict_free(v);
	v = NULL;
	opt.globs = efi;
	assert_int_equal(vms_run_matrix(&f->m, &opt, &v), -EINVAL);
	assert_null(v);
	cell_has_gic(&f->cells[V3_DT], 2);
	opt = (struct vms_run_options){ .profile = vms_profile_find("vmspec-1.0"),
					.waivers = &waiver,
					.n_waivers = 1 };
	assert_int_equal(vms_run_matrix(&f->m, &opt, &v), 0);
	assert_int_equal(v->n_rows, 11 + N_BOOT - 2); /* 1.0 knows neither ACPI nor PSCI */
	assert_int_equal(matrix_row(v, "VMSPEC-BOOT-GICV3")->result.status, VMS_WAIVED);
	vms_verdict_free(v);
}

static void image_not_there(void **state)
{
	struct matrix_fixture *f = *state;
	struct vms_image *image = f->m.image;
	struct vms_verdict *v;

	f->m.image = NULL;
	v = matrix_verdict(f);
	assert_int_equal(matrix_row(v, "VMSPEC-IMAGE-GPT")->result.status, VMS_UNKNOWN);
	assert_int_equal(v->outcome, VMS_INCONCLUSIVE);
	vms_verdict_free(v);
	f->m.image = image;
	cell_set(&image->blocked, "no such file");
	v = matrix_verdict(f);
	assert_string_equal(matrix_row(v, "VMSPEC-IMAGE-GPT")->result.reason, "no such file");
	vms_verdict_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		matrix_test(each_step),
		matrix_test(unstated_step),
		matrix_test(cold_after_reboot),
		matrix_test(power),
		matrix_test(cells_of_the_verdict),
		matrix_test(blame),
		matrix_test(blame_the_image),
		matrix_test(run_options),
		matrix_test(image_not_there),
	};

	return cmocka_run_group_tests_name("matrix steps", tests, NULL, NULL);
}
