/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of this room, by group of VBSA. probe/spec/vbsa_1_0.c puts them in order. */
#ifndef VMS_VBSA_CHAPTER_H
#define VMS_VBSA_CHAPTER_H

#include "core/check.h"

extern const struct vms_checks vms_checks_vbsa_vpe;
extern const struct vms_checks vms_checks_vbsa_vgic;
extern const struct vms_checks vms_checks_vbsa_vsmmu;
extern const struct vms_checks vms_checks_vbsa_vtimer;
extern const struct vms_checks vms_checks_vbsa_peripherals;
extern const struct vms_checks vms_checks_vbsa_pcie;

#endif
