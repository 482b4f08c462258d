/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of this room, by the file that judges them: the VM platform. probe/spec/ puts them in order. */
#ifndef VMS_PLATFORM_CHAPTER_H
#define VMS_PLATFORM_CHAPTER_H

#include "core/check.h"

extern const struct vms_checks vms_checks_enumeration;
extern const struct vms_checks vms_checks_console;
extern const struct vms_checks vms_checks_gic;
extern const struct vms_checks vms_checks_timer;
extern const struct vms_checks vms_checks_psci;
extern const struct vms_checks vms_checks_hotplug;
extern const struct vms_checks vms_checks_aarch32;

#endif
