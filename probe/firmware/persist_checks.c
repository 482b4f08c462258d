/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can a variable be written, and does it survive a reboot? Nothing is written
 * here: both are skipped until a persistence cycle is there to judge them.
 */
#include "core/machine.h"
#include "core/registry.h"

static int check_write(_unused_ struct vms_machine *m, struct vms_result *r)
{
	return vms_skip(r, "nothing is written to the firmware without being asked to");
}

static int check_persist(struct vms_machine *m, struct vms_result *r)
{
	if (m->kind == VMS_KIND_RECORD)
		return vms_skip(r, "a recorded machine can't be rebooted");
	return vms_skip(r, "no persistence cycle was armed");
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-EFIVARIABLE-WRITE",
		.title = "a variable can be created, read back and deleted",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_write,
		.reads = "nothing yet",
		.passes = "a non-volatile variable reads back byte for byte",
		.fails = "the firmware has no SetVariable at run time, or loses what was written",
		.mends = "the hypervisor",
	},
	{
		.id = "VMSPEC-EFIVARIABLE-PERSIST",
		.title = "a variable survives a reboot",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_persist,
		.reads = "nothing yet",
		.passes = "what was written before the reboot is there after it",
		.fails = "it is gone, changed or older",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_persist, "Virtual firmware", checks);
