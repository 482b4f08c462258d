// SPDX-License-Identifier: GPL-2.0-or-later
/* The main action: open the machine or the record, judge it, render the verdict. */
#include <errno.h>
#include "verify.h"

static int open_machine(const struct verify_options *o, struct vms_machine **ret)
{
	int err = o->root ? vms_machine_open_record(o->root, ret) : vms_machine_open_live(ret);

	if (!err)
		return -1;
	complain("cannot open %s: %s", o->root ? o->root : "this machine", strerror(-err));
	return o->root && err != -ENOMEM ? EXIT_USAGE : EXIT_TOOL;
}

static int run(const struct verify_options *o, struct vms_machine *m, struct vms_verdict **ret)
{
	struct vms_run_options opt;
	int err;

	cli_run_options(&o->asked, &opt);
	opt.state_dir = o->state_dir;
	opt.write = o->write ? VMS_WRITE_ALWAYS : VMS_WRITE_NEVER;
	err = vms_run(m, &opt, ret);
	if (!err)
		return -1;
	if (err == -EINVAL)
		return wrong_usage("--check selects no check of this subject");
	complain("cannot judge: %s", strerror(-err));
	return EXIT_TOOL;
}

static int judge(const struct verify_options *o, struct vms_machine *m)
{
	struct vms_verdict *v = NULL;
	struct delivery d = { 0 };
	int status = o->quiet ? -1 : deliver_open(&d, &o->asked, false), failed;

	if (status >= 0)
		return status;
	status = run(o, m, &v);
	if (status >= 0) {
		deliver_discard(&d);
		return status;
	}
	status = vms_verdict_exit_status(v);
	deliver_row(&d, v);
	failed = deliver_close(&d);
	vms_verdict_free(v);
	return failed ? failed : status;
}

int action_judge(struct verify_options *o)
{
	struct vms_machine *m = NULL;
	int status = cli_select(&o->asked, o->root ? VMS_KIND_RECORD : VMS_KIND_GUEST);

	if (status < 0)
		status = open_machine(o, &m);
	if (status < 0)
		status = judge(o, m);
	vms_machine_free(m);
	return status;
}
