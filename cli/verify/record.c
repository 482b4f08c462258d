// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --record: keep this machine as a folder that --root judges anywhere; FILE.tar.gz: as one
 * file to send, packed by tar(1).
 */
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static int pack(const char *archive, const char *folder, const char *name)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execlp("tar", "tar", "-C", folder, "-czf", archive, name, (char *)NULL);
		_exit(127);
	}
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0
	       : WEXITSTATUS(status) == 127		     ? -ENOENT
							     : -EIO;
}

static int record_archive(const struct verify_options *o, const char *name)
{
	_cleanup_free_ char *folder = vms_asprintf("%s.XXXXXX", o->argument), *dir = NULL, *part = NULL;
	int err;

	if (access(o->argument, F_OK) == 0)
		return -EEXIST;
	if (!folder || !mkdtemp(folder))
		return folder ? -errno : -ENOMEM;
	dir = vms_asprintf("%s/%s", folder, name);
	part = vms_asprintf("%s/part", folder);
	err = dir && part ? record(dir) : -ENOMEM;
	if (!err)
		err = pack(part, folder, name);
	if (!err && rename(part, o->argument) < 0)
		err = -errno;
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
