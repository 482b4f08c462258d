/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up boot matrix: eight cells that all booted, with what their guests say of GIC,
 * device tree and ACPI, over a good image for AArch64. Tests plant what they want judged.
 */
#ifndef VMS_TEST_FIXTURE_MATRIX_H
#define VMS_TEST_FIXTURE_MATRIX_H

/* cmocka.h wants these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "matrix/judge.h"
#include "mkimage.h"

#define N_BOOT	13
#define N_CELLS 8
#define GOOD	"ppppppppppppp"

/* The checks, in order: those over values by their number, then these. */
extern const char *const matrix_ids[N_BOOT];
enum { POWER = VALUE_XENBUS, REBOOT, COLD, BLK, NET };

/* Cells by what they ask for. */
enum { DEFAULT, V2_DT, V2_ACPI, V3_DT, V3_ACPI, V2_DT_MMIO, V3_ACPI_MMIO, AARCH32 };

struct matrix_fixture {
	struct mk disk;
	struct vms_span bytes;
	struct vms_cell cells[N_CELLS];
	struct vms_matrix m;
};

int matrix_setup(void **state);
int matrix_teardown(void **state);
#define matrix_test(f) cmocka_unit_test_setup_teardown(f, matrix_setup, matrix_teardown)

void cell_set(char **to, const char *text);
/* A row of the guest's verdict, and the rows that go with a GIC, ACPI, a device tree. */
void cell_says(struct vms_cell *c, const char *id, enum vms_status status, const char *reason);
void cell_has_gic(struct vms_cell *c, unsigned version);
void cell_has_acpi(struct vms_cell *c);
void cell_has_tree(struct vms_cell *c);
/* It did not come to a verdict; `fails`: the kernel panicked. */
void cell_ends(struct vms_cell *c, enum vms_cell_end end, const char *reason);
/* ... for that cause, after that stage. */
void cell_because(struct vms_cell *c, enum vms_cell_cause cause, enum vms_cell_stage stage);
void cell_fails(struct vms_cell *c);
void cell_restate(struct vms_cell *c, enum vms_cell_step step, enum vms_status status);

struct vms_verdict *matrix_verdict(struct matrix_fixture *f);
const struct vms_verdict_row *matrix_row(const struct vms_verdict *v, const char *id);

/* The statuses of the 13, one letter each, are `letters`, and the reason of `id` (NULL: any)
 * holds `reason`. A failure shows evidence and names a remedy. */
void matrix_expect_at(struct matrix_fixture *f, const char *letters, const char *id, const char *reason,
		      int line);
#define expect(f, letters, id, reason) matrix_expect_at(f, letters, id, reason, __LINE__)

/* All pass but `check`. */
void matrix_expect_only(struct matrix_fixture *f, int check, char letter, const char *reason, int line);
#define only(f, check, letter, reason) matrix_expect_only(f, check, letter, reason, __LINE__)

#endif
