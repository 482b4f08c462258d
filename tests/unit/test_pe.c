/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe/image/pe.c: each field that makes a PE whole, broken alone; truncation everywhere. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "image/pe.h"
#include "mkimage.h"

#define COFF 0x40u
#define OPT  (COFF + 24)

static int read_pe(const uint8_t *p, size_t len, struct pe_image *pe, struct vms_why *why)
{
	struct vms_span bytes = vms_span(p, len);
	struct vms_disk d;
	int r;

	why->text[0] = '\0';
	vms_disk_init_span(&d, &bytes);
	r = pe_read(&d, pe, why);
	vms_disk_clear(&d);
	return r;
}

static void good(void **state)
{
	uint8_t p[MK_LOADER_SIZE];
	struct pe_image pe;
	struct vms_why why;
	char text[48];

	(void)state;
	mk_pe(p, 0xaa64, true);
	assert_int_equal(read_pe(p, sizeof(p), &pe, &why), 0);
	assert_int_equal(pe.machine, PE_MACHINE_AARCH64);
	assert_true(pe.plus);
	assert_int_equal(pe.subsystem, PE_SUBSYSTEM_EFI_APPLICATION);
	assert_int_equal(pe.n_sections, 2);
	assert_null(pe.kind);
	mk_pe(p, 0x1c2, false);
	assert_int_equal(read_pe(p, sizeof(p), &pe, &why), 0);
	assert_false(pe.plus);
	assert_string_equal(pe_machine_text(pe.machine, text), "AArch32 (Thumb mixed) (0x01C2)");
	assert_string_equal(pe_machine_text(0x8664, text), "x86-64 (0x8664)");
	assert_string_equal(pe_machine_text(0x1234, text), "machine 0x1234");
	assert_string_equal(pe_subsystem_text(11, text), "EFI boot service driver (11)");
	assert_string_equal(pe_subsystem_text(99, text), "subsystem 99");
}

static void fields(void **state)
{
	const unsigned sect = OPT + 112 + 128;
	const struct {
		unsigned off, size;
		uint32_t value;
		const char *words;
	} cases[] = {
		{ 0, 2, 0x1234, "not \"MZ\"" },
		{ 0x3c, 4, 0x41, "no \"PE\" signature" },
		{ 0x3c, 4, UINT32_MAX, "cut short" },
		{ COFF, 2, 0, "no \"PE\" signature" },
		{ COFF + 6, 2, 0, "no sections" },
		{ COFF + 6, 2, 100, "behind the headers" },
		{ COFF + 20, 2, 0, "neither PE32 nor PE32+" },
		{ COFF + 20, 2, 232, "do not fit" },
		{ OPT, 2, 0x107, "magic 0x0107" },
		{ OPT + 16, 4, 0, "entry point" },
		{ OPT + 16, 4, 0x3000, "entry point" },
		{ OPT + 56, 4, 0x200, "headers of 512 bytes in an image of 512" },
		{ OPT + 60, 4, 1537, "cut short" },
		{ OPT + 108, 4, 17, "17 data directories" },
		{ OPT + 112 + 32, 4, 0, NULL }, /* no certificate */
		{ OPT + 112 + 36, 4, 1537, "its signature ends" },
		{ sect + 16, 4, 0x600, "section .text ends" },
		{ sect + 40 + 20, 4, UINT32_MAX, "section .data ends" },
		{ sect + 40 + 12, 4, UINT32_MAX, "leaves the image" },
		{ sect + 8, 4, 0x2001, "leaves the image" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t p[MK_LOADER_SIZE];
		struct pe_image pe;
		struct vms_why why;

		mk_pe(p, 0xaa64, true);
		if (cases[i].size == 4)
			mk32(p + cases[i].off, cases[i].value);
		else
			mk16(p + cases[i].off, (uint16_t)cases[i].value);
		assert_int_equal(read_pe(p, sizeof(p), &pe, &why), cases[i].words ? -EBADMSG : 0);
		if (cases[i].words && !strstr(why.text, cases[i].words))
			fail_msg("%zu: \"%s\" does not say \"%s\"", i, why.text, cases[i].words);
	}
}

/* One byte less than all of it is never whole. */
static void truncated(void **state)
{
	uint8_t p[MK_LOADER_SIZE];
	struct pe_image pe;
	struct vms_why why;

	(void)state;
	mk_pe(p, 0xaa64, true);
	for (size_t len = 0; len < sizeof(p); len++) {
		uint8_t *exact = malloc(len ? len : 1); /* so that ASan sees a byte too far */

		assert_non_null(exact);
		memcpy(exact, p, len);
		assert_int_equal(read_pe(exact, len, &pe, &why), -EBADMSG);
		assert_true(why.text[0]);
		free(exact);
	}
}

static void kinds(void **state)
{
	const unsigned sect = OPT + 112 + 128;
	static const struct {
		const char *section, *kind;
	} cases[] = { { "mods", "GRUB" },
		      { ".sdmagic", "systemd-boot" },
		      { ".linux", "unified kernel image (UKI)" } };
	uint8_t p[MK_LOADER_SIZE];
	struct pe_image pe;
	struct vms_why why;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		mk_pe(p, 0xaa64, true);
		memset(p + sect, 0, 8);
		memcpy(p + sect, cases[i].section, MIN(strlen(cases[i].section), (size_t)8));
		assert_int_equal(read_pe(p, sizeof(p), &pe, &why), 0);
		assert_string_equal(pe.kind, cases[i].kind);
	}
	mk_pe(p, 0xaa64, true);
	memcpy(p + 56, "ARM\x64", 4);
	assert_int_equal(read_pe(p, sizeof(p), &pe, &why), 0);
	assert_string_equal(pe.kind, "Linux kernel with EFI stub");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(fields),
		cmocka_unit_test(truncated),
		cmocka_unit_test(kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
