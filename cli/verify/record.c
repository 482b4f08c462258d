// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --record: keep this machine as a folder that --root judges anywhere; FILE.tar.gz: as one
 * file to send, packed by tar(1).
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "core/child.h"
#include "core/place.h"
#include "core/replace.h"
#include "verify.h"

static int record(int folder_fd, const char *name)
{
	struct vms_machine *m = NULL;
	int err = vms_machine_open_live(&m);

	if (!err)
		err = vms_machine_record_at(m, folder_fd, name);
	vms_machine_free(m);
	return err;
}

/* A file that we wrote there a moment ago; nobody is waited for who put something in its place. */
static FILE *open_about(int folder_fd, const char *name)
{
	_cleanup_close_ int dir = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_close_ int own = openat(dir, ".vmspec", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_close_ int fd =
		openat(own, "about", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	FILE *f;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
		return NULL;
	f = fdopen(fd, "r");
	if (f)
		vms_take_fd(&fd);
	return f;
}

/* What stands in for what, as the record says it. */
static void tell(const struct verify_options *o, int folder_fd, const char *name)
{
	_cleanup_fclose_ FILE *f = o->quiet ? NULL : open_about(folder_fd, name);
	char line[400];

	while (f && fgets(line, sizeof(line), f))
		if (startswith(line, "replaced: "))
			fputs(line, stderr);
}

/* "/tmp/host.tar.gz": "host"; NULL: it is no such file, or no memory. */
static char *archive_name(const char *path)
{
	static const char *const endings[] = { ".tar.gz", ".tgz" };
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		size_t n = strlen(base), e = strlen(endings[i]);

		if (n > e && streq(base + n - e, endings[i]))
			return strndup(base, n - e);
	}
	return NULL;
}

static int tar_folder; /* tar's, by its descriptor */

static void enter_folder(void)
{
	if (fchdir(tar_folder) < 0)
		_exit(127);
}

static int pack(int to, int folder_fd, const char *name)
{
	const struct vms_program tar = {
		.argv = (char *[]){ (char[]){ "tar" }, (char[]){ "-czf" }, (char[]){ "-" }, (char[]){ "--" },
				    strdupa(name), NULL },
		.fds = (const int[]){ STDIN_FILENO, to, STDERR_FILENO },
		.n_fds = 3,
		.prepare = enter_folder,
	};
	pid_t pid;
	int err;

	tar_folder = folder_fd;
	err = vms_child_exec(&tar, &pid);
	return err ? err : vms_child_wait(pid) == 0 ? vms_sync(to) : -EIO;
}

/* Recorded and packed in `folder_fd`, which is ours, and then moved to its place. */
static int record_packed(const struct verify_options *o, const struct vms_place *p, int folder_fd,
			 const char *name)
{
	_cleanup_close_ int part = openat(folder_fd, "part", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int err = part < 0 ? -errno : record(folder_fd, name);

	if (!err)
		err = pack(part, folder_fd, name);
	if (!err)
		err = vms_rename_fresh(folder_fd, "part", p->fd, p->name);
	if (!err)
		err = vms_sync(p->fd);
	if (!err)
		tell(o, folder_fd, name);
	return err;
}

static int record_archive(const struct verify_options *o, const struct vms_place *p, const char *name)
{
	_cleanup_free_ char *folder = NULL;
	_cleanup_close_ int fd = -1;
	struct stat st;
	int err;

	if (fstatat(p->fd, p->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	err = vms_folder_fresh(p->fd, p->name, &folder, &fd);
	if (err)
		return err;
	err = record_packed(o, p, fd, name);
	vms_folder_remove(p->fd, folder, fd);
	return err;
}

int action_record(struct verify_options *o)
{
	struct vms_place p = VMS_PLACE_NONE;
	_cleanup_free_ char *name = archive_name(o->argument);
	int err = vms_place_open_folder(o->argument, &p);

	if (!err && name)
		err = record_archive(o, &p, name);
	else if (!err)
		err = record(p.fd, p.name);
	if (!err && !name)
		tell(o, p.fd, p.name);
	vms_place_close(&p);
	if (!err)
		return 0;
	complain("cannot record into %s: %s", o->argument, vms_error_text(err));
	return err == -EEXIST || err == -EISDIR ? EXIT_USAGE : EXIT_TOOL;
}
