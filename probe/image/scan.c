/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All files of an ESP, looked at for what must not ride along: UEFI variable stores
 * and firmware volumes. Of each file its name and first 64 bytes are read; of files
 * named like firmware (.fd, .fv, .rom) also a look at each 4 KiB of the first MiB,
 * as some have other code in front of the volume. Serves "Virtual Firmware": the
 * variable store shall not be part of the image, the firmware should not be.
 */
#include <errno.h>
#include "image/image.h"

#define SCAN_DEPTH   16
#define SCAN_FOLDERS 4096
#define SCAN_FILES   20000
#define SCAN_HEAD    64
#define SCAN_STEP    4096
#define SCAN_FAR     (1u << 20)
#define SCAN_FAR_MAX 64		  /* files that are looked at so closely */
#define SCAN_BYTES   (128u << 20) /* read in all: directories may be full of deleted entries */
#define FV_SIGNATURE 40		  /* offset of "_FVH" in a firmware volume (UEFI PI, volume 3) */

/* EFI_SYSTEM_NV_DATA_FV_GUID at offset 16 of a volume: it holds variables. */
static const uint8_t nv_data_fv[] = { 0x8d, 0x2b, 0xf1, 0xff, 0x96, 0x76, 0x8b, 0x4c,
				      0xa9, 0x85, 0x27, 0x47, 0x07, 0x5b, 0x4f, 0x50 };
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
	unsigned n_far;
};

static bool name_ends(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && fat_same_name(name + n - m, end);
}

static const char *store_by_name(const struct fat_file *f)
{
	if (fat_same_name(f->name, "NvVars"))
		return "EDK II's variables in a file";
	if (fat_same_name(f->name, "ubootefi.var"))
		return "U-Boot's variables in a file";
	return NULL;
}

static const char *store_by_content(struct vms_span head)
{
	if (span_is(head, FV_SIGNATURE, "_FVH", 4) && span_is(head, 16, nv_data_fv, sizeof(nv_data_fv)))
		return "a firmware volume with variables";
	if (span_is(head, 8, "UbEfiVa\x01", 8))
		return "U-Boot's variables in a file";
	if (span_is(head, 0, auth_store, sizeof(auth_store)) ||
	    span_is(head, 0, plain_store, sizeof(plain_store)))
		return "EDK II's variables in a file";
	return NULL;
}

static int scan_far(struct scan *s, const struct fat_file *f, bool *ret)
{
	const struct image_esp *esp = s->esp;
	struct vms_why why;

	if (!name_ends(f->name, ".fd") && !name_ends(f->name, ".fv") && !name_ends(f->name, ".rom"))
		return 0;
	if (s->n_far++ >= SCAN_FAR_MAX)
		return 0;
	for (uint32_t off = SCAN_STEP; off < SCAN_FAR && off + SCAN_HEAD <= f->size; off += SCAN_STEP) {
		uint8_t signature[4];
		int r = fat_read(&esp->fat, f, off + FV_SIGNATURE, signature, sizeof(signature), &why);

		if (r < 0)
			return r == -EBADMSG ? 0 : r; /* no file that could be read as firmware */
		*ret = memcmp(signature, "_FVH", 4) == 0;
		if (*ret)
			return 0;
	}
	return 0;
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

static int scan_note(char **where, const char **what, const struct scan *s, const struct fat_file *f,
		     const char *text)
{
	if (!text || *where)
		return 0;
	*where = scan_path(s, s->at, f->name);
	*what = text;
	return *where ? 0 : -ENOMEM;
}

static int scan_file(struct scan *s, const struct fat_file *f)
{
	struct image_esp *esp = s->esp;
	uint8_t bytes[SCAN_HEAD];
	const char *store = store_by_name(f);
	bool volume = false;
	size_t n;
	int r = fat_peek(&esp->fat, f, bytes, sizeof(bytes), &n);

	if (r < 0)
		return r;
	if (!store)
		store = store_by_content(vms_span(bytes, n));
	if (span_is(vms_span(bytes, n), FV_SIGNATURE, "_FVH", 4))
		volume = true;
	else
		r = scan_far(s, f, &volume);
	if (r == 0)
		r = scan_note(&esp->store, &esp->store_what, s, f, store);
	if (r == 0)
		r = scan_note(&esp->firmware, &esp->firmware_what, s, f,
			      volume ? "a firmware volume (_FVH)" : NULL);
	return r;
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

/* What stands in a damaged directory no firmware can read either: noted, no reason to stop. */
static int scan_all(struct scan *s)
{
	struct image_esp *esp = s->esp;

	for (s->at = 0; s->at < s->n_todo; s->at++) {
		struct vms_why why;
		int r = fat_list(&esp->fat, s->todo[s->at].first, scan_visit, s, &why);

		if (r == 0 && esp->fat.disk->bytes_read > SCAN_BYTES) {
			vms_broken(&esp->scan_why,
				   "the ESP's directories are too large to be looked through");
			return -EFBIG;
		}
		if (r == -EBADMSG && !esp->damaged) {
			_cleanup_free_ char *path =
				s->at == 0 ? strdup("\\")
					   : scan_path(s, s->todo[s->at].parent, s->todo[s->at].name);

			esp->damaged = path ? vms_asprintf("%s: %s", path, why.text) : NULL;
			if (!esp->damaged)
				return -ENOMEM;
		} else if (r < 0 && r != -EBADMSG) {
			return r;
		}
	}
	return 0;
}

int image_scan_esp(struct image_esp *esp)
{
	struct scan s = { .esp = esp, .n_todo = 1 };
	int r = -ENOMEM;

	s.todo = calloc(1, sizeof(*s.todo));
	if (s.todo) {
		s.todo[0].first = esp->fat.root;
		r = scan_all(&s);
	}
	for (size_t i = 1; s.todo && i < s.n_todo; i++)
		free(s.todo[i].name);
	free(s.todo);
	if (r == -ENXIO)
		r = vms_broken(&esp->scan_why, "the image ends inside the ESP");
	esp->scan_err = r;
	return r == -ENOMEM ? r : 0;
}
