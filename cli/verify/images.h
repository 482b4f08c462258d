/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judging disk images: a list of files, a pool of sandboxed worker processes, and one
 * place where documents are written in order.
 *
 *	list -> pool opens a file, hands the descriptor to a worker
 *	     -> the worker parses, judges, hands back a document -> the pool renders it
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

/* imagelist.c: -i and --files-from. -1: go on; else the exit status. */
int image_list_fill(struct image_list *l, const struct verify_options *o);
void image_list_clear(struct image_list *l);

/* What goes over a worker's socket. Both ends are this program: host byte order. */
struct image_job {
	uint32_t index, maybe;
	uint32_t format;	    /* enum image_format; FORMAT_RAW also: find out */
	uint32_t path_len, why_len; /* `why`: nothing can be read, because ... */
	uint32_t sector;	    /* bytes, as device or container says; 0: not said */
	uint64_t size;
};

enum image_answer {
	ANSWER_DONE,	   /* a document */
	ANSWER_NO_DISK,	   /* and it was only maybe one */
	ANSWER_WANTS,	   /* another kind of worker, for `format` */
	ANSWER_NBD_FAILED, /* why */
};

struct image_reply {
	uint32_t index, answer, format, exit_status;
	uint32_t why_len, doc_len; /* `why`: for stderr */
	uint32_t sector;	   /* ANSWER_WANTS: of the container */
};

/* imageworker.c: serve jobs from `sock` until it is closed. `format`: what this worker
 * was made for. Never returns. */
void image_worker(int sock, enum image_format format, const struct verify_options *o)
	__attribute__((noreturn));

#define WORKER_NO_MEMORY 2 /* its exit status */

/* imagesocket.c: 0 or -errno; -EPIPE: the other end is gone. */
int socket_send(int sock, const struct iovec *parts, size_t n, int fd);
int socket_receive(int sock, void *buf, size_t len, int *ret_fd);

/* imageout.c: documents in order. */
struct image_out {
	const struct verify_options *options;
	struct delivery delivery;
	bool *waived; /* by waiver: it was of use */
	struct image_doc {
		char *text;
		size_t len;
		bool done, told; /* told: a line about it went to stderr */
	} * docs;		 /* waiting for their turn; one an image */
	size_t n, at, written, finished;
	size_t summary[3]; /* compliant, not, inconclusive */
	int status;
	double start, shown; /* the progress line: when it began, was last drawn; 0: not yet */
};
/* -1: go on; else the exit status. */
int image_out_open(struct image_out *out, const struct verify_options *o, const struct image_list *l);
/* A line about this one went to stderr. */
void image_out_told(struct image_out *out, size_t index);
/* Takes `text`; NULL: left out. `status`: the exit status of this one. */
void image_out_put(struct image_out *out, size_t index, char *text, size_t len, int status);
void image_out_progress(struct image_out *out);
void image_out_clear_line(struct image_out *out);
/* Finish the document. The exit status of all of it. */
int image_out_close(struct image_out *out);
/* Leave the target as it was. */
void image_out_discard(struct image_out *out);

/* imagepool.c: judge all of `l` into `out`. 0, or EXIT_TOOL after the complaint. */
int image_pool_run(const struct verify_options *o, const struct image_list *l, struct image_out *out);

#endif
