/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of the chapter Hardware Description, over the facts of fdt.h and acpi.h. */
#ifndef VMS_HWDESC_H
#define VMS_HWDESC_H

#include "core/check.h"

extern const struct vms_checks vms_checks_hwdesc;

#endif
