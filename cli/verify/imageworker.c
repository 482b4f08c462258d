// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A worker: a process that has given up the file system, is handed one open file after
 * the other, and hands back verdicts as rows. Whatever an image does to the parsers,
 * it does it here.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include "document/wire.h"
#include "image/sandbox.h"
#include "image/source.h"
#include "images.h"

#define HEAP_KEPT (1 << 20) /* bytes */

struct served {
	struct image_job job;
	char path[JOB_TEXT + 1], why[JOB_TEXT + 1]; /* "": there is none */
	int fd;
};

static void served_clear(struct served *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* Answers to one packet of jobs, which go together; they live as long as this process. */
static struct answers {
	char *bytes;
	size_t len, room;
} answers;

/* The job at byte *at of the packet, and its descriptor. */
static int take_job(struct image_packet *packet, size_t *at, size_t *fd, struct served *s)
{
	const char *texts = packet->bytes + *at + sizeof(s->job);
	size_t left = packet->len - *at;

	if (left < sizeof(s->job))
		return -EPROTO;
	memcpy(&s->job, packet->bytes + *at, sizeof(s->job));
	left -= sizeof(s->job);
	if (s->job.path_len > JOB_TEXT || s->job.why_len > JOB_TEXT ||
	    s->job.path_len + s->job.why_len > left || (s->job.opened && *fd == packet->n_fds))
		return -EPROTO;
	memcpy(s->path, texts, s->job.path_len);
	s->path[s->job.path_len] = '\0';
	memcpy(s->why, texts + s->job.path_len, s->job.why_len);
	s->why[s->job.why_len] = '\0';
	*at += sizeof(s->job) + s->job.path_len + s->job.why_len;
	if (s->job.opened)
		s->fd = vms_take_fd(&packet->fds[(*fd)++]);
	return 0;
}

static int reply(const struct image_reply *head, const char *why, const char *rows)
{
	size_t needed = answers.len + sizeof(*head) + head->why_len + 1 + head->rows_len;
	char *to;

	if (needed > answers.room) {
		to = realloc(answers.bytes, 2 * needed);
		if (!to)
			return -ENOMEM;
		answers.bytes = to;
		answers.room = 2 * needed;
	}
	to = answers.bytes + answers.len;
	memcpy(to, head, sizeof(*head));
	memcpy(to + sizeof(*head), why, head->why_len);
	to[sizeof(*head) + head->why_len] = '\0';
	if (head->rows_len > 0)
		memcpy(to + sizeof(*head) + head->why_len + 1, rows, head->rows_len);
	answers.len = needed;
	return 0;
}

/* Open the disk in the descriptor that came along. */
static int attach(struct served *s, struct vms_image *image, const struct verify_options *o)
{
	struct source_file file = { .fd = s->fd, .size = s->job.size, .sector = s->job.sector };

	if (*s->why)
		return source_block(image, "%s", s->why);
	s->fd = -1;
	if (s->job.format == FORMAT_RAW || s->job.format == FORMAT_RAW_CODECS)
		return source_attach_file(image, &file, o->backing);
	image->sector = file.sector;
	return source_attach_format(image, file.fd, s->job.format);
}

/* Compressed files lie on an ESP, and this worker has no library for them: it can open none any more. */
static bool lacks_codec(const struct vms_image *image)
{
	for (size_t i = 0; i < image->n_esps; i++)
		if (image->esps[i].no_codec)
			return true;
	return false;
}

static int judge(struct served *s, struct vms_image *image, const struct verify_options *o)
{
	struct image_reply head = { .index = s->job.index, .answer = ANSWER_DONE };
	const char *why = vms_image_blocked(image);
	static struct vms_wire rows; /* lives as long as this process */
	struct vms_run_options opt;
	struct vms_verdict *v;
	int r;

	cli_run_options(&o->asked, &opt);
	r = vms_run_image(image, &opt, &v);
	if (r < 0)
		return r;
	if (s->job.format == FORMAT_RAW && lacks_codec(image)) {
		vms_verdict_free(v);
		head.answer = ANSWER_WANTS;
		head.format = FORMAT_RAW_CODECS;
		head.sector = image->sector;
		return reply(&head, "", "");
	}
	head.exit_status = (uint32_t)vms_verdict_exit_status(v);
	r = o->quiet ? 0 : vms_wire_write(&rows, v);
	vms_verdict_free(v);
	if (r < 0)
		return r;
	head.why_len = why ? (uint32_t)strlen(why) : 0;
	head.rows_len = (uint32_t)rows.len;
	return reply(&head, why ? why : "", rows.bytes);
}

static int serve(struct served *s, const struct verify_options *o)
{
	struct image_reply head = { .index = s->job.index };
	struct vms_image *image;
	int r = image_new(s->path, &image);

	if (r < 0)
		return r;
	image->arch = o->image_arch;
	image->whole = o->whole;
	r = attach(s, image, o);
	if (r == 0 && s->job.maybe && !image->blocked && image->wants == FORMAT_RAW &&
	    s->job.format == FORMAT_RAW) {
		bool disk = true;

		if (format_looks_like_disk(&image->disk, &disk) == 0 && !disk) {
			head.answer = ANSWER_NO_DISK;
			r = reply(&head, "", "");
			vms_image_free(image);
			return r;
		}
	}
	if (r == 0 && !image->blocked && image->wants != FORMAT_RAW) {
		head.answer =
			s->job.maybe && format_is_compressed(image->wants) ? ANSWER_NO_DISK : ANSWER_WANTS;
		head.format = image->wants;
		head.sector = image->sector;
		r = reply(&head, "", "");
	} else if (r == 0 && image->blocked && format_is_nbd(s->job.format)) {
		head.answer = ANSWER_NBD_FAILED;
		head.why_len = (uint32_t)strlen(image->blocked);
		r = reply(&head, image->blocked, "");
	} else if (r == 0) {
		r = judge(s, image, o);
	}
	vms_image_free(image);
	return r;
}

/* All jobs of a packet, in order. */
static int serve_packet(int sock, struct image_packet *packet, const struct verify_options *o)
{
	static struct served s;
	size_t at = 0, fd = 0;
	int r = 0;

	answers.len = 0;
	s.fd = -1;
	while (r == 0 && at < packet->len) {
		r = take_job(packet, &at, &fd, &s);
		if (r == 0)
			r = serve(&s, o);
		served_clear(&s);
	}
	return r < 0 ? r : socket_send(sock, answers.bytes, answers.len);
}

void image_worker(int sock, enum image_format format, const struct verify_options *o)
{
	static struct image_packet packet;
	int r;

	/* what one image needed the next one needs again */
	mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
	mallopt(M_TOP_PAD, HEAP_KEPT);
	vms_sandbox_strip(sock);
	r = source_prepare(format); /* libraries are opened while that is still possible */
	if (r == 0)
		vms_sandbox_enter();
	while (r == 0) {
		r = socket_receive_packet(sock, &packet);
		if (r == 0)
			r = serve_packet(sock, &packet, o);
	}
	_exit(r == -EPIPE ? 0 : r == -ENOMEM ? WORKER_NO_MEMORY : 1);
}
