// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the document goes: standard output, or the file of --output, written
 * whole or not at all (a temporary file beside it, fsync, rename, fsync of the
 * folder). What is no regular file - a terminal, a FIFO, a virtio port - is
 * written directly.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio_ext.h>
#include <sys/stat.h>
#include <time.h>
#include "command.h"

static int failed(const char *path, int err)
{
	complain("cannot write %s: %s", path ? path : "standard output", vms_error_text(-err));
	return EXIT_TOOL;
}

/* A closed descriptor 1 would be given to the next file that is opened, and the
 * document written into it. On a path-only descriptor every write fails. */
void output_guard(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/", O_PATH); /* the lowest free number: fd */
}

/*
 * What is no file of its own to be replaced, and is what was looked at: no link has taken its place. That
 * includes what a descriptor is (/dev/stdout), maybe a regular file that somebody else goes on writing to.
 */
static int open_direct(struct output *out, const struct vms_place *p, const struct stat *st)
{
	int how = O_CLOEXEC | (p->magical ? 0 : O_NOFOLLOW), fd;
	_cleanup_close_ int seen = openat(p->fd, p->name, O_PATH | how);
	struct stat now;
	char path[40];

	if (seen < 0)
		return -errno;
	if (fstat(seen, &now) < 0 || now.st_ino != st->st_ino || now.st_dev != st->st_dev)
		return -ESTALE;
	/* a FIFO's reader is waited for: not of another FIFO */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", seen);
	fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC | O_APPEND);
	if (fd < 0 && errno == ENOENT) /* no /proc */
		fd = openat(p->fd, p->name, O_WRONLY | O_NOCTTY | O_APPEND | how);
	if (fd < 0)
		return -errno;
	out->file = fdopen(fd, "w");
	if (out->file)
		return 0;
	close(fd);
	return -ENOMEM;
}

/* A new file in the target's folder. Its name does not grow with the target's. */
static int open_temporary(struct output *out, mode_t mode)
{
	static unsigned n;
	struct timespec now;
	int fd, err;

	clock_gettime(CLOCK_MONOTONIC, &now);
	out->temporary = vms_asprintf(".%s.%d.%u.%ld", cli_tool, (int)getpid(), n++, now.tv_nsec);
	if (!out->temporary)
		return -ENOMEM;
	err = vms_replace_begin(&out->new, out->place.fd, out->place.name, out->temporary, 0666);
	if (err < 0)
		return err;
	if (mode && fchmod(out->new.fd, mode & 0777) < 0)
		return -errno;
	fd = fcntl(out->new.fd, F_DUPFD_CLOEXEC, 3);
	out->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (out->file)
		return 0;
	err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

/* What is there already: 0: it may be replaced, or there is nothing; 1: it is to be written to; -errno. */
static int look_at(const struct vms_place *p, struct stat *ret, bool *ret_there)
{
	*ret_there = fstatat(p->fd, p->name, ret, p->magical ? 0 : AT_SYMLINK_NOFOLLOW) == 0;
	if (!*ret_there && errno != ENOENT)
		return -errno;
	/* a link that leads nowhere: where it leads, nobody asked for a file */
	if (!*ret_there)
		return p->linked || p->magical ? -ENOENT : 0;
	if (S_ISDIR(ret->st_mode))
		return -EISDIR;
	if (S_ISLNK(ret->st_mode)) /* since a moment */
		return -ESTALE;
	/* who reads there is whoever put it there (fs.protected_fifos) */
	if (S_ISFIFO(ret->st_mode) && !p->magical && vms_place_planted(p->fd, ret->st_uid))
		return -EACCES;
	if (p->magical || !S_ISREG(ret->st_mode))
		return 1;
	/* a read-only file is meant to stay */
	return faccessat(p->fd, p->name, W_OK, 0) < 0 ? -errno : 0;
}

static int open_target(struct output *out, const char *path)
{
	struct stat st;
	bool there;
	int err = vms_place_open(path, true, &out->place);

	if (err)
		return err;
	out->target = strdup(path);
	if (!out->target)
		return -ENOMEM;
	err = look_at(&out->place, &st, &there);
	if (err > 0)
		return open_direct(out, &out->place, &st);
	return err ? err : open_temporary(out, there ? st.st_mode : 0);
}

/* So much of a document is not seen before it is whole: a failure leaves no half of it behind. */
#define UNSEEN (64u << 10)

int output_open(struct output *out, const char *path)
{
	static char room[UNSEEN];
	int err;

	*out = OUTPUT_NONE;
	out->file = stdout;
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

static int finish(struct output *out)
{
	FILE *f;

	if (out->err)
		return out->err;
	errno = 0;
	if (fflush(out->file) == EOF || ferror(out->file))
		return errno ? -errno : -EIO;
	if (!out->temporary)
		return 0;
	f = out->file;
	out->file = NULL;
	return fclose(f) == EOF ? -errno : vms_replace_commit(&out->new, false);
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
	vms_replace_discard(&out->new);
	vms_place_close(&out->place);
	if (out->file == stdout)
		__fpurge(stdout); /* what nobody has seen yet of half a document */
	else if (out->file)
		fclose(out->file);
	free(out->temporary);
	free(out->target);
	*out = OUTPUT_NONE;
}
