/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging a machine, live or recorded. */
#include <errno.h>

#include "image/guestdisk.h"
#include "core/machine.h"
#include "core/published.h"
#include "core/run.h"
#include "facts.h"
#include "kernel/remedy.h"
#include "kernel/subject.h"

struct machine_run {
	struct vms_machine *m;
	const struct vms_run_options *opt;
};

static int run_check(void *ctx, const struct vms_check *c, struct vms_result *r)
{
	const struct machine_run *run = ctx;
	struct vms_machine *m = run->m;
	struct vms_image *disk;
	const char *why;
	int err;

	if (run->opt->profile && run->opt->profile->no_aarch32 && vms_machine_is_aarch32(m))
		return vms_skip(r, "%s", run->opt->profile->no_aarch32);
	if (c->machine_fn || c->asked_fn) {
		err = c->asked_fn ? c->asked_fn(m, run->opt, r) : c->machine_fn(m, r);
		remedy_settle(m, r);
		return err;
	}
	if (!c->image_fn)
		return vms_unknown(r, "not looked at in a machine");
	err = guestdisk_image(m, &disk, &why);
	if (err < 0)
		return err;
	return disk ? c->image_fn(disk, r) : vms_unknown(r, "%s", why);
}

int vms_run(struct vms_machine *m, const struct vms_run_options *opt, struct vms_verdict **ret)
{
	struct machine_run run = { m, opt };
	struct vms_run_subject s = { .kind = m->kind, .run = run_check, .ctx = &run };
	unsigned failures = vms_no_memory_count();
	char blocker[160];
	int err;

	if (!vms_machine_is_arm(m)) {
		if (*m->arch)
			snprintf(blocker, sizeof(blocker), "this machine is %.64s, no Arm machine", m->arch);
		else
			snprintf(blocker, sizeof(blocker),
				 "it cannot be told whether this is an Arm machine");
		s.blocker = blocker;
	}
	err = vms_run_subject(&s, opt, ret);
	if (err < 0)
		return err;
	err = vms_subject_read(m, &(*ret)->subject);
	if (!err && vms_machine_is_arm(m))
		err = machine_facts(m, &(*ret)->facts);
	/* root sees for itself */
	if (!err && m->kind == VMS_KIND_GUEST && geteuid() != 0)
		err = vms_published_add("/run/vmspec", *ret);
	if (!err && vms_no_memory_count() != failures)
		err = -ENOMEM;
	if (err < 0) {
		vms_verdict_free(*ret);
		*ret = NULL;
	}
	return err;
}
