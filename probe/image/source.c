/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening an image: files and block devices. What the file holds is told by its first
 * bytes, never by its name.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include "image/qemunbd.h"
#include "image/source.h"

int source_block(struct vms_image *image, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (image->blocked)
		return 0;
	va_start(ap, fmt);
	n = vasprintf(&image->blocked, fmt, ap);
	va_end(ap);
	if (n < 0)
		image->blocked = NULL;
	return n < 0 ? -ENOMEM : 0;
}

int source_open_file(const char *path, int *ret_fd, uint64_t *ret_size)
{
	/* a FIFO without a writer, or a tape, must not keep us */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	uint64_t size;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	size = (uint64_t)st.st_size;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISBLK(st.st_mode)) {
		if (ioctl(fd, BLKGETSIZE64, &size) < 0)
			return -errno;
	} else if (!S_ISREG(st.st_mode)) {
		return -ENODEV;
	}
	*ret_size = size;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

/* A raw disk: the descriptor itself. */
struct raw_source {
	int fd;
};

static void raw_free(void *source)
{
	struct raw_source *raw = source;

	close(raw->fd);
	free(raw);
}

int source_attach_raw(struct vms_image *image, int fd, uint64_t size)
{
	struct raw_source *raw = calloc(1, sizeof(*raw));

	if (!raw) {
		close(fd);
		return -ENOMEM;
	}
	raw->fd = fd;
	image->source = raw;
	image->source_free = raw_free;
	vms_disk_init_fd(&image->disk, size, &raw->fd);
	return 0;
}

int source_attach(struct vms_image *image, int fd, uint64_t size, bool backing)
{
	struct vms_why why;
	int r = source_attach_raw(image, fd, size);

	if (r < 0)
		return r;
	r = format_detect(&image->disk, &image->wants);
	if (r == 0 && image->wants == FORMAT_RAW)
		r = format_strip_vhd_footer(&image->disk, &image->disk.size);
	else if (r == 0 && format_is_nbd(image->wants) && !backing)
		r = format_stands_alone(&image->disk, image->wants, &why);
	if (r == -EBADMSG)
		return source_block(image, "%s image: %s", format_name(image->wants), why.text);
	return r < 0 && r != -ENOMEM ? source_block(image, "cannot be read: %s", strerror(-r)) : r;
}

/* Leave the raw file behind: what it holds is no disk. */
static void source_detach(struct vms_image *image)
{
	vms_disk_clear(&image->disk);
	if (image->source_free)
		image->source_free(image->source);
	image->source = NULL;
	image->source_free = NULL;
}

int source_prepare(enum image_format format)
{
	if (format_is_nbd(format))
		nbd_prepare();
	else if (format_is_compressed(format))
		stream_prepare();
	return 0;
}

/* A disk inside a compressed file must be a raw one. */
static int check_inside(struct vms_image *image)
{
	uint8_t magic[5] = "";
	enum image_format inside;
	int r = format_detect(&image->disk, &inside);

	if (r == 0)
		r = vms_disk_read(&image->disk, 257, magic, sizeof(magic));
	if (r < 0)
		return 0; /* the checks say so */
	if (memcmp(magic, "ustar", 5) == 0)
		return source_block(image, "a compressed tar archive, no disk: unpack it first");
	if (inside != FORMAT_RAW)
		return source_block(image, "a compressed %s image: decompress it first", format_name(inside));
	return 0;
}

int source_attach_format(struct vms_image *image, int fd, uint64_t size, enum image_format format)
{
	int r;

	(void)size;
	source_detach(image);
	image->format = format;
	image->wants = FORMAT_RAW;
	if (format_is_nbd(format))
		return nbd_attach(image, fd);
	r = stream_attach(image, fd, format);
	return r < 0 || image->blocked ? r : check_inside(image);
}

/* Without a sandbox: for who calls the library. */
static int attach_other(struct vms_image *image, const char *path, bool backing)
{
	enum image_format format = image->wants;
	struct raw_source *raw = image->source;
	int fd = fcntl(raw->fd, F_DUPFD_CLOEXEC, 3), sock, r;

	if (fd < 0)
		return source_block(image, "cannot be read: %s", strerror(errno));
	source_prepare(format);
	if (format_is_compressed(format))
		return source_attach_format(image, fd, 0, format);
	r = qemunbd_start(path, fd, format, backing, &image->server, &sock);
	close(fd);
	if (r < 0)
		return source_block(image, "%s", qemunbd_missing(r, format));
	r = source_attach_format(image, sock, 0, format);
	if (image->blocked) {
		_cleanup_free_ char *said = qemunbd_complaint(&image->server);

		if (said) {
			free(image->blocked);
			image->blocked = NULL;
			r = source_block(image, "%s image: qemu-nbd: %s", format_name(format), said);
		}
	}
	return r;
}

const char *source_blocker(int err)
{
	switch (err) {
	case -EISDIR:
		return "is a directory";
	case -ENODEV:
		return "neither a regular file nor a block device";
	default:
		return strerror(-err);
	}
}

int vms_image_open(const char *path, const struct vms_image_options *opt, struct vms_image **ret)
{
	struct vms_image *image;
	uint64_t size;
	int fd, err = image_new(path, &image);

	if (err < 0)
		return err;
	image->arch = opt->arch;
	err = source_open_file(path, &fd, &size);
	if (err < 0)
		err = source_block(image, "cannot be read: %s", source_blocker(err));
	else
		err = source_attach(image, fd, size, opt->backing);
	if (err == 0 && !image->blocked && image->wants != FORMAT_RAW)
		err = attach_other(image, path, opt->backing);
	if (err < 0) {
		vms_image_free(image);
		return err;
	}
	*ret = image;
	return 0;
}
