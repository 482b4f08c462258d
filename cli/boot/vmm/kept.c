// SPDX-License-Identifier: GPL-2.0-or-later
/* Logs under --keep: what a guest says has no end of its own, so they have one. */
#include <errno.h>
#include <fcntl.h>
#include "core/util.h"
#include "kept.h"

int kept_create(int dir_fd, const char *name, mode_t mode)
{
	int fd;

	if (unlinkat(dir_fd, name, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	return fd < 0 ? -errno : fd;
}

int kept_open(struct kept *k, int dir_fd, const char *name)
{
	_cleanup_close_ int fd = dir_fd < 0 ? -1 : kept_create(dir_fd, name, 0666);

	*k = (struct kept){ .file = NULL };
	if (fd < 0)
		return dir_fd < 0 ? 0 : fd;
	k->file = fdopen(fd, "w");
	if (!k->file)
		return -errno;
	(void)vms_take_fd(&fd); /* the stream's */
	return 0;
}

void kept_write(struct kept *k, const char *data, size_t len)
{
	size_t room = (size_t)(KEPT_MAX - k->bytes);

	if (!k->file || room == 0)
		return;
	fwrite(data, 1, MIN(len, room), k->file);
	k->bytes += MIN(len, room);
	if (len >= room)
		fprintf(k->file, "\n[vmspec-boot keeps no more than %u MiB]\n", KEPT_MAX >> 20);
	fflush(k->file); /* of a run that is killed, too */
}

void kept_raw(void *kept, const char *data, size_t len)
{
	kept_write(kept, data, len);
}

void kept_close(struct kept *k)
{
	if (k->file)
		fclose(k->file);
	*k = (struct kept){ 0 };
}
