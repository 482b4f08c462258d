// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel that a boot loader entry on an image's ESP names: "linux", "initrd" and "options" of
 * \loader\entries\*.conf, for hypervisors that start a kernel themselves.
 */
#include <errno.h>
#include <fcntl.h>
#include "core/util.h"
#include "espkernel.h"
#include "image/image.h"

#define ENTRY_MAX 16384

void esp_kernel_clear(struct esp_kernel *k)
{
	free(k->kernel);
	free(k->initrd);
	free(k->options);
	*k = (struct esp_kernel){ 0 };
}

/* By a path with "/", in any case. */
static int find_path(const struct fat_volume *v, const char *path, struct fat_file *ret)
{
	_cleanup_free_ char *copy = strdup(path);
	struct fat_file f = { .directory = true, .first = v->root };
	struct vms_why why;
	char *save = NULL;
	int err = copy ? 0 : -ENOMEM;

	for (char *name = copy ? strtok_r(copy, "/", &save) : NULL; name && !err;
	     name = strtok_r(NULL, "/", &save))
		err = f.directory ? fat_find(v, f.first, name, &f, &why) : -ENOENT;
	if (!err)
		*ret = f;
	return err;
}

static int note_last(void *ctx, const struct fat_file *f)
{
	struct fat_file *last = ctx;
	size_t len = strlen(f->name);

	if (!f->directory && len > 5 && strcasecmp(f->name + len - 5, ".conf") == 0 &&
	    strcmp(f->name, last->name) > 0)
		*last = *f;
	return 0;
}

static int set_once(char **to, const char *value, size_t len)
{
	if (*to)
		return 0;
	*to = strndup(value, len);
	return *to ? 0 : -ENOMEM;
}

static int take_line(struct esp_kernel *k, const char *line, size_t len)
{
	static const char *const keys[] = { "linux", "initrd", "options" };
	char **const to[] = { &k->kernel, &k->initrd, &k->options };

	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' '))
		len--;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t n = strlen(keys[i]);

		if (len <= n || memcmp(line, keys[i], n) != 0 || (line[n] != ' ' && line[n] != '\t'))
			continue;
		while (n < len && (line[n] == ' ' || line[n] == '\t'))
			n++;
		return set_once(to[i], line + n, len - n);
	}
	return 0;
}

static int take_entry(const struct fat_volume *v, const struct fat_file *f, struct esp_kernel *k)
{
	_cleanup_free_ char *text = calloc(1, ENTRY_MAX + 1);
	const char *cursor = text, *line;
	struct vms_why why;
	uint32_t extra;
	size_t len;
	int err;

	if (!text)
		return -ENOMEM;
	if (f->size > ENTRY_MAX)
		return -EFBIG;
	err = fat_check_chain(v, f, &extra, &why);
	if (!err && f->size)
		err = fat_read(v, f, 0, text, f->size, &why);
	while (!err && vms_next_line(&cursor, &line, &len))
		err = take_line(k, line, len);
	return err;
}

static int find_on(const struct image_esp *esp, struct esp_kernel *k)
{
	struct fat_file folder, last = { .name = "" };
	struct vms_why why;
	int err = esp->err ? esp->err : find_path(&esp->fat, "loader/entries", &folder);

	if (!err)
		err = folder.directory ? fat_list(&esp->fat, folder.first, note_last, &last, &why) : -ENOENT;
	if (!err)
		err = *last.name ? take_entry(&esp->fat, &last, k) : -ENOENT;
	k->esp = esp->fat.start;
	return !err && !k->kernel ? -ENOENT : err;
}

int esp_kernel_find(struct vms_image *image, struct esp_kernel *ret)
{
	_cleanup_(esp_kernel_clear) struct esp_kernel k = { 0 };
	const struct image_esp *esp;
	int err = image->blocked ? -ENOENT : image_esps(image);

	if (err)
		return err;
	esp = image_deciding_esp(image);
	err = esp ? find_on(esp, &k) : -ENOENT;
	if (err)
		return err;
	*ret = k;
	k = (struct esp_kernel){ 0 };
	return 0;
}

static int copy_file(const struct fat_volume *v, const struct fat_file *f, const char *to)
{
	_cleanup_close_ int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct vms_why why;
	uint32_t extra;
	char buf[65536];
	int err = out < 0 ? -errno : fat_check_chain(v, f, &extra, &why);

	for (uint32_t at = 0; !err && at < f->size;) {
		size_t n = MIN(sizeof(buf), (size_t)(f->size - at));

		err = fat_read(v, f, at, buf, n, &why);
		if (!err)
			err = vms_write_all(out, buf, n);
		at += (uint32_t)n;
	}
	return err;
}

int esp_copy(const char *path, uint64_t at, const char *file, const char *to)
{
	const struct vms_image_options opt = { .arch = VMS_IMAGE_AUTO };
	struct vms_image *image = NULL;
	struct fat_file f;
	int err = vms_image_open(path, &opt, &image);

	if (!err)
		err = image_esps(image);
	for (size_t i = 0; !err && i < image->n_esps; i++) {
		const struct image_esp *esp = &image->esps[i];

		if (esp->err || esp->fat.start != at)
			continue;
		err = find_path(&esp->fat, file, &f);
		if (!err)
			err = copy_file(&esp->fat, &f, to);
		vms_image_free(image);
		return err;
	}
	vms_image_free(image);
	return err ? err : -ENOENT;
}
