// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How far a boot has come, and what stopped it, from what its console says. Messages of
 * EDK II, U-Boot, GRUB, systemd-boot, the kernel, initial ramdisks and systemd, as seen on
 * guests. A silent console decides nothing: the verdict itself comes another way.
 */
#include "core/util.h"
#include "console.h"

static const char *const stage_names[] = {
	[VMS_STAGE_NONE] = "before the firmware",	 [VMS_STAGE_FIRMWARE] = "the firmware",
	[VMS_STAGE_LOADER] = "the boot loader",		 [VMS_STAGE_KERNEL] = "the kernel",
	[VMS_STAGE_USERSPACE] = "the guest's userspace", [VMS_STAGE_LOGIN] = "the login prompt",
	[VMS_STAGE_AGENT] = "the run inside the guest",
};

const char *stage_name(enum vms_cell_stage s)
{
	return stage_names[s];
}

/* What shows that a stage was reached. */
static const struct {
	const char *text;
	enum vms_cell_stage stage;
} signs[] = {
	{ "UEFI firmware", VMS_STAGE_FIRMWARE },
	{ "U-Boot 20", VMS_STAGE_FIRMWARE },
	{ "BdsDxe: loading", VMS_STAGE_FIRMWARE },
	{ "BdsDxe: starting", VMS_STAGE_LOADER },
	{ "Booting /efi\\boot", VMS_STAGE_LOADER }, /* U-Boot */
	{ "Welcome to GRUB", VMS_STAGE_LOADER },
	{ "GNU GRUB", VMS_STAGE_LOADER },
	{ "EFI stub:", VMS_STAGE_KERNEL },
	{ "Booting Linux on physical CPU", VMS_STAGE_KERNEL },
	{ "Linux version ", VMS_STAGE_KERNEL },
	{ "Run /init as init process", VMS_STAGE_USERSPACE },
	{ "Run /sbin/init as init process", VMS_STAGE_USERSPACE },
	{ "systemd[1]:", VMS_STAGE_USERSPACE },
	{ "Welcome to ", VMS_STAGE_USERSPACE },
	{ "cloud-init[", VMS_STAGE_USERSPACE },
	{ " login:", VMS_STAGE_LOGIN },
};

/* What a boot does not come back from. */
enum { END_PANIC };
static const struct {
	const char *text;
	enum vms_cell_stage stage;
	const char *why;
	bool prompt; /* the whole line, waiting for an answer */
} ends[] = {
	[END_PANIC] = { "Kernel panic - not syncing", VMS_STAGE_KERNEL, "the kernel panicked", false },
	{ "UEFI Interactive Shell", VMS_STAGE_FIRMWARE, "found nothing to boot and went to its shell",
	  false },
	/* EDK II's front page, which nobody asked for */
	{ "Boot Maintenance Manager", VMS_STAGE_FIRMWARE, "found nothing to boot and shows its setup",
	  false },
	{ "BdsDxe: No bootable option", VMS_STAGE_FIRMWARE, "found nothing to boot", false },
	{ ">>Start PXE", VMS_STAGE_FIRMWARE, "found nothing to boot on the disk and tries the network",
	  false },
	{ ">>Start HTTP", VMS_STAGE_FIRMWARE, "found nothing to boot on the disk and tries the network",
	  false },
	{ "BOOTP broadcast", VMS_STAGE_FIRMWARE, "found nothing to boot on the disk and tries the network",
	  false },
	{ "Synchronous Exception at", VMS_STAGE_FIRMWARE, "the firmware, or what it started, crashed",
	  false },
	{ "\"Synchronous Abort\" handler", VMS_STAGE_FIRMWARE, "the firmware, or what it started, crashed",
	  false },
	{ "ASSERT_EFI_ERROR", VMS_STAGE_FIRMWARE, "the firmware stopped at a failed assertion", false },
	{ "=> ", VMS_STAGE_FIRMWARE, "found nothing to boot and waits at its prompt", true },
	{ "grub rescue> ", VMS_STAGE_LOADER, "GRUB waits at its rescue prompt", true },
	{ "grub> ", VMS_STAGE_LOADER, "GRUB waits at its prompt", true },
	{ "(initramfs) ", VMS_STAGE_USERSPACE, "the initial ramdisk found no root and waits at its prompt",
	  true },
	{ "Gave up waiting for root", VMS_STAGE_USERSPACE, "the initial ramdisk found no root", false },
	{ "ramdisk: no root disk", VMS_STAGE_USERSPACE, "the initial ramdisk found no root", false },
	{ "You are in emergency mode", VMS_STAGE_USERSPACE, "it stopped in emergency mode", false },
	{ "Entering emergency mode", VMS_STAGE_USERSPACE, "it stopped in emergency mode", false },
	{ "(or press Control-D to continue): ", VMS_STAGE_USERSPACE, "it stopped in emergency mode", true },
};

void console_reset(struct console *c)
{
	*c = (struct console){ .stage = VMS_STAGE_NONE };
}

/* Past the escape sequence at `s`: CSI ... letter, or two bytes. */
static const char *skip_escape(const char *s)
{
	if (s[1] != '[')
		return s[1] ? s + 2 : s + 1;
	for (s += 2; *s && !(*s >= '@' && *s <= '~'); s++)
		;
	return *s ? s + 1 : s;
}

/* A painted screen is mostly blanks: of a row of them no more is kept than a kernel's time stamp has. */
static bool is_margin(const char *buf, size_t n)
{
	return n >= 4 && memcmp(buf + n - 4, "    ", 4) == 0;
}

void console_clean(const char *line, char *buf, size_t size)
{
	size_t n = 0;

	while (*line && n + 1 < size) {
		if (*line == '\033') {
			line = skip_escape(line);
			continue;
		}
		if (*line >= ' ' && *line <= '~' && !(*line == ' ' && (n == 0 || is_margin(buf, n))))
			buf[n++] = *line;
		line++;
	}
	while (n > 0 && buf[n - 1] == ' ')
		n--;
	buf[n] = '\0';
}

/* A prompt stands alone on its line: the middle of somebody's text is none. */
static bool is_prompt(const char *text, const char *prompt)
{
	size_t m = strlen(prompt);

	while (m > 0 && prompt[m - 1] == ' ')
		m--;
	return strlen(text) == m && memcmp(text, prompt, m) == 0;
}

static void note_end(struct console *c, const char *text, bool partial)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		bool hit = ends[i].prompt ? partial && is_prompt(text, ends[i].text)
					  : strstr(text, ends[i].text) != NULL;

		if (!hit)
			continue;
		/* firmware that starts its own shell has not left itself */
		c->stage = ends[i].stage == VMS_STAGE_FIRMWARE ? VMS_STAGE_FIRMWARE
							       : MAX(c->stage, ends[i].stage);
		c->why = ends[i].why;
		c->panicked = i == END_PANIC;
		snprintf(c->stopped, sizeof(c->stopped), "%s", text);
		return;
	}
}

void console_line(struct console *c, const char *line, bool partial)
{
	char text[160];

	console_clean(line, text, sizeof(text));
	if (!*text)
		return;
	if (!partial)
		c->lines++;
	snprintf(c->last, sizeof(c->last), "%s", text);
	c->stage = MAX(c->stage, VMS_STAGE_FIRMWARE); /* somebody speaks */
	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (strstr(text, signs[i].text) &&
		    !(signs[i].stage == VMS_STAGE_USERSPACE && strstr(text, "GRUB")))
			c->stage = MAX(c->stage, signs[i].stage);
	if (!*c->stopped)
		note_end(c, text, partial);
}
