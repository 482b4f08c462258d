/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Large texts, a piece of whole lines at a time: depmod's index and a kernel's configuration take half a
 * megabyte, of which a few lines are wanted. See sysroot.h.
 */
#include <errno.h>
#include <string.h>

#include "sysroot_internal.h"

#define PIECE (32u << 10)

int vms_root_read_lines(struct vms_root *root, const char *path, size_t max, vms_lines_fn take, void *arg)
{
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *data = NULL;
	size_t room = PIECE, len = 0;
	uint64_t size, total = 0;
	int err = vms_root_open_file(root, path, &fd, &size);

	if (err < 0)
		return err;
	if (size > max)
		return -EFBIG;
	data = malloc(room);
	if (!data)
		return vms_no_memory();
	for (;;) {
		ssize_t n = vms_root_read_on(fd, data + len, room - len);
		const char *last;
		size_t lines;

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		total += (uint64_t)n;
		if (total > max)
			return -EFBIG;
		len += (size_t)n;
		last = memrchr(data, '\n', len);
		if (last) {
			lines = (size_t)(last + 1 - data);
			take(arg, vms_span(data, lines));
			len -= lines;
			memmove(data, last + 1, len);
		} else if (len == room) { /* one line longer than that */
			char *grown = realloc(data, 2 * room);

			if (!grown)
				return vms_no_memory();
			data = grown;
			room *= 2;
		}
	}
	if (len)
		take(arg, vms_span(data, len));
	return 0;
}
