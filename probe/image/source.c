/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening an image: files and block devices. What the file holds is told by its first
 * bytes, never by its name.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include "image/backing.h"
#include "image/packed.h"
#include "image/qemunbd.h"
#include "image/scanpacked.h"
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

/* A file of /proc or /sys says that it has no bytes, and has some. */
static bool size_untold(int fd, const struct stat *st)
{
	char byte;

	return st->st_size == 0 && pread(fd, &byte, 1, 0) != 0;
}

int source_open_file(const char *path, struct source_file *ret)
{
	/* a FIFO without a writer, or a tape, must not keep us */
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct source_file f = { .fd = -1 };
	struct stat st;
	int sector = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	f.size = (uint64_t)st.st_size;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISBLK(st.st_mode)) {
		if (ioctl(fd, BLKGETSIZE64, &f.size) < 0)
			return -errno;
		if (ioctl(fd, BLKSSZGET, &sector) == 0 && sector > 0)
			f.sector = (uint32_t)sector;
	} else if (!S_ISREG(st.st_mode)) {
		return -ENODEV;
	} else if (size_untold(fd, &st)) {
		return -EOPNOTSUPP;
	}
	*ret = f;
	ret->fd = vms_take_fd(&fd);
	return 0;
}

/* Bytes that the usual GPT takes at the two ends of a disk, the MBR included. */
#define GPT_PRIMARY ((size_t)34 * 512)
#define GPT_BACKUP  ((size_t)33 * 512)

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
	vms_disk_ahead(&image->disk, 0, GPT_PRIMARY);
	return 0;
}

/* A raw disk, unless it is known to be something else. */
static int raw_settle(struct vms_image *image)
{
	uint64_t size = image->disk.size;
	const struct foreign *other = format_foreign(&image->disk);
	bool cut = false;
	int r;

	if (size > GPT_BACKUP)
		vms_disk_ahead(&image->disk, size - GPT_BACKUP, GPT_BACKUP);
	if (other)
		return source_block(image, "%s: %s", other->name, other->todo);
	r = format_cut_vhd_footer(&image->disk, &cut);
	if (r == 0 && cut)
		return source_block(image, "vpc image: the file is cut short, inside of its footer");
	if (r == 0)
		r = format_strip_vhd_footer(&image->disk, &image->disk.size);
	image->fixed_vhd = image->disk.size != size;
	if (image->fixed_vhd && image->sector == 0)
		image->sector = 512;
	return r < 0 && r != -ENOMEM ? source_block(image, "cannot be read: %s", vms_error_text(r)) : r;
}

/* What is to be asked of a container before qemu-nbd serves it. */
static int container_settle(struct vms_image *image, bool backing)
{
	const char *name = format_name(image->wants);
	struct vms_why why;
	uint64_t needed = 0;
	int r = backing && image->wants != FORMAT_VPC ? 0
						      : format_stands_alone(&image->disk, image->wants, &why);

	if (r == -EBADMSG)
		return source_block(image, "%s image: %s", name, why.text);
	if (r == 0)
		r = format_needs(&image->disk, image->wants, &needed);
	if (r == -ENXIO)
		return source_block(image, "%s image: the file is cut short, inside of its own tables", name);
	if (r == 0 && needed > image->disk.size)
		return source_block(image,
				    "%s image: the file is cut short: it has %" PRIu64
				    " bytes, its tables name places up to byte %" PRIu64,
				    name, image->disk.size, needed);
	image->sector = format_sector(&image->disk, image->wants);
	return r < 0 && r != -ENOMEM ? source_block(image, "cannot be read: %s", vms_error_text(r)) : r;
}

int source_attach_file(struct vms_image *image, const struct source_file *file, bool backing)
{
	int r = source_attach_raw(image, file->fd, file->size);

	image->sector = file->sector;
	if (r < 0)
		return r;
	r = format_detect(&image->disk, &image->wants);
	if (r == 0 && image->wants == FORMAT_RAW)
		return raw_settle(image);
	if (r == 0 && format_is_nbd(image->wants))
		return container_settle(image, backing);
	return r < 0 && r != -ENOMEM ? source_block(image, "cannot be read: %s", vms_error_text(r)) : r;
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
	int r = format == FORMAT_RAW ? 0 : packed_prepare();

	if (r < 0)
		return r;
	if (format_is_nbd(format))
		return nbd_prepare();
	return format_is_compressed(format) ? stream_prepare() : 0;
}

/* A disk inside a compressed file must be a raw one. */
static int check_inside(struct vms_image *image)
{
	enum image_format inside;
	const struct foreign *other;
	int r = format_detect(&image->disk, &inside);

	if (r < 0)
		return 0; /* the checks say so */
	other = format_foreign(&image->disk);
	if (other)
		return source_block(image, "compressed (%s), and in it %s: %s", format_name(image->format),
				    other->name, other->todo);
	if (inside != FORMAT_RAW)
		return source_block(image, "a compressed %s image: decompress it first", format_name(inside));
	return 0;
}

/* Was the compressed file cut short? It stays open as long as its disk is attached. */
static int check_end(struct vms_image *image, int fd)
{
	struct vms_disk file;
	enum packed_end end;
	uint64_t size = 0;
	off_t len = lseek(fd, 0, SEEK_END); /* read by place: that it stands elsewhere then is no matter */

	if (len > 0 && image_gpt(image) == 0)
		size = (image->gpt.header.alternate_lba + 1) * image->gpt.header.sector;
	vms_disk_init_fd(&file, len > 0 ? (uint64_t)len : 0, &fd);
	end = packed_end(&file, image->format, size);
	vms_disk_clear(&file);
	gpt_clear(&image->gpt); /* to be read anew where the disk's size is known then */
	image->gpt_read = false;
	if (end == PACKED_CUT)
		return source_block(image, "compressed (%s): the file is cut short",
				    format_name(image->format));
	return image->whole || end == PACKED_MAYBE ? stream_to_end(image) : 0;
}

int source_attach_format(struct vms_image *image, int fd, enum image_format format)
{
	int file = fd, r;

	source_detach(image);
	image->format = format;
	image->wants = FORMAT_RAW;
	if (format_is_nbd(format))
		return nbd_attach(image, fd);
	r = stream_attach(image, fd, format);
	if (r == 0 && !image->blocked)
		r = check_inside(image);
	return r < 0 || image->blocked ? r : check_end(image, file);
}

/* Without a sandbox: for who calls the library. */
static int attach_other(struct vms_image *image, const char *path, bool backing)
{
	enum image_format format = image->wants;
	struct raw_source *raw = image->source;
	int fd = fcntl(raw->fd, F_DUPFD_CLOEXEC, 3), sock = -1, r;
	struct vms_why why;

	if (fd < 0)
		return source_block(image, "cannot be read: %s", vms_error_text(-errno));
	r = source_prepare(format);
	if (r < 0) {
		close(fd);
		return r;
	}
	if (format_is_compressed(format))
		return source_attach_format(image, fd, format);
	r = backing ? backing_check(path, fd, format, &why) : 0;
	if (r == 0)
		r = qemunbd_start(path, fd, format, backing, &image->server, &sock);
	close(fd);
	if (r == -EBADMSG)
		return source_block(image, "%s image: %s", format_name(format), why.text);
	if (r < 0)
		return source_block(image, "%s", qemunbd_missing(r, format));
	r = source_attach_format(image, sock, format);
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
	case -EOPNOTSUPP:
		return "it does not say how long it is (a file of /proc or /sys?)";
	case -ENODEV:
		return "neither a regular file nor a block device";
	default:
		return vms_error_text(err);
	}
}

int vms_image_open(const char *path, const struct vms_image_options *opt, struct vms_image **ret)
{
	struct vms_image *image;
	struct source_file file = { .fd = -1 };
	int err = image_new(path, &image);

	if (err < 0)
		return err;
	image->arch = opt->arch;
	image->whole = opt->whole;
	err = source_open_file(path, &file);
	if (err < 0)
		err = source_block(image, "cannot be read: %s", source_blocker(err));
	else
		err = source_attach_file(image, &file, opt->backing);
	if (err == 0 && !image->blocked && image->wants != FORMAT_RAW)
		err = attach_other(image, path, opt->backing);
	if (err < 0) {
		vms_image_free(image);
		return err;
	}
	*ret = image;
	return 0;
}
