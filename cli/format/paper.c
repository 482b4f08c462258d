// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines for people (see paper.h). Strings in a verdict are UTF-8 whatever the
 * user's locale, so widths are measured in C.UTF-8, and only where lines wrap.
 */
#include <errno.h>
#include <string.h>
#include <wchar.h>
#include "core/util.h"
#include "paper.h"

static const char *const inks[] = {
	[INK_PLAIN] = "",	   [INK_BOLD] = "\033[1m",	  [INK_DIM] = "\033[2m",
	[INK_RED] = "\033[31m",	   [INK_RED_BOLD] = "\033[1;31m", [INK_GREEN] = "\033[32m",
	[INK_YELLOW] = "\033[33m", [INK_MAGENTA] = "\033[35m",	  [INK_CYAN] = "\033[36m",
};

void paper_open(struct paper *p, FILE *out, const struct vms_format_options *opt)
{
	*p = (struct paper){ .out = out,
			     .width = opt->width,
			     .colour = opt->colour,
			     .failed = opt->failed,
			     .verbose = opt->verbose };
	if (p->width == 0)
		return;
	p->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (p->utf8)
		p->before = uselocale(p->utf8);
}

/* Whoever flushes the stream later gets no errno of what failed here. */
static void note_error(struct paper *p)
{
	if (!p->err && ferror(p->out))
		p->err = errno ? -errno : -EIO;
}

int paper_close(struct paper *p)
{
	if (p->utf8) {
		uselocale(p->before);
		freelocale(p->utf8);
	}
	note_error(p);
	return p->err;
}

/* One character of `s`: its bytes, and its columns; -1: not to be shown. */
static size_t next_char(const char *s, size_t len, int *ret_columns)
{
	mbstate_t state = { 0 };
	wchar_t wc;
	size_t n = mbrtowc(&wc, s, len, &state);

	if (n == 0 || n > len) { /* no UTF-8 here */
		*ret_columns = -1;
		return 1;
	}
	*ret_columns = wcwidth(wc);
	return n;
}

static unsigned columns_of(const char *s, size_t len)
{
	unsigned columns = 0;
	int c;

	while (len > 0) {
		size_t n = next_char(s, len, &c);

		columns += c < 0 ? 1 : (unsigned)c;
		s += n;
		len -= n;
	}
	return columns;
}

/* Where lines wrap it is a terminal: only what it shows as characters. */
static void put_measured(struct paper *p, const char *s, size_t len)
{
	int c;

	while (len > 0) {
		size_t n = next_char(s, len, &c);

		if (c < 0)
			putc('?', p->out);
		else
			fwrite(s, 1, n, p->out);
		p->col += c < 0 ? 1 : (unsigned)c;
		s += n;
		len -= n;
	}
}

static void put_blank(struct paper *p)
{
	for (; p->blank > 0; p->blank--)
		putc(' ', p->out);
}

static void put_bytes(struct paper *p, const char *s, size_t len)
{
	if (len > 0)
		put_blank(p);
	if (p->width && p->utf8) {
		put_measured(p, s, len);
		return;
	}
	for (size_t i = 0; i < len; i++)
		putc((unsigned char)s[i] < 0x20 || s[i] == 0x7f ? '?' : s[i], p->out);
	p->col += (unsigned)len;
}

static void ink_on(struct paper *p, enum paper_ink ink)
{
	if (!p->colour || ink == INK_PLAIN)
		return;
	put_blank(p);
	fputs(inks[ink], p->out);
}

static void ink_off(struct paper *p, enum paper_ink ink)
{
	if (p->colour && ink != INK_PLAIN)
		fputs("\033[0m", p->out);
}

void paper_put(struct paper *p, enum paper_ink ink, const char *s)
{
	ink_on(p, ink);
	put_bytes(p, s, strlen(s));
	ink_off(p, ink);
}

void paper_newline(struct paper *p)
{
	putc('\n', p->out);
	p->col = p->blank = 0;
	note_error(p);
}

void paper_tab(struct paper *p, unsigned col)
{
	if (p->col >= col && p->col > 0)
		col = p->col + 1;
	p->blank += col - p->col;
	p->col = col;
}

/* How much of a path, up to a slash, the rest of the line takes; 0: none of it. */
static size_t path_part(const struct paper *p, const char *s, size_t len)
{
	size_t part = 0;

	for (size_t i = 0; i + 1 < len && p->col + columns_of(s, i + 1) < p->width; i++)
		if (s[i] == '/' && i > 0)
			part = i + 1;
	return part;
}

/*
 * Lay out the words of `s`, the first one `gap` spaces from what stands before
 * it. Spaces between words stay as they are where no line ends. The last column
 * is left for a comma or colon that is put after.
 */
static void wrap(struct paper *p, enum paper_ink ink, unsigned indent, const char *s, size_t gap)
{
	bool inked = false;

	s += strspn(s, " ");
	while (*s) {
		size_t len = strcspn(s, " ");
		unsigned columns = p->width && p->utf8 ? columns_of(s, len) : (unsigned)len;

		if (p->width == 0 || p->col + gap + columns < p->width) {
			p->blank += (unsigned)gap;
			p->col += (unsigned)gap;
		} else if (p->col > indent) { /* a word longer than a line stands alone */
			paper_newline(p);
			paper_tab(p, indent);
		}
		if (!inked)
			ink_on(p, ink);
		inked = true;
		for (size_t part; p->width && p->col + columns_of(s, len) >= p->width &&
				  (part = path_part(p, s, len)) > 0;) {
			put_bytes(p, s, part);
			s += part;
			len -= part;
			paper_newline(p);
			paper_tab(p, indent);
		}
		put_bytes(p, s, len);
		s += len;
		gap = strspn(s, " ");
		s += gap;
	}
	if (inked)
		ink_off(p, ink);
}

void paper_wrap(struct paper *p, enum paper_ink ink, unsigned indent, const char *s)
{
	wrap(p, ink, indent, s, 0);
}

void paper_more(struct paper *p, enum paper_ink ink, unsigned indent, const char *s)
{
	wrap(p, ink, indent, s, 1);
}
