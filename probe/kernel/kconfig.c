/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel configuration; see kconfig.h. Reads /proc/config.gz, then
 * /boot/config-RELEASE and the copies that distributions keep with the modules.
 *
 * A file that is cut short is told from a whole one: zlib checks CRC and length.
 */
#include <errno.h>

#include "core/span.h"
#include "core/unpack.h"
#include "kconfig.h"

#define CONFIG_MAX  (4u << 20)
#define RELEASE_MAX 64 /* __NEW_UTS_LEN */

struct text {
	struct vms_buf buf;
	size_t room, max;
};

static int take_text(void *arg, const uint8_t *data, size_t len)
{
	struct text *t = arg;

	if (len > t->max - t->buf.len)
		return -EFBIG;
	if (t->buf.len + len >= t->room) {
		size_t room = t->room ? 2 * t->room : 512u << 10;
		char *grown = realloc(t->buf.data, room + 1);

		if (!grown)
			return -ENOMEM;
		t->buf.data = grown;
		t->room = room;
	}
	memcpy(t->buf.data + t->buf.len, data, len);
	t->buf.len += len;
	return 0;
}

int kconfig_gunzip(int fd, size_t max, struct vms_buf *ret)
{
	const struct unpack_file f = { fd, UINT64_MAX };
	struct text t = { .max = max };
	const char *why = NULL;
	uint64_t end;
	int err = unpack(&codec_gzip, &f, 0, take_text, &t, &end, &why);

	if (err < 0) {
		vms_buf_clear(&t.buf);
		return err;
	}
	if (!t.buf.data)
		return -EBADMSG;
	t.buf.data[t.buf.len] = '\0';
	*ret = t.buf;
	return 0;
}

static bool line_value(const char *p, const char *end, bool comment, enum kconfig_value *ret)
{
	if (comment) {
		if (end - p != 11 || memcmp(p, " is not set", 11) != 0)
			return false;
		*ret = KCONFIG_NOT_SET;
		return true;
	}
	if (end - p != 2 || p[0] != '=' || (p[1] != 'y' && p[1] != 'm'))
		return false;
	*ret = p[1] == 'y' ? KCONFIG_BUILT_IN : KCONFIG_MODULE;
	return true;
}

/* CONFIG_INITRAMFS_SOURCE="" or "PATH" */
static bool text_value(const char *p, const char *end, enum kconfig_value *ret)
{
	if (end - p < 3 || p[0] != '=' || p[1] != '"')
		return false;
	*ret = p[2] == '"' ? KCONFIG_NOT_SET : KCONFIG_BUILT_IN;
	return true;
}

/* "CONFIG_NAME=y", "CONFIG_NAME=m" or "# CONFIG_NAME is not set", from NAME on. */
static void scan_line(const char *name, const char *end, bool comment, struct kconfig_option *o)
{
	size_t len = strlen(o->name);

	if ((size_t)(end - name) <= len || memcmp(name, o->name, len) != 0)
		return;
	if (o->is_text && !comment)
		text_value(name + len, end, &o->value);
	else
		line_value(name + len, end, comment, &o->value);
}

/* Ten thousand lines, and a few options: those whose first letters give the same key. */
#define KEYS	    256
#define OPTIONS_MAX 255

struct keyed {
	uint8_t first[KEYS]; /* index of an option, counted from 1; 0 none */
	uint8_t next[OPTIONS_MAX + 1];
};

static uint8_t key_of(const char *name)
{
	return (uint8_t)(name[0] * 5 + name[1] * 31 + name[2]);
}

static void key_options(struct keyed *k, const struct kconfig_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t key = key_of(options[i].name);

		k->next[i + 1] = k->first[key];
		k->first[key] = (uint8_t)(i + 1);
	}
}

struct scan {
	struct kconfig_option *options;
	struct keyed keyed;
	/* A menu that every configuration mentions, and that stands behind all
	 * drivers in every version of the kernel. */
	struct kconfig_option crypto;
	bool any; /* a line of a configuration */
};

static void scan_begin(struct scan *x, struct kconfig_option *options, size_t n)
{
	*x = (struct scan){ .options = options, .crypto = { .name = "CRYPTO" } };
	key_options(&x->keyed, options, MIN(n, (size_t)OPTIONS_MAX));
}

/* Whole lines of it. */
static void scan_lines(void *arg, struct vms_span text)
{
	const char *p = (const char *)text.data, *end = p + text.len;
	struct scan *x = arg;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *s = p;
		bool comment;

		if (!nl)
			nl = end;
		p = nl + 1;
		comment = nl - s > 2 && s[0] == '#' && s[1] == ' ';
		if (comment)
			s += 2;
		if (nl - s < 10 || memcmp(s, "CONFIG_", 7) != 0)
			continue;
		x->any = true;
		for (size_t i = x->keyed.first[key_of(s + 7)]; i; i = x->keyed.next[i])
			scan_line(s + 7, nl, comment, &x->options[i - 1]);
		if (s[7] == 'C' && x->crypto.value == KCONFIG_NOT_MENTIONED)
			scan_line(s + 7, nl, comment, &x->crypto);
	}
}

bool kconfig_scan(struct vms_span text, struct kconfig_option *options, size_t n, bool *ret_whole)
{
	struct scan x;

	scan_begin(&x, options, n);
	scan_lines(&x, text);
	*ret_whole = x.crypto.value != KCONFIG_NOT_MENTIONED;
	return x.any;
}

static bool release_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("._+-~:", c));
}

/* Names the folder of the modules: nothing that leads elsewhere. */
static int take_release(const char *s, char **ret)
{
	size_t n = 0;
	char *copy;

	while (release_char(s[n]))
		n++;
	if (n == 0 || n > RELEASE_MAX || s[0] == '.' || (s[n] != '\0' && s[n] != ' ' && s[n] != '\n'))
		return -EBADMSG;
	copy = strndup(s, n);
	if (!copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

int kernel_release(struct vms_root *root, char **ret)
{
	_cleanup_buf_ struct vms_buf b = { NULL, 0 };
	const char *version;
	int err = vms_root_read_line(root, "/proc/sys/kernel/osrelease", &b);

	if (err == -ENOMEM)
		return err;
	if (err == 0)
		return take_release(b.data, ret);
	err = vms_root_read_line(root, "/proc/version", &b);
	if (err < 0)
		return err;
	version = startswith(b.data, "Linux version ");
	return version ? take_release(version, ret) : -EBADMSG;
}

bool kernel_is_before(const char *release, unsigned major, unsigned minor)
{
	unsigned ours, ours_minor;

	if (!release || sscanf(release, "%3u.%4u", &ours, &ours_minor) != 2)
		return false;
	return ours < major || (ours == major && ours_minor < minor);
}

static int read_lines(struct vms_machine *m, const char *path, struct scan *x)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	_cleanup_close_ int fd = -1;
	uint64_t size;
	size_t len = strlen(path);
	int err;

	if (len < 3 || !streq(path + len - 3, ".gz"))
		return vms_root_read_lines(m->root, path, CONFIG_MAX, scan_lines, x);
	err = vms_root_open_file(m->root, path, &fd, &size);
	if (err == 0)
		err = kconfig_gunzip(fd, CONFIG_MAX, &text);
	if (err == 0)
		scan_lines(x, vms_buf_span(&text));
	return err;
}

/* One place; 0 when it is a configuration and was read to its end. */
static int try_path(struct vms_machine *m, const char *path, struct kconfig *c,
		    struct kconfig_option *options, size_t n)
{
	struct scan x;
	int err;

	scan_begin(&x, options, n);
	err = read_lines(m, path, &x);
	if (err == 0 && !x.any)
		err = -EBADMSG;
	/* of one that could not be read to its end nothing counts */
	for (size_t i = 0; err < 0 && i < n; i++)
		options[i].value = KCONFIG_NOT_MENTIONED;
	c->whole = err == 0 && x.crypto.value != KCONFIG_NOT_MENTIONED;
	if (err == -ENOMEM || vms_is_absent(err))
		return err;
	/* the first place where there is something is the one to name */
	if (err == 0 || !c->path) {
		free(c->path);
		c->path = strdup(path);
		if (!c->path)
			return -ENOMEM;
		c->err = err;
	}
	return err;
}

const struct kconfig_place kconfig_places[N_KCONFIG_PLACES] = {
	{ "/boot/config-", "" },
	{ "/lib/modules/", "/config" },
	{ "/usr/lib/modules/", "/config" },
	{ "/lib/modules/", "/build/.config" },
	{ "/usr/lib/ostree-boot/config-", "" },
	{ "/usr/lib/kernel/config-", "" }, /* Clear Linux */
};

int kconfig_read(struct vms_machine *m, const char *release, struct kconfig *ret,
		 struct kconfig_option *options, size_t n)
{
	struct kconfig c = { .err = -ENOENT };
	int err = try_path(m, "/proc/config.gz", &c, options, n);

	for (size_t i = 0; release && i < N_KCONFIG_PLACES && err < 0 && err != -ENOMEM; i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s%s%s", kconfig_places[i].before, release,
			 kconfig_places[i].after);
		err = try_path(m, path, &c, options, n);
	}
	if (err == -ENOMEM) {
		kconfig_clear(&c);
		return err;
	}
	*ret = c;
	return 0;
}

void kconfig_clear(struct kconfig *c)
{
	free(c->path);
	*c = (struct kconfig){ .err = -ENOENT };
}
