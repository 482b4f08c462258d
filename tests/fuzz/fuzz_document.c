/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libFuzzer: the input is what a guest sends as its verdict, or a saved document. What is taken of a guest is
 * one printable line, and taken again it is the same; what is read can be shown in every format.
 */
#include <assert.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "document/parse.h"
#include "document/read.h"
#include "format/format.h"
#include "fuzz.h"
#include "matrix/matrix.h"

/* Read as a verdict, it can be shown in every format. */
static void read_and_render(const uint8_t *data, size_t size)
{
	const struct vms_format_options opt = { .tool = "fuzz", .width = 80 };
	const char *why = NULL;
	struct vms_verdict *v = NULL;
	const struct vms_format *format;
	_cleanup_fclose_ FILE *f = fopen("/dev/null", "w");

	if (!f || vms_document_read((const char *)data, size, &v, &why) < 0)
		return;
	for (size_t i = 0; (format = vms_format_at(i)); i++)
		if (vms_render_all(format, f, (const struct vms_verdict *const *)&v, 1, &opt) < 0)
			abort();
	assert(vms_verdict_exit_status(v) >= 0);
	vms_verdict_free(v);
}

/* The pieces of a text stand in it, one behind the other. */
static void cut_up(const char *text, size_t len)
{
	const char *piece, *after = text;
	struct vms_pieces p;
	size_t n;
	bool cut;

	vms_pieces_several(text, len);
	vms_pieces_open(&p, text, len);
	while (vms_pieces_next(&p, &piece, &n, &cut)) {
		assert(piece >= after && n <= len && (size_t)(piece - text) <= len - n);
		after = piece;
	}
}

/* As the schema's checkId has it: of any profile. */
static bool is_check_id(const char *s)
{
	static regex_t id;
	static bool made;

	if (!made)
		assert(regcomp(&id, "^[A-Z][A-Z0-9]*(-[A-Z0-9_]+)+$", REG_EXTENDED | REG_NOSUB) == 0);
	made = true;
	return regexec(&id, s, 0, NULL, 0) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vms_cell cell = { .name = NULL }, again = { .name = NULL };
	size_t len;

	read_and_render(data, size);
	cut_up((const char *)data, size);
	if (vms_cell_take_document(&cell, (const char *)data, size) < 0) {
		assert(!cell.document && !cell.rows && !cell.outcome);
		return 0;
	}
	len = strlen(cell.document);
	assert(len > 0 && cell.document[len - 1] == '\n');
	for (size_t i = 0; i < len - 1; i++)
		assert((unsigned char)cell.document[i] >= ' ' && cell.document[i] != 0x7f);
	for (size_t i = 0; i < cell.n_rows; i++)
		assert(is_check_id(cell.rows[i].id) && *cell.rows[i].reason);
	/* within the bound of size, which what is escaped may leave */
	assert(vms_cell_take_document(&again, cell.document, len) == 0 || len > 1u << 20);
	assert(!again.document || strcmp(cell.document, again.document) == 0);
	vms_cell_clear(&cell);
	vms_cell_clear(&again);
	return 0;
}
