/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A qemu-nbd of our own: serves one image, read-only, on a private Unix socket that is
 * gone from the file system before anybody else could connect; no root, no /dev/nbd.
 */
#ifndef VMS_QEMUNBD_H
#define VMS_QEMUNBD_H

#include <sys/types.h>
#include "image/format.h"

/* It ends by itself after so long: one that hangs, or serves from storage that does, must not
 * keep who waits for it. */
#define QEMUNBD_SECONDS 20

struct qemunbd {
	pid_t pid; /* 0: none */
	int stderr_fd;
};

/*
 * Serve the open file `fd`, or with `backing` the file `path` and what it names. *ret_sock
 * is connected. -ENOENT: no qemu-nbd on this host; other -errno.
 */
int qemunbd_start(const char *path, int fd, enum image_format format, bool backing, struct qemunbd *ret,
		  int *ret_sock);

/* Its -errno, in words. */
const char *qemunbd_missing(int err, enum image_format format);

/* End it, whatever it does, and wait for it. */
void qemunbd_stop(struct qemunbd *server);

/* What it said on stderr, first line; NULL: nothing. Ends it. */
char *qemunbd_complaint(struct qemunbd *server);

#endif
