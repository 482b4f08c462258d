/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of this room, by the file that judges them: hardware description. probe/spec/ puts them in
 * order. */
#ifndef VMS_HWDESC_CHAPTER_H
#define VMS_HWDESC_CHAPTER_H

#include "core/check.h"

extern const struct vms_checks vms_checks_hwdesc;

#endif
