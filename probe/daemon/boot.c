// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the units run beside the daemon: after a boot, decide over the persistence
 * cycle and arm anew where the table says so; before a kexec, note it.
 */
#include <errno.h>

#include "daemon.h"
#include "firmware/cycle.h"

static int run(const struct daemon_options *o, struct vms_cycle_report *ret,
	       int (*step)(const struct vms_cycle *c, struct vms_cycle_report *ret))
{
	struct vms_cycle c = { .store = &vms_varstore_efivarfs, .state_dir = o->state_dir };
	int err = vms_machine_open_live(&c.m);

	if (!err)
		err = step(&c, ret);
	vms_machine_free(c.m);
	if (err < 0)
		fprintf(stderr, TOOL ": %s\n", vms_error_text(err));
	return err;
}

static int check_and_rearm(const struct vms_cycle *c, struct vms_cycle_report *ret)
{
	return vms_cycle_check(c, true, ret);
}

static char *all_evidence(const struct vms_result *r)
{
	char *text = strdup("");

	for (size_t i = 0; text && i < r->n_evidence; i++) {
		char *more = vms_asprintf("%s%s%s: %s", text, i ? "\n" : "", r->evidence[i].source,
					  r->evidence[i].value);

		free(text);
		text = more;
	}
	return text;
}

int boot_check(const struct daemon_options *o)
{
	struct vms_cycle_report report = { 0 };
	_cleanup_free_ char *text = NULL, *evidence = NULL;
	const struct vms_result *r = &report.result;

	if (run(o, &report, check_and_rearm) < 0)
		return 4;
	text = vms_asprintf("UEFI variables across a reboot: %s: %s", vms_status_name(r->status), r->reason);
	evidence = all_evidence(r);
	if (text && evidence) {
		const struct journal_field fields[] = {
			{ "MESSAGE", text },
			{ "MESSAGE_ID", MSG_PERSISTENCE },
			{ "PRIORITY", r->status == VMS_FAIL   ? "4"
				      : r->status == VMS_SKIP ? "6"
							      : "5" },
			{ "VMSPEC_CHECK", "VMSPEC-EFIVARIABLE-PERSIST" },
			{ "VMSPEC_STATUS", vms_status_name(r->status) },
			{ "VMSPEC_REASON", r->reason },
			{ "VMSPEC_EVIDENCE", evidence },
		};

		if (!journal_send(fields, ARRAY_SIZE(fields)))
			printf("%s\n%s\n", text, evidence);
	}
	vms_cycle_report_clear(&report);
	/* a failed check is a finding, not a failed unit */
	return 0;
}

int note_kexec(const struct daemon_options *o)
{
	struct vms_cycle_report report = { 0 };
	int status = 4;

	if (run(o, &report, vms_cycle_note_kexec) == 0) {
		printf("%s\n", report.result.reason);
		status = report.done ? 0 : 4;
	}
	vms_cycle_report_clear(&report);
	return status;
}
