/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of this room, by the file that judges them: boot matrix. probe/spec/ puts them in order. */
#ifndef VMS_MATRIX_CHAPTER_H
#define VMS_MATRIX_CHAPTER_H

#include "core/check.h"

extern const struct vms_checks vms_checks_boot;

#endif
