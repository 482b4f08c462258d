// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of formats, and what the place that a document goes to can show.
 * Reads the terminal's size and the variables COLUMNS, NO_COLOR and TERM.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "core/util.h"
#include "format.h"

static const struct vms_format formats[] = {
	{ "text", vms_render_text, NULL, "\n", NULL },
	{ "lines", vms_render_lines, NULL, NULL, NULL },
	{ "json", vms_render_json, "[\n", ",\n", "]\n" },
	{ "jsonl", vms_render_jsonl, NULL, NULL, NULL },
	{ "junit", vms_render_junit, VMS_JUNIT_HEAD, NULL, VMS_JUNIT_TAIL },
};

const struct vms_format *vms_format_at(size_t i)
{
	return i < ARRAY_SIZE(formats) ? &formats[i] : NULL;
}

const struct vms_format *vms_format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (streq(formats[i].name, name))
			return &formats[i];
	return NULL;
}

/* $COLUMNS, when it is a sane number; else 0. */
static unsigned columns_wished(void)
{
	const char *s = getenv("COLUMNS");
	char *end;
	unsigned long n;

	if (!s || *s < '0' || *s > '9')
		return 0;
	n = strtoul(s, &end, 10);
	return *end || n > 10000 ? 0 : (unsigned)n;
}

void vms_format_terminal(FILE *out, struct vms_format_options *opt)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool tty = isatty(fileno(out));
	struct winsize size;

	opt->colour = tty && !(no_color && *no_color) && term && *term && !streq(term, "dumb");
	opt->width = columns_wished();
	if (opt->width || !tty)
		return;
	/* A serial console says 0 columns. */
	opt->width = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}
