/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of this room, by the file that judges them: VM images, the guest OS. probe/spec/ puts them in
 * order. */
#ifndef VMS_GUEST_CHAPTER_H
#define VMS_GUEST_CHAPTER_H

#include "core/check.h"

extern const struct vms_checks vms_checks_os;
extern const struct vms_checks vms_checks_os_rtc;
extern const struct vms_checks vms_checks_drivers;

#endif
