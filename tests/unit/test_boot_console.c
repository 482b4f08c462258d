// SPDX-License-Identifier: GPL-2.0-or-later
/* How far a boot has come, by its console: consoles as they were seen. */
#include "fixture.h"
#include "boot/guest/console.h"

static struct console read_lines(const char *const *lines)
{
	struct console c;

	console_reset(&c);
	for (; *lines; lines++)
		console_line(&c, *lines, false);
	return c;
}

static void test_stages(void **state)
{
	static const struct {
		const char *line;
		enum vms_cell_stage stage;
	} seen[] = {
		{ "UEFI firmware (version 2022.11-6 built at 13:10:49)", VMS_STAGE_FIRMWARE },
		{ "\033[2J\033[01;01H\033[=3hBdsDxe: loading Boot0001 \"UEFI Misc Device\" from PciRoot(0x0)",
		  VMS_STAGE_FIRMWARE },
		{ "BdsDxe: starting Boot0001 \"UEFI Misc Device\"", VMS_STAGE_LOADER },
		{ "Welcome to GRUB!", VMS_STAGE_LOADER },
		{ "EFI stub: Booting Linux Kernel...", VMS_STAGE_KERNEL },
		{ "[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x411fd070]",
		  VMS_STAGE_KERNEL },
		{ "[    3.1] Run /init as init process", VMS_STAGE_USERSPACE },
		{ "Welcome to \033[1mDebian GNU/Linux 12\033[0m!", VMS_STAGE_USERSPACE },
		{ "guest login: ", VMS_STAGE_LOGIN },
	};
	struct console c;

	(void)state;
	console_reset(&c);
	assert_int_equal(c.stage, VMS_STAGE_NONE);
	for (size_t i = 0; i < ARRAY_SIZE(seen); i++) {
		console_line(&c, seen[i].line, false);
		if (c.stage != seen[i].stage)
			fail_msg("%s: %s", seen[i].line, stage_name(c.stage));
		assert_string_equal(c.stopped, "");
	}
	console_line(&c, "EFI stub: later words of an earlier stage", false);
	assert_int_equal(c.stage, VMS_STAGE_LOGIN);
}

static void test_ends(void **state)
{
	static const struct {
		const char *line;
		enum vms_cell_stage stage;
		bool prompt;
	} ends[] = {
		{ "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs", VMS_STAGE_KERNEL,
		  false },
		{ ">>Start PXE over IPv4.", VMS_STAGE_FIRMWARE, false },
		{ "UEFI Interactive Shell v2.2", VMS_STAGE_FIRMWARE, false },
		/* EDK II's front page is one line, mostly blanks */
		{ "\033[0m\033[37m\033[40m\033[30C<Standard English>\033[0m\033[30m\033[47m         \033[57D"
		  "   Select Language            \033[0m\033[34m\033[47m\033[09;01H                    "
		  "                                     \033[0m\033[30m\033[47m\033[10;01H   \033[02D>"
		  "\033[01CDevice Manager                                        \033[11;01H   \033[02D>"
		  "\033[01CBoot Manager                                          \033[12;01H   \033[02D>"
		  "\033[01CBoot Maintenance Manager                              \033[0m\033[34m\033[47m",
		  VMS_STAGE_FIRMWARE, false },
		{ "=> ", VMS_STAGE_FIRMWARE, true },
		{ "grub rescue> ", VMS_STAGE_LOADER, true },
		{ "(initramfs) ", VMS_STAGE_USERSPACE, true },
		{ "You are in emergency mode. After logging in", VMS_STAGE_USERSPACE, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct console c;

		console_reset(&c);
		console_line(&c, ends[i].line, ends[i].prompt);
		if (!*c.stopped || !c.why || c.stage != ends[i].stage)
			fail_msg("%s: '%s' in %s", ends[i].line, c.stopped, stage_name(c.stage));
	}
}

/* What only looks like an end. */
static void test_no_ends(void **state)
{
	static const char *const lines[] = {
		"map a => b", "a grub> in the middle", "[ 1.0] panic=5 is an option", "(initramfs)", "=> ",
		NULL
	};
	struct console c = read_lines(lines);

	(void)state;
	assert_string_equal(c.stopped, "");
	console_line(&c, "loading x => ", true);
	assert_string_equal(c.stopped, "");
}

static void test_last_line_is_printable(void **state)
{
	static const char *const lines[] = { "one", "\033[0;32m  OK  \033[0m] two\007\xff",
					     "\033[2J\033[01;01H", "   ", NULL };
	struct console c = read_lines(lines);
	char small[4];

	(void)state;
	assert_string_equal(c.last, "OK  ] two");
	console_clean("abcdefgh", small, sizeof(small));
	assert_string_equal(small, "abc");
	console_clean("\033[", small, sizeof(small));
	assert_string_equal(small, "");
	console_clean("\033", small, sizeof(small));
	assert_string_equal(small, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stages),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_no_ends),
		cmocka_unit_test(test_last_line_is_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
