/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's firmware descriptors: where they are, and what one says. */
#ifndef VMS_BOOT_DESCRIPTOR_H
#define VMS_BOOT_DESCRIPTOR_H

#include <stdbool.h>
#include <json-c/json.h>
#include "core/util.h"
#include "firmware.h"

/* The descriptors' paths, the preferred first. -ENOMEM; no folder at all: an empty list (NULL). */
int descriptor_list(char ***ret);

/* -errno; -EFBIG, -EBADMSG: not a JSON object of bearable size. */
int descriptor_read(const char *path, struct json_object **ret);

/* Is it UEFI firmware for the machine? `machine` NULL: any of that architecture. */
bool descriptor_serves(struct json_object *o, const char *qemu_arch, const char *machine);
bool descriptor_has_feature(struct json_object *o, const char *feature);

/* The files that it names. -EOPNOTSUPP: not in a way that is used here; -EBADMSG: damaged. */
int descriptor_files(struct json_object *o, struct boot_firmware *ret);

#endif
