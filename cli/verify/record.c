// SPDX-License-Identifier: GPL-2.0-or-later
/* --record: keep this machine as a folder that --root judges anywhere. */
#include <errno.h>
#include "verify.h"

int action_record(struct verify_options *o)
{
	struct vms_machine *m = NULL;
	int err = vms_machine_open_live(&m);

	if (!err)
		err = vms_machine_record(m, o->argument);
	vms_machine_free(m);
	if (!err)
		return 0;
	complain("cannot record into %s: %s", o->argument, strerror(-err));
	return err == -EEXIST ? EXIT_USAGE : EXIT_TOOL;
}
