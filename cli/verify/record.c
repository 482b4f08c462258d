// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --record: keep this machine as a folder that --root judges anywhere; FILE.tar.gz: as one
 * file to send, packed by tar(1).
 */
#include <errno.h>
#include <fcntl.h>
#include "core/child.h"
#include "core/replace.h"
#include "verify.h"

static int record(const char *dir)
{
	struct vms_machine *m = NULL;
	int err = vms_machine_open_live(&m);

	if (!err)
		err = vms_machine_record(m, dir);
	vms_machine_free(m);
	return err;
}

/* What stands in for what, as the record says it. */
static void tell(const struct verify_options *o, const char *dir)
{
	_cleanup_free_ char *path = vms_asprintf("%s/.vmspec/about", dir);
	_cleanup_fclose_ FILE *f = path && !o->quiet ? fopen(path, "re") : NULL;
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

static int pack(int to, const char *folder, const char *name)
{
	const struct vms_program tar = {
		.argv = (char *[]){ (char[]){ "tar" }, (char[]){ "-C" }, strdupa(folder), (char[]){ "-czf" },
				    (char[]){ "-" }, strdupa(name), NULL },
		.fds = (const int[]){ STDIN_FILENO, to, STDERR_FILENO },
		.n_fds = 3,
	};
	pid_t pid;
	int err = vms_child_exec(&tar, &pid);

	return err ? err : vms_child_wait(pid) == 0 ? vms_sync(to) : -EIO;
}

/* Made in `folder`, which is ours, and then moved to its place: both are held open. */
static int pack_into_place(const char *archive, const char *folder, const char *name)
{
	const char *base = strrchr(archive, '/') ? strrchr(archive, '/') + 1 : archive;
	_cleanup_close_ int ours = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	_cleanup_close_ int place = openat(ours, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int part = openat(ours, "part", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int err;

	if (ours < 0 || place < 0 || part < 0)
		return -errno;
	err = pack(part, folder, name);
	if (!err)
		err = vms_rename_fresh(ours, "part", place, base);
	return err ? err : vms_sync(place);
}

static int record_archive(const struct verify_options *o, const char *name)
{
	_cleanup_free_ char *folder = vms_asprintf("%s.XXXXXX", o->argument), *dir = NULL;
	int err;

	if (access(o->argument, F_OK) == 0)
		return -EEXIST;
	if (!folder || !mkdtemp(folder))
		return folder ? -errno : -ENOMEM;
	dir = vms_asprintf("%s/%s", folder, name);
	err = dir ? record(dir) : -ENOMEM;
	if (!err)
		err = pack_into_place(o->argument, folder, name);
	if (!err)
		tell(o, dir);
	vms_remove_tree(folder);
	return err;
}

int action_record(struct verify_options *o)
{
	_cleanup_free_ char *name = archive_name(o->argument);
	int err = name ? record_archive(o, name) : record(o->argument);

	if (!err && !name)
		tell(o, o->argument);
	if (!err)
		return 0;
	complain("cannot record into %s: %s", o->argument, vms_error_text(err));
	return err == -EEXIST ? EXIT_USAGE : EXIT_TOOL;
}
