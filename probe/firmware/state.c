/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state directory and the file in it; see state.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>

#include "core/place.h"
#include "core/replace.h"
#include "core/util.h"
#include "state_json.h"

#define STATE_MAX 65536
#define TMP_FILE  VMS_STATE_FILE ".tmp"

int vms_state_open(const char *dir, bool create, int *ret_fd)
{
	return vms_folder_open(dir, create ? 0700 : 0, ret_fd);
}

int vms_state_durable(int dir_fd, const char **ret_fs)
{
	static const struct {
		uint32_t magic;
		const char *name;
	} lost[] = {
		{ TMPFS_MAGIC, "tmpfs" },
		{ RAMFS_MAGIC, "ramfs" },
		{ OVERLAYFS_SUPER_MAGIC, "overlay" },
	};
	struct statfs fs;

	if (fstatfs(dir_fd, &fs) < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(lost); i++)
		if ((uint32_t)fs.f_type == lost[i].magic) {
			*ret_fs = lost[i].name;
			return -EMEDIUMTYPE;
		}
	return vms_mounted_writable(dir_fd);
}

int vms_state_lock(int dir_fd)
{
	for (int tries = 0; tries < 50; tries++) {
		if (flock(dir_fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	return -EBUSY;
}

/* Up to `max` bytes of a regular file that nobody else can write. -EBADMSG: it is none. */
static int read_own_file(int dir_fd, const char *name, char *buf, size_t max, size_t *ret_len)
{
	_cleanup_close_ int fd =
		openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	size_t len = 0;

	if (fd < 0)
		return errno == ELOOP || errno == ENXIO ? -EBADMSG : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (st.st_mode & 022) || (st.st_uid != 0 && st.st_uid != geteuid()))
		return -EBADMSG;
	while (len < max) {
		ssize_t n = read(fd, buf + len, max - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0) {
			*ret_len = len;
			return 0;
		}
		len += (size_t)n;
	}
	return -EBADMSG;
}

int vms_state_load(int dir_fd, struct vms_persist_state *ret)
{
	_cleanup_free_ char *buf = malloc(STATE_MAX);
	size_t len;
	int err;

	if (!buf)
		return -ENOMEM;
	err = read_own_file(dir_fd, VMS_STATE_FILE, buf, STATE_MAX, &len);
	if (err == -ENOENT || err == -EBADMSG) {
		*ret = (struct vms_persist_state){ .phase = err == -ENOENT ? VMS_PERSIST_ABSENT
									   : VMS_PERSIST_DAMAGED };
		return 0;
	}
	if (err < 0)
		return err;
	return vms_state_parse(buf, len, ret);
}

/* What a killed copy left goes; the lock keeps living ones out. */
static int replace_file(int dir_fd, const char *name, const char *text)
{
	return vms_replace_file(dir_fd, name, TMP_FILE, 0600, text, strlen(text));
}

int vms_state_store(int dir_fd, const struct vms_persist_state *state)
{
	_cleanup_free_ char *text = vms_state_format(state);

	return text ? replace_file(dir_fd, VMS_STATE_FILE, text) : -ENOMEM;
}

int vms_state_set_aside(int dir_fd, char **ret_name)
{
	for (int i = 0; i < 10; i++) {
		char *name = i ? vms_asprintf(VMS_STATE_FILE ".kept.%d", i) : strdup(VMS_STATE_FILE ".kept");
		int err;

		if (!name)
			return -ENOMEM;
		err = vms_rename_fresh(dir_fd, VMS_STATE_FILE, dir_fd, name);
		if (!err) {
			err = vms_sync(dir_fd);
			if (!err)
				*ret_name = name;
			else
				free(name);
			return err;
		}
		free(name);
		if (err != -EEXIST)
			return err;
	}
	return -EEXIST;
}

int vms_state_remove(int dir_fd)
{
	static const char *const names[] = { VMS_STATE_FILE, VMS_STATE_KEXEC, TMP_FILE };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (unlinkat(dir_fd, names[i], 0) < 0 && errno != ENOENT)
			return -errno;
	return vms_sync(dir_fd);
}

int vms_state_read_kexec(int dir_fd, char ret_boot_id[40])
{
	char buf[64];
	size_t len = 0;
	int err = read_own_file(dir_fd, VMS_STATE_KEXEC, buf, sizeof(buf) - 1, &len);

	if (err < 0 && err != -ENOENT && err != -EBADMSG)
		return err;
	ret_boot_id[0] = '\0';
	if (err < 0)
		return 0;
	buf[len] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	if (vms_is_boot_id(buf))
		memcpy(ret_boot_id, buf, 37);
	return 0;
}

int vms_state_note_kexec(int dir_fd, const char *boot_id)
{
	_cleanup_free_ char *text = vms_asprintf("%s\n", boot_id);

	return text ? replace_file(dir_fd, VMS_STATE_KEXEC, text) : -ENOMEM;
}
