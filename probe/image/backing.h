/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files that an image names, before qemu is told to follow them (--backing): each has to be a regular
 * file or block device, with all that its own tables name. A device that never ends or that takes what it
 * gives
 * (/dev/zero, /proc/kmsg), a network address, a chain that leads back to itself is refused.
 */
#ifndef VMS_BACKING_H
#define VMS_BACKING_H

#include "image/format.h"

/* Of the image `path`, open as `fd`. 0; -EBADMSG: *why; -ENOMEM. */
int backing_check(const char *path, int fd, enum image_format format, struct vms_why *why);

#endif
