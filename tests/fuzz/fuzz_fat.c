/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: the input is an ESP; its directories, loaders and files are all looked at. */
#include <stdlib.h>
#include "fuzz.h"
#include "image/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vms_span bytes = vms_span(data, size);
	struct image_esp esp = { .err = 0 };
	uint64_t left = 1u << 20;
	struct vms_disk d;

	vms_disk_init_span(&d, &bytes);
	if (fat_open(&d, 0, size, &esp.fat, &esp.why) == 0) {
		image_read_loaders(&esp);
		image_scan_esp(&esp, &left);
		free(esp.store);
		free(esp.firmware);
		free(esp.damaged);
		free(esp.unread);
		free(esp.unseen);
	}
	vms_disk_clear(&d);
	return 0;
}
