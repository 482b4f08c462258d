/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run over the registry, shared by subjects of all kinds. */
#ifndef VMS_RUN_H
#define VMS_RUN_H

#include "check.h"
#include "profile.h"

/* What a kind of subject gives the runner. */
struct vms_run_subject {
	enum vms_kind kind;
	/* Run `c` and state a result. Returns 0 or -errno (could not look). */
	int (*run)(void *ctx, const struct vms_check *c, struct vms_result *r);
	/* NULL, or why nothing can be judged: every check is unknown for this reason. */
	const char *blocker;
	void *ctx;
};

/* The first waiver of the check `id`; NULL: it has none, or there is no ID. */
const struct vms_waiver *vms_waiver_of(const struct vms_run_options *opt, const char *id);

/* What the user said in advance to let be: a failure of that row becomes waived, and so what hangs on such a
 * one. -ENOMEM. */
int vms_waive(const struct vms_run_options *opt, struct vms_verdict_row *row);
void vms_waive_cause(const struct vms_run_options *opt, struct vms_cause *cause);

/* As vms_run(); the subject's description is filled in by the caller. */
int vms_run_subject(const struct vms_run_subject *s, const struct vms_run_options *opt,
		    struct vms_verdict **ret);

#endif
