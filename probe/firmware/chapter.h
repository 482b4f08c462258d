/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of this room, by the file that judges them: virtual firmware. probe/spec/ puts them in order. */
#ifndef VMS_FIRMWARE_CHAPTER_H
#define VMS_FIRMWARE_CHAPTER_H

#include "core/check.h"

extern const struct vms_checks vms_checks_efi;
extern const struct vms_checks vms_checks_efivars;
extern const struct vms_checks vms_checks_store;
extern const struct vms_checks vms_checks_persist;
extern const struct vms_checks vms_checks_rtc;
extern const struct vms_checks vms_checks_el1;

#endif
