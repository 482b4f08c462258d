// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Diagnostics: one line each, on stderr alone. What a user typed may be
 * anything; only printable text, and not miles of it, is said back.
 */
#include "verify.h"

#define LONGEST 400

static void _printf_(1, 0) say(const char *fmt, va_list ap)
{
	char buf[LONGEST + 1];
	_cleanup_free_ char *clean = NULL;
	int n = vsnprintf(buf, sizeof(buf), fmt, ap);

	if (n < 0)
		return;
	clean = vms_printable(buf, MIN((size_t)n, (size_t)LONGEST));
	fprintf(stderr, TOOL ": %s%s\n", clean ? clean : "out of memory", n > LONGEST ? "..." : "");
}

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

int wrong_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return EXIT_USAGE;
}
