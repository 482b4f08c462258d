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
	*d = (struct vms_disk){ .size = 0 };
}

static bool disk_has(const struct vms_disk *d, uint64_t off, uint64_t len)
{
	return off <= d->size && len <= d->size - off;
}

/* Bytes of a kept block; NULL: they are not in one. */
static const uint8_t *disk_kept(const struct vms_disk *d, uint64_t off, size_t len)
{
	for (size_t i = 0; i < VMS_DISK_LINES; i++) {
		const struct vms_disk_line *l = &d->lines[i];

		if (l->len > 0 && off >= l->off && off - l->off <= l->len && len <= l->len - (off - l->off))
			return d->data + i * VMS_DISK_LINE + (off - l->off);
	}
	return NULL;
}

int vms_disk_peek(struct vms_disk *d, uint64_t off, void *buf, size_t len)
{
	const uint8_t *kept;
	int r;

	if (!disk_has(d, off, len))
		return -ENXIO;
	kept = disk_kept(d, off, len);
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

/* The kept block that starts at `off`, read when it is not there yet. */
static int disk_line(struct vms_disk *d, uint64_t off, size_t len, uint8_t **ret)
{
	size_t oldest = 0;
	int r;

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
	if (!d->data && !(d->data = malloc((size_t)VMS_DISK_LINES * VMS_DISK_LINE)))
		return -ENOMEM;
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
	uint8_t *out = buf;

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
}
