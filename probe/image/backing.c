/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What files an image names, and whether they can be read as parts of one: see backing.h. Reads the header
 * and its extensions of qcow2 (QEMU's docs/interop/qcow2.txt), and the descriptor of a VMDK (VMware's Virtual
 * Disk Format 5.0).
 */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <sys/stat.h>
#include "image/backing.h"
#include "image/gpt_parts.h"
#include "image/source.h"

#define HEAD		 4096
#define NAME_MAX_BYTES	 1024
#define CHAIN_MAX	 16 /* files in a row */
#define DESCRIPTOR_MAX	 65536
#define QCOW2_EXT_FORMAT 0xe2792acau /* of the backing file: "raw", "qcow2" */
#define QCOW2_EXT_DATA	 0x44415441u /* the name of the data file */
#define QCOW2_V2_HEADER	 72

struct chain {
	char folder[PATH_MAX]; /* of the file that names others */
	unsigned depth;
	struct vms_why *why;
};

/* What a file that is named is taken for. */
enum part {
	PART_OF_FORMAT, /* what its first bytes say; of a raw one, a disk by itself */
	PART_DISK,	/* raw, a disk by itself */
	PART_BYTES,	/* raw, bytes of a disk */
};

static int look_at(struct chain *c, const char *path, enum part part);

/* `name` as it stands in a file of c->folder. */
static int follow(struct chain *c, const char *name, enum part part)
{
	const char *colon = strchr(name, ':'), *slash = strchr(name, '/');
	_cleanup_free_ char *path = *name == '/' ? vms_strdup(name) : vms_asprintf("%s/%s", c->folder, name);

	if (!path)
		return -ENOMEM;
	if (!*name || (colon && (!slash || colon < slash)))
		return vms_broken(c->why, "it names '%.100s', which is no file", name);
	if (++c->depth > CHAIN_MAX)
		return vms_broken(c->why, "more than %d files name one another", CHAIN_MAX);
	return look_at(c, path, part);
}

static uint64_t be64(struct vms_span s, uint64_t off)
{
	uint32_t hi = 0, lo = 0;

	span_be32(s, off, &hi);
	span_be32(s, off + 4, &lo);
	return (uint64_t)hi << 32 | lo;
}

/* The bytes of header extension `type`; its length 0: there is none. */
static struct vms_span extension(struct vms_span head, uint32_t type)
{
	uint32_t version = 0, length = QCOW2_V2_HEADER, id = 0, len = 0;
	struct vms_span s = vms_span(NULL, 0);

	span_be32(head, 4, &version);
	if (version >= 3)
		span_be32(head, 100, &length);
	for (uint64_t at = length; span_be32(head, at, &id) && span_be32(head, at + 4, &len) && id != 0;
	     at += 8 + ((uint64_t)len + 7) / 8 * 8)
		if (id == type)
			return span_sub(head, at + 8, len, &s) ? s : vms_span(NULL, 0);
	return s;
}

static int copy_name(struct vms_span s, char name[NAME_MAX_BYTES])
{
	if (s.len >= NAME_MAX_BYTES)
		return -EBADMSG;
	if (s.len)
		memcpy(name, s.data, s.len);
	name[s.len] = '\0';
	return 0;
}

static int qcow2_names(struct chain *c, struct vms_disk *d, struct vms_span head)
{
	struct vms_span data = extension(head, QCOW2_EXT_DATA), format = extension(head, QCOW2_EXT_FORMAT);
	uint64_t at = be64(head, 8);
	char name[NAME_MAX_BYTES];
	uint32_t len = 0;
	int r;

	if (data.len) {
		r = copy_name(data, name);
		if (r == 0)
			r = follow(c, name, PART_BYTES);
		if (r < 0)
			return r;
	}
	span_be32(head, 16, &len);
	if (at == 0)
		return 0;
	if (len >= sizeof(name) || vms_disk_read(d, at, name, len) < 0)
		return vms_broken(c->why, "the name of its backing file cannot be read");
	name[len] = '\0';
	return follow(c, name,
		      format.len == 3 && memcmp(format.data, "raw", 3) == 0 ? PART_DISK : PART_OF_FORMAT);
}

/* RW 98304 FLAT "disk-flat.vmdk" 0; parentFileNameHint="base.vmdk" */
static int vmdk_line(struct chain *c, const char *line, size_t len)
{
	static const char hint[] = "parentFileNameHint=";
	_cleanup_free_ char *copy = vms_strndup(line, len);
	char *name, *end;
	bool parent;

	if (!copy)
		return -ENOMEM;
	parent = startswith(copy, hint) != NULL;
	if (!parent && !startswith(copy, "RW ") && !startswith(copy, "RDONLY "))
		return 0;
	name = strchr(copy, '"');
	end = name ? strchr(name + 1, '"') : NULL;
	if (!end)
		return 0;
	*end = '\0';
	return follow(c, name + 1, !parent && strstr(copy, " FLAT ") ? PART_BYTES : PART_OF_FORMAT);
}

static int vmdk_names(struct chain *c, struct vms_disk *d, struct vms_span head)
{
	bool sparse = span_is(head, 0, "KDMV", 4);
	uint64_t at = 0, sectors = 0, size = MIN(d->size, (uint64_t)DESCRIPTOR_MAX);
	_cleanup_free_ char *text = NULL;
	const char *cursor, *line;
	size_t len;
	int r;

	if (span_is(head, 0, "COWD", 4))
		return 0;
	if (sparse) {
		span_le64(head, 28, &at);
		span_le64(head, 36, &sectors);
		if (at == 0 || sectors == 0)
			return 0;
		if (at > UINT64_MAX / 512 || sectors > DESCRIPTOR_MAX / 512)
			return vms_broken(c->why, "its descriptor has %" PRIu64 " sectors", sectors);
		at *= 512;
		size = sectors * 512;
	}
	text = calloc(1, (size_t)size + 1);
	if (!text)
		return -ENOMEM;
	r = vms_disk_read(d, at, text, (size_t)size);
	if (r < 0)
		return vms_broken(c->why, "its descriptor cannot be read: %s", vms_error_text(r));
	/* a sparse file's extents are itself, its descriptor may name a parent */
	for (cursor = text, r = 0; r == 0 && vms_next_line(&cursor, &line, &len);)
		if (!sparse || (len > 6 && memcmp(line, "parent", 6) == 0))
			r = vmdk_line(c, line, len);
	return r;
}

static int names_of(struct chain *c, struct vms_disk *d, enum image_format format)
{
	uint8_t bytes[HEAD];
	size_t n = (size_t)MIN((uint64_t)HEAD, d->size);
	int r = n ? vms_disk_read(d, 0, bytes, n) : 0;

	if (r < 0)
		return vms_broken(c->why, "it cannot be read: %s", vms_error_text(r));
	return format == FORMAT_QCOW2  ? qcow2_names(c, d, vms_span(bytes, n))
	       : format == FORMAT_VMDK ? vmdk_names(c, d, vms_span(bytes, n))
				       : 0;
}

/* The folder that relative names in `path` start from, as qemu takes it. */
static int enter(struct chain *c, const char *path)
{
	char real[PATH_MAX];

	if (!realpath(path, real))
		return vms_broken(c->why, "%.150s: %s", path, vms_error_text(-errno));
	snprintf(c->folder, sizeof(c->folder), "%s", dirname(real));
	return 0;
}

static int is_whole(struct chain *c, const char *path, struct vms_disk *d, enum image_format format)
{
	uint64_t needed = 0;
	int r = format_needs(d, format, &needed);

	if (r == -ENXIO || (r == 0 && needed > d->size))
		return vms_broken(c->why, "the file that it names, %.150s, is cut short", path);
	return r < 0 && r != -ENOMEM ? vms_broken(c->why, "%.150s: %s", path, vms_error_text(r)) : r;
}

/* A raw disk whose own GPT places its end behind that of the file. One that an overlay makes larger ends
 * where it did. */
static int is_uncut(struct chain *c, const char *path, struct vms_disk *d)
{
	struct gpt_header h;
	struct vms_why why;

	if (gpt_read_primary(d, &h, &why) < 0 || MAX(h.alternate_lba, h.last_usable) < d->size / h.sector)
		return 0; /* the checks tell what else is wrong with it */
	return vms_broken(c->why, "the file that it names, %.150s, is cut short", path);
}

static int look_at(struct chain *c, const char *path, enum part part)
{
	struct source_file file = { .fd = -1 };
	enum image_format format = FORMAT_RAW;
	struct vms_disk disk;
	int r = source_open_file(path, &file);

	if (r < 0)
		return r == -ENOMEM ? r : vms_broken(c->why, "it names %.120s: %s", path, source_blocker(r));
	vms_disk_init_fd(&disk, file.size, &file.fd);
	r = part != PART_OF_FORMAT ? 0 : format_detect(&disk, &format);
	if (r == 0 && format == FORMAT_RAW && part != PART_BYTES)
		r = is_uncut(c, path, &disk);
	if (r == 0 && format_is_nbd(format))
		r = is_whole(c, path, &disk, format);
	if (r == 0 && format_is_nbd(format))
		r = enter(c, path);
	if (r == 0 && format_is_nbd(format))
		r = names_of(c, &disk, format);
	if (r < 0 && r != -ENOMEM && r != -EBADMSG)
		r = vms_broken(c->why, "it names %.120s: %s", path, vms_error_text(r));
	vms_disk_clear(&disk);
	close(file.fd);
	return r;
}

int backing_check(const char *path, int fd, enum image_format format, struct vms_why *why)
{
	struct chain c = { .why = why };
	struct vms_disk disk;
	struct stat st;
	int r = enter(&c, path);

	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return vms_broken(why, "%s", vms_error_text(-errno));
	if (!S_ISREG(st.st_mode))
		return 0; /* a block device: its container's tables were looked at */
	vms_disk_init_fd(&disk, (uint64_t)st.st_size, &fd);
	r = names_of(&c, &disk, format);
	vms_disk_clear(&disk);
	return r;
}
