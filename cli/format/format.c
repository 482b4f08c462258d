// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of formats, the way of a document through a renderer, and what the place that it
 * goes to can show. Reads the terminal's size and the variables COLUMNS, NO_COLOR and TERM.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "core/util.h"
#include "document/read.h"
#include "format.h"

/* In the order of --help. */
#define FORMATS(X)                                                                                           \
	X(text)                                                                                              \
	X(lines)                                                                                             \
	X(json)                                                                                              \
	X(jsonl)                                                                                             \
	X(junit)                                                                                             \
	X(tap)                                                                                               \
	X(ktap)                                                                                              \
	X(lava)                                                                                              \
	X(prometheus)                                                                                        \
	X(html)

#define DECLARE(name) extern const struct vms_format vms_format_##name;
FORMATS(DECLARE)

#define ROW(name) &vms_format_##name,
static const struct vms_format *const formats[] = { FORMATS(ROW) };

const struct vms_format *vms_format_at(size_t i)
{
	return i < ARRAY_SIZE(formats) ? formats[i] : NULL;
}

const struct vms_format *vms_format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (streq(formats[i]->name, name))
			return formats[i];
	return NULL;
}

int vms_format_written(FILE *out)
{
	return ferror(out) ? -(errno ? errno : EIO) : 0;
}

int vms_render_open(struct vms_render *r, const struct vms_format *format, FILE *out,
		    const struct vms_format_options *opt)
{
	int err;

	*r = (struct vms_render){ .format = format, .out = out, .opt = *opt };
	r->state = calloc(1, format->state_size + 1);
	if (!r->state)
		return -ENOMEM;
	err = format->begin ? format->begin(r) : 0;
	if (err)
		vms_render_close(r, false);
	return err;
}

static int render_members(struct vms_render *r, const struct vms_verdict *fleet)
{
	int err = 0;

	for (size_t i = 0; !err && i < fleet->n_cells; i++) {
		_cleanup_verdict_ struct vms_verdict *v = NULL;

		err = vms_cell_read(&fleet->cells[i], &v);
		if (!err && v)
			err = vms_render_row(r, v);
	}
	return err;
}

int vms_render_row(struct vms_render *r, const struct vms_verdict *v)
{
	int err;

	if (v->subject.kind == VMS_KIND_FLEET && !r->format->fleets)
		return render_members(r, v);
	err = r->format->row(r, v);
	r->n++;
	return err;
}

int vms_render_close(struct vms_render *r, bool whole)
{
	int err = whole && r->format->end ? r->format->end(r) : 0;

	if (r->format->clear)
		r->format->clear(r);
	free(r->state);
	r->state = NULL;
	return err;
}

int vms_render_all(const struct vms_format *format, FILE *out, const struct vms_verdict *const *verdicts,
		   size_t n, const struct vms_format_options *opt)
{
	struct vms_render r;
	int err = vms_render_open(&r, format, out, opt), closed;

	if (err)
		return err;
	for (size_t i = 0; !err && i < n; i++)
		err = vms_render_row(&r, verdicts[i]);
	closed = vms_render_close(&r, !err);
	return err ? err : closed;
}

/* $COLUMNS, when it is a sane number; else 0. */
static unsigned columns_wished(void)
{
	const char *s = getenv("COLUMNS");
	char *end;
	unsigned long n;

	if (!s || *s < '0' || *s > '9')
		return 0;
	n = strtoul(s, &end, 10);
	return *end || n > 10000 ? 0 : (unsigned)n;
}

void vms_format_terminal(FILE *out, struct vms_format_options *opt)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool tty = isatty(fileno(out));
	struct winsize size;

	opt->colour = tty && !(no_color && *no_color) && term && *term && !streq(term, "dumb");
	opt->width = columns_wished();
	if (opt->width || !tty)
		return;
	/* A serial console says 0 columns. */
	opt->width = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}
