/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings and vectors; see util.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <strings.h>
#include <sys/statvfs.h>

#include "util.h"

#define TREE_DEPTH 64 /* folders in folders that are removed */

static __thread unsigned failures;

void vms_note_no_memory(void)
{
	failures++;
}

unsigned vms_no_memory_count(void)
{
	return failures;
}

char *vms_strndup(const char *s, size_t n)
{
	char *copy = strndup(s, n);

	if (!copy)
		vms_no_memory();
	return copy;
}

char *vms_strdup(const char *s)
{
	return vms_strndup(s, strlen(s));
}

const char *vms_error_text(int err)
{
	return err == -ENOMEM ? "out of memory" : strerror(-err);
}

const char *vms_error_name(int err)
{
	const char *name = strerrorname_np(-err);

	return name ? name : "EIO";
}

int vms_error_named(const char *name, size_t len)
{
	for (int err = 1; err < 134; err++) {
		const char *known = strerrorname_np(err);

		if (known && strlen(known) == len && memcmp(known, name, len) == 0)
			return -err;
	}
	return 0;
}

/* What `s` has at its end, as long as `ending`; NULL: it is shorter. */
static const char *tail_of(const char *s, const char *ending)
{
	size_t n = strlen(s), e = strlen(ending);

	return n < e ? NULL : s + n - e;
}

bool ends_with(const char *s, const char *ending)
{
	const char *tail = tail_of(s, ending);

	return tail && streq(tail, ending);
}

bool ends_with_nocase(const char *s, const char *ending)
{
	const char *tail = tail_of(s, ending);

	return tail && strcasecmp(tail, ending) == 0;
}

int vms_mounted_writable(int fd)
{
	struct statvfs fs;

	if (fstatvfs(fd, &fs) < 0)
		return -errno;
	return fs.f_flag & ST_RDONLY ? -EROFS : 0;
}

void vms_strv_free(char **strv)
{
	if (!strv)
		return;
	for (char **s = strv; *s; s++)
		free(*s);
	free(strv);
}

int vms_strv_push(char ***strv, size_t *n, const char *s)
{
	char **grown = *strv;
	char *copy = strdup(s);

	if (!copy)
		return vms_no_memory();
	/* room for n + 1 strings and the NULL, doubled at powers of two */
	if (*n == 0 || ((*n + 1) & *n) == 0)
		grown = reallocarray(*strv, *n ? 2 * (*n + 1) : 4, sizeof(char *));
	if (!grown) {
		free(copy);
		return vms_no_memory();
	}
	*strv = grown;
	grown[(*n)++] = copy;
	grown[*n] = NULL;
	return 0;
}

int vms_write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

char *vms_asprintf(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n >= 0)
		return s;
	vms_no_memory();
	return NULL;
}

struct memstream {
	char **ret, *text;
	size_t *ret_len, len, room;
	bool failed;
};

static void memstream_show(struct memstream *m)
{
	m->text[m->len] = '\0';
	*m->ret = m->text;
	*m->ret_len = m->len;
}

static ssize_t memstream_write(void *cookie, const char *data, size_t n)
{
	struct memstream *m = cookie;

	if (!m->failed && n >= m->room - m->len) {
		size_t room = 2 * m->room + n;
		char *grown = realloc(m->text, room);

		if (grown) {
			m->text = grown;
			m->room = room;
		} else {
			m->failed = true;
			vms_no_memory();
		}
	}
	if (m->failed) {
		errno = ENOMEM;
		return 0;
	}
	memcpy(m->text + m->len, data, n);
	m->len += n;
	memstream_show(m);
	return (ssize_t)n;
}

static int memstream_close(void *cookie)
{
	struct memstream *m = cookie;
	bool failed = m->failed;

	free(m);
	if (failed)
		errno = ENOMEM;
	return failed ? -1 : 0;
}

FILE *vms_memstream(char **ret, size_t *ret_len)
{
	struct memstream *m = calloc(1, sizeof(*m));
	char *text = m ? malloc(256) : NULL;
	FILE *f = NULL;

	if (text) {
		*m = (struct memstream){ .ret = ret, .text = text, .ret_len = ret_len, .room = 256 };
		f = fopencookie(
			m, "w",
			(cookie_io_functions_t){ .write = memstream_write, .close = memstream_close });
	}
	if (f) {
		memstream_show(m);
		return f;
	}
	free(text);
	free(m);
	vms_no_memory();
	return NULL;
}

bool vms_next_line(const char **cursor, const char **ret_line, size_t *ret_len)
{
	const char *line = *cursor, *end;

	if (!*line)
		return false;
	end = strchrnul(line, '\n');
	*ret_line = line;
	*ret_len = (size_t)(end - line);
	*cursor = *end ? end + 1 : end;
	return true;
}

size_t vms_utf8_sequence(const char *text, size_t len)
{
	const uint8_t *s = (const uint8_t *)text;
	static const struct {
		uint8_t mask, lead, len;
		uint32_t least;
	} forms[] = { { 0xe0, 0xc0, 2, 0x80 }, { 0xf0, 0xe0, 3, 0x800 }, { 0xf8, 0xf0, 4, 0x10000 } };

	for (size_t f = 0; f < ARRAY_SIZE(forms); f++) {
		uint32_t c = s[0] & (uint8_t)~forms[f].mask;

		if ((s[0] & forms[f].mask) != forms[f].lead || len < forms[f].len)
			continue;
		for (size_t i = 1; i < forms[f].len; i++) {
			if ((s[i] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (s[i] & 0x3f);
		}
		/* overlong, surrogate, beyond Unicode, C1 control, line separators */
		if (c < forms[f].least || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff || c < 0xa0 ||
		    c == 0x2028 || c == 0x2029)
			return 0;
		/* marks that turn the direction of text around would let a table lie */
		if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
			return 0;
		return forms[f].len;
	}
	return 0;
}

char *vms_printable(const char *s, size_t len)
{
	const uint8_t *in = (const uint8_t *)s;
	char *out = malloc(4 * len + 1), *p = out;

	if (!out) {
		vms_no_memory();
		return NULL;
	}
	for (size_t i = 0; i < len;) {
		size_t n = 0;

		while (i + n < len && in[i + n] >= 0x20 && in[i + n] < 0x7f)
			n++;
		if (n == 0)
			n = vms_utf8_sequence(s + i, len - i);
		if (n) {
			memcpy(p, in + i, n);
			p += n;
			i += n;
		} else {
			p += sprintf(p, "\\x%02x", in[i++]);
		}
	}
	*p = '\0';
	return out;
}

/* Takes no memory: it is asked for where that ran out. */
static void empty_folder(int fd, unsigned depth)
{
	_Alignas(struct dirent64) char room[2048];
	ssize_t n;

	while ((n = getdents64(fd, room, sizeof(room))) > 0 || (n < 0 && errno == EINTR)) {
		const struct dirent64 *e;

		for (ssize_t at = 0; at < n; at += e->d_reclen) {
			_cleanup_close_ int sub = -1;

			e = (const struct dirent64 *)(const void *)(room + at);
			if (streq(e->d_name, ".") || streq(e->d_name, "..") ||
			    unlinkat(fd, e->d_name, 0) == 0)
				continue;
			sub = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (sub >= 0 && depth < TREE_DEPTH)
				empty_folder(sub, depth + 1);
			unlinkat(fd, e->d_name, AT_REMOVEDIR);
		}
	}
}

void vms_empty_folder(int fd)
{
	empty_folder(fd, 0);
}

void vms_remove_tree(const char *dir)
{
	_cleanup_close_ int fd = dir ? open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;

	if (fd >= 0)
		vms_empty_folder(fd);
	if (dir)
		rmdir(dir);
}
