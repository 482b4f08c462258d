// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages between the pool and its workers, with a descriptor along where there is one. */
#include <errno.h>
#include <sys/socket.h>
#include "images.h"

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

/* What is left of `parts` after `sent` bytes. */
static void advance(struct iovec *parts, size_t n, size_t sent)
{
	for (size_t i = 0; i < n; i++) {
		size_t take = MIN(sent, parts[i].iov_len);

		if (take == 0)
			continue;
		parts[i].iov_base = (char *)parts[i].iov_base + take;
		parts[i].iov_len -= take;
		sent -= take;
	}
}

int socket_send(int sock, const struct iovec *parts, size_t n, int fd)
{
	struct iovec left[4];
	union control control = { .bytes = "" };
	struct msghdr m = { .msg_iov = left, .msg_iovlen = n };
	size_t total = 0;

	if (n > ARRAY_SIZE(left))
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		left[i] = parts[i];
		total += parts[i].iov_len;
	}
	if (fd >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
						   .cmsg_type = SCM_RIGHTS,
						   .cmsg_len = CMSG_LEN(sizeof(int)) };
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	while (total > 0) {
		ssize_t sent = sendmsg(sock, &m, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -errno;
		total -= (size_t)sent;
		advance(left, n, (size_t)sent);
		m.msg_control = NULL; /* went with the first byte */
		m.msg_controllen = 0;
	}
	return 0;
}

int socket_receive(int sock, void *buf, size_t len, int *ret_fd)
{
	char *p = buf;
	int fd = -1;

	while (len > 0) {
		union control control = { .bytes = "" };
		struct iovec part = { p, len };
		struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
		ssize_t got;

		if (ret_fd) {
			m.msg_control = &control;
			m.msg_controllen = sizeof(control);
		}
		got = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return -EPIPE;
		if (ret_fd && m.msg_controllen >= CMSG_LEN(sizeof(int)) &&
		    control.header.cmsg_type == SCM_RIGHTS)
			memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
		p += got;
		len -= (size_t)got;
	}
	if (ret_fd)
		*ret_fd = fd;
	return 0;
}
