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

int source_attach(struct vms_image *image, int fd, uint64_t size)
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

static const char *open_blocker(int err)
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
		err = source_block(image, "cannot be read: %s", open_blocker(err));
	else
		err = source_attach(image, fd, size);
	if (err < 0) {
		vms_image_free(image);
		return err;
	}
	*ret = image;
	return 0;
}
