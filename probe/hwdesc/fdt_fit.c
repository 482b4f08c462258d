/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FIT images (flat image tree, U-Boot's doc/usage/fit): a device tree whose nodes below
 * /images are a kernel, ramdisks, device trees, each with `type`, `os` and, mostly, its bytes
 * in `data`. So it may have many megabytes, of which a few hundred bytes tell what is in it.
 */
#include <errno.h>
#include <libfdt.h>
#include <unistd.h>

#include "core/span.h"
#include "fdt_origin.h"

#define KEPT_MAX    64		/* bytes of a property */
#define NAME_MAX_   64		/* of a node's or a property's name */
#define STRINGS_MAX (64u << 10) /* of the block of properties' names */
#define TOKENS_MAX  8192
#define REDUCED_MAX (256u << 10)

struct fit {
	int fd;
	uint64_t at, end; /* in the structure block, of the file */
	uint64_t strings;
	uint32_t n_strings;
	void *out;
};

static int read_at(int fd, uint64_t at, void *buf, size_t len)
{
	ssize_t n = pread(fd, buf, len, (off_t)at);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EBADMSG;
}

static int take_u32(struct fit *f, uint32_t *ret)
{
	uint8_t raw[4];
	int err = f->end - f->at < 4 ? -EBADMSG : read_at(f->fd, f->at, raw, sizeof(raw));

	if (err)
		return err;
	span_be32(vms_span(raw, sizeof(raw)), 0, ret);
	f->at += 4;
	return 0;
}

/* A text that ends with NUL; -EBADMSG: a longer one than is believed. */
static int read_name(int fd, uint64_t at, uint64_t end, char name[NAME_MAX_])
{
	size_t room = (size_t)MIN((uint64_t)NAME_MAX_, end - at);
	int err = read_at(fd, at, name, room);

	return err || memchr(name, '\0', room) ? err : -EBADMSG;
}

static int copied(int libfdt_err)
{
	return libfdt_err == 0 ? 0 : libfdt_err == -FDT_ERR_NOSPACE ? -EFBIG : -EBADMSG;
}

static int copy_node(struct fit *f)
{
	char name[NAME_MAX_];
	int err = read_name(f->fd, f->at, f->end, name);

	if (err)
		return err;
	f->at += (strlen(name) + 4) & ~(size_t)3;
	return copied(fdt_begin_node(f->out, name));
}

/* Its bytes are looked at where they are few. */
static int copy_property(struct fit *f)
{
	uint8_t value[KEPT_MAX];
	char name[NAME_MAX_];
	uint32_t len = 0, name_at = 0;
	int err = take_u32(f, &len);

	if (!err)
		err = take_u32(f, &name_at);
	if (err)
		return err;
	if (name_at >= f->n_strings || len > f->end - f->at)
		return -EBADMSG;
	if (len <= sizeof(value)) {
		err = read_name(f->fd, f->strings + name_at, f->strings + f->n_strings, name);
		if (!err)
			err = read_at(f->fd, f->at, value, len);
		if (!err)
			err = copied(fdt_property(f->out, name, value, (int)len));
	}
	f->at += ((uint64_t)len + 3) & ~3ull;
	return err;
}

static int copy_structure(struct fit *f)
{
	unsigned depth = 0;

	for (unsigned n = 0; n < TOKENS_MAX; n++) {
		uint32_t token;
		int err = take_u32(f, &token);

		if (err)
			return err;
		if (token == FDT_END)
			return depth ? -EBADMSG : 0;
		if (token == FDT_BEGIN_NODE)
			err = copy_node(f), depth++;
		else if (token == FDT_END_NODE && depth)
			err = copied(fdt_end_node(f->out)), depth--;
		else if (token == FDT_PROP)
			err = copy_property(f);
		else if (token != FDT_NOP)
			return -EBADMSG;
		if (err)
			return err;
	}
	return -EFBIG;
}

/* Where the blocks lie, by the header. */
static int find_blocks(struct fit *f, uint64_t size)
{
	uint8_t raw[40];
	struct vms_span header = vms_span(raw, sizeof(raw));
	uint32_t magic = 0, total = 0, at = 0, len = 0, strings = 0;
	int err = read_at(f->fd, 0, raw, 4);

	if (err || !span_be32(header, 0, &magic) || magic != FDT_MAGIC)
		return err == -EBADMSG || !err ? -ENOENT : err;
	err = read_at(f->fd, 0, raw, sizeof(raw));
	if (err)
		return err;
	span_be32(header, 4, &total);
	span_be32(header, 8, &at);
	span_be32(header, 12, &strings);
	span_be32(header, 32, &f->n_strings);
	span_be32(header, 36, &len);
	if (total > size || at > total || len > total - at || strings > total ||
	    f->n_strings > total - strings || f->n_strings > STRINGS_MAX)
		return -EBADMSG;
	f->at = at;
	f->end = (uint64_t)at + len;
	f->strings = strings;
	return 0;
}

int fdt_fit_reduce(int fd, uint64_t size, struct vms_buf *ret)
{
	struct fit f = { .fd = fd };
	_cleanup_free_ char *out = NULL;
	int err = find_blocks(&f, size);

	if (err)
		return err;
	f.out = out = malloc(REDUCED_MAX);
	if (!out)
		return -ENOMEM;
	err = copied(fdt_create(out, (int)REDUCED_MAX));
	if (!err)
		err = copied(fdt_finish_reservemap(out));
	if (!err)
		err = copy_structure(&f);
	if (!err)
		err = copied(fdt_finish(out));
	if (err)
		return err;
	*ret = (struct vms_buf){ out, fdt_totalsize(out) };
	out = NULL;
	return 0;
}

static bool is_value(const void *fdt, int node, const char *name, const char *value)
{
	int len;
	const void *p = fdt_getprop(fdt, node, name, &len);

	return p && (size_t)len == strlen(value) + 1 && memcmp(p, value, (size_t)len) == 0;
}

bool fdt_fit_has_tree(const struct vms_buf *reduced)
{
	const void *fdt = reduced->data;
	bool tree = false;
	int images, node;

	if (fdt_check_full(fdt, reduced->len) != 0)
		return false;
	images = fdt_path_offset(fdt, "/images");
	if (images < 0)
		return false;
	fdt_for_each_subnode(node, fdt, images)
	{
		/* U-Boot itself, with its own tree, as its first stage loads it */
		if (is_value(fdt, node, "os", "u-boot"))
			return false;
		tree |= is_value(fdt, node, "type", "flat_dt");
	}
	return tree;
}
