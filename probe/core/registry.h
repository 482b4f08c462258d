/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of each file, listed by registry.c in print order. */
#ifndef VMS_REGISTRY_H
#define VMS_REGISTRY_H

#include "check.h"

extern const struct vms_checks vms_checks_image;
extern const struct vms_checks vms_checks_efi;
extern const struct vms_checks vms_checks_efivars;
extern const struct vms_checks vms_checks_persist;
extern const struct vms_checks vms_checks_rtc;
extern const struct vms_checks vms_checks_el1;
extern const struct vms_checks vms_checks_hwdesc;
extern const struct vms_checks vms_checks_enumeration;
extern const struct vms_checks vms_checks_console;
extern const struct vms_checks vms_checks_gic;
extern const struct vms_checks vms_checks_timer;
extern const struct vms_checks vms_checks_psci;
extern const struct vms_checks vms_checks_hotplug;
extern const struct vms_checks vms_checks_aarch32;
extern const struct vms_checks vms_checks_os;
extern const struct vms_checks vms_checks_os_rtc;
extern const struct vms_checks vms_checks_drivers;
extern const struct vms_checks vms_checks_boot;

#endif
