// SPDX-License-Identifier: GPL-2.0-or-later
/* The action -i: judge disk images, one or ten thousand. */
#include "images.h"

int action_image(struct verify_options *o)
{
	_cleanup_(image_list_clear) struct image_list list = { .n = 0 };
	struct image_out out;
	int status = cli_select(&o->asked, VMS_KIND_IMAGE), failed;

	if (status == GO_ON)
		status = image_list_fill(&list, o);
	if (status != GO_ON)
		return status;
	if (list.n == 0)
		complain("there are no disk images to judge");
	status = image_out_open(&out, o, &list);
	if (status != GO_ON)
		return status;
	failed = image_pool_run(o, &list, &out);
	if (failed) {
		image_out_discard(&out);
		return failed;
	}
	if (out.n > 0 && out.judged == 0 && out.status == 0)
		complain("there are no disk images to judge");
	return image_out_close(&out);
}
