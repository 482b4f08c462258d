/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: the input is what a guest sends as its verdict. What is taken is one printable
 * line, and taken again it is the same.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "matrix/matrix.h"

/* In place of probe/spec, which brings in every check: each profile is one that we do not know. */
const struct vms_profile *vms_profile_find(_unused_ const char *name)
{
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vms_cell cell = { .name = NULL }, again = { .name = NULL };
	size_t len;

	if (vms_cell_take_document(&cell, (const char *)data, size) < 0) {
		assert(!cell.document && !cell.rows && !cell.outcome);
		return 0;
	}
	len = strlen(cell.document);
	assert(len > 0 && cell.document[len - 1] == '\n');
	for (size_t i = 0; i < len - 1; i++)
		assert((unsigned char)cell.document[i] >= ' ' && cell.document[i] != 0x7f);
	for (size_t i = 0; i < cell.n_rows; i++)
		assert(strncmp(cell.rows[i].id, "VMSPEC-", 7) == 0 && *cell.rows[i].reason);
	/* within the bound of size, which what is escaped may leave */
	assert(vms_cell_take_document(&again, cell.document, len) == 0 || len > 1u << 20);
	assert(!again.document || strcmp(cell.document, again.document) == 0);
	vms_cell_clear(&cell);
	vms_cell_clear(&again);
	return 0;
}
