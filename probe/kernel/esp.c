/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the EFI system partition is mounted; see esp.h. */
#include <errno.h>
#include <strings.h>

#include "esp.h"

static const char *const places[ESP_PLACES] = { "/boot/efi", "/efi", "/boot", "/boot/firmware" };

const char *esp_place(unsigned i)
{
	return places[i];
}

const char *esp_find_name(char *const *names, const char *name)
{
	for (; *names; names++)
		if (strcasecmp(*names, name) == 0)
			return *names;
	return NULL;
}

int esp_list(struct vms_machine *m, unsigned i, char *const **ret_names)
{
	char *const *names = NULL;
	const char *efi;
	int err = vms_root_names(m->root, places[i], &names);

	if (err < 0)
		return err == -VMS_ENOPARENT || err == -ENOTDIR ? -ENOENT : err;
	/* an automount, or a mount point that nothing is mounted on, is empty; /boot/efi
	 * makes no ESP of /boot */
	efi = esp_find_name(names, "EFI");
	if (!efi || (streq(places[i], "/boot") && !streq(efi, "EFI")))
		return -ENOENT;
	*ret_names = names;
	return 0;
}
