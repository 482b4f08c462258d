/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A profile: one version of a specification, by which a subject is judged. It owns
 * its chapters of checks, the level that each check has in it with the clause that
 * says so, and its thresholds. The tables themselves stand in probe/spec/, one file
 * a profile; nothing else in the program knows a level.
 */
#ifndef VMS_PROFILE_H
#define VMS_PROFILE_H

#include "check.h"

struct vms_rule {
	const char *check; /* check ID */
	enum vms_level level;
};

struct vms_clause {
	const char *id;	  /* "vmspec-2.0/virtual-firmware/3" */
	const char *text; /* our paraphrase */
	/* Checks that decide it; ended by a NULL check. The first clause that
	 * names a check is the clause that check reports. */
	const struct vms_rule *rules;
	const char *undecidable; /* why no program can decide it (or what is left over); NULL: decided */
};

struct vms_profile {
	const char *name; /* "vmspec-2.0" */
	const char *title;
	const char *prefix; /* of its check IDs, which users may leave out: "VMSPEC-" */
	/* Rows of checks in print order, NULL at the end. A row without a rule in a clause
	 * below or in `info` is not in this version. */
	const struct vms_checks *const *chapters;
	/* Why an AArch32 machine is no subject of it: every check is skipped for that. NULL: it is one. */
	const char *no_aarch32;
	unsigned least_uefi_minor; /* 6: firmware has to declare UEFI 2.6 or later; 0: any */
	const struct vms_clause *clauses;
	size_t n_clauses;
	const struct vms_rule *info; /* checks without a clause of their own, level i; NULL: none */
};

/* The level of a check and its clause (NULL: none). VMS_LEVEL_NONE: not in this version. */
enum vms_level vms_profile_level(const struct vms_profile *p, const char *check, const char **ret_clause);

/* The i-th check of its chapters in print order, whatever its level; NULL at the end. */
const struct vms_check *vms_profile_check_at(const struct vms_profile *p, size_t i);
size_t vms_profile_n_checks(const struct vms_profile *p);
/* The chapter that `c` stands in; NULL where this profile has no such row. */
const struct vms_checks *vms_profile_rows_of(const struct vms_profile *p, const struct vms_check *c);
/* The title of the chapter that `c` stands in; "" where this profile has no such row. */
const char *vms_profile_chapter(const struct vms_profile *p, const struct vms_check *c);

/* Can a document about a subject of this kind list `c`? */
bool vms_profile_lists(const struct vms_profile *p, const struct vms_check *c, enum vms_kind kind);

#endif
