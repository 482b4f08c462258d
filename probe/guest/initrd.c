/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking through an initial ramdisk; see initrd.h. The chain of members is
 * followed as the kernel does it (init/initramfs.c): zeros, cpio archives as
 * they are, compressed ones, in any order.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/result.h"
#include "core/span.h"
#include "cpio.h"
#include "initrd.h"
#include "lz4legacy.h"
#include "member.h"

#define WINDOW (64u << 10)

struct search {
	struct unpack_file io;
	struct initrd_names names;
	initrd_each_fn each; /* NULL: only those that are wanted */
	void *each_arg;
	struct initrd_look look;
	struct cpio cpio;
	char inner[128]; /* a file system inside it; "" none */
	bool oom;
};

static int give_up(struct search *s, int err, const char *why)
{
	s->look.err = err;
	if (!s->look.why[0])
		snprintf(s->look.why, sizeof(s->look.why), "%s", why);
	return err;
}

/* The file systems that somebody may mount from a file: their magics and where they
 * stand (include/uapi/linux/magic.h, fs/). NULL: none. */
static const char *file_system(struct vms_span head)
{
	static const struct {
		const char *name, *magic;
		uint16_t at, len;
	} known[] = {
		{ "squashfs", "hsqs", 0, 4 },	{ "erofs", "\xe2\xe1\xf5\xe0", 1024, 4 },
		{ "ext", "\x53\xef", 1080, 2 }, { "cramfs", "\x45\x3d\xcd\x28", 0, 4 },
		{ "xfs", "XFSB", 0, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		/* in front of a superblock there are zeros */
		if (span_is(head, known[i].at, known[i].magic, known[i].len) &&
		    (known[i].at == 0 || span_is(head, 0, "\0\0\0\0\0\0\0", 8)))
			return known[i].name;
	return NULL;
}

/* The names that dracut's squash modules give theirs, whatever their first bytes are. */
static const char *named_file_system(const char *base)
{
	return streq(base, "squashfs-root.img") || streq(base, "squash-root.img") ? "squashfs"
	       : streq(base, "erofs-root.img")					  ? "erofs"
										  : NULL;
}

static int on_file(struct search *s, const struct cpio_entry *e)
{
	const char *base = strrchr(e->name, '/'), *kind;

	base = base ? base + 1 : e->name;
	if (!s->inner[0]) {
		kind = e->head ? file_system(vms_span(e->head, CPIO_HEAD_LEN)) : NULL;
		kind = kind ? kind : named_file_system(base);
		if (kind)
			snprintf(s->inner, sizeof(s->inner), "%s, %.100s", kind, e->name);
	}
	if (s->each && strstr(base, ".ko") && s->each(s->each_arg, e->name) < 0)
		return -ENOMEM;
	return initrd_names_take(&s->names, e->name, strlen(e->name));
}

static int on_entry(void *arg, const struct cpio_entry *e)
{
	struct search *s = arg;

	s->look.entries++;
	if (s->look.entries > INITRD_MAX_ENTRIES)
		return give_up(s, -EFBIG, "more entries than any initial ramdisk has");
	/* of several hard links only the last holds the bytes */
	if (!S_ISREG(e->mode) || (e->size == 0 && e->nlink < 2))
		return 0;
	if (on_file(s, e) < 0) {
		s->oom = true;
		return -ENOMEM;
	}
	return !s->each && s->names.missing == 0;
}

/* Decompressed bytes: cpio archives and zeros, and nothing else. */
static int on_bytes(void *arg, const uint8_t *data, size_t len)
{
	struct search *s = arg;
	size_t used;

	s->look.bytes += len;
	if (s->look.bytes > INITRD_MAX_BYTES)
		return give_up(s, -EFBIG, "decompresses to more than 1 GiB");
	switch (cpio_feed(&s->cpio, data, len, &used, on_entry, s)) {
	case CPIO_MORE:
		return 0;
	case CPIO_STOP:
		return 1;
	default:
		return give_up(s, -EBADMSG, "what it decompresses to is no cpio archive");
	}
}

/* A cpio archive as it is, from *off on: only headers and names are read. */
static int plain_member(struct search *s, uint64_t *off)
{
	uint8_t b[4096];

	while (*off < s->io.end) {
		uint64_t skipped = cpio_skip(&s->cpio, s->io.end - *off);
		int64_t got;
		size_t used = 0;
		enum cpio_feed fed;

		*off += skipped;
		/* a trailer has no data: what begins here may be another member */
		got = unpack_read(&s->io, *off, b, sizeof(b));
		if (got < 0)
			return give_up(s, (int)got, "");
		if (got == 0)
			break;
		fed = cpio_feed(&s->cpio, b, (size_t)got, &used, on_entry, s);
		*off += used;
		if (fed == CPIO_OTHER)
			return 0;
		if (fed == CPIO_BAD)
			return give_up(s, -EBADMSG, "the cpio archive is damaged");
		if (fed == CPIO_STOP)
			return 1;
	}
	return 0;
}

static int packed_member(struct search *s, uint64_t *off, enum compression c)
{
	const struct codec *codec = compression_codec(c);
	const char *why = NULL;
	int err;

	s->look.packed |= 1u << c;
	err = codec ? unpack(codec, &s->io, *off, on_bytes, s, off, &why)
		    : lz4_legacy(&s->io, *off, on_bytes, s, off);

	if (err == -ENOPKG && codec) {
		snprintf(s->look.why, sizeof(s->look.why), "compressed with %s, and %s is not installed",
			 codec->name, codec->soname);
		return give_up(s, err, "");
	}
	if (err == -ENOBUFS)
		return give_up(s, -EFBIG, "its compression asks for a window of more than 128 MiB");
	if (err == -EBADMSG && !why)
		why = "its compressed data is damaged or cut short";
	if (err < 0 && s->look.err == 0)
		give_up(s, err, why ? why : vms_blocker(err));
	/* the kernel, too, wants an archive's end in the frame that it began in */
	if (err == 0 && s->cpio.state != CPIO_BETWEEN)
		return give_up(s, -EBADMSG, "a compressed member holds a cpio archive that has no end");
	return err;
}

static int next_member(struct search *s, uint64_t *off)
{
	enum compression c;
	int err = member_sniff(&s->io, *off, &c);

	if (err < 0)
		return give_up(s, err, vms_blocker(err));
	if (c == COMPRESSION_UNKNOWN || c == COMPRESSION_LZOP) {
		snprintf(s->look.why, sizeof(s->look.why),
			 c == COMPRESSION_LZOP ? "compressed with lzop at byte %llu"
					       : "neither cpio nor a known compression at byte %llu",
			 (unsigned long long)*off);
		return give_up(s, c == COMPRESSION_LZOP ? -EOPNOTSUPP : -EBADMSG, "");
	}
	return c == COMPRESSION_NONE ? plain_member(s, off) : packed_member(s, off, c);
}

/* Zeros between members. */
static int skip_zeros(struct search *s, uint64_t *off)
{
	uint8_t b[WINDOW / 16];

	for (;;) {
		int64_t got = unpack_read(&s->io, *off, b, sizeof(b)), i = 0;

		if (got < 0)
			return give_up(s, (int)got, vms_blocker((int)got));
		while (i < got && b[i] == 0)
			i++;
		*off += (uint64_t)i;
		if (i < got || got == 0)
			return 0;
	}
}

/* It was read to its end: is that all there is? */
static void end_of_chain(struct search *s)
{
	if (!cpio_is_whole(&s->cpio)) {
		give_up(s, -EBADMSG, "cut short: the last cpio archive has no end");
	} else if (s->inner[0]) {
		snprintf(s->look.why, sizeof(s->look.why),
			 "holds a file system of its own (%s), which was not looked into", s->inner);
		give_up(s, -EXDEV, "");
	} else if (!s->names.ours && s->names.other[0]) {
		snprintf(s->look.why, sizeof(s->look.why), "holds modules of %s, not of the running kernel",
			 s->names.other);
		give_up(s, -EUCLEAN, "");
	}
}

static void walk_members(struct search *s, uint64_t off)
{
	for (unsigned members = 0;; members++) {
		uint64_t start;

		if (skip_zeros(s, &off) < 0)
			return;
		if (off >= s->io.end)
			break;
		if (members == INITRD_MAX_MEMBERS) {
			give_up(s, -EFBIG, "more members than any initial ramdisk has");
			return;
		}
		start = off;
		if (next_member(s, &off) != 0)
			return;
		if (off <= start) {
			give_up(s, -EBADMSG, "a compressed member without content");
			return;
		}
	}
	end_of_chain(s);
}

static int search(struct search *s, int fd, uint64_t off, uint64_t size, struct initrd_look *ret)
{
	s->io = (struct unpack_file){ fd, off + size };
	if (s->each || s->names.missing > 0)
		walk_members(s, off);
	if (s->oom || s->look.err == -ENOMEM)
		return -ENOMEM;
	s->look.ours = s->names.ours;
	*ret = s->look;
	return 0;
}

int initrd_search(int fd, uint64_t off, uint64_t size, const char *release, struct initrd_module *want,
		  size_t n, struct initrd_look *ret)
{
	_cleanup_free_ struct search *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	initrd_names_begin(&s->names, release, want, n);
	return search(s, fd, off, size, ret);
}

int initrd_list(int fd, uint64_t off, uint64_t size, const char *release, initrd_each_fn each, void *arg,
		struct initrd_look *ret)
{
	_cleanup_free_ struct search *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	initrd_names_begin(&s->names, release, NULL, 0);
	s->each = each;
	s->each_arg = arg;
	return search(s, fd, off, size, ret);
}
