/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chapters of the VM System Specification, in the order in which they are printed. */
#include "firmware/chapter.h"
#include "guest/chapter.h"
#include "hwdesc/chapter.h"
#include "image/chapter.h"
#include "matrix/chapter.h"
#include "platform/chapter.h"
#include "spec.h"

const struct vms_checks *const vms_spec_chapters[] = {
	&vms_checks_image,	 &vms_checks_efi,     &vms_checks_efivars, &vms_checks_store,
	&vms_checks_persist,	 &vms_checks_rtc,     &vms_checks_el1,	   &vms_checks_hwdesc,
	&vms_checks_enumeration, &vms_checks_console, &vms_checks_gic,	   &vms_checks_timer,
	&vms_checks_psci,	 &vms_checks_hotplug, &vms_checks_aarch32, &vms_checks_os,
	&vms_checks_os_rtc,	 &vms_checks_drivers, &vms_checks_boot,	   NULL,
};
