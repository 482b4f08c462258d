/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clause tables: what each version of the specification says, in our own
 * words, and which checks decide it at which level. Nothing else in the
 * program knows a level.
 */
#ifndef VMS_SPEC_H
#define VMS_SPEC_H

#include "../../include/vmspec.h"

struct vms_rule {
	const char *check; /* check ID */
	enum vms_level level;
};

struct vms_clause {
	const char *id;      /* "vmspec-2.0/virtual-firmware/3" */
	const char *text;    /* our paraphrase */
	/* Checks that decide it; ended by a NULL check. The first clause that
	 * names a check is the clause that check reports. */
	const struct vms_rule *rules;
	const char *undecidable; /* why no program can decide it (or what is left over); NULL: decided */
};

struct vms_profile {
	const char *name;  /* "vmspec-2.0" */
	const char *title;
	unsigned least_uefi_minor; /* 6: UEFI 2.6 */
	const struct vms_clause *clauses;
	size_t n_clauses;
	const struct vms_rule *info; /* checks without a clause of their own, level i */
};

extern const struct vms_profile vms_profile_1_0;
extern const struct vms_profile vms_profile_2_0;

/* By name; NULL: no such profile. */
const struct vms_profile *vms_profile_find(const char *name);
const struct vms_profile *vms_profile_default(void);

/* The level of a check and its clause (NULL: none). VMS_LEVEL_NONE: not in this version. */
enum vms_level vms_profile_level(const struct vms_profile *p, const char *check, const char **ret_clause);

#endif
