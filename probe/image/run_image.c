/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging a disk image. */
#include <errno.h>

#include "image/image.h"
#include "core/run.h"

static int run_check(void *ctx, const struct vms_check *c, struct vms_result *r)
{
	struct vms_image *image = ctx;

	if (c->image_fn)
		return c->image_fn(image, r);
	return vms_unknown(r, "not looked at in an image");
}

static int describe(struct vms_image *image, struct vms_subject_info *s)
{
	s->name = vms_printable(image->name, strlen(image->name));
	if (!s->name)
		return -ENOMEM;
	if (image->blocked || !image_deciding_esp(image))
		return 0;
	s->arch = strdup(image_is_aarch32(image) ? "aarch32" : "aarch64");
	return s->arch ? 0 : -ENOMEM;
}

int vms_run_image(struct vms_image *image, const struct vms_run_options *opt, struct vms_verdict **ret)
{
	struct vms_run_subject s = {
		.kind = VMS_KIND_IMAGE, .run = run_check, .blocker = image->blocked, .ctx = image
	};
	struct vms_verdict *v = NULL;
	int err = vms_run_subject(&s, opt, &v);

	if (!err)
		err = describe(image, &v->subject);
	if (err < 0) {
		vms_verdict_free(v);
		return err;
	}
	*ret = v;
	return 0;
}
