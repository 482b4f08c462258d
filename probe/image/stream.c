/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A raw disk in a compressed file (.xz, .zst, .gz, .bz2), through libarchive. It is
 * decompressed as far as somebody reads, once; what has come out is kept in a file
 * without a name, blocks of zeros as holes. How large the disk is is not known before
 * its end was reached, which is never looked for.
 */
#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include "core/dl.h"
#include "image/source.h"

#define CHUNK	 65536
#define KEPT_MAX (4ull << 30)  /* bytes that are not zero */
#define FAR_MAX	 (32ull << 30) /* how far into the disk */
#define WHOLE	 64	       /* times as much where all of it is asked for */
#define SECONDS	 60	       /* of this process's time */
#define PATIENT	 10	       /* times as long where all of it is asked for */

VMS_DLOPEN_NOTE(archive, "{\"feature\":\"compressed-images\",\"description\":\"compressed disk images\","
			 "\"priority\":\"suggested\",\"soname\":[\"libarchive.so.13\"]}");

static struct {
	void *handle;
	int error, spool; /* of opening it; the file without a name, or -errno */
	struct archive *(*create)(void);
	int (*filter_xz)(struct archive *a);
	int (*filter_zstd)(struct archive *a);
	int (*filter_gzip)(struct archive *a);
	int (*filter_bzip2)(struct archive *a);
	int (*format_raw)(struct archive *a);
	int (*open)(struct archive *a, void *data, archive_open_callback *o, archive_read_callback *r,
		    archive_close_callback *c);
	int (*filter_code)(struct archive *a, int n);
	int (*next_header)(struct archive *a, struct archive_entry **e);
	la_ssize_t (*data)(struct archive *a, void *buf, size_t len);
	const char *(*error_string)(struct archive *a);
	int (*free)(struct archive *a);
} la;

struct stream {
	struct vms_image *image;
	struct archive *archive;
	int fd;
	uint64_t at, kept; /* bytes of the disk that have come out; those that are not zero */
	uint64_t eaten;	   /* bytes of the compressed file */
	time_t start;	   /* seconds of this process's time */
	uint8_t chunk[CHUNK], raw[CHUNK];
};

/* libarchive's own reader of descriptors would ask the file system about them. */
static la_ssize_t stream_feed(struct archive *a, void *data, const void **ret)
{
	struct stream *s = data;
	ssize_t n;

	(void)a;
	do
		n = pread(s->fd, s->raw, sizeof(s->raw), (off_t)s->eaten);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		s->eaten += (uint64_t)n;
	*ret = s->raw;
	return n;
}

static int spool_open(void)
{
	static const char *const folders[] = { NULL, "/var/tmp", "/tmp" };
	int fd = -1;

	for (size_t i = 0; i < ARRAY_SIZE(folders) && fd < 0; i++) {
		const char *folder = i == 0 ? getenv("TMPDIR") : folders[i];

		if (folder && *folder)
			fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	}
	return fd < 0 ? -errno : fd;
}

int stream_prepare(void)
{
	static const struct vms_dl_symbol symbols[] = {
		{ "archive_read_new", &la.create },
		{ "archive_read_support_filter_xz", &la.filter_xz },
		{ "archive_read_support_filter_zstd", &la.filter_zstd },
		{ "archive_read_support_filter_gzip", &la.filter_gzip },
		{ "archive_read_support_filter_bzip2", &la.filter_bzip2 },
		{ "archive_read_support_format_raw", &la.format_raw },
		{ "archive_read_open", &la.open },
		{ "archive_filter_code", &la.filter_code },
		{ "archive_read_next_header", &la.next_header },
		{ "archive_read_data", &la.data },
		{ "archive_error_string", &la.error_string },
		{ "archive_read_free", &la.free },
		{ NULL, NULL },
	};

	la.error = vms_dl_open(&la.handle, "libarchive.so.13", symbols);
	if (la.error == 0 && la.spool <= 0)
		la.spool = spool_open();
	return la.error == -ENOMEM ? -ENOMEM : 0;
}

static bool is_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* Why the archive could not go on. */
static int stream_trouble(struct stream *s, int err, const char *text)
{
	if (!s->image->trouble && text) {
		s->image->trouble =
			vms_asprintf("decompressing (%s): %s", format_name(s->image->format), text);
		if (!s->image->trouble)
			return -ENOMEM;
	}
	return err;
}

/* CPU time: a busy machine gives no other verdict than an idle one. */
static time_t seconds_used(void)
{
	struct timespec t = { .tv_sec = 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec;
}

/* Decompress the next chunk. 0; -ENXIO: that was the end, the disk's size is known now. */
static int stream_advance(struct stream *s)
{
	uint64_t times = s->image->whole ? WHOLE : 1;
	la_ssize_t n;

	if (s->at / times >= FAR_MAX || s->kept / times >= KEPT_MAX)
		return stream_trouble(s, -EOVERFLOW,
				      "what is asked for lies too far inside; decompress the image first");
	if (seconds_used() - s->start >= (time_t)SECONDS * (s->image->whole ? PATIENT : 1))
		return stream_trouble(s, -EOVERFLOW,
				      s->image->whole
					      ? "it takes more than ten minutes; decompress the image first"
					      : "what is asked for lies more than a minute's work inside; "
						"--whole takes ten, or decompress the image first");
	n = la.data(s->archive, s->chunk, sizeof(s->chunk));
	if (n < 0)
		return stream_trouble(s, -EIO, la.error_string(s->archive));
	if (n == 0) {
		s->image->disk.size = s->at;
		return -ENXIO;
	}
	if (!is_zero(s->chunk, (size_t)n)) {
		if (pwrite(la.spool, s->chunk, (size_t)n, (off_t)s->at) != n)
			return stream_trouble(s, -ENOSPC, "no room for a temporary file ($TMPDIR, /var/tmp)");
		s->kept += (uint64_t)n;
	}
	s->at += (uint64_t)n;
	return 0;
}

static int stream_read(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct stream *s = ctx;
	ssize_t n;

	while (s->at < off + len) {
		int r = stream_advance(s);

		if (r < 0)
			return r;
	}
	n = pread(la.spool, buf, len, (off_t)off);
	if (n < 0)
		return -errno;
	memset((uint8_t *)buf + n, 0, len - (size_t)n); /* holes behind the last block that was kept */
	return 0;
}

static void stream_free(void *source)
{
	struct stream *s = source;

	la.free(s->archive);
	close(s->fd);
	free(s);
	if (ftruncate(la.spool, 0) < 0)
		la.spool = -errno;
}

int stream_attach(struct vms_image *image, int fd, enum image_format format)
{
	struct stream *s;
	struct archive_entry *entry;

	if (la.error < 0 || la.spool <= 0) {
		close(fd);
		if (la.error < 0)
			return source_block(image, "compressed (%s): libarchive is needed to read it",
					    format_name(format));
		return source_block(image,
				    "compressed (%s): no place for a temporary file ($TMPDIR, /var/tmp): %s",
				    format_name(format), vms_error_text(la.spool));
	}
	s = calloc(1, sizeof(*s));
	if (!s || !(s->archive = la.create())) {
		free(s);
		close(fd);
		return -ENOMEM;
	}
	s->fd = fd;
	s->image = image;
	s->start = seconds_used();
	image->source = s;
	image->source_free = stream_free;
	la.filter_xz(s->archive);
	la.filter_zstd(s->archive);
	la.filter_gzip(s->archive);
	la.filter_bzip2(s->archive);
	la.format_raw(s->archive);
	if (la.open(s->archive, s, NULL, stream_feed, NULL) < 0 || la.next_header(s->archive, &entry) < 0)
		return source_block(image, "compressed (%s): %s", format_name(format),
				    la.error_string(s->archive) ? la.error_string(s->archive)
								: "cannot be read");
	if (la.filter_code(s->archive, 0) == ARCHIVE_FILTER_NONE) /* it would be handed out as it is */
		return source_block(image,
				    "compressed (%s): the file is cut short or damaged at its beginning",
				    format_name(format));
	vms_disk_init(&image->disk, VMS_DISK_SIZE_UNKNOWN, stream_read, s);
	return 0;
}

int stream_to_end(struct vms_image *image)
{
	int r = 0;

	if (image->disk.read != stream_read)
		return 0;
	while (r == 0)
		r = stream_advance(image->source);
	if (r == -ENXIO)
		return format_strip_vhd_footer(&image->disk, &image->disk.size) == -ENOMEM ? -ENOMEM : 0;
	if (r == -ENOMEM)
		return r;
	if (r != -EIO && !image->whole) { /* too far to be worth it: what is there can be judged */
		free(image->trouble);
		image->trouble = NULL;
		return 0;
	}
	return source_block(image, "cannot be read to its end: %s",
			    image->trouble ? image->trouble : vms_error_text(r));
}
