// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines out of a socket or pipe that others write to, bounded. */
#include <errno.h>
#include "core/util.h"
#include "lines.h"

#define CHUNK 4096

void lines_open(struct lines *l, int fd, size_t max)
{
	*l = (struct lines){ .fd = fd, .max = max };
}

void lines_close(struct lines *l)
{
	if (l->fd >= 0)
		close(l->fd);
	free(l->buf);
	*l = (struct lines)LINES_NONE;
}

static int lines_room(struct lines *l)
{
	size_t size = MAX(2 * l->size, (size_t)2 * CHUNK);
	char *buf;

	if (l->size - l->len > CHUNK)
		return 0;
	buf = realloc(l->buf, size);
	if (!buf)
		return vms_no_memory(); /* told even where what was read here decides nothing more */
	l->buf = buf;
	l->size = size;
	return 0;
}

static void lines_hand_out(struct lines *l, char *start, char *end, lines_fn fn, void *ctx)
{
	while (end > start && end[-1] == '\r')
		end--;
	*end = '\0';
	if (!l->dropping)
		fn(ctx, start, (size_t)(end - start));
	l->dropping = false;
}

int lines_read(struct lines *l, lines_fn fn, void *ctx)
{
	char *start, *end, *fresh;
	ssize_t got;
	int err = lines_room(l);

	if (err)
		return err;
	got = read(l->fd, l->buf + l->len, CHUNK);
	if (got < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (got == 0 && l->grows)
		return 0;
	if (got == 0) {
		close(l->fd);
		l->fd = -1;
		if (l->len > 0)
			lines_hand_out(l, l->buf, l->buf + l->len, fn, ctx);
		l->len = 0;
		return -EPIPE;
	}
	if (l->raw)
		l->raw(l->raw_ctx, l->buf + l->len, (size_t)got);
	start = l->buf;
	fresh = l->buf + l->len; /* before it no line ends */
	l->len += (size_t)got;
	while ((end = memchr(fresh, '\n', (size_t)(l->buf + l->len - fresh)))) {
		fresh = end + 1;
		lines_hand_out(l, start, end, fn, ctx);
		start = fresh;
	}
	l->len -= (size_t)(start - l->buf);
	if (start > l->buf)
		memmove(l->buf, start, l->len);
	if (l->len > l->max) { /* hand out its beginning, wait for its end */
		char kept = l->buf[l->max];

		lines_hand_out(l, l->buf, l->buf + l->max, fn, ctx);
		l->buf[l->max] = kept;
		l->len = 0;
		l->dropping = true;
	}
	l->buf[l->len] = '\0'; /* room for it was made above */
	return 0;
}

const char *lines_partial(const struct lines *l)
{
	return l->buf && l->len > 0 && !l->dropping ? l->buf : "";
}
