/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block reader: bounds, a count, eight kept blocks of 4 KiB, and the two
 * plainest sources, memory and a file descriptor.
 */
#include <errno.h>
#include <unistd.h>
#include "image/disk.h"

int vms_broken(struct vms_why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

void vms_disk_init(struct vms_disk *d, uint64_t size,
		   int (*read)(void *ctx, uint64_t off, void *buf, size_t len), void *ctx)
{
	*d = (struct vms_disk){ .read = read, .ctx = ctx, .size = size };
}

void vms_disk_clear(struct vms_disk *d)
{
	free(d->data);
	free(d->ahead_data);
	*d = (struct vms_disk){ .size = 0 };
}

static bool disk_has(const struct vms_disk *d, uint64_t off, uint64_t len)
{
	return off <= d->size && len <= d->size - off;
}

static bool line_has(const struct vms_disk_line *l, uint64_t off, size_t len)
{
	return l->len > 0 && off >= l->off && off - l->off <= l->len && len <= l->len - (off - l->off);
}

/* Line `i`; the last ones are those that were read ahead. */
static const uint8_t *line_bytes(const struct vms_disk *d, size_t i)
{
	return i < VMS_DISK_LINES ? d->data + i * VMS_DISK_LINE
				  : d->ahead_data + (i - VMS_DISK_LINES) * VMS_DISK_AHEAD;
}

const uint8_t *vms_disk_kept(struct vms_disk *d, uint64_t off, size_t len)
{
	size_t i = d->recent;

	if (!disk_has(d, off, len)) /* lines may go on behind an end that was found later */
		return NULL;
	if (!line_has(&d->lines[i], off, len))
		for (i = 0; i < ARRAY_SIZE(d->lines) && !line_has(&d->lines[i], off, len); i++)
			;
	if (i == ARRAY_SIZE(d->lines))
		return NULL;
	d->recent = i;
	d->lines[i].used = ++d->clock;
	return line_bytes(d, i) + (off - d->lines[i].off);
}

int vms_disk_peek(struct vms_disk *d, uint64_t off, void *buf, size_t len)
{
	const uint8_t *kept;
	int r;

	if (!disk_has(d, off, len))
		return -ENXIO;
	kept = vms_disk_kept(d, off, len);
	if (kept) {
		memcpy(buf, kept, len);
		return 0;
	}
	r = d->read(d->ctx, off, buf, len);
	if (r < 0)
		return r;
	d->bytes_read += len;
	d->n_reads++;
	return 0;
}

void vms_disk_ahead(struct vms_disk *d, uint64_t off, size_t len)
{
	size_t at = d->next_ahead;

	if (!d->ahead_pays || off >= d->size)
		return;
	len = MIN(MIN(len, (size_t)VMS_DISK_AHEAD), (size_t)MIN(d->size - off, (uint64_t)VMS_DISK_AHEAD));
	if (vms_disk_kept(d, off, len))
		return;
	if (!d->ahead_data && !(d->ahead_data = malloc((size_t)VMS_DISK_AHEADS * VMS_DISK_AHEAD)))
		return;
	d->lines[VMS_DISK_LINES + at].len = 0;
	if (vms_disk_peek(d, off, d->ahead_data + at * VMS_DISK_AHEAD, len) < 0)
		return;
	d->lines[VMS_DISK_LINES + at] = (struct vms_disk_line){ .off = off, .len = len };
	d->next_ahead = (at + 1) % VMS_DISK_AHEADS;
}

/* The kept block that starts at `off`, read when it is not there yet. */
static int disk_line(struct vms_disk *d, uint64_t off, size_t len, uint8_t **ret)
{
	size_t oldest = 0;
	int r;

	if (!d->data && !(d->data = malloc((size_t)VMS_DISK_LINES * VMS_DISK_LINE)))
		return -ENOMEM;
	for (size_t i = 0; i < VMS_DISK_LINES; i++) {
		struct vms_disk_line *l = &d->lines[i];

		if (l->len >= len && l->off == off) {
			l->used = ++d->clock;
			*ret = d->data + i * VMS_DISK_LINE;
			return 0;
		}
		if (l->used < d->lines[oldest].used)
			oldest = i;
	}
	d->lines[oldest].len = 0;
	r = vms_disk_peek(d, off, d->data + oldest * VMS_DISK_LINE, len);
	if (r < 0)
		return r;
	d->lines[oldest] = (struct vms_disk_line){ .off = off, .len = len, .used = ++d->clock };
	*ret = d->data + oldest * VMS_DISK_LINE;
	return 0;
}

int vms_disk_read(struct vms_disk *d, uint64_t off, void *buf, size_t len)
{
	const uint8_t *kept = vms_disk_kept(d, off, len);
	uint8_t *out = buf;

	if (kept) {
		memcpy(buf, kept, len);
		return 0;
	}
	if (!disk_has(d, off, len))
		return -ENXIO;
	if (len > VMS_DISK_LINE || (len == VMS_DISK_LINE && off % VMS_DISK_LINE > 0))
		return vms_disk_peek(d, off, buf, len);
	while (len > 0) {
		uint64_t start = off - off % VMS_DISK_LINE;
		size_t skip = (size_t)(off - start), n = MIN(len, VMS_DISK_LINE - skip);
		/* of a stream whose end is not known only what is asked for is sure to be there */
		size_t want = d->size == VMS_DISK_SIZE_UNKNOWN
				      ? skip + n
				      : (size_t)MIN((uint64_t)VMS_DISK_LINE, d->size - start);
		uint8_t *line;
		int r = disk_line(d, start, want, &line);

		if (r == 0)
			memcpy(out, line + skip, n);
		else if (r != -ENOMEM) /* a bad sector beside the ones that are asked for */
			r = vms_disk_peek(d, off, out, n);
		if (r < 0)
			return r;
		out += n, off += n, len -= n;
	}
	return 0;
}

static int span_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct vms_span *bytes = ctx;
	struct vms_span part;

	if (!span_sub(*bytes, off, len, &part))
		return -ENXIO;
	if (len > 0)
		memcpy(buf, part.data, len);
	return 0;
}

void vms_disk_init_span(struct vms_disk *d, const struct vms_span *bytes)
{
	vms_disk_init(d, bytes->len, span_read, (void *)(uintptr_t)bytes);
}

static int fd_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	const int *fd = ctx;
	uint8_t *p = buf;

	while (len > 0) {
		ssize_t n = pread(*fd, p, len, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		/* it was that long when it was opened: somebody is shortening it */
		if (n == 0)
			return -EIO;
		p += n, off += (uint64_t)n, len -= (size_t)n;
	}
	return 0;
}

void vms_disk_init_fd(struct vms_disk *d, uint64_t size, const int *fd)
{
	vms_disk_init(d, size, fd_read, (void *)(uintptr_t)fd);
	d->ahead_pays = true;
}
