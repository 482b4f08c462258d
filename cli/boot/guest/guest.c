// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes from inside a cell's guest: sorted into the agent's lines and the console's own. */
#include "boot/clock.h"
#include "core/util.h"
#include "guest.h"

static void take_agent(struct guest *g, const char *text)
{
	agent_take(&g->agent, text);
	g->console.stage = VMS_STAGE_AGENT;
}

void guest_port(struct guest *g, const char *line)
{
	const char *text = agent_line(line);

	g->heard = boot_now();
	if (text)
		take_agent(g, text);
}

static bool begins_kernel(const char *line)
{
	return strstr(line, "EFI stub:") || strstr(line, "BdsDxe: starting") ||
	       strstr(line, "Booting Linux on");
}

void guest_console(struct guest *g, const char *line)
{
	/* a kernel's time stamp, or somebody's prompt, may stand before it */
	const char *marker = strstr(line, AGENT_MARKER), *text = marker ? agent_line(marker) : NULL;

	g->heard = boot_now();
	if (text) {
		take_agent(g, text);
		return;
	}
	console_line(&g->console, line, false);
	g->kernels += begins_kernel(line);
	login_take(&g->login, line);
}

void guest_prompt(struct guest *g, const char *text)
{
	g->heard = boot_now();
	console_line(&g->console, text, true);
	login_take(&g->login, text);
}

void guest_begin(struct guest *g)
{
	console_reset(&g->console);
	login_begin(&g->login);
	g->heard = boot_now();
}

void guest_clear(struct guest *g)
{
	agent_clear(&g->agent);
}
