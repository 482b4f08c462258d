// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets between the pool and its workers, with a descriptor along where there is one. */
#include <errno.h>
#include <sys/socket.h>
#include "images.h"

#define REPLY_MAX (16u << 20) /* bytes of each text of a worker that an image may have taken over */

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

/* What goes into a packet, of `parts`, which are left behind it. The number of bytes. */
static size_t fill_packet(struct iovec *packet, struct iovec *parts, size_t n)
{
	size_t room = SOCKET_PACKET;

	for (size_t i = 0; i < n; i++) {
		size_t take = MIN(room, parts[i].iov_len);

		packet[i] = (struct iovec){ parts[i].iov_base, take };
		if (take == 0)
			continue;
		parts[i].iov_base = (char *)parts[i].iov_base + take;
		parts[i].iov_len -= take;
		room -= take;
	}
	return SOCKET_PACKET - room;
}

int socket_send(int sock, const struct iovec *parts, size_t n, int fd, int flags)
{
	struct iovec left[4], packet[4];
	union control control = { .bytes = "" };
	struct msghdr m = { .msg_iov = packet, .msg_iovlen = n };

	if (n > ARRAY_SIZE(left))
		return -EINVAL;
	memcpy(left, parts, n * sizeof(*parts));
	if (fd >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
						   .cmsg_type = SCM_RIGHTS,
						   .cmsg_len = CMSG_LEN(sizeof(int)) };
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	while (fill_packet(packet, left, n) > 0) {
		while (sendmsg(sock, &m, MSG_NOSIGNAL | flags) < 0)
			if (errno != EINTR)
				return -errno;
		m.msg_control = NULL; /* went with the first one */
		m.msg_controllen = 0;
	}
	return 0;
}

int socket_receive(int sock, const struct iovec *parts, size_t n, int flags, size_t *ret_len, int *ret_fd)
{
	union control control = { .bytes = "" };
	struct iovec to[4];
	struct msghdr m = {
		.msg_iov = to, .msg_iovlen = n, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	ssize_t got;

	if (n > ARRAY_SIZE(to))
		return -EINVAL;
	memcpy(to, parts, n * sizeof(*parts));
	do
		got = recvmsg(sock, &m, MSG_CMSG_CLOEXEC | flags);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if (got == 0)
		return -EPIPE;
	if (m.msg_controllen >= CMSG_LEN(sizeof(int)) && control.header.cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(&control.header), sizeof(*ret_fd));
	*ret_len = (size_t)got;
	return 0;
}

static int inbox_grow(struct image_inbox *in, size_t room)
{
	char *grown = room > in->room ? realloc(in->bytes, room) : in->bytes;

	if (!grown)
		return -ENOMEM;
	in->bytes = grown;
	in->room = MAX(room, in->room);
	return 0;
}

int inbox_fill(struct image_inbox *in, int sock)
{
	ssize_t got;
	size_t needed = in->len + SOCKET_PACKET; /* of a packet nothing is left behind */
	int r = in->room < needed ? inbox_grow(in, MAX(2 * in->room, needed)) : 0;

	if (r < 0)
		return r;
	/* the end of who left jobs unread is told first, and once: what it had answered before comes after
	 * that */
	do
		got = recv(sock, in->bytes + in->len, in->room - in->len, MSG_DONTWAIT);
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0)
		return errno == EAGAIN ? 0 : -errno;
	in->len += (size_t)got;
	return got == 0 ? -EPIPE : 0;
}

static size_t reply_len(const struct image_reply *head)
{
	return sizeof(*head) + head->why_len + 1 + head->rows_len;
}

int inbox_first(struct image_inbox *in, struct image_reply *ret, const char **ret_why, const char **ret_rows)
{
	struct image_reply head;
	const char *why;

	if (in->len < sizeof(head))
		return -EAGAIN;
	memcpy(&head, in->bytes, sizeof(head));
	if (head.why_len > REPLY_MAX || head.rows_len > REPLY_MAX)
		return -EPROTO;
	if (in->len < reply_len(&head))
		return -EAGAIN;
	why = in->bytes + sizeof(head);
	if (why[head.why_len])
		return -EPROTO;
	*ret = head;
	*ret_why = why;
	*ret_rows = why + head.why_len + 1;
	return 0;
}

void inbox_drop(struct image_inbox *in, const struct image_reply *head)
{
	in->len -= reply_len(head);
	memmove(in->bytes, in->bytes + reply_len(head), in->len);
}

void inbox_clear(struct image_inbox *in)
{
	free(in->bytes);
	*in = (struct image_inbox){ 0 };
}
