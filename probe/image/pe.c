/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PE headers of a boot loader. Reads the DOS header, the headers at e_lfanew and the
 * section table. Held to what loaders in the field insist on (EDK II's PE/COFF library
 * is the strictest): what it would refuse to load is not a whole image. Serves "VM
 * Image Format": the removable media path holds an EFI application.
 */
#include <errno.h>
#include <inttypes.h>
#include "image/pe.h"

#define DOS_LFANEW     0x3c
#define COFF_SIZE      24 /* with the signature "PE\0\0" */
#define OPT_MAGIC_32   0x010b
#define OPT_MAGIC_PLUS 0x020b
#define OPT_MAX	       (112 + 16 * 8)
#define DIR_MAX	       16
#define DIR_SECURITY   4      /* certificates; its address is a file offset */
#define DIR_RELOC      5      /* base relocations */
#define STRIPPED       0x0001 /* of the characteristics: relocations are stripped */
#define SECTION_SIZE   40

struct pe_headers {
	uint64_t optional, sections; /* file offsets */
	uint16_t optional_size, characteristics;
	uint64_t base; /* where it would like to be loaded */
	uint32_t reloc, reloc_size;
	uint32_t entry, alignment, image_size, headers_size;
	uint32_t n_directories;
};

static const struct {
	uint16_t machine;
	const char *name;
} machines[] = {
	{ PE_MACHINE_AARCH64, "AArch64" }, { PE_MACHINE_ARMNT, "AArch32 (Thumb mixed)" },
	{ 0x01c0, "Arm (old)" },	   { 0x8664, "x86-64" },
	{ 0x014c, "x86 (32-bit)" },	   { 0x0200, "Itanium" },
	{ 0x0ebc, "EFI byte code" },	   { 0x5032, "RISC-V 32" },
	{ 0x5064, "RISC-V 64" },	   { 0x6232, "LoongArch 32" },
	{ 0x6264, "LoongArch 64" },
};

const char *pe_machine_text(uint16_t machine, char buf[48])
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (machines[i].machine == machine) {
			snprintf(buf, 48, "%s (0x%04X)", machines[i].name, machine);
			return buf;
		}
	snprintf(buf, 48, "machine 0x%04X", machine);
	return buf;
}

const char *pe_subsystem_text(uint16_t subsystem, char buf[48])
{
	static const char *const names[] = { [1] = "native",
					     [2] = "Windows GUI",
					     [3] = "Windows console",
					     [10] = "EFI application",
					     [11] = "EFI boot service driver",
					     [12] = "EFI runtime driver",
					     [13] = "EFI ROM image" };

	if (subsystem < ARRAY_SIZE(names) && names[subsystem])
		snprintf(buf, 48, "%s (%u)", names[subsystem], subsystem);
	else
		snprintf(buf, 48, "subsystem %u", subsystem);
	return buf;
}

/* Bytes of the file; past its end is "cut short", with what is missing there. */
static int pe_bytes(struct vms_disk *file, uint64_t off, void *buf, size_t len, const char *what,
		    struct vms_why *why)
{
	int r = vms_disk_read(file, off, buf, len);

	if (r == -ENXIO)
		return vms_broken(why,
				  "cut short: the file has %" PRIu64 " bytes, its %s would end at %" PRIu64,
				  file->size, what, off + len);
	return r;
}

static int pe_read_coff(struct vms_disk *file, struct pe_image *pe, struct pe_headers *h, struct vms_why *why)
{
	uint8_t dos[64], coff[COFF_SIZE];
	struct vms_span s = vms_span(coff, sizeof(coff));
	uint32_t lfanew = 0;
	int r;

	if (file->size == 0)
		return vms_broken(why, "the file is empty");
	r = pe_bytes(file, 0, dos, sizeof(dos), "DOS header", why);
	if (r < 0)
		return r;
	if (memcmp(dos, "MZ", 2) != 0)
		return vms_broken(why, "no PE image: the file begins with %02X %02X, not \"MZ\"", dos[0],
				  dos[1]);
	span_le32(vms_span(dos, sizeof(dos)), DOS_LFANEW, &lfanew);
	r = pe_bytes(file, lfanew, coff, sizeof(coff), "PE header", why);
	if (r < 0)
		return r;
	if (memcmp(coff, "PE\0", 4) != 0)
		return vms_broken(why,
				  "no PE image: no \"PE\" signature at byte %" PRIu32
				  ", where the DOS header has it",
				  lfanew);
	span_le16(s, 4, &pe->machine);
	span_le16(s, 6, &pe->n_sections);
	span_le16(s, 20, &h->optional_size);
	span_le16(s, 22, &h->characteristics);
	h->optional = (uint64_t)lfanew + COFF_SIZE;
	h->sections = h->optional + h->optional_size;
	return 0;
}

static int pe_read_optional(struct vms_disk *file, struct pe_image *pe, struct pe_headers *h,
			    struct vms_why *why)
{
	uint8_t bytes[OPT_MAX];
	size_t n = MIN((size_t)h->optional_size, sizeof(bytes)), fixed;
	struct vms_span s = vms_span(bytes, n);
	uint16_t magic = 0;
	uint32_t base = 0;
	int r = pe_bytes(file, h->optional, bytes, n, "optional header", why);

	if (r < 0)
		return r;
	span_le16(s, 0, &magic);
	if (magic != OPT_MAGIC_32 && magic != OPT_MAGIC_PLUS)
		return vms_broken(why, "the optional header is neither PE32 nor PE32+: magic 0x%04X", magic);
	pe->plus = magic == OPT_MAGIC_PLUS;
	fixed = pe->plus ? 112 : 96;
	if (!span_le32(s, fixed - 4, &h->n_directories) || h->n_directories > DIR_MAX ||
	    h->optional_size != fixed + (uint64_t)8 * h->n_directories)
		return vms_broken(why,
				  "the optional header has %u bytes, which do not fit its %" PRIu32
				  " data directories",
				  h->optional_size, h->n_directories);
	span_le32(s, 16, &h->entry);
	span_le32(s, 32, &h->alignment);
	span_le32(s, 56, &h->image_size);
	span_le32(s, 60, &h->headers_size);
	span_le16(s, 68, &pe->subsystem);
	if (pe->plus)
		span_le64(s, 24, &h->base);
	else
		h->base = span_le32(s, 28, &base) ? base : 0;
	pe->relocations_told = h->n_directories > DIR_RELOC;
	if (pe->relocations_told) {
		span_le32(s, fixed + 8ul * DIR_RELOC, &h->reloc);
		span_le32(s, fixed + 8ul * DIR_RELOC + 4, &h->reloc_size);
	}
	if (h->n_directories > DIR_SECURITY) {
		span_le32(s, fixed + 8ul * DIR_SECURITY, &pe->cert_offset);
		span_le32(s, fixed + 8ul * DIR_SECURITY + 4, &pe->cert_size);
	}
	return 0;
}

/* Can it be loaded to where there is memory? */
static int pe_check_relocations(struct pe_image *pe, const struct pe_headers *h, struct vms_why *why)
{
	if ((uint64_t)h->reloc + h->reloc_size > h->image_size && h->reloc_size != 0)
		return vms_broken(why,
				  "its relocations leave the image: they end at 0x%" PRIX64 " of 0x%" PRIX32,
				  (uint64_t)h->reloc + h->reloc_size, h->image_size);
	if (!(h->characteristics & STRIPPED))
		return 0;
	if (h->base == 0)
		return vms_broken(why,
				  "its relocations are stripped, and the address that it is made for is 0: "
				  "no firmware can place the image");
	pe->fixed_at = h->base;
	return 0;
}

static int pe_check_sizes(const struct vms_disk *file, struct pe_image *pe, const struct pe_headers *h,
			  struct vms_why *why)
{
	uint64_t table_end = h->sections + (uint64_t)pe->n_sections * SECTION_SIZE;

	if (pe->n_sections == 0)
		return vms_broken(why, "the image has no sections");
	if (h->alignment == 0) /* EDK II rounds the address that it loads to by this: to nothing */
		return vms_broken(why, "SectionAlignment is 0: no firmware can place the image");
	if (table_end > h->headers_size)
		return vms_broken(why,
				  "the section table ends at byte %" PRIu64 ", behind the headers' %" PRIu32
				  " bytes",
				  table_end, h->headers_size);
	if (h->headers_size >= h->image_size)
		return vms_broken(why, "headers of %" PRIu32 " bytes in an image of %" PRIu32,
				  h->headers_size, h->image_size);
	if (h->headers_size > file->size)
		return vms_broken(why, "cut short: the file has %" PRIu64 " bytes, its headers %" PRIu32,
				  file->size, h->headers_size);
	if (h->entry == 0 || h->entry >= h->image_size)
		return vms_broken(why,
				  "the entry point 0x%" PRIX32 " is outside the image of 0x%" PRIX32 " bytes",
				  h->entry, h->image_size);
	if ((uint64_t)pe->cert_offset + pe->cert_size > file->size && pe->cert_size != 0)
		return vms_broken(why,
				  "cut short: the file has %" PRIu64 " bytes, its signature ends at %" PRIu64,
				  file->size, (uint64_t)pe->cert_offset + pe->cert_size);
	pe->end = h->headers_size;
	if (pe->cert_size != 0)
		pe->end = MAX(pe->end, (uint64_t)pe->cert_offset + pe->cert_size);
	return 0;
}

/* What a section of that name says about who made the image; later ones are stronger. */
static void pe_note_section(struct vms_span s, int *kind)
{
	static const char *const names[] = { "mods", ".sdmagic", ".linux" };

	for (int i = 0; i < (int)ARRAY_SIZE(names); i++)
		if (span_is(s, 0, names[i], MIN(strlen(names[i]) + 1, (size_t)8)) && i + 1 > *kind)
			*kind = i + 1;
}

static int pe_check_section(const struct vms_disk *file, struct pe_image *pe, const struct pe_headers *h,
			    struct vms_span s, struct vms_why *why)
{
	uint32_t vsize = 0, vaddr = 0, raw = 0, at = 0;
	char name[9] = "";

	for (unsigned i = 0; i < 8 && s.data[i]; i++)
		name[i] = (char)(s.data[i] >= 0x20 && s.data[i] < 0x7f ? s.data[i] : '?');
	span_le32(s, 8, &vsize);
	span_le32(s, 12, &vaddr);
	span_le32(s, 16, &raw);
	span_le32(s, 20, &at);
	if (raw != 0 && (uint64_t)at + raw > file->size)
		return vms_broken(why,
				  "cut short: the file has %" PRIu64 " bytes, section %s ends at %" PRIu64,
				  file->size, name, (uint64_t)at + raw);
	if ((uint64_t)vaddr + vsize > h->image_size)
		return vms_broken(why, "section %s leaves the image: it ends at 0x%" PRIX64 " of 0x%" PRIX32,
				  name, (uint64_t)vaddr + vsize, h->image_size);
	if (raw != 0)
		pe->end = MAX(pe->end, (uint64_t)at + raw);
	return 0;
}

static int pe_read_sections(struct vms_disk *file, struct pe_image *pe, const struct pe_headers *h,
			    struct vms_why *why)
{
	static const char *const kinds[] = { NULL, "GRUB", "systemd-boot", "unified kernel image (UKI)" };
	int kind = 0;

	for (unsigned i = 0; i < pe->n_sections; i++) {
		uint8_t bytes[SECTION_SIZE];
		struct vms_span s = vms_span(bytes, sizeof(bytes));
		int r = pe_bytes(file, h->sections + (uint64_t)i * SECTION_SIZE, bytes, sizeof(bytes),
				 "section table", why);

		if (r < 0)
			return r;
		r = pe_check_section(file, pe, h, s, why);
		if (r < 0)
			return r;
		pe_note_section(s, &kind);
	}
	pe->kind = kinds[kind];
	return 0;
}

/* Kernels with an EFI stub carry their own magic numbers in the DOS header. */
static int pe_note_kernel(struct vms_disk *file, struct pe_image *pe)
{
	uint8_t head[64];
	int r = vms_disk_read(file, 0, head, sizeof(head));

	if (r < 0)
		return r;
	if (memcmp(head + 56, "ARM\x64", 4) == 0 || memcmp(head + 36, "\x18\x28\x6f\x01", 4) == 0 ||
	    memcmp(head + 4, "zimg", 4) == 0)
		pe->kind = "Linux kernel with EFI stub";
	return 0;
}

int pe_read(struct vms_disk *file, struct pe_image *ret, struct vms_why *why)
{
	struct pe_headers h = { .entry = 0 };
	struct pe_image pe = { .kind = NULL };
	int r = pe_read_coff(file, &pe, &h, why);

	if (r == 0)
		r = pe_read_optional(file, &pe, &h, why);
	if (r == 0)
		r = pe_check_sizes(file, &pe, &h, why);
	if (r == 0)
		r = pe_check_relocations(&pe, &h, why);
	if (r == 0)
		r = pe_read_sections(file, &pe, &h, why);
	if (r == 0 && !pe.kind)
		r = pe_note_kernel(file, &pe);
	if (r == 0)
		*ret = pe;
	return r;
}
