/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judging disk images: a list of files, a pool of sandboxed worker processes, and one
 * place where documents are written in order.
 *
 *	list -> pool opens a file, hands the descriptor to a worker
 *	     -> the worker parses, judges, hands back a verdict as rows -> the pool renders it
 */
#ifndef VMS_VERIFY_IMAGES_H
#define VMS_VERIFY_IMAGES_H

#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include "image/format.h"
#include "verify.h"

/* Files to be judged, in the order in which they were named. */
struct image_list {
	struct image_name {
		char *path;
		bool maybe; /* found in a folder: left out when it is no disk */
	} * names;
	size_t n;
	bool several; /* the document is about several subjects, even where only one is there */
};

/* imagelist.c: -i and --files-from. GO_ON; else the exit status. */
int image_list_fill(struct image_list *l, const struct verify_options *o);
void image_list_clear(struct image_list *l);

/* What goes over a worker's socket. Both ends are this program: host byte order. */
struct image_job {
	uint32_t index, maybe;
	uint32_t format;	    /* enum image_format; FORMAT_RAW also: find out */
	uint32_t path_len, why_len; /* of the texts behind this; `why`: nothing can be read, because ... */
	uint32_t sector;	    /* bytes, as device or container says; 0: not said */
	uint32_t opened;	    /* 1: a descriptor came along; in the order of the jobs */
	uint32_t unused;
	uint64_t size;
};

enum image_answer {
	ANSWER_DONE,	   /* a verdict */
	ANSWER_NO_DISK,	   /* and it was only maybe one */
	ANSWER_WANTS,	   /* another kind of worker, for `format` */
	ANSWER_NBD_FAILED, /* why */
};

struct image_reply {
	uint32_t index, answer, format;
	uint32_t exit_status;	    /* with --quiet, where no rows come */
	uint32_t why_len, rows_len; /* `why`: for stderr; rows: document/wire.h */
	uint32_t sector;	    /* ANSWER_WANTS: of the container */
};

/* imageworker.c: serve jobs from `sock` until it is closed. `format`: what this worker
 * was made for. Never returns. */
void image_worker(int sock, enum image_format format, const struct verify_options *o)
	__attribute__((noreturn));

#define WORKER_NO_MEMORY 2 /* its exit status */

#define JOB_TEXT      8192 /* bytes of path and of `why`: more than a document tells of one */
#define JOB_MAX	      (sizeof(struct image_job) + (size_t)2 * JOB_TEXT)
#define SOCKET_PACKET (32u << 10) /* bytes; several jobs are one, replies as many as they take */
#define SOCKET_FDS    8		  /* jobs in a packet, and replies that are sent together */

/* A packet: bytes, and the descriptors that go with it, which stay ours to close. */
struct image_packet {
	char bytes[SOCKET_PACKET];
	size_t len;
	int fds[SOCKET_FDS];
	size_t n_fds;
};
void packet_clear(struct image_packet *packet);

/* imagesocket.c, of a SOCK_SEQPACKET: 0 or -errno; -EPIPE: the other end is gone. */
/* -EAGAIN, -ETOOMANYREFS: it cannot go now. */
int socket_send_packet(int sock, const struct image_packet *packet);
int socket_receive_packet(int sock, struct image_packet *ret);
/* In as many packets as it takes, without descriptors. */
int socket_send(int sock, const char *bytes, size_t len);

/* Replies as they come, by whatever pieces. */
struct image_inbox {
	char *bytes;
	size_t len, room;
};
/* Take what is there, without waiting for more. 0, -EPIPE, -errno. */
int inbox_fill(struct image_inbox *in, int sock);
/* The first reply, with its texts in the inbox until that is dropped. -EAGAIN: it is not all there yet;
 * -EPROTO: it is none. */
int inbox_first(struct image_inbox *in, struct image_reply *ret, const char **ret_why, const char **ret_rows);
void inbox_drop(struct image_inbox *in, const struct image_reply *head);
void inbox_clear(struct image_inbox *in);

/* imageout.c: verdicts in order. */
struct image_out {
	const struct verify_options *options;
	struct delivery delivery;
	bool *waived; /* by waiver: it was of use */
	struct image_verdict {
		struct vms_verdict *verdict; /* NULL with --quiet, and of what is no disk */
		bool done;
	} * verdicts; /* waiting for their turn; one an image */
	size_t n, at, judged, finished;
	size_t summary[3]; /* compliant, not, inconclusive */
	int status;
	double start, shown; /* the progress line: when it began, was last drawn; 0: not yet */
};
/* GO_ON; else the exit status. */
int image_out_open(struct image_out *out, const struct verify_options *o, const struct image_list *l);
/* Takes `v`, NULL with --quiet. `status`: the exit status of this one. */
void image_out_put(struct image_out *out, size_t index, struct vms_verdict *v, int status);
/* This one is not to be told of. */
void image_out_leave(struct image_out *out, size_t index);
void image_out_progress(struct image_out *out);
void image_out_clear_line(struct image_out *out);
/* Finish the document. The exit status of all of it. */
int image_out_close(struct image_out *out);
/* Leave the target as it was. */
void image_out_discard(struct image_out *out);

/* imagepool.c: judge all of `l` into `out`. 0, or EXIT_TOOL after the complaint. */
int image_pool_run(const struct verify_options *o, const struct image_list *l, struct image_out *out);

#endif
