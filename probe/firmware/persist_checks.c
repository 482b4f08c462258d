/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can a variable be written, and does it survive a reboot? Serves "virtual
 * firmware": persistent variable storage. A verdict only looks: the cycle itself
 * is armed and ended by --persistence and by the boot unit.
 */
#include "cycle.h"
#include "chapter.h"

static struct vms_cycle cycle_of(struct vms_machine *m, const struct vms_run_options *opt)
{
	return (struct vms_cycle){
		.m = m,
		.store = &vms_varstore_efivarfs,
		.state_dir = opt->state_dir ? opt->state_dir : VMS_STATE_DIR,
	};
}

static int check_write(struct vms_machine *m, const struct vms_run_options *opt, struct vms_result *r)
{
	struct vms_cycle c = cycle_of(m, opt);

	if (m->kind == VMS_KIND_RECORD)
		return vms_skip(r, "nothing can be written to a recorded machine");
	if (opt->written_reason && opt->write == VMS_WRITE_NEVER) {
		vms_evidence(r, "vmspecd", "as published earlier in this boot: one trial is enough");
		return opt->written == VMS_PASS	  ? vms_pass(r, "%s", opt->written_reason)
		       : opt->written == VMS_FAIL ? vms_fail(r, "%s", opt->written_reason)
						  : vms_unknown(r, "%s", opt->written_reason);
	}
	return vms_cycle_write(&c, opt->write, r);
}

static int check_persist(struct vms_machine *m, const struct vms_run_options *opt, struct vms_result *r)
{
	struct vms_cycle c = cycle_of(m, opt);
	struct vms_cycle_report report = { 0 };
	int err;

	if (m->kind == VMS_KIND_RECORD)
		return vms_skip(r, "a recorded machine can't be rebooted");
	err = vms_cycle_status(&c, &report);
	if (err < 0) {
		vms_cycle_report_clear(&report);
		return err;
	}
	*r = report.result;
	return 0;
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-EFIVARIABLE-WRITE",
		.title = "a variable can be created, read back and deleted",
		.needs = { "VMSPEC-EFI" },
		.kinds = VMS_KIND_MACHINE,
		.asked_fn = check_write,
		.reads = "our variable " VMS_VARIABLE_FILE ", written and deleted with --write; else what "
			 "the persistence cycle's own write has shown",
		.passes = "it reads back byte for byte with its attributes, and is gone when deleted",
		.fails = "the firmware has no SetVariable at run time, refuses, or does not store what it "
			 "says",
		.mends =
			"the hypervisor, by its firmware; a full store or a missing permission is no failure. EBBR lets "
			"SetVariable end with the boot services: firmware made by it alone fails here",
	},
	{
		.id = "VMSPEC-EFIVARIABLE-PERSIST",
		.title = "a variable survives a reboot",
		.needs = { "VMSPEC-EFI" },
		.kinds = VMS_KIND_MACHINE,
		.asked_fn = check_persist,
		.reads = VMS_STATE_DIR
		"/" VMS_STATE_FILE ", boot_id, machine-id, DMI product UUID, cloud "
		"instance-id, EDK II's MTC, systemd-boot's LoaderTimeInitUSec, and our variable",
		.passes = "the nonce written in an earlier boot of this machine is there, and nothing says "
			  "that the firmware did not run in between",
		.fails = "it is gone, older, or has other attributes",
		.mends = "the hypervisor, by keeping the VM's variable store",
	},
};

VMS_CHECKS(vms_checks_persist, "Virtual firmware", checks);
