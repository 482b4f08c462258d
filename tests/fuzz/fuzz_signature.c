/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: the input is a certificate table of a loader, and as it is one PKCS#7. */
#include "fuzz.h"
#include "image/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vms_span bytes = vms_span(data, size);
	char name[SIGNER_NAME];
	struct pe_signature s;
	struct vms_why why;
	struct vms_disk d;

	signer_name(bytes, name, &why);
	vms_disk_init_span(&d, &bytes);
	pe_read_signature(&d, 0, (uint32_t)size, &s);
	vms_disk_clear(&d);
	return 0;
}
