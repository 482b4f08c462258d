/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the EFI system partition is mounted; see esp.h. */
#include <errno.h>
#include <strings.h>

#include "esp.h"

#define STUB_IMAGE_MAX 4096

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
		return vms_is_absent(err) ? -ENOENT : err;
	/* an automount, or a mount point that nothing is mounted on, is empty; /boot/efi
	 * makes no ESP of /boot */
	efi = esp_find_name(names, "EFI");
	if (!efi || (streq(places[i], "/boot") && !streq(efi, "EFI")))
		return -ENOENT;
	*ret_names = names;
	return 0;
}

int esp_started_image(struct vms_root *root, char **ret_name, char **ret_path)
{
	_cleanup_buf_ struct vms_buf data = { NULL, 0 };
	int err = vms_root_read(root, ESP_STUB_IMAGE, STUB_IMAGE_MAX, &data);
	size_t n = 0;

	if (err)
		return vms_is_absent(err) ? 0 : err;
	/* UTF-16, behind four bytes of attributes */
	for (size_t i = 4; i + 1 < data.len && data.data[i] > ' ' && !data.data[i + 1]; i += 2)
		data.data[n++] = (char)(data.data[i] == '\\' ? '/' : data.data[i]);
	if (n == 0 || data.data[0] != '/')
		return 0;
	*ret_name = vms_strndup(data.data, n);
	if (!*ret_name)
		return -ENOMEM;
	for (unsigned i = 0; i < ESP_PLACES; i++) {
		_cleanup_free_ char *path = vms_asprintf("%s%s", esp_place(i), *ret_name);

		err = path ? vms_root_probe(root, path) : -ENOMEM;
		if (err == 0)
			*ret_path = vms_take_string(&path);
		if (!vms_is_absent(err))
			return err;
	}
	return 0;
}
