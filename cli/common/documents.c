// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Saved verdict documents: files that hold one, an array or a line each. What cannot be read
 * is said in one line, and the rest goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "cli.h"
#include "document/parse.h"
#include "document/read.h"

#define FILE_MAX (1u << 30)

/* The whole of a file that may be no regular one. */
static int read_text(const char *file, char **ret, size_t *ret_len)
{
	_cleanup_close_ int fd =
		streq(file, "-") ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	_cleanup_free_ char *text = NULL;
	size_t len = 0, room = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	for (;;) {
		ssize_t n;

		if (room - len < 2) {
			char *grown;

			room = room					      ? 2 * room
			       : S_ISREG(st.st_mode) && st.st_size < FILE_MAX ? (size_t)st.st_size + 2
									      : 65536;
			if (room > 2 * (size_t)FILE_MAX)
				return -EFBIG;
			grown = realloc(text, room);
			if (!grown)
				return -ENOMEM;
			text = grown;
		}
		n = read(fd, text + len, room - len - 1);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			break;
		len += n > 0 ? (size_t)n : 0;
	}
	text[len] = '\0';
	*ret = text;
	*ret_len = len;
	text = NULL;
	return 0;
}

struct reading_file {
	const char *name;
	bool several;
	unsigned n; /* the document that is read, from 1 on */
	/* those that are left out one after the other, for one reason; NULL: none */
	const char *why;
	unsigned first, last;
	struct documents *d;
};

static void say_left_out(struct reading_file *f)
{
	if (!f->why)
		return;
	if (!f->several || f->n == 1)
		complain("%s is left out: %s", f->name, f->why);
	else if (f->first == f->last)
		complain("%s: document %u is left out: %s", f->name, f->first, f->why);
	else
		complain("%s: documents %u to %u are left out: %s", f->name, f->first, f->last, f->why);
	f->why = NULL;
}

static void leave_out(struct reading_file *f, const char *why)
{
	if (f->why && (!streq(f->why, why) || f->n != f->last + 1))
		say_left_out(f);
	if (!f->why)
		f->first = f->n;
	f->why = why;
	f->last = f->n;
	f->d->bad++;
}

static int read_piece(struct reading_file *f, struct vms_pieces *p, const char *piece, size_t len, bool cut)
{
	_cleanup_verdict_ struct vms_verdict *v = NULL;
	const char *why = "it is cut short";
	int err = cut ? -EBADMSG : vms_document_read(piece, len, &v, &why);

	f->n++;
	if (err == -EBADMSG) {
		leave_out(f, why);
		vms_pieces_resume(p, piece);
		return 0;
	}
	if (!err)
		err = f->d->take(f->d, v, &why);
	if (err == -EBADMSG)
		leave_out(f, why);
	return err == -EBADMSG ? 0 : err;
}

static int read_pieces(struct documents *d, const char *file, const char *text, size_t len)
{
	struct reading_file f = { .name = streq(file, "-") ? "standard input" : file, .d = d };
	struct vms_pieces p;
	const char *piece;
	size_t piece_len;
	bool cut;
	int err = 0;

	f.several = vms_pieces_several(text, len);
	vms_pieces_open(&p, text, len);
	while (!err && vms_pieces_next(&p, &piece, &piece_len, &cut))
		err = read_piece(&f, &p, piece, piece_len, cut);
	if (!err && f.n == 0 && !p.ended)
		leave_out(&f, "it is empty");
	say_left_out(&f);
	return err;
}

int documents_read(struct documents *d, char *const *files, size_t n)
{
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		_cleanup_free_ char *text = NULL;
		size_t len = 0;

		err = read_text(files[i], &text, &len);
		if (err && err != -ENOMEM) {
			complain("cannot read %s: %s", files[i], vms_error_text(err));
			d->bad++;
			err = 0;
		} else if (!err) {
			if (d->begin)
				err = d->begin(d, n > 1 || vms_pieces_several(text, len));
			d->begin = NULL;
			if (!err)
				err = read_pieces(d, files[i], text, len);
		}
	}
	if (err == -ENOMEM)
		return no_memory();
	return err;
}
