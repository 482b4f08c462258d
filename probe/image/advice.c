/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files that judge an image share: results of reading, and advice that fits the
 * container in hand. A tool for raw disks that writes into a VHD or a qcow2 destroys it
 * (sgdisk -e on a VHD that was grown: seen).
 */
#include <errno.h>
#include <inttypes.h>
#include "image/judge.h"

int judge_cannot_read(const struct vms_image *image, struct vms_result *r, int err)
{
	if (image->trouble && err != -ENOMEM)
		return vms_unknown(r, "cannot read %s: %s", image->name, image->trouble);
	return vms_blocked(r, image->name, err);
}

int judge_not_sound(const struct vms_image *image, struct vms_result *r, int err, const struct vms_why *why,
		    const char *what)
{
	if ((err == -EBADMSG || err == -ENOENT) && r->n_evidence == 0)
		vms_evidence(r, what ? what : image->name, "%s", why->text);
	if (err == -EBADMSG || err == -ENOENT)
		return what ? vms_fail(r, "%s: %s", what, why->text) : vms_fail(r, "%s", why->text);
	if (err == -EFBIG)
		return vms_unknown(r, "%s", why->text);
	return judge_cannot_read(image, r, err);
}

const char *judge_esp_name(const struct image_esp *esp, char buf[24])
{
	snprintf(buf, 24, "partition %" PRIu32, esp->entry->number);
	return buf;
}

const struct image_esp *judge_deciding(struct vms_image *image, struct vms_result *r, int *ret_err)
{
	const struct image_esp *esp;

	*ret_err = image_esps(image);
	if (*ret_err < 0)
		return NULL;
	esp = image_deciding_esp(image);
	if (!esp)
		*ret_err = vms_skip_because(r, "VMSPEC-IMAGE-ESP", VMS_FAIL, "there is no ESP");
	return esp;
}

/* How the disk becomes a container again. qemu rounds a VHD's size up unless it is told not
 * to, and its backup GPT is not at the end then. */
static const char *convert_options(const struct vms_image *image)
{
	if (image->fixed_vhd)
		return "vpc -o subformat=fixed,force_size=on";
	if (image->format == FORMAT_VPC)
		return "vpc -o force_size=on";
	return format_name(image->format);
}

void advise(const struct vms_image *image, struct vms_result *r, const char *todo)
{
	if (format_is_compressed(image->format))
		vms_remedy(r, VMS_IMAGE, "decompress it to FILE; %s; compress FILE again", todo);
	else if (format_is_nbd(image->format) || image->fixed_vhd)
		vms_remedy(r, VMS_IMAGE,
			   "convert it (qemu-img convert -O raw IMAGE FILE); %s; convert it back (qemu-img "
			   "convert "
			   "-f raw -O %s FILE IMAGE): never write into IMAGE as if it were a raw disk",
			   todo, convert_options(image));
	else
		vms_remedy(r, VMS_IMAGE, "%s", todo);
}

void advise_gpt(const struct vms_image *image, struct vms_result *r, uint32_t sector, const char *todo)
{
	char text[400];

	if (sector == 512 || sector == 0) {
		advise(image, r, todo);
		return;
	}
	snprintf(text, sizeof(text),
		 "give it sectors of its size (losetup --find --show --sector-size %u FILE), and with that "
		 "device "
		 "in place of FILE: %s",
		 sector, todo);
	advise(image, r, text);
}
