// SPDX-License-Identifier: GPL-2.0-or-later
/* The main action: open the machine or the record, judge it, render the verdict. */
#include <errno.h>
#include "verify.h"

/* `root`: a record; NULL: this machine. */
static int open_machine(const char *root, struct vms_machine **ret)
{
	int err = root ? vms_machine_open_record(root, ret) : vms_machine_open_live(ret);

	if (!err)
		return GO_ON;
	if (root && err == -ENOTDIR)
		complain(
			"cannot open %s: a record is a folder; one that is kept as FILE.tar.gz is unpacked before",
			root);
	else
		complain("cannot open %s: %s", root ? root : "this machine", vms_error_text(err));
	return root ? exit_opening(err) : EXIT_TOOL;
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
		return GO_ON;
	if (err == -EINVAL)
		return wrong_usage("--check selects no check of this subject");
	complain("cannot judge: %s", vms_error_text(err));
	return EXIT_TOOL;
}

/* Judge one, and add it to the documents. *worst: the exit status so far. -1: go on. */
static int judge(const struct verify_options *o, const char *root, struct delivery *d, int *worst)
{
	struct vms_machine *m = NULL;
	struct vms_verdict *v = NULL;
	int status = open_machine(root, &m);

	if (status == GO_ON)
		status = run(o, m, &v);
	if (status == GO_ON) {
		*worst = exit_worse(*worst, vms_verdict_exit_status(v));
		deliver_row(d, v);
		cli_say_unused_waivers(&o->asked, v, NULL);
	}
	vms_verdict_free(v);
	vms_machine_free(m);
	return status;
}

int action_judge(struct verify_options *o)
{
	struct delivery d = { 0 };
	int status = cli_select(&o->asked, o->n_roots ? VMS_KIND_RECORD : VMS_KIND_GUEST), worst = 0;

	if (status == GO_ON && !o->quiet)
		status = deliver_open(&d, &o->asked, o->n_roots > 1);
	if (status != GO_ON)
		return status;
	if (o->n_roots == 0)
		status = judge(o, NULL, &d, &worst);
	for (size_t i = 0; status == GO_ON && i < o->n_roots; i++)
		status = judge(o, o->roots[i], &d, &worst);
	if (status != GO_ON) {
		deliver_discard(&d);
		return status;
	}
	return deliver_close(&d) ? EXIT_TOOL : worst;
}
