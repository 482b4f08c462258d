/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMSPEC-BOOT-* over the values that cells differ in, as a whole verdict: a good matrix
 * passes, what is planted flips the check that is named and no other, what fails by its
 * combination fails all of it, and where nothing boots one check fails for all.
 */
#include <errno.h>
#include "fixture_matrix.h"
#include "image/image.h"

static void good(void **state)
{
	struct matrix_fixture *f = *state;
	struct vms_verdict *v;

	cell_set(&f->m.hypervisor, "qemu\n7.2");
	expect(f, GOOD, "VMSPEC-BOOT-GICV3", "booted to a verdict on a GICv3 in 3 of 3 cells");
	v = matrix_verdict(f);
	assert_int_equal(v->subject.kind, VMS_KIND_BOOT_MATRIX);
	assert_string_equal(v->subject.name, "disk.img");
	assert_string_equal(v->subject.hypervisor, "qemu\\x0a7.2");
	assert_string_equal(v->subject.firmware, "AAVMF_CODE.fd");
	assert_int_equal(v->n_rows, 11 + N_BOOT);
	assert_int_equal(v->outcome, VMS_COMPLIANT);
	assert_int_equal(matrix_row(v, "VMSPEC-IMAGE-GPT")->result.status, VMS_PASS);
	assert_string_equal(matrix_row(v, "VMSPEC-BOOT-AARCH32")->result.evidence[0].source,
			    "default-aarch32");
	assert_string_equal(matrix_row(v, "VMSPEC-BOOT-AARCH32")->result.evidence[0].value,
			    "verdict noncompliant after 41 s");
	vms_verdict_free(v);
}

/* ---- values ---- */

static bool asks(const struct vms_cell *c, enum matrix_value value)
{
	switch (value) {
	case VALUE_DEFAULT:
		return c->standard;
	case VALUE_GICV2:
	case VALUE_GICV3:
		return c->gic == (value == VALUE_GICV2 ? 2u : 3u);
	case VALUE_DTB:
		return c->hw == VMS_HW_DT;
	case VALUE_ACPI:
		return c->hw == VMS_HW_ACPI;
	case VALUE_PCI:
	case VALUE_MMIO:
		return c->bus == (value == VALUE_PCI ? VMS_BUS_PCI : VMS_BUS_MMIO);
	default:
		return c->aarch32;
	}
}

/* Cells that leave it to the hypervisor have the other value, so that `value` is alone. */
static void turn_away(struct matrix_fixture *f, enum matrix_value value)
{
	struct vms_cell *open[] = { &f->cells[DEFAULT], &f->cells[AARCH32] };

	for (size_t i = 0; i < ARRAY_SIZE(open); i++) {
		cell_has_gic(open[i], value == VALUE_GICV2 ? 3 : 2);
		if (value == VALUE_DTB && open[i]->aarch32)
			cell_says(open[i], "VMSPEC-EFI-DTB", VMS_UNKNOWN, "who published it cannot be told");
		else
			value == VALUE_DTB ? cell_has_acpi(open[i]) : cell_has_tree(open[i]);
		open[i]->bus = value == VALUE_PCI ? VMS_BUS_MMIO : VMS_BUS_PCI;
	}
}

static void each_value(void **state)
{
	static const struct {
		enum vms_cell_end end;
		char letter;
	} cases[] = { { VMS_CELL_FAILED, 'f' },
		      { VMS_CELL_OPEN, 'u' },
		      { VMS_CELL_NOT_RUN, 'u' },
		      { VMS_CELL_CANNOT, 's' } };

	for (int value = 0; value < VALUE_XENBUS; value++)
		for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
			struct matrix_fixture *f = *state;

			turn_away(f, (enum matrix_value)value);
			for (size_t c = 0; c < N_CELLS; c++)
				if (asks(&f->cells[c], (enum matrix_value)value))
					cell_ends(&f->cells[c], cases[i].end, "kernel: planted");
			matrix_expect_only(f, value, cases[i].letter, "kernel: planted",
					   (int)(1000 * value + (int)i));
			matrix_teardown(state);
			matrix_setup(state);
		}
}

static void value_of_no_cell(void **state)
{
	static const char *const wants[N_VALUES] = { "--matrix quick",	  "--matrix gic=2",
						     "--matrix gic=3",	  "--matrix hw=dt",
						     "--matrix hw=acpi",  "--matrix bus=pci",
						     "--matrix bus=mmio", "BOOTARM.EFI" };

	for (int value = 0; value < VALUE_XENBUS; value++) {
		struct matrix_fixture *f = *state;

		turn_away(f, (enum matrix_value)value);
		for (size_t c = 0; c < N_CELLS; c++)
			if (asks(&f->cells[c], (enum matrix_value)value)) {
				f->cells[c].standard = f->cells[c].aarch32 = false;
				f->cells[c].gic = 0;
				f->cells[c].hw = VMS_HW_DEFAULT;
				f->cells[c].bus = value == VALUE_PCI ? VMS_BUS_MMIO : VMS_BUS_PCI;
				cell_has_gic(&f->cells[c], value == VALUE_GICV2 ? 3 : 2);
				value == VALUE_DTB ? cell_has_acpi(&f->cells[c])
						   : cell_has_tree(&f->cells[c]);
			}
		/* mmio and one GIC go with each other's cells */
		matrix_expect_only(f, value, value == VALUE_AARCH32 ? 's' : 'u', wants[value], value);
		matrix_teardown(state);
		matrix_setup(state);
	}
}

/* A cell's facts, written and read, are the same facts; anything else in their place is refused. */
static void facts_of_a_cell(void **state)
{
	static const char *const wrong[] = { "null",
					     "7",
					     "[]",
					     "{}",
					     "{\"end\": null}",
					     "{\"end\": \"verdict\", \"cause\": 1, \"stage\": {}}" };
	struct matrix_fixture *f = *state;
	struct vms_cell again = { 0 };

	cell_fails(&f->cells[V3_ACPI_MMIO]);
	f->cells[V2_DT].direct = f->cells[V2_DT].vuart = true;
	for (size_t i = 0; i < N_CELLS; i++) {
		_cleanup_free_ char *first = NULL, *second = NULL;
		struct json_object *o;

		assert_int_equal(vms_cell_facts(&f->cells[i], &first), 0);
		o = json_tokener_parse(first);
		assert_int_equal(vms_cell_take_facts(&again, o), 0);
		json_object_put(o);
		assert_int_equal(vms_cell_facts(&again, &second), 0);
		assert_string_equal(first, second);
		assert_int_equal(again.end, f->cells[i].end);
		assert_int_equal(again.stage, f->cells[i].stage);
		assert_int_equal(vms_cell_took(&again), vms_cell_took(&f->cells[i]));
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct json_object *o = json_tokener_parse(wrong[i]);

		assert_int_equal(vms_cell_take_facts(&again, o), -EBADMSG);
		json_object_put(o);
	}
	vms_cell_clear(&again);
}

/* On Xen the bus is Xen's, and the GIC the host's. */
static void on_xen(void **state)
{
	struct matrix_fixture *f = *state;
	struct vms_verdict *v = matrix_verdict(f);

	assert_int_equal(matrix_row(v, "VMSPEC-BOOT-XENBUS")->result.status, VMS_SKIP);
	vms_verdict_free(v);
	f->m.vmm = VMS_VMM_XEN;
	for (size_t c = 0; c < N_CELLS; c++) {
		f->cells[c].bus = VMS_BUS_XEN;
		f->cells[c].gic = 0;
		cell_has_gic(&f->cells[c], 3);
	}
	v = matrix_verdict(f);
	assert_int_equal(matrix_row(v, "VMSPEC-BOOT-XENBUS")->result.status, VMS_PASS);
	assert_int_equal(matrix_row(v, "VMSPEC-BOOT-GICV3")->result.status, VMS_PASS);
	assert_int_equal(matrix_row(v, "VMSPEC-BOOT-GICV2")->result.status, VMS_SKIP);
	assert_int_equal(matrix_row(v, "VMSPEC-BOOT-VIRTIO-PCI")->result.status, VMS_SKIP);
	vms_verdict_free(v);
	for (size_t c = 0; c < N_CELLS; c++)
		cell_fails(&f->cells[c]);
	f->cells[DEFAULT].end = VMS_CELL_OPEN;
	v = matrix_verdict(f);
	assert_int_equal(matrix_row(v, "VMSPEC-BOOT-XENBUS")->result.status, VMS_UNKNOWN);
	assert_int_equal(matrix_row(v, "VMSPEC-BOOT-GICV2")->result.status, VMS_UNKNOWN);
	vms_verdict_free(v);
}

/* A direct cell's guest has a tree, but none that firmware published. */
static void direct_alone(void **state)
{
	static const char of_firmware[] = "has a device tree that firmware published (a direct cell's comes";
	struct matrix_fixture *f = *state;
	struct vms_verdict *v;

	f->m.vmm = VMS_VMM_XEN;
	f->m.n_cells = 1;
	f->cells[DEFAULT].bus = VMS_BUS_XEN;
	f->cells[DEFAULT].direct = true;
	cell_says(&f->cells[DEFAULT], "VMSPEC-EFI-DTB", VMS_SKIP, "needs VMSPEC-EFI, which failed");
	v = matrix_verdict(f);
	assert_int_equal(matrix_row(v, "VMSPEC-BOOT-DTB")->result.status, VMS_UNKNOWN);
	assert_non_null(strstr(matrix_row(v, "VMSPEC-BOOT-DTB")->result.reason, of_firmware));
	vms_verdict_free(v);
	f->cells[DEFAULT].direct = false;
	v = matrix_verdict(f);
	assert_int_equal(matrix_row(v, "VMSPEC-BOOT-DTB")->result.status, VMS_UNKNOWN);
	assert_null(strstr(matrix_row(v, "VMSPEC-BOOT-DTB")->result.reason, of_firmware));
	vms_verdict_free(v);
}

/* Whether an image is meant for AArch32 is known only of one that was opened. */
static void aarch32_unasked(void **state)
{
	struct matrix_fixture *f = *state;
	struct vms_image *image = f->m.image;

	f->cells[AARCH32].aarch32 = false;
	f->m.image = NULL;
	only(f, VALUE_AARCH32, 'u', "--matrix arch=aarch32");
	f->m.image = image;
	cell_set(&image->blocked, "no such file");
	only(f, VALUE_AARCH32, 'u', "--matrix arch=aarch32");
}

static void combination(void **state)
{
	struct matrix_fixture *f = *state;

	cell_fails(&f->cells[V3_DT]);
	expect(f, "ppffpfppppppp", "VMSPEC-BOOT-DTB", "gicv3-dt-pci did not boot, and no single part");
	/* a cell that is still open shows nothing else */
	cell_ends(&f->cells[V3_DT], VMS_CELL_OPEN, "still on its way");
	expect(f, GOOD, NULL, NULL);
}

static void explained_and_the_rest_open(void **state)
{
	struct matrix_fixture *f = *state;

	turn_away(f, VALUE_GICV3);
	cell_fails(&f->cells[V2_DT_MMIO]);
	cell_fails(&f->cells[V3_ACPI_MMIO]);
	cell_ends(&f->cells[V3_DT], VMS_CELL_OPEN, "still on its way");
	cell_ends(&f->cells[V3_ACPI], VMS_CELL_NOT_RUN, "ended by the user");
	cell_has_acpi(&f->cells[V2_ACPI]);
	expect(f, "ppupppfpppppp", "VMSPEC-BOOT-GICV3", "gicv3-dt-pci: still on its way");
}

static void nothing_boots(void **state)
{
	struct matrix_fixture *f = *state;

	for (size_t i = 0; i < N_CELLS; i++)
		cell_fails(&f->cells[i]);
	expect(f, "fssssssssssss", "VMSPEC-BOOT-COLD", "needs VMSPEC-BOOT-DEFAULT, which failed");
	cell_ends(&f->cells[V2_DT], VMS_CELL_NOT_RUN, "ended by the user");
	cell_ends(&f->cells[V3_DT], VMS_CELL_CANNOT, "no such GIC");
	expect(f, "fssssssssssss", "VMSPEC-BOOT-GICV2", "needs VMSPEC-BOOT-DEFAULT, which failed");
	/* without a default cell each speaks for itself */
	f->cells[DEFAULT].standard = false;
	expect(f, "uufuffffuuuuu", "VMSPEC-BOOT-GICV2", "gicv2-dt-pci: ended by the user");
}

static void nothing_was_run(void **state)
{
	struct matrix_fixture *f = *state;

	for (size_t i = 0; i < N_CELLS; i++)
		cell_ends(&f->cells[i], VMS_CELL_NOT_RUN, "ended by the user before its turn");
	expect(f, "uuuuuuuuuuuuu", "VMSPEC-BOOT-POWER", "ended by the user");
	f->m.n_cells = 0;
	expect(f, "uuuuuuusuuuuu", "VMSPEC-BOOT-POWER", "no cells");
	f->m.n_cells = N_CELLS;
	for (size_t i = 0; i < N_CELLS; i++)
		cell_ends(&f->cells[i], VMS_CELL_CANNOT, "no emulator");
	expect(f, "sssssssssssss", "VMSPEC-BOOT-DEFAULT", "no emulator");
}

/* ---- what the guests found ---- */

static void other_gic(void **state)
{
	struct matrix_fixture *f = *state;

	cell_has_gic(&f->cells[V3_ACPI], 2);
	only(f, VALUE_GICV3, 'f', "gicv3-acpi-pci was asked for a GICv3");
	cell_has_gic(&f->cells[V3_ACPI], 4);
	expect(f, GOOD, NULL, NULL);
	cell_says(&f->cells[V3_ACPI], "VMSPEC-GIC", VMS_FAIL,
		  "the interrupt controller is a GICv1, older than GICv2");
	only(f, VALUE_GICV3, 'f', "GICv1");
	/* what it does not tell leaves that cell open, and it alone */
	cell_says(&f->cells[V3_ACPI], "VMSPEC-GIC", VMS_UNKNOWN, "one of them is wrong");
	expect(f, GOOD, "VMSPEC-BOOT-GICV3", "2 of 3 cells");
	cell_says(&f->cells[V3_DT], "VMSPEC-GIC", VMS_UNKNOWN, "one of them is wrong");
	cell_says(&f->cells[V3_ACPI_MMIO], "VMSPEC-GIC", VMS_PASS, "GICv3, says its reason and no fact");
	f->cells[V3_ACPI_MMIO].gic_seen = 0;
	only(f, VALUE_GICV3, 'u', "one of them is wrong");
}

static void no_tree(void **state)
{
	struct matrix_fixture *f = *state;

	cell_has_acpi(&f->cells[V2_DT]);
	only(f, VALUE_DTB, 'f', "gicv2-dt-pci was asked for a device tree");
	cell_says(&f->cells[V2_DT], "VMSPEC-EFI-DTB", VMS_WAIVED, "the firmware published no device tree");
	only(f, VALUE_DTB, 'f', "gicv2-dt-pci was asked for a device tree");
	/* both were there, and the kernel took ACPI: no boot by the tree */
	cell_says(&f->cells[V2_DT], "VMSPEC-EFI-DTB", VMS_PASS, "the firmware published a device tree");
	expect(f, GOOD, "VMSPEC-BOOT-DTB", "3 of 4 cells");
}

static void no_acpi(void **state)
{
	struct matrix_fixture *f = *state;

	cell_has_tree(&f->cells[V2_ACPI]);
	only(f, VALUE_ACPI, 'f', "gicv2-acpi-pci was asked for ACPI");
	turn_away(f, VALUE_ACPI);
	for (size_t i = 0; i < N_CELLS; i++)
		if (f->cells[i].hw == VMS_HW_ACPI) {
			cell_has_acpi(&f->cells[i]);
			cell_says(&f->cells[i], "VMSPEC-OS-ACPI", VMS_FAIL,
				  "the kernel was told not to use ACPI");
		}
	only(f, VALUE_ACPI, 'u', "booted, but not with ACPI: the kernel was told not to");
	for (size_t i = 0; i < N_CELLS; i++)
		if (f->cells[i].hw == VMS_HW_ACPI)
			cell_says(&f->cells[i], "VMSPEC-OS-ACPI", VMS_FAIL,
				  "the kernel was built without CONFIG_ACPI");
	only(f, VALUE_ACPI, 'u', "CONFIG_ACPI"); /* a sentence, and no fact */
	for (size_t i = 0; i < N_CELLS; i++)
		f->cells[i].no_acpi_support = true;
	only(f, VALUE_ACPI, 's', "CONFIG_ACPI");
	for (size_t i = 0; i < N_CELLS; i++)
		if (f->cells[i].hw == VMS_HW_ACPI)
			cell_says(&f->cells[i], "VMSPEC-EFI-ACPI", VMS_UNKNOWN, "the log was rotated away"),
				cell_says(&f->cells[i], "VMSPEC-OS-ACPI", VMS_UNKNOWN,
					  "needs VMSPEC-EFI-ACPI");
	only(f, VALUE_ACPI, 'u', "whether with ACPI cannot be told: the log");
}

static void no_acpi_in_aarch32(void **state)
{
	struct matrix_fixture *f = *state;

	for (size_t i = 0; i < N_CELLS; i++)
		f->cells[i].aarch32 = true, cell_has_tree(&f->cells[i]);
	only(f, VALUE_ACPI, 's', "AArch32 has no ACPI");
	f->m.n_cells = 2; /* none asks for it */
	f->cells[1].gic = 3;
	cell_has_gic(&f->cells[1], 3);
	expect(f, "ppppspupppppp", "VMSPEC-BOOT-ACPI", "AArch32 has no ACPI");
}

/* A guest that said nothing about it is no proof. */
static void no_rows(void **state)
{
	struct matrix_fixture *f = *state;

	for (size_t i = 0; i < N_CELLS; i++) {
		struct vms_cell *c = &f->cells[i];

		while (c->n_rows > 0) {
			free(c->rows[--c->n_rows].id);
			free(c->rows[c->n_rows].reason);
		}
	}
	expect(f, "puuuupppppppp", "VMSPEC-BOOT-GICV2", "its guest's verdict does not say");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		matrix_test(good),
		matrix_test(each_value),
		matrix_test(value_of_no_cell),
		matrix_test(on_xen),
		matrix_test(direct_alone),
		matrix_test(facts_of_a_cell),
		matrix_test(aarch32_unasked),
		matrix_test(combination),
		matrix_test(explained_and_the_rest_open),
		matrix_test(nothing_boots),
		matrix_test(nothing_was_run),
		matrix_test(other_gic),
		matrix_test(no_tree),
		matrix_test(no_acpi),
		matrix_test(no_acpi_in_aarch32),
		matrix_test(no_rows),
	};

	return cmocka_run_group_tests_name("matrix", tests, NULL, NULL);
}
