// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Talking to systemd: sd_notify(3)'s protocol ($NOTIFY_SOCKET) and the journal's
 * native one (systemd.io/JOURNAL_NATIVE_PROTOCOL). Both are one datagram.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "daemon.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

static int send_to(const char *path, const char *data, size_t len)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t n = strlen(path);
	_cleanup_close_ int fd = -1;

	if (n == 0 || n >= sizeof(a.sun_path) || (path[0] != '/' && path[0] != '@'))
		return -EINVAL;
	memcpy(a.sun_path, path, n);
	if (path[0] == '@')
		a.sun_path[0] = '\0'; /* abstract */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* whoever does not read must not hold us up for ever */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){ .tv_sec = 2 },
			 sizeof(struct timeval));
	if (sendto(fd, data, len, MSG_NOSIGNAL, (struct sockaddr *)&a,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		return -errno;
	return 0;
}

void notify_systemd(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");

	if (path)
		(void)send_to(path, state, strlen(state));
}

/* "NAME=value\n"; a value with a newline goes with its length, 64 bits little endian. */
static void put_field(FILE *f, const struct journal_field *field)
{
	size_t len = strlen(field->value);

	if (!strchr(field->value, '\n')) {
		fprintf(f, "%s=%s\n", field->name, field->value);
		return;
	}
	fprintf(f, "%s\n", field->name);
	for (int i = 0; i < 8; i++)
		fputc((int)((uint64_t)len >> 8 * i & 0xff), f);
	fwrite(field->value, 1, len, f);
	fputc('\n', f);
}

bool journal_send(const struct journal_field *fields, size_t n)
{
	_cleanup_free_ char *data = NULL;
	size_t len = 0;
	FILE *f = vms_memstream(&data, &len);
	bool whole;

	if (!f)
		return false;
	fputs("SYSLOG_IDENTIFIER=" TOOL "\n", f);
	for (size_t i = 0; i < n; i++)
		if (fields[i].value)
			put_field(f, &fields[i]);
	whole = !ferror(f);
	return fclose(f) == 0 && whole && send_to(JOURNAL_SOCKET, data, len) == 0;
}
