/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The EFI system partition as the guest has it mounted: where boot loaders keep their
 * menus, and some firmware its variables.
 */
#ifndef VMS_ESP_H
#define VMS_ESP_H

#include "core/machine.h"

#define ESP_PLACES 4

/* systemd-stub leaves its version, so a unified kernel image was started; and where that lies */
#define ESP_STUB       "/sys/firmware/efi/efivars/StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define ESP_STUB_IMAGE "/sys/firmware/efi/efivars/StubImageIdentifier-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

/* Where it is mounted by the customs of distributions; ESP_PLACES of them. */
const char *esp_place(unsigned i);

/*
 * What is at the i-th place: 0: an ESP, told by its folder EFI, and *ret_names are the
 * names in it, the root's own; -ENOENT: another folder or none; other -errno: could not look.
 */
int esp_list(struct vms_machine *m, unsigned i, char *const **ret_names) _must_check_;

/* The image that systemd-stub was started in, by the stub's variable. *ret_name: where it lies below its
 * partition, "/EFI/Linux/debian.efi"; NULL: not told. *ret_path: where that is to be seen; NULL: nowhere.
 * Both owned. -ENOMEM, or -errno: could not look, into ESP_STUB_IMAGE or, where *ret_name is told, for the
 * image. */
int esp_started_image(struct vms_root *root, char **ret_name, char **ret_path);

/* The name in a list without regard to case, as FAT has it; NULL: none. */
const char *esp_find_name(char *const *names, const char *name);

#endif
