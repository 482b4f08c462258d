// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Diagnostics: one line each, on stderr alone. What a user typed may be
 * anything; only printable text, and not miles of it, is said back.
 */
#include <errno.h>
#include "command.h"

/* Of a longer message, this much of its beginning and its end is shown. */
#define HEAD 240
#define TAIL 120

static void _printf_(1, 0) say(const char *fmt, va_list ap)
{
	_cleanup_free_ char *text = NULL, *head = NULL, *tail = NULL;
	int n = vasprintf(&text, fmt, ap);
	size_t len;

	if (n < 0) {
		text = NULL;
		fprintf(stderr, "%s: out of memory\n", cli_tool);
		return;
	}
	len = (size_t)n;
	if (len <= HEAD + TAIL) {
		head = vms_printable(text, len);
	} else {
		head = vms_printable(text, HEAD);
		tail = vms_printable(text + len - TAIL, TAIL);
	}
	fprintf(stderr, "%s: %s%s%s\n", cli_tool, head ? head : "out of memory", tail ? "..." : "",
		tail ? tail : "");
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

int no_memory(void)
{
	complain("out of memory");
	return EXIT_TOOL;
}

int exit_opening(int err)
{
	switch (-err) {
	case EIO:
	case EINTR:
	case EAGAIN:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOSPC:
		return EXIT_TOOL;
	default:
		return EXIT_USAGE;
	}
}

int exit_worse(int a, int b)
{
	static const int order[] = { EXIT_TOOL, EXIT_NONCOMPLIANT, EXIT_INCONCLUSIVE };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return EXIT_COMPLIANT;
}
