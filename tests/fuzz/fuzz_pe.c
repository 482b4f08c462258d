/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: the input is a boot loader, read by the PE parser. */
#include "fuzz.h"
#include "image/pe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vms_span bytes = vms_span(data, size);
	struct vms_disk d;
	struct pe_image pe;
	struct vms_why why;

	vms_disk_init_span(&d, &bytes);
	pe_read(&d, &pe, &why);
	vms_disk_clear(&d);
	return 0;
}
