// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets between the pool and its workers, with descriptors along. */
#include <errno.h>
#include <sys/socket.h>
#include "images.h"

#define REPLY_MAX (16u << 20) /* bytes of each text of a worker that an image may have taken over */

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(SOCKET_FDS * sizeof(int))];
};

void packet_clear(struct image_packet *packet)
{
	for (size_t i = 0; i < packet->n_fds; i++)
		close(packet->fds[i]);
	packet->n_fds = 0;
	packet->len = 0;
}

int socket_send_packet(int sock, const struct image_packet *packet)
{
	size_t len = packet->n_fds * sizeof(*packet->fds);
	struct iovec bytes = { (void *)(uintptr_t)packet->bytes, packet->len };
	union control control = { .bytes = "" };
	struct msghdr m = { .msg_iov = &bytes, .msg_iovlen = 1 };
	ssize_t sent;

	if (len > 0) {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(len);
		control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
						   .cmsg_type = SCM_RIGHTS,
						   .cmsg_len = CMSG_LEN(len) };
		memcpy(CMSG_DATA(&control.header), packet->fds, len);
	}
	do
		sent = sendmsg(sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

int socket_receive_packet(int sock, struct image_packet *ret)
{
	union control control;
	struct iovec bytes = { ret->bytes, sizeof(ret->bytes) };
	struct msghdr m = {
		.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	ssize_t got;

	do
		got = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if (got == 0)
		return -EPIPE;
	ret->len = (size_t)got;
	ret->n_fds = 0;
	if (m.msg_controllen >= CMSG_LEN(sizeof(int)) && control.header.cmsg_type == SCM_RIGHTS) {
		ret->n_fds = MIN((control.header.cmsg_len - CMSG_LEN(0)) / sizeof(int), (size_t)SOCKET_FDS);
		memcpy(ret->fds, CMSG_DATA(&control.header), ret->n_fds * sizeof(int));
	}
	return 0;
}

int socket_send(int sock, const char *bytes, size_t len)
{
	while (len > 0) {
		size_t n = MIN(len, (size_t)SOCKET_PACKET);

		if (send(sock, bytes, n, MSG_NOSIGNAL) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		bytes += n;
		len -= n;
	}
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
