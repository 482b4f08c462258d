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

struct sections {
	struct section uname, initrd[UKI_INITRDS];
	size_t n; /* of initrd */
};

static void take_row(struct vms_span row, struct sections *s)
{
	if (span_is(row, 0, ".initrd\0", 8) && s->n < UKI_INITRDS)
		s->initrd[s->n++] = take_section(row);
	if (span_is(row, 0, ".uname\0\0", 8) && s->uname.size == 0)
		s->uname = take_section(row);
}

static int read_sections(const struct unpack_file *io, struct sections *ret)
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
		take_row(row, ret);
	}
	return 0;
}

/* -ENOENT: of another kernel. */
static int compare_release(const struct unpack_file *io, const struct section *uname, const char *release)
{
	char name[UNAME_MAX + 1];
	int64_t got = unpack_read(io, uname->off, name, MIN(uname->size, UNAME_MAX));

	if (got < 0)
		return (int)got;
	name[got] = '\0';
	name[strcspn(name, " \r\n")] = '\0';
	return streq(name, release) ? 0 : -ENOENT;
}

int uki_initrd(int fd, uint64_t size, const char *release, bool started, struct uki_section *ret,
	       size_t *ret_n)
{
	struct unpack_file io = { fd, size };
	struct sections s = { .n = 0 };
	size_t n = 0;
	int err = read_sections(&io, &s);

	if (err < 0)
		return err;
	if (s.n == 0 || (s.uname.size == 0 && !started))
		return -ENOENT;
	if (s.uname.size)
		err = compare_release(&io, &s.uname, release);
	for (size_t i = 0; i < s.n && err == 0; i++) {
		if (s.initrd[i].off > size || s.initrd[i].size > size - s.initrd[i].off)
			err = -EBADMSG;
		else if (s.initrd[i].size > 0)
			ret[n++] = (struct uki_section){ s.initrd[i].off, s.initrd[i].size };
	}
	if (err == 0 && n == 0)
		err = -ENOENT;
	if (err == 0)
		*ret_n = n;
	return err;
}
