/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decompressing piece by piece; see unpack.h. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "unpack.h"
#include "util.h"

#define PIECE (64u << 10)

struct pump {
	const struct codec *codec;
	void *state;
	uint8_t in[PIECE], out[PIECE];
};

static void pump_freep(struct pump **p)
{
	if (*p && (*p)->state)
		(*p)->codec->stop((*p)->state);
	free(*p);
}

int64_t unpack_read(const struct unpack_file *f, uint64_t off, void *buf, uint64_t n)
{
	uint8_t *to = buf;
	uint64_t done = 0;

	if (off >= f->end)
		return 0;
	n = MIN(n, f->end - off);
	while (done < n) {
		ssize_t got = pread(f->fd, to + done, (size_t)(n - done), (off_t)(off + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (uint64_t)got;
	}
	return (int64_t)done;
}

/* More to decompress, where all was taken; -EBADMSG: there is no more. */
static int fill(struct pump *p, struct codec_step *s, const struct unpack_file *f, uint64_t *off,
		const char **ret_why)
{
	int64_t n = unpack_read(f, *off, p->in, PIECE);

	if (n < 0)
		return (int)n;
	if (n == 0) {
		*ret_why = "its compressed data is cut short";
		return -EBADMSG;
	}
	*off += (uint64_t)n;
	s->in = p->in;
	s->in_len = (size_t)n;
	return 0;
}

static int run(struct pump *p, const struct unpack_file *f, uint64_t off, unpack_fn fn, void *arg,
	       uint64_t *ret_end, const char **ret_why)
{
	struct codec_step s = { .in_len = 0, .out_len = PIECE };

	for (;;) {
		/* a buffer that was filled may not have taken all that is known */
		int err = s.in_len == 0 && s.out_len > 0 ? fill(p, &s, f, &off, ret_why) : 0, step;
		size_t before = s.in_len;

		if (err)
			return err;
		s.out = p->out;
		s.out_len = PIECE;
		step = p->codec->step(p->state, &s, ret_why);
		if (step < 0)
			return step;
		err = s.out_len < PIECE ? fn(arg, p->out, PIECE - s.out_len) : 0;
		if (err)
			return err;
		if (step == 1)
			break;
		/* nothing taken of something, nothing made: it will never end */
		if (before > 0 && s.in_len == before && s.out_len == PIECE)
			return -EBADMSG;
	}
	*ret_end = off - s.in_len;
	return 0;
}

int unpack(const struct codec *c, const struct unpack_file *f, uint64_t off, unpack_fn fn, void *arg,
	   uint64_t *ret_end, const char **ret_why)
{
	_cleanup_(pump_freep) struct pump *p = NULL;
	int err = c->load();

	if (err < 0)
		return err;
	p = malloc(sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->codec = c;
	p->state = NULL;
	err = c->start(&p->state);
	return err < 0 ? err : run(p, f, off, fn, arg, ret_end, ret_why);
}
