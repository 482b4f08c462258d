/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the pool of workers and the jobs on their way to them share. */
#ifndef VMS_VERIFY_IMAGEPOOL_H
#define VMS_VERIFY_IMAGEPOOL_H

#include <time.h>
#include "image/qemunbd.h"
#include "images.h"

#define WORKERS_MAX 64
#define DEPTH	    16 /* jobs that wait in a worker's socket at most, so that it never waits for us */

struct job {
	enum image_format format; /* what it needs; FORMAT_RAW: find out */
	char *why;		  /* nothing can be read, because ... */
	bool alone;		  /* a worker died with this one and others: each goes alone now */
	bool failed;		  /* its worker died: the tool failed on it */
	uint32_t sector;	  /* bytes, as its container says; 0: not said */
};

struct worker {
	pid_t pid; /* 0: none */
	int sock;
	enum image_format format;
	size_t jobs[DEPTH], n_jobs; /* as it answers them: the first is the next */
	struct image_inbox inbox;
	struct qemunbd server; /* of the one job that it has */
	time_t until;	       /* when that has to have answered (monotonic seconds); 0: no limit */
};

struct pool {
	const struct verify_options *options;
	const struct image_list *list;
	struct image_out *out;
	struct job *jobs;
	size_t next;		/* not handed out yet */
	size_t *again, n_again; /* to be handed out once more */
	size_t open;		/* handed out */
	struct worker workers[WORKERS_MAX];
	size_t n_workers;
	struct vms_run_options run; /* what a verdict was asked for */
};

/* imagejobs.c: one that is handed out is to be handed out once more; is done with; is not to be told of. */
int job_again(struct pool *p, size_t index);
void job_close(struct pool *p, size_t index);
void job_leave(struct pool *p, size_t index);
/* Nothing of it can be read, because ...: any worker can say so. */
int job_block(struct job *j, const char *fmt, ...) _printf_(2, 3);
/* Is there any for a worker made for `format`? */
bool job_waits(const struct pool *p, enum image_format format);

/* How many jobs it may have: fewer towards the end, so that all workers have some. */
size_t worker_depth(const struct pool *p, const struct worker *w);
/* As many jobs as it may have, in one packet. 0 or -errno. */
int worker_fill(struct pool *p, struct worker *w);

time_t monotonic_seconds(void);

#endif
