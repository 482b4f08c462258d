/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts about many subjects as one: subjects x checks. */
#ifndef VMS_DOCUMENT_FLEET_H
#define VMS_DOCUMENT_FLEET_H

#include "../../include/vmspec.h"

struct vms_fleet;

int vms_fleet_new(struct vms_fleet **ret);
void vms_fleet_free(struct vms_fleet *f);

/*
 * Add a subject; `tool` as for vms_json_verdict(). A fleet's members are added one by one.
 * -EEXIST: one of this kind and name is in it already; -EXDEV: it was judged by another
 * profile than those before it; -ENOMEM.
 */
int vms_fleet_add(struct vms_fleet *f, const struct vms_verdict *v, const char *tool);

/* The profile of those that are in it; NULL: none is. */
const char *vms_fleet_profile(const struct vms_fleet *f);

/*
 * The verdict: each check as it stands with the subject that it stands worst with. Empties
 * the fleet. -ENODATA: nothing is in it; -ENOMEM.
 */
int vms_fleet_verdict(struct vms_fleet *f, struct vms_verdict **ret);

#endif
