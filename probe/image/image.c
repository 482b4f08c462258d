/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is on a disk image, found out step by step: the partition table, the EFI
 * system partitions, their file systems and boot loaders, the other files on them.
 */
#include <errno.h>
#include "image/image.h"

#define ESPS_MAX 128	    /* as many as a usual table has entries */
#define SCAN_MAX (1u << 30) /* bytes of files that are looked through */

int image_new(const char *name, struct vms_image **ret)
{
	struct vms_image *image = calloc(1, sizeof(*image));

	if (!image || !(image->name = strdup(name))) {
		free(image);
		return -ENOMEM;
	}
	image->scan_left = SCAN_MAX;
	*ret = image;
	return 0;
}

static void image_forget(struct vms_image *image)
{
	for (size_t i = 0; i < image->n_esps; i++) {
		free(image->esps[i].store);
		free(image->esps[i].firmware);
		free(image->esps[i].damaged);
		free(image->esps[i].unread);
		free(image->esps[i].unseen);
	}
	free(image->esps);
	gpt_clear(&image->gpt);
}

void vms_image_free(struct vms_image *image)
{
	if (!image)
		return;
	image_forget(image);
	vms_disk_clear(&image->disk);
	if (image->source_free)
		image->source_free(image->source);
	qemunbd_stop(&image->server);
	free(image->blocked);
	free(image->trouble);
	free(image->name);
	free(image);
}

const char *vms_image_blocked(const struct vms_image *image)
{
	return image->blocked;
}

int image_gpt(struct vms_image *image)
{
	if (!image->gpt_read) {
		image->gpt_err = gpt_read(&image->disk, &image->gpt, &image->gpt_why);
		image->gpt_read = true;
	}
	return image->gpt_err;
}

static int image_read_esp(struct vms_image *image, const struct gpt_entry *e, struct image_esp *esp)
{
	uint64_t sector = image->gpt.header.sector;

	*esp = (struct image_esp){ .entry = e, .ignored = e->attributes & GPT_ATTRIBUTE_IGNORE };
	esp->err = fat_open(&image->disk, e->first * sector, (e->last - e->first + 1) * sector, &esp->fat,
			    &esp->why);
	if (esp->err == -ENXIO) /* only where the size was not known before */
		esp->err = vms_broken(&esp->why, "the image ends inside it");
	return esp->err == 0 ? image_read_loaders(esp) : esp->err == -ENOMEM ? -ENOMEM : 0;
}

int image_esps(struct vms_image *image)
{
	size_t n = 0;
	int r;

	if (image->esps_read || image_gpt(image) < 0)
		return image->gpt_err == -ENOMEM ? -ENOMEM : 0;
	for (size_t i = 0; i < image->gpt.n_used; i++)
		n += gpt_entry_is(&image->gpt.used[i], gpt_type_esp);
	n = MIN(n, (size_t)ESPS_MAX);
	image->esps = calloc(n + 1, sizeof(*image->esps));
	if (!image->esps)
		return -ENOMEM;
	for (size_t i = 0; i < image->gpt.n_used && image->n_esps < n; i++) {
		if (!gpt_entry_is(&image->gpt.used[i], gpt_type_esp))
			continue;
		r = image_read_esp(image, &image->gpt.used[i], &image->esps[image->n_esps]);
		if (r < 0)
			return r;
		image->n_esps++;
	}
	image->esps_read = true;
	return 0;
}

int image_scan(struct vms_image *image)
{
	int r = image_esps(image);

	if (r < 0 || image->scan_done)
		return r;
	for (size_t i = 0; i < image->n_esps; i++) {
		if (image->esps[i].err < 0)
			continue;
		r = image_scan_esp(&image->esps[i], &image->scan_left);
		if (r < 0)
			return r;
	}
	image->scan_done = true;
	return 0;
}

bool image_esp_refused(const struct image_esp *esp)
{
	return esp->err == 0 && (fat_too_small(&esp->fat) || !esp->fat.mirrored);
}

/* How near an ESP comes to being started from: firmware goes on to the next where it cannot. */
static int esp_weight(const struct image_esp *esp)
{
	const struct image_loader *aa64 = &esp->loaders[IMAGE_AA64], *arm = &esp->loaders[IMAGE_ARM];
	int weight = 2;

	if (esp->err < 0)
		return 0;
	if (aa64->there || arm->there)
		weight = 4;
	if ((aa64->there && aa64->err == 0) || (arm->there && arm->err == 0))
		weight = 6;
	return image_esp_refused(esp) ? weight - 1 : weight;
}

const struct image_esp *image_deciding_esp(const struct vms_image *image)
{
	const struct image_esp *best = NULL;

	for (size_t i = 0; i < image->n_esps; i++)
		if (!image->esps[i].ignored && (!best || esp_weight(&image->esps[i]) > esp_weight(best)))
			best = &image->esps[i];
	return best;
}

bool image_is_aarch32(const struct vms_image *image)
{
	const struct image_esp *esp = image_deciding_esp(image);

	if (image->arch != VMS_IMAGE_AUTO)
		return image->arch == VMS_IMAGE_AARCH32;
	return esp && esp->err == 0 && esp->loaders[IMAGE_ARM].there && !esp->loaders[IMAGE_AA64].there;
}

const struct image_loader *image_loader(const struct vms_image *image)
{
	const struct image_esp *esp = image_deciding_esp(image);

	return esp && esp->err == 0 ? &esp->loaders[image_is_aarch32(image) ? IMAGE_ARM : IMAGE_AA64] : NULL;
}
