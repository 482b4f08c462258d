/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The descriptor of a VMDK; see vmdk.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include "image/vmdk.h"

#define DESCRIPTOR_MAX 65536
/* Of a sparse file: its header's fields, and where qemu looks for a parent, whatever the header says. */
#define CAPACITY_AT   12
#define DESCRIPTOR_AT 28
#define SECTORS_AT    36
#define HINT_AT	      512
#define HINT_LEN      (20 * 512)
/* parentFileNameHint="base.vmdk": two characters, whatever they are, and the name up to a quote */
#define PARENT_SKIP (sizeof(VMDK_PARENT) - 1 + 2)

/* `n` bytes at `at` behind *text, which ends with a NUL of its own. */
static int append(struct vms_disk *d, uint64_t at, uint64_t n, char *text)
{
	size_t old = strlen(text);
	int r = n ? vms_disk_read(d, at, text + old, (size_t)n) : 0;

	text[old + (r < 0 ? 0 : (size_t)n)] = '\0';
	return r;
}

static int sparse_descriptor(struct vms_disk *d, struct vms_span head, char *text, struct vms_why *why)
{
	uint64_t capacity = 0, at = 0, sectors = 0;
	int r;

	span_le64(head, CAPACITY_AT, &capacity);
	span_le64(head, DESCRIPTOR_AT, &at);
	span_le64(head, SECTORS_AT, &sectors);
	/* then qemu takes the disk from the files that the descriptor names */
	if (capacity == 0 && at != 0)
		return vms_broken(why, "it holds no disk, only the names of other files");
	if (d->size > HINT_AT) {
		r = append(d, HINT_AT, MIN(d->size - HINT_AT, (uint64_t)HINT_LEN), text);
		if (r < 0)
			return r;
	}
	if (at == 0 || sectors == 0)
		return 0;
	if (at > UINT64_MAX / 512 || sectors > DESCRIPTOR_MAX / 512)
		return vms_broken(why, "its descriptor has %" PRIu64 " sectors", sectors);
	return append(d, at * 512, sectors * 512, text);
}

/* It may have room for one; qemu asks for its ID. */
bool vmdk_is_part(struct vms_span head, const char *text)
{
	return span_is(head, 0, "KDMV", 4) && !strstr(text, "CID=");
}

int vmdk_descriptor(struct vms_disk *d, struct vms_span head, char **ret, struct vms_why *why)
{
	_cleanup_free_ char *text = calloc(1, DESCRIPTOR_MAX + HINT_LEN + 1);
	int r;

	if (!text)
		return -ENOMEM;
	if (span_is(head, 0, "KDMV", 4))
		r = sparse_descriptor(d, head, text, why);
	else if (span_is(head, 0, "COWD", 4))
		r = 0;
	else if (d->size > DESCRIPTOR_MAX)
		r = vms_broken(why, "its descriptor has %" PRIu64 " bytes", d->size);
	else
		r = append(d, 0, d->size, text);
	if (r == 0) {
		*ret = text;
		text = NULL;
	}
	return r;
}

/* RW 98304 FLAT "disk-flat.vmdk" 0: by qemu's own format, in which a tab or a line's end is a blank, too. */
static bool read_extent(const char *line, struct vmdk_name *ret)
{
	char access[11], type[11];
	long long sectors;

	if (sscanf(line, "%10s %lld %10s \"%511[^\n\r\"]\"", access, &sectors, type, ret->name) != 4)
		return false;
	ret->flat = streq(type, "FLAT") || streq(type, "VMFS");
	return true;
}

bool vmdk_next_extent(const char **cursor, struct vmdk_name *ret)
{
	while (**cursor) {
		const char *line = *cursor;
		size_t len = strcspn(line, "\n");

		*cursor += len + (line[len] == '\n');
		if (read_extent(line, ret))
			return true;
	}
	return false;
}

bool vmdk_parent(const char *text, struct vmdk_name *ret)
{
	const char *at = strstr(text, VMDK_PARENT);
	size_t n;

	if (!at || strnlen(at, PARENT_SKIP) < PARENT_SKIP)
		return false;
	at += PARENT_SKIP;
	n = strcspn(at, "\"");
	if (at[n] != '"')
		return false;
	snprintf(ret->name, sizeof(ret->name), "%.*s", (int)MIN(n, sizeof(ret->name) - 1), at);
	ret->flat = false;
	return true;
}
