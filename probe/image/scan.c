/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All files of an ESP, looked at for what must not ride along: UEFI variable stores and
 * firmware. Of each file its name and first bytes are read. Through all of it is looked
 * where it is neither a program for UEFI, of which only what hangs on behind it counts,
 * nor of a kind that cannot be firmware; a compressed file is decompressed for that; up to a limit for the
 * whole image, and what stays beyond that is told. Serves "Virtual Firmware": the variable store shall not be
 * part of the image, the firmware should not be.
 */
#include <errno.h>
#include "image/blob.h"
#include "image/image.h"
#include "image/scanpacked.h"

#define SCAN_DEPTH	16
#define SCAN_FOLDERS	4096
#define SCAN_FILES	20000
#define SCAN_HEAD	64
#define SCAN_JSON	512	     /* of a file that begins as JSON does */
#define ELF_RELOCATABLE 1	     /* ET_REL */
#define SCAN_BYTES	(128u << 20) /* read of directories in all: they may be full of deleted entries */

/* EDK II's variable stores without a volume around them: gEfiAuthenticatedVariableGuid
 * and gEfiVariableGuid. */
static const uint8_t auth_store[] = { 0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43,
				      0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92 };
static const uint8_t plain_store[] = { 0x16, 0x36, 0xcf, 0xdd, 0x75, 0x32, 0x64, 0x41,
				       0x98, 0xb6, 0xfe, 0x85, 0x70, 0x7f, 0xfe, 0x7d };

/* A directory that is still to be read. Its path is put together only when it is told. */
struct scan_dir {
	char *name;
	size_t parent; /* index; the root is its own */
	uint32_t first;
	unsigned depth;
};

struct scan {
	struct image_esp *esp;
	struct scan_dir *todo;
	size_t n_todo, at;
	uint64_t *left;	   /* bytes of files that may still be read */
	uint64_t contents; /* bytes of files that were read */
	uint8_t *room;	   /* for looking through a file; NULL: not needed yet */
};

static const char *store_by_name(const struct fat_file *f)
{
	if (fat_same_name(f->name, "NvVars"))
		return "EDK II's variables in a file";
	if (fat_same_name(f->name, "ubootefi.var"))
		return "U-Boot's variables in a file";
	return NULL;
}

/* QEMU's uefi-vars device keeps them as JSON. */
static bool is_json_store(struct vms_span head)
{
	return head.len > 0 && head.data[0] == '{' && memmem(head.data, head.len, "\"variables\"", 11) &&
	       memmem(head.data, head.len, "\"guid\"", 6);
}

static const char *store_by_content(struct vms_span head)
{
	if (span_is(head, 8, "UbEfiVa\x01", 8))
		return "U-Boot's variables in a file";
	if (span_is(head, 0, auth_store, sizeof(auth_store)) ||
	    span_is(head, 0, plain_store, sizeof(plain_store)))
		return "EDK II's variables in a file";
	if (span_is(head, 0, "AMZNUEFI", 8))
		return "the variables of an Amazon EC2 instance in a file";
	if (is_json_store(head))
		return "UEFI variables as JSON";
	return NULL;
}

/* An archive or a file system of compressed blocks: no machine starts what is in it. */
static bool is_archive(struct vms_span head)
{
	static const struct {
		const char *magic;
		size_t len;
	} kinds[] = { { "hsqs", 4 }, { "MSWIM\0\0\0", 8 }, { "PK\x03\x04", 4 }, { "7z\xbc\xaf\x27\x1c", 6 } };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (span_is(head, 0, kinds[i].magic, kinds[i].len))
			return true;
	return false;
}

/* lz4 as kernels have it, for which there is no decoder here; a ramdisk (cpio) begins with bytes that
 * stand in it as they are, behind the lengths of frame and block and a token. */
static bool is_old_lz4(struct vms_span head, bool *ret_ramdisk)
{
	if (!span_is(head, 0, "\x02\x21\x4c\x18", 4))
		return false;
	*ret_ramdisk = span_is(head, 9, "07070", 5) || span_is(head, 10, "07070", 5);
	return true;
}

/* What its first bytes say cannot be firmware: an object file that is still to be linked (GRUB's
 * modules: a U-Boot as ELF is a program), a font of GRUB, a message catalogue, a picture. */
static bool is_harmless(struct vms_span head)
{
	static const struct {
		const char *magic;
		size_t len;
	} kinds[] = { { "FILE\0\0\0\4PFF2", 12 },
		      { "\xde\x12\x04\x95", 4 },
		      { "\x89PNG\r\n\x1a\n", 8 },
		      { "\xff\xd8\xff", 3 } };
	uint16_t type = 0;

	if (span_is(head, 0, "\177ELF", 4) && span_is(head, 5, "\1", 1)) /* little-endian */
		return span_le16(head, 16, &type) && type == ELF_RELOCATABLE;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (span_is(head, 0, kinds[i].magic, kinds[i].len))
			return true;
	return false;
}

/* "\EFI\BOOT\name" of a name in directory `at`; NULL when out of memory. */
static char *scan_path(const struct scan *s, size_t at, const char *name)
{
	char *path = vms_asprintf("\\%s", name);

	for (; path && at != 0; at = s->todo[at].parent) {
		char *longer = vms_asprintf("\\%s%s", s->todo[at].name, path);

		free(path);
		path = longer;
	}
	return path;
}

static int scan_note(char **where, char what[IMAGE_WHAT], const struct scan *s, const struct fat_file *f,
		     const char *text)
{
	if (!*text || *where)
		return 0;
	*where = scan_path(s, s->at, f->name);
	snprintf(what, IMAGE_WHAT, "%s", text);
	return *where ? 0 : -ENOMEM;
}

static int scan_note_damaged(struct scan *s, const struct fat_file *f, const char *why)
{
	_cleanup_free_ char *path = NULL;

	if (s->esp->damaged)
		return 0;
	path = scan_path(s, s->at, f->name);
	s->esp->damaged = path ? vms_asprintf("%s: %s", path, why) : NULL;
	return s->esp->damaged ? 0 : -ENOMEM;
}

/* Looking through one file. */
struct scan_look {
	struct scan *scan;
	struct blob blob;
	uint64_t end; /* of what may be read of it */
};

static int scan_piece(void *ctx, uint64_t off, struct vms_span bytes)
{
	struct scan_look *look = ctx;
	uint64_t end = off + bytes.len;

	*look->scan->left -= MIN(*look->scan->left, (uint64_t)bytes.len);
	look->scan->contents += bytes.len;
	blob_piece(&look->blob, off, bytes.len, end >= look->end);
	return end >= look->end ? -ECANCELED : 0;
}

/* From byte `from` of the file on. */
static int scan_through(struct scan *s, const struct fat_file *f, uint64_t from, bool program)
{
	struct scan_look look = { .scan = s, .blob = { .program = program }, .end = f->size };
	struct vms_why why;
	int r = 0;

	if (from >= f->size)
		return 0;
	if (f->size - from > *s->left) {
		look.end = from + *s->left;
		if (!s->esp->unread && !(s->esp->unread = scan_path(s, s->at, f->name)))
			return -ENOMEM;
	}
	if (!s->room && !(s->room = malloc(BLOB_KEEP + FAT_PIECE)))
		return -ENOMEM;
	look.blob.bytes = s->room;
	if (look.end > from)
		r = fat_read_from(&s->esp->fat, f, from, blob_room(&look.blob), scan_piece, &look, &why);
	if (r == -EBADMSG) /* no firmware can read it further either */
		r = scan_note_damaged(s, f, why.text);
	if (r == 0 || r == -ECANCELED)
		r = scan_note(&s->esp->store, s->esp->store_what, s, f, look.blob.store);
	return r ? r : scan_note(&s->esp->firmware, s->esp->firmware_what, s, f, look.blob.firmware);
}

static int note_unseen(struct scan *s, const struct fat_file *f)
{
	if (!s->esp->unseen && !(s->esp->unseen = scan_path(s, s->at, f->name)))
		return -ENOMEM;
	return 0;
}

static int scan_packed(struct scan *s, const struct fat_file *f, const struct codec *codec)
{
	struct blob blob = { .program = false };
	enum packed_seen seen;
	int r;

	if (!s->room && !(s->room = malloc(BLOB_KEEP + FAT_PIECE)))
		return -ENOMEM;
	blob.bytes = s->room;
	r = packed_look(&s->esp->fat, f, codec, &blob, s->left, &seen);
	s->esp->no_codec |= r == 0 && seen == PACKED_NO_CODEC;
	if (r == 0 && seen != PACKED_SEEN && !blob.firmware[0])
		r = note_unseen(s, f);
	if (r == 0)
		r = scan_note(&s->esp->store, s->esp->store_what, s, f, blob.store);
	return r ? r : scan_note(&s->esp->firmware, s->esp->firmware_what, s, f, blob.firmware);
}

static int scan_file(struct scan *s, const struct fat_file *f)
{
	struct image_esp *esp = s->esp;
	const char *store = store_by_name(f);
	uint8_t bytes[SCAN_JSON];
	const struct codec *codec;
	struct vms_span head;
	struct pe_image pe;
	struct vms_why why;
	bool ramdisk = false;
	size_t n;
	int r = fat_peek(&esp->fat, f, bytes, SCAN_HEAD, &n);

	if (r == 0 && n > 0 && bytes[0] == '{')
		r = fat_peek(&esp->fat, f, bytes, SCAN_JSON, &n);
	if (r < 0)
		return r;
	head = vms_span(bytes, n);
	if (!store)
		store = store_by_content(head);
	r = store ? scan_note(&esp->store, esp->store_what, s, f, store) : 0;
	if (r < 0)
		return r;
	codec = codec_of(head);
	if (codec)
		return scan_packed(s, f, codec);
	if (is_old_lz4(head, &ramdisk))
		return ramdisk ? 0 : note_unseen(s, f);
	if (is_archive(head)) {
		esp->n_packed++;
		return 0;
	}
	if (is_harmless(head))
		return 0;
	if (!span_is(head, 0, "MZ", 2))
		return scan_through(s, f, 0, false);
	r = image_read_pe(&esp->fat, f, &pe, &why);
	if (r < 0 && r != -EBADMSG && r != -ENXIO)
		return r;
	return r == 0 && pe.subsystem >= PE_SUBSYSTEM_EFI_APPLICATION && pe.subsystem <= PE_SUBSYSTEM_EFI_ROM
		       ? scan_through(s, f, pe.end, true)
		       : scan_through(s, f, 0, false);
}

static int scan_directory(struct scan *s, const struct fat_file *f)
{
	unsigned depth = s->todo[s->at].depth + 1;
	struct scan_dir *d;

	if (depth > SCAN_DEPTH || s->n_todo == SCAN_FOLDERS) {
		vms_broken(&s->esp->scan_why,
			   "the ESP's directories go deeper than %d levels or are more than %d", SCAN_DEPTH,
			   SCAN_FOLDERS);
		return -EFBIG;
	}
	if ((s->n_todo & (s->n_todo - 1)) == 0) { /* grow at powers of two */
		d = reallocarray(s->todo, s->n_todo * 2, sizeof(*d));
		if (!d)
			return -ENOMEM;
		s->todo = d;
	}
	d = &s->todo[s->n_todo];
	*d = (struct scan_dir){ .name = strdup(f->name), .parent = s->at, .first = f->first, .depth = depth };
	if (!d->name)
		return -ENOMEM;
	s->n_todo++;
	return 0;
}

static int scan_visit(void *ctx, const struct fat_file *f)
{
	struct scan *s = ctx;

	if (++s->esp->n_files > SCAN_FILES) {
		vms_broken(&s->esp->scan_why, "the ESP has more than %d files", SCAN_FILES);
		return -EFBIG;
	}
	return f->directory ? scan_directory(s, f) : scan_file(s, f);
}

/* What is said of the directory at hand; owned. */
static char *scan_todo_why(struct scan *s, const char *why)
{
	_cleanup_free_ char *path =
		s->at == 0 ? strdup("\\") : scan_path(s, s->todo[s->at].parent, s->todo[s->at].name);

	return path ? vms_asprintf("%s: %s", path, why) : NULL;
}

/* What stands in a damaged directory no firmware can read either: noted, no reason to stop. One that is
 * longer than a directory can be is: some firmware may read on. */
static int scan_all(struct scan *s)
{
	struct image_esp *esp = s->esp;

	for (s->at = 0; s->at < s->n_todo; s->at++) {
		struct vms_why why;
		int r = fat_list(&esp->fat, s->todo[s->at].first, scan_visit, s, &why);

		if (r == 0 && esp->fat.disk->bytes_read - s->contents > SCAN_BYTES) {
			vms_broken(&esp->scan_why,
				   "the ESP's directories are too large to be looked through");
			return -EFBIG;
		}
		if (r == -EBADMSG && !esp->damaged) {
			esp->damaged = scan_todo_why(s, why.text);
			if (!esp->damaged)
				return -ENOMEM;
		} else if (r == -EFBIG && !esp->scan_why.text[0]) {
			_cleanup_free_ char *told = scan_todo_why(s, why.text);

			if (!told)
				return -ENOMEM;
			vms_broken(&esp->scan_why, "%.180s", told);
			return r;
		} else if (r < 0 && r != -EBADMSG) {
			return r;
		}
	}
	return 0;
}

int image_scan_esp(struct image_esp *esp, uint64_t *left)
{
	struct scan s = { .esp = esp, .n_todo = 1, .left = left };
	int r = -ENOMEM;

	s.todo = calloc(1, sizeof(*s.todo));
	if (s.todo) {
		s.todo[0].first = esp->fat.root;
		r = scan_all(&s);
	}
	for (size_t i = 1; s.todo && i < s.n_todo; i++)
		free(s.todo[i].name);
	free(s.todo);
	free(s.room);
	if (r == -ENXIO)
		r = vms_broken(&esp->scan_why, "the image ends inside the ESP");
	esp->scan_err = r;
	return r == -ENOMEM ? r : 0;
}
