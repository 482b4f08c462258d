/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The versions of the specifications: one file a profile, its clauses in our own
 * words, and which checks decide them at which level. spec.c lists the profiles
 * (vms_profile_at() and its like, in vmspec.h); all of their checks together are
 * the registry.
 */
#ifndef VMS_SPEC_H
#define VMS_SPEC_H

#include "core/profile.h"

/* All chapters of all profiles, each once, in the order of the profiles. */
size_t vms_n_checks(void);
const struct vms_check *vms_check_at(size_t i); /* NULL at the end */
const struct vms_check *vms_check_find(const char *id);

/* The chapters that the versions of the VM System Specification share, in print order. */
extern const struct vms_checks *const vms_spec_chapters[];

#endif
