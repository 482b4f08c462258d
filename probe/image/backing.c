/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What files an image names, and whether they can be read as parts of one: see backing.h. Reads the header
 * and its extensions of qcow2 (QEMU's docs/interop/qcow2.txt), and the descriptor of a VMDK (vmdk.h). What
 * qemu might open and this does not see would be opened unasked: where the two could differ, it is refused.
 */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <unistd.h>
#include "image/backing.h"
#include "image/gpt_parts.h"
#include "image/source.h"
#include "image/vmdk.h"

#define HEAD		       4096
#define NAME_MAX_BYTES	       1024
#define CHAIN_MAX	       16	   /* files in a row */
#define FILES_MAX	       1024	   /* in all: of 2 GiB each, as VMDKs are cut up */
#define QCOW2_EXT_FORMAT       0xe2792acau /* of the backing file: "raw", "qcow2" */
#define QCOW2_EXT_DATA	       0x44415441u /* the name of the data file */
#define QCOW2_V2_HEADER	       72
#define QCOW2_CLUSTER_BITS_MAX 21

struct chain {
	char folder[PATH_MAX]; /* of the file that names others */
	unsigned depth, files;
	struct vms_why *why;
};

/* What a file that is named is taken for. */
enum part {
	PART_OF_FORMAT, /* what its first bytes say; of a raw one, a disk by itself */
	PART_DISK,	/* raw, a disk by itself */
	PART_BYTES,	/* raw, bytes of a disk */
};

static int look_at(struct chain *c, const char *path, enum part part, const char *format);

/* `name` as it stands in a file of c->folder. `format`: what it is said to be; "": nothing is said, and qemu
 * goes by its first bytes. */
static int follow(struct chain *c, const char *name, enum part part, const char *format)
{
	const char *colon = strchr(name, ':'), *slash = strchr(name, '/');
	struct chain next = { .depth = c->depth + 1, .files = ++c->files, .why = c->why };
	_cleanup_free_ char *path = *name == '/' ? vms_strdup(name) : vms_asprintf("%s/%s", c->folder, name);
	int r;

	if (!path)
		return -ENOMEM;
	if (!*name || (colon && (!slash || colon < slash)))
		return vms_broken(c->why, "it names '%.100s', which is no file", name);
	if (next.depth > CHAIN_MAX)
		return vms_broken(c->why, "more than %d files name one another", CHAIN_MAX);
	if (next.files > FILES_MAX)
		return vms_broken(c->why, "more than %d files are named", FILES_MAX);
	r = look_at(&next, path, part, format);
	c->files = next.files;
	return r;
}

/* What the header's extensions say; "": nothing. */
struct qcow2_says {
	char data_file[NAME_MAX_BYTES], format[16];
};

static int take_extension(struct chain *c, struct vms_disk *d, uint64_t at, uint32_t len, char *ret,
			  size_t size)
{
	if (*ret || len == 0 || len >= size)
		return vms_broken(c->why,
				  "its header names a file or a format twice, or in no name's length");
	if (vms_disk_read(d, at, ret, len) < 0)
		return vms_broken(c->why, "its header's extensions cannot be read");
	ret[len] = '\0';
	return 0;
}

/* They lie behind the header, in its cluster. */
static int read_extensions(struct chain *c, struct vms_disk *d, struct vms_span head, struct qcow2_says *ret)
{
	uint32_t version = 0, length = QCOW2_V2_HEADER, bits = 0;
	uint8_t bytes[8];
	int r = 0;

	span_be32(head, 4, &version);
	span_be32(head, 20, &bits);
	if (version >= 3)
		span_be32(head, 100, &length);
	if (bits > QCOW2_CLUSTER_BITS_MAX)
		return vms_broken(c->why, "its clusters have 2^%" PRIu32 " bytes", bits);
	for (uint64_t at = length, end = 1ull << bits; r == 0 && at + sizeof(bytes) <= end;) {
		struct vms_span s = vms_span(bytes, sizeof(bytes));
		uint32_t id = 0, len = 0;

		r = vms_disk_read(d, at, bytes, sizeof(bytes));
		if (r < 0)
			return r == -ENXIO ? 0 : r; /* the file's end */
		span_be32(s, 0, &id);
		span_be32(s, 4, &len);
		at += sizeof(bytes);
		if (id == 0)
			return 0;
		if (id == QCOW2_EXT_DATA)
			r = take_extension(c, d, at, len, ret->data_file, sizeof(ret->data_file));
		else if (id == QCOW2_EXT_FORMAT)
			r = take_extension(c, d, at, len, ret->format, sizeof(ret->format));
		at += ((uint64_t)len + 7) / 8 * 8;
	}
	return r;
}

static int qcow2_names(struct chain *c, struct vms_disk *d, struct vms_span head)
{
	struct qcow2_says says = { "", "" };
	uint64_t at = span_be64_or_0(head, 8);
	char name[NAME_MAX_BYTES];
	uint32_t len = 0;
	int r = read_extensions(c, d, head, &says);

	if (r == 0 && *says.data_file)
		r = follow(c, says.data_file, PART_BYTES, "raw");
	if (r < 0 || at == 0)
		return r;
	span_be32(head, 16, &len);
	if (len >= sizeof(name) || vms_disk_read(d, at, name, len) < 0)
		return vms_broken(c->why, "the name of its backing file cannot be read");
	name[len] = '\0';
	return follow(c, name, streq(says.format, "raw") ? PART_DISK : PART_OF_FORMAT, says.format);
}

static int vmdk_names(struct chain *c, struct vms_disk *d, struct vms_span head)
{
	_cleanup_free_ char *text = NULL;
	struct vmdk_name name;
	const char *cursor;
	int r = vmdk_descriptor(d, head, &text, c->why);

	if (r < 0)
		return r == -ENOMEM || r == -EBADMSG
			       ? r
			       : vms_broken(c->why, "its descriptor cannot be read: %s", vms_error_text(r));
	/* what a descriptor names may be one */
	if (c->depth == 0 && vmdk_is_part(head, text))
		return vms_broken(c->why, VMDK_PART);
	cursor = span_is(head, 0, "KDMV", 4) ? "" : text;
	while (r == 0 && vmdk_next_extent(&cursor, &name))
		r = follow(c, name.name, name.flat ? PART_BYTES : PART_OF_FORMAT, "");
	if (r == 0 && vmdk_parent(text, &name))
		r = follow(c, name.name, PART_OF_FORMAT, "");
	return r;
}

static int names_of(struct chain *c, struct vms_disk *d, enum image_format format)
{
	uint8_t bytes[HEAD];
	size_t n = (size_t)MIN((uint64_t)HEAD, d->size);
	int r = n ? vms_disk_read(d, 0, bytes, n) : 0;

	if (r < 0)
		return vms_broken(c->why, "it cannot be read: %s", vms_error_text(r));
	/* of the others' parents qemu knows nothing, and takes what is in them for zeros */
	return format == FORMAT_QCOW2  ? qcow2_names(c, d, vms_span(bytes, n))
	       : format == FORMAT_VMDK ? vmdk_names(c, d, vms_span(bytes, n))
				       : format_stands_alone(d, format, c->why);
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

/* qemu, told a format or not, takes the file for what it is taken for here. */
static int agrees(struct chain *c, const char *path, struct vms_disk *d, enum image_format is,
		  const char *format)
{
	bool doubtful = false;
	int r = is == FORMAT_RAW && !*format ? format_doubtful(d, &doubtful) : 0;

	if (r < 0)
		return r;
	if (doubtful || (*format && !streq(format, format_name(is))))
		return vms_broken(c->why, "it names %.120s as %.20s, which it is not for certain", path,
				  *format ? format : "a disk");
	return 0;
}

static int look_at(struct chain *c, const char *path, enum part part, const char *format_named)
{
	struct source_file file = { .fd = -1 };
	enum image_format format = FORMAT_RAW;
	struct vms_disk disk;
	int r = source_open_file(path, &file);

	if (r < 0)
		return r == -ENOMEM ? r : vms_broken(c->why, "it names %.120s: %s", path, source_blocker(r));
	vms_disk_init_fd(&disk, file.size, &file.fd);
	r = part != PART_OF_FORMAT ? 0 : format_detect(&disk, &format);
	if (r == 0 && part == PART_OF_FORMAT)
		r = agrees(c, path, &disk, format, format_named);
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
	off_t size = lseek(fd, 0, SEEK_END); /* of a block device, too */
	struct vms_disk disk;
	int r = enter(&c, path);

	if (r < 0)
		return r;
	if (size < 0)
		return vms_broken(why, "%s", vms_error_text(-errno));
	vms_disk_init_fd(&disk, (uint64_t)size, &fd);
	r = names_of(&c, &disk, format);
	vms_disk_clear(&disk);
	return r;
}
