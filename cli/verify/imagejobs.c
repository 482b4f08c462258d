// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Jobs on their way to a worker: files are opened, qemu-nbd is started for those that need it,
 * and several go together in one packet, with their descriptors.
 */
#include <errno.h>
#include <poll.h>
#include <time.h>
#include "image/backing.h"
#include "image/source.h"
#include "imagepool.h"

#define WAIT_MS 10

int job_again(struct pool *p, size_t index)
{
	p->again[p->n_again++] = index; /* one an image at most: room for all */
	p->open--;
	return 0;
}

void job_close(struct pool *p, size_t index)
{
	free(p->jobs[index].why);
	p->jobs[index].why = NULL;
	p->open--;
}

/* Nothing is told of it. */
void job_leave(struct pool *p, size_t index)
{
	image_out_leave(p->out, index);
	job_close(p, index);
}

int job_block(struct job *j, const char *fmt, ...)
{
	va_list ap;
	int n;

	free(j->why);
	j->why = NULL;
	va_start(ap, fmt);
	n = vasprintf(&j->why, fmt, ap);
	va_end(ap);
	j->format = FORMAT_RAW; /* any worker can say so */
	return n < 0 ? -ENOMEM : 0;
}

time_t monotonic_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void packet_add(struct image_packet *packet, const void *bytes, size_t len)
{
	if (len > 0)
		memcpy(packet->bytes + packet->len, bytes, len);
	packet->len += len;
}

/* Open the image; for an NBD format start the server, *fd is then the socket. -EMFILE, -ENFILE: `beside`
 * others that are open it cannot be. */
static int job_open(struct pool *p, struct worker *w, size_t index, bool beside, int *ret_fd,
		    struct image_job *head)
{
	struct job *j = &p->jobs[index];
	const char *path = p->list->names[index].path;
	struct source_file file = { .fd = -1 };
	_cleanup_close_ int fd = -1;
	struct vms_why why;
	int sock, r;

	if (j->why)
		return 0;
	r = source_open_file(path, &file);
	fd = file.fd;
	if (beside && (r == -EMFILE || r == -ENFILE))
		return r;
	if (r < 0)
		return job_block(j, "cannot be read: %s", source_blocker(r));
	if (format_is_nbd(j->format)) {
		r = p->options->backing ? backing_check(path, fd, j->format, &why) : 0;
		if (r == -EBADMSG)
			return job_block(j, "%s image: %s", format_name(j->format), why.text);
		if (r < 0)
			return r;
		r = qemunbd_start(path, fd, j->format, p->options->backing, &w->server, &sock);
		if (r < 0)
			return job_block(j, "%s", qemunbd_missing(r, j->format));
		*ret_fd = sock;
		w->until = monotonic_seconds() + QEMUNBD_SECONDS + 2;
	} else {
		*ret_fd = vms_take_fd(&fd);
	}
	head->size = file.size;
	head->sector = format_is_nbd(j->format) ? j->sector : file.sector;
	return 0;
}

/* Put job `index` into the packet. -EMFILE, -ENFILE: it cannot be opened beside what is in there. */
static int job_pack(struct pool *p, struct worker *w, size_t index, struct image_packet *packet)
{
	struct job *j = &p->jobs[index];
	const struct image_name *name = &p->list->names[index];
	struct image_job head = { .index = (uint32_t)index, .maybe = name->maybe };
	_cleanup_close_ int fd = -1;
	int r = job_open(p, w, index, packet->n_fds > 0, &fd, &head);

	if (r < 0)
		return r;
	p->open++;
	if (j->why && name->maybe && fd < 0 && !j->failed) { /* who knows what that is */
		job_leave(p, index);
		return 0;
	}
	head.format = j->format;
	head.path_len = (uint32_t)strnlen(name->path, JOB_TEXT);
	head.why_len = j->why ? (uint32_t)strnlen(j->why, JOB_TEXT) : 0;
	head.opened = fd >= 0;
	packet_add(packet, &head, sizeof(head));
	packet_add(packet, name->path, head.path_len);
	packet_add(packet, j->why, head.why_len);
	if (fd >= 0)
		packet->fds[packet->n_fds++] = vms_take_fd(&fd);
	w->jobs[w->n_jobs++] = index;
	return 0;
}

/* Send what was packed since the worker had `had` jobs. */
static int packet_go(struct pool *p, struct worker *w, size_t had, struct image_packet *packet)
{
	int r = packet->len > 0 ? socket_send_packet(w->sock, packet) : 0;

	packet_clear(packet);
	if (r == -EAGAIN || r == -ETOOMANYREFS) { /* workers are to take first what they were sent */
		while (w->n_jobs > had)
			job_again(p, w->jobs[--w->n_jobs]);
		qemunbd_stop(&w->server);
		w->until = 0;
		if (p->open == 0)
			poll(NULL, 0, WAIT_MS);
		return 0;
	}
	return r == -EPIPE || r == -ECONNRESET ? 0 : r; /* its end is seen when we read */
}

/* The next job for a worker made for `format`, `beside` others that it has; false: none. */
static bool job_next(struct pool *p, enum image_format format, bool beside, size_t *ret)
{
	for (size_t i = 0; i < p->n_again; i++) {
		const struct job *j = &p->jobs[p->again[i]];

		if (j->format != format || (beside && j->alone))
			continue;
		*ret = p->again[i];
		p->again[i] = p->again[--p->n_again];
		return true;
	}
	if (format != FORMAT_RAW || p->next == p->list->n)
		return false;
	*ret = p->next++;
	return true;
}

/* Is there any? */
bool job_waits(const struct pool *p, enum image_format format)
{
	bool any = format == FORMAT_RAW && p->next < p->list->n;

	for (size_t i = 0; i < p->n_again; i++)
		any = any || p->jobs[p->again[i]].format == format;
	return any;
}

/* How many jobs it may have: fewer towards the end, so that all workers have some. */
size_t worker_depth(const struct pool *p, const struct worker *w)
{
	size_t share = (p->list->n - p->next) / (2 * p->n_workers);

	if (w->format != FORMAT_RAW || (w->n_jobs > 0 && p->jobs[w->jobs[0]].alone))
		return 1;
	return MIN(MAX(share, (size_t)2), (size_t)DEPTH);
}

/* As many jobs as it may have, in one packet. */
int worker_fill(struct pool *p, struct worker *w)
{
	static struct image_packet packet;
	size_t had = w->n_jobs, index;
	int r = 0;

	while (r == 0 && w->n_jobs < MIN(worker_depth(p, w), had + SOCKET_FDS) &&
	       packet.len + JOB_MAX <= sizeof(packet.bytes) &&
	       job_next(p, w->format, w->n_jobs > 0, &index)) {
		r = job_pack(p, w, index, &packet);
		if (r == -EMFILE || r == -ENFILE) {
			p->again[p->n_again++] = index;
			r = 0;
			break;
		}
	}
	if (r == 0)
		return packet_go(p, w, had, &packet);
	packet_clear(&packet);
	return r;
}
