/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The initial ramdisk inside a unified kernel image (UAPI.5): a PE file with the
 * sections .linux, .initrd and .uname. PE/COFF specification, section table.
 */
#include <errno.h>

#include "core/span.h"
#include "core/unpack.h"
#include "ramdisk.h"

#define PE_OFFSET    0x3c /* of the PE signature, in the DOS header */
#define PE_HEAD	     24	  /* signature and COFF header */
#define PE_SECTION   40
#define MAX_SECTIONS 96 /* the limit of Windows loaders; stubs have about 20 */
#define UNAME_MAX    256

struct section {
	uint64_t off, size;
};

/* VirtualSize is the payload's; SizeOfRawData is that rounded up. */
static struct section take_section(struct vms_span s)
{
	uint32_t size = 0, raw = 0, off = 0;

	span_le32(s, 8, &size);
	span_le32(s, 16, &raw);
	span_le32(s, 20, &off);
	return (struct section){ off, MIN(size, raw) };
}

static int read_sections(const struct unpack_file *io, struct section *ret_initrd, struct section *ret_uname)
{
	uint8_t b[PE_SECTION * MAX_SECTIONS];
	struct vms_span s;
	uint32_t pe = 0;
	uint16_t n = 0, optional = 0;
	int64_t got = unpack_read(io, 0, b, 64);

	s = vms_span(b, got < 0 ? 0 : (size_t)got);
	if (got < 0)
		return (int)got;
	if (!span_is(s, 0, "MZ", 2) || !span_le32(s, PE_OFFSET, &pe))
		return -EBADMSG;
	got = unpack_read(io, pe, b, PE_HEAD);
	s = vms_span(b, got < 0 ? 0 : (size_t)got);
	if (!span_is(s, 0, "PE\0\0", 4) || !span_le16(s, 6, &n) || !span_le16(s, 20, &optional))
		return -EBADMSG;
	if (n > MAX_SECTIONS)
		return -EBADMSG;
	got = unpack_read(io, (uint64_t)pe + PE_HEAD + optional, b, (uint64_t)n * PE_SECTION);
	s = vms_span(b, got < 0 ? 0 : (size_t)got);
	for (unsigned i = 0; i < n; i++) {
		struct vms_span row;

		if (!span_sub(s, (uint64_t)i * PE_SECTION, PE_SECTION, &row))
			return -EBADMSG;
		if (span_is(row, 0, ".initrd\0", 8))
			*ret_initrd = take_section(row);
		if (span_is(row, 0, ".uname\0\0", 8))
			*ret_uname = take_section(row);
	}
	return 0;
}

int uki_initrd(int fd, uint64_t size, const char *release, uint64_t *ret_off, uint64_t *ret_size)
{
	struct unpack_file io = { fd, size };
	struct section initrd = { 0, 0 }, uname = { 0, 0 };
	char name[UNAME_MAX + 1];
	int64_t got;
	int err = read_sections(&io, &initrd, &uname);

	if (err < 0)
		return err;
	if (initrd.size == 0 || uname.size == 0)
		return -ENOENT;
	if (initrd.off > size || initrd.size > size - initrd.off)
		return -EBADMSG;
	got = unpack_read(&io, uname.off, name, MIN(uname.size, UNAME_MAX));
	if (got < 0)
		return (int)got;
	name[got] = '\0';
	name[strcspn(name, " \r\n")] = '\0';
	if (!streq(name, release))
		return -ENOENT;
	*ret_off = initrd.off;
	*ret_size = initrd.size;
	return 0;
}
