/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disk that a guest's own EFI system partition is on. */
#ifndef VMS_GUESTDISK_H
#define VMS_GUESTDISK_H

#include "core/machine.h"
#include "image/image.h"

/* The syspath of that disk ("/sys/devices/.../block/vda"). 0 or -ENOMEM; *ret NULL: it
 * cannot be told, *ret_why says why not. */
int guestdisk_find(struct vms_machine *m, char **ret, char **ret_why);

/* It as an image, cached in the machine. NULL: none, *ret_why (the machine's) says why
 * not. -ENOMEM. */
int guestdisk_image(struct vms_machine *m, struct vms_image **ret, const char **ret_why);

#endif
