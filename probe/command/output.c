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
#include <linux/openat2.h>
#include <signal.h>
#include <stdio_ext.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

/* What is no file of its own to be replaced, and is what was looked at: no link has taken its place. */
static int open_direct(struct output *out, const char *path, const struct stat *st)
{
	int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC | O_APPEND);
	struct stat now;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &now) < 0 || now.st_ino != st->st_ino || now.st_dev != st->st_dev) {
		close(fd);
		return -ESTALE;
	}
	out->file = fdopen(fd, "w");
	if (!out->file) {
		close(fd);
		return -ENOMEM;
	}
	out->target = strdup(path);
	return out->target ? 0 : -ENOMEM;
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
	err = vms_replace_begin(&out->new, out->folder_fd, strrchr(out->target, '/') + 1, out->temporary,
				0666);
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

/*
 * A link in a folder where everybody may write, of somebody else: what it leads to is that one's choice, not
 * the user's (the kernel's fs.protected_symlinks, which not all have turned on).
 */
static bool is_planted(const char *path, const char *folder)
{
	struct stat in, link;

	return lstat(path, &link) == 0 && S_ISLNK(link.st_mode) && link.st_uid != geteuid() &&
	       stat(folder, &in) == 0 && (in.st_mode & (S_ISVTX | S_IWOTH)) == (S_ISVTX | S_IWOTH) &&
	       link.st_uid != in.st_uid;
}

/* The path itself, or a folder on it. 0, 1, -errno. */
static int leads_over_planted(const char *path)
{
	_cleanup_free_ char *to = strdup(path), *folder = strdup(path);

	if (!to || !folder)
		return -ENOMEM;
	for (char *end = to + strlen(to); end > to; end--) {
		if (*end != '/' && *end != '\0')
			continue;
		*end = '\0';
		memcpy(folder, to, strlen(to) + 1);
		if (is_planted(to, dirname(folder)))
			return 1;
	}
	return 0;
}

/* What a symbolic link leads to, not the link. */
static char *resolve(const char *path, const char *folder, bool there)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

	return there ? realpath(path, NULL) : vms_asprintf("%s/%s", streq(folder, "/") ? "" : folder, base);
}

/* The resolved target's folder, which has to be where it was a moment ago: no link has taken its place. */
static int hold_folder(struct output *out)
{
	char *slash = strrchr(out->target, '/');
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS };

	*slash = '\0';
	out->folder_fd =
		(int)syscall(SYS_openat2, AT_FDCWD, *out->target ? out->target : "/", &how, sizeof(how));
	if (out->folder_fd < 0 && (errno == ENOSYS || errno == EPERM)) /* an old kernel, or a filter's word */
		out->folder_fd = open(*out->target ? out->target : "/", (int)how.flags | O_NOFOLLOW);
	*slash = '/';
	return out->folder_fd < 0 ? -errno : 0;
}

/* The file that is to be replaced is the one that was looked at. */
static int still_same(const struct output *out, const struct stat *st)
{
	struct stat now;

	if (fstatat(out->folder_fd, strrchr(out->target, '/') + 1, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (now.st_ino != st->st_ino || now.st_dev != st->st_dev)
		return -ESTALE;
	/* a read-only file is meant to stay */
	return faccessat(out->folder_fd, strrchr(out->target, '/') + 1, W_OK, 0) < 0 ? -errno : 0;
}

static int open_target(struct output *out, const char *path)
{
	_cleanup_free_ char *folder = NULL;
	struct stat st;
	bool there = stat(path, &st) == 0;
	int err;

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
	err = leads_over_planted(path);
	if (err)
		return err < 0 ? err : -EACCES;
	if (there && (!S_ISREG(st.st_mode) || names_descriptor(folder)))
		return open_direct(out, path, &st);
	errno = ENOMEM;
	out->target = resolve(path, folder, there);
	if (!out->target)
		return -errno;
	err = hold_folder(out);
	if (!err && there)
		err = still_same(out, &st);
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
	if (out->folder_fd >= 0)
		close(out->folder_fd);
	if (out->file == stdout)
		__fpurge(stdout); /* what nobody has seen yet of half a document */
	else if (out->file)
		fclose(out->file);
	free(out->temporary);
	free(out->target);
	*out = OUTPUT_NONE;
}
