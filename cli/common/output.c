// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the document goes: standard output, or the file of --output, written
 * whole or not at all (a temporary file beside it, fsync, rename, fsync of the
 * folder). What is no regular file - a terminal, a FIFO, a virtio port - is
 * written directly.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio_ext.h>
#include <sys/stat.h>
#include "cli.h"

static int failed(const char *path, int err)
{
	complain("cannot write %s: %s", path ? path : "standard output", strerror(err));
	return EXIT_TOOL;
}

/* A closed descriptor 1 would be given to the next file that is opened, and the
 * document written into it. On a path-only descriptor every write fails. */
void output_guard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/", O_PATH); /* the lowest free number: fd */
}

/* The folder that holds `path`, resolved; NULL with errno. */
static char *folder_of(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);

	return copy ? realpath(dirname(copy), NULL) : NULL;
}

/* /dev/stdout and its like lead to whatever the descriptor is, maybe a regular
 * file that somebody else goes on writing to: it must not be replaced. */
static bool names_descriptor(const char *folder)
{
	return streq(folder, "/dev") || startswith(folder, "/proc/");
}

static int open_direct(struct output *out, const char *path)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC | O_APPEND);

	if (fd < 0)
		return -errno;
	out->file = fdopen(fd, "w");
	if (!out->file) {
		close(fd);
		return -ENOMEM;
	}
	out->target = strdup(path);
	return out->target ? 0 : -ENOMEM;
}

/* A new file in the target's folder. Its name does not grow with the target's. */
static int open_temporary(struct output *out, const char *folder, mode_t mode, bool keep_mode)
{
	int fd = -1;

	for (unsigned i = 0; i < 100 && fd < 0; i++) {
		_cleanup_free_ char *name = vms_asprintf("%s/.%s.%d.%u", folder, cli_tool, (int)getpid(), i);

		if (!name)
			return -ENOMEM;
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			return -errno;
		if (fd >= 0) {
			out->temporary = name;
			name = NULL;
		}
	}
	if (fd < 0)
		return -EEXIST;
	out->file = fdopen(fd, "w");
	if (!out->file) {
		close(fd);
		return -ENOMEM;
	}
	return keep_mode && fchmod(fd, mode & 0777) < 0 ? -errno : 0;
}

static int open_target(struct output *out, const char *path)
{
	_cleanup_free_ char *folder = NULL;
	struct stat st;
	bool there = stat(path, &st) == 0;

	if (!there && errno != ENOENT)
		return -errno;
	/* a link that leads nowhere: where it leads, nobody asked for a file */
	if (!there && lstat(path, &st) == 0)
		return -ENOENT;
	if (there && S_ISDIR(st.st_mode))
		return -EISDIR;
	folder = folder_of(path);
	if (!folder)
		return -errno;
	if (there && (!S_ISREG(st.st_mode) || names_descriptor(folder)))
		return open_direct(out, path);
	/* Replace what a symbolic link leads to, not the link. */
	out->target = there ? realpath(path, NULL) : strdup(path);
	if (!out->target)
		return there ? -errno : -ENOMEM;
	if (there) {
		free(folder);
		folder = folder_of(out->target);
		if (!folder)
			return -errno;
		if (access(out->target, W_OK) < 0) /* a read-only file is meant to stay */
			return -errno;
	}
	return open_temporary(out, folder, there ? st.st_mode : 0, there);
}

/* So much of a document is not seen before it is whole: a failure leaves no half of it behind. */
#define UNSEEN (64u << 10)

int output_open(struct output *out, const char *path)
{
	static char room[UNSEEN];
	int err;

	*out = (struct output){ .file = stdout };
	if (!path) {
		setvbuf(stdout, room, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, sizeof(room));
		return 0;
	}
	out->file = NULL;
	err = open_target(out, path);
	if (!err)
		return 0;
	output_discard(out);
	return failed(path, -err);
}

static int sync_folder(const char *target)
{
	_cleanup_free_ char *folder = folder_of(target);
	_cleanup_close_ int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	/* Some file systems cannot sync a folder; the document is whole there all the same. */
	return fd < 0 || (fsync(fd) < 0 && errno != EINVAL) ? -errno : 0;
}

static int finish_temporary(struct output *out)
{
	FILE *f = out->file;

	if (fsync(fileno(f)) < 0)
		return -errno;
	out->file = NULL;
	if (fclose(f) == EOF)
		return -errno;
	if (rename(out->temporary, out->target) < 0)
		return -errno;
	free(out->temporary);
	out->temporary = NULL;
	return sync_folder(out->target);
}

static int finish(struct output *out)
{
	if (out->err)
		return out->err;
	errno = 0;
	if (fflush(out->file) == EOF || ferror(out->file))
		return errno ? -errno : -EIO;
	return out->temporary ? finish_temporary(out) : 0;
}

int output_commit(struct output *out)
{
	int err = finish(out);

	if (err == -ENOMEM)
		complain("out of memory");
	else if (err)
		failed(out->target, -err);
	output_discard(out);
	return err ? EXIT_TOOL : 0;
}

void output_discard(struct output *out)
{
	if (out->temporary)
		unlink(out->temporary);
	if (out->file == stdout)
		__fpurge(stdout); /* what nobody has seen yet of half a document */
	else if (out->file)
		fclose(out->file);
	free(out->temporary);
	free(out->target);
	*out = (struct output){ 0 };
}
