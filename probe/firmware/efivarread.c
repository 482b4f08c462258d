/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading variables back, past every cache of ours: efivarfs files are four bytes
 * of attributes (little endian), then the data; see efivarwrite.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "core/span.h"
#include "core/util.h"
#include "efivarwrite.h"
#include "state.h"

#define READ_TRIES    50   /* EINTR: the kernel limits how often others than root may read */
#define ROOM_NEEDED   1024 /* bytes: our variable with its header, and as much again */
#define ANSWERS_TRIED 16   /* variables that are read before "nothing can be read" is believed */
#define ANSWER_MAX    65536

int vms_varstore_open(const struct vms_varstore *s, int *ret_fd)
{
	_cleanup_close_ int fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if (!s->plain && (uint32_t)fs.f_type != EFIVARFS_MAGIC)
		return -ENODEV;
	*ret_fd = vms_take_fd(&fd);
	return 0;
}

int vms_varstore_writable(int dir_fd)
{
	int err = vms_mounted_writable(dir_fd);
	struct statvfs fs;

	if (err < 0)
		return err;
	if (fstatvfs(dir_fd, &fs) < 0)
		return -errno;
	/* Kernels before 6.7 do not ask the firmware: no blocks at all. */
	if (fs.f_blocks > 0 && (uint64_t)fs.f_bavail * fs.f_frsize < ROOM_NEEDED)
		return -ENOSPC;
	return 0;
}

/* All of a file, in one read as efivarfs wants it, and whatever follows. Where fstat()
 * said as much, nothing does: each read calls the firmware. */
static int read_file(int fd, size_t size, uint8_t *buf, size_t max, size_t *ret_len)
{
	size_t len = 0;

	for (int tries = 0; tries < READ_TRIES;) {
		ssize_t n = read(fd, buf + len, max - len);

		if (n < 0 && errno == EINTR) {
			tries++;
			continue;
		}
		if (n < 0)
			return -errno;
		len += (size_t)n;
		if (n == 0 || (len == size && len < max)) {
			*ret_len = len;
			return 0;
		}
		if (len == max)
			return -EFBIG;
	}
	return -EINTR;
}

int vms_varstore_read(int dir_fd, const char *file, uint32_t *ret_attrs, uint8_t *ret_data, size_t max,
		      size_t *ret_len)
{
	_cleanup_free_ uint8_t *buf = malloc(max + 5); /* one more, to see that there is no more */
	_cleanup_close_ int fd = -1;
	struct stat st;
	size_t len = 0;
	int err;

	if (!buf)
		return -ENOMEM;
	fd = openat(dir_fd, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	err = read_file(fd, (size_t)st.st_size, buf, max + 5, &len);
	/* The kernel creates the file, then the variable: empty means that there is none. */
	if (err < 0 || len == 0)
		return err < 0 ? err : -ENOENT;
	if (len < 4)
		return -EBADMSG;
	span_le32(vms_span(buf, len), 0, ret_attrs);
	memcpy(ret_data, buf + 4, len - 4);
	*ret_len = len - 4;
	return 0;
}

int vms_varstore_get(int dir_fd, struct vms_variable *ret)
{
	struct vms_variable v = { 0 };
	int err = vms_varstore_read(dir_fd, VMS_VARIABLE_FILE, &v.attrs, v.data, sizeof(v.data), &v.len);

	if (err < 0 && err != -EFBIG && err != -EBADMSG)
		return err;
	if (!err)
		vms_variable_parse(&v);
	*ret = v;
	return 0;
}

int vms_varstore_answers(int dir_fd)
{
	_cleanup_free_ uint8_t *buf = malloc(ANSWER_MAX);
	int fd = buf ? openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	int err = -ENODATA, tried = 0;
	struct dirent *d;

	if (!dir) {
		err = buf ? -errno : -ENOMEM;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (errno = 0, tried < ANSWERS_TRIED && (d = readdir(dir))) {
		uint32_t attrs;
		size_t len;
		int got;

		if (d->d_name[0] == '.' || streq(d->d_name, VMS_VARIABLE_FILE))
			continue;
		got = vms_varstore_read(dir_fd, d->d_name, &attrs, buf, ANSWER_MAX - 5, &len);
		if (got == 0 || got == -EFBIG) {
			closedir(dir);
			return 0;
		}
		if (got != -ENOENT)
			err = got;
		tried++;
	}
	if (errno)
		err = -errno;
	closedir(dir);
	return err;
}

void vms_variable_format(enum vms_variable_kind kind, const char *nonce, const char *boot_id,
			 char ret[VMS_VARIABLE_MAX + 1])
{
	snprintf(ret, VMS_VARIABLE_MAX + 1, "vmspec1%c %.32s %.36s", kind == VMS_VARIABLE_PROBE ? 'w' : 'p',
		 nonce, boot_id);
}

/* "vmspec1p NONCE BOOT_ID" */
void vms_variable_parse(struct vms_variable *v)
{
	char text[VMS_VARIABLE_MAX + 1];
	const char *p = text + 9;

	v->kind = VMS_VARIABLE_FOREIGN;
	v->nonce[0] = v->boot_id[0] = '\0';
	if (v->len != 8 + 1 + VMS_PERSIST_NONCE_LEN + 1 + 36)
		return;
	memcpy(text, v->data, v->len);
	text[v->len] = '\0';
	if (!startswith(text, "vmspec1") || (text[7] != 'p' && text[7] != 'w') || text[8] != ' ' ||
	    strspn(p, "0123456789abcdef") != VMS_PERSIST_NONCE_LEN || p[VMS_PERSIST_NONCE_LEN] != ' ' ||
	    !vms_is_boot_id(p + VMS_PERSIST_NONCE_LEN + 1))
		return;
	v->kind = text[7] == 'p' ? VMS_VARIABLE_ARMED : VMS_VARIABLE_PROBE;
	memcpy(v->nonce, p, VMS_PERSIST_NONCE_LEN);
	v->nonce[VMS_PERSIST_NONCE_LEN] = '\0';
	memcpy(v->boot_id, p + VMS_PERSIST_NONCE_LEN + 1, 37);
}

int vms_nonce(char ret[VMS_PERSIST_NONCE_LEN + 1])
{
	uint8_t raw[VMS_PERSIST_NONCE_LEN / 2];
	ssize_t n;

	do
		n = getrandom(raw, sizeof(raw), 0);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(raw))
		return n < 0 ? -errno : -EIO;
	for (size_t i = 0; i < sizeof(raw); i++)
		snprintf(ret + 2 * i, 3, "%02x", raw[i]);
	return 0;
}
