// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --persistence arm|check|status|disarm: the cycle that shows whether a UEFI
 * variable survives a reboot. A document of its own, vmspec-persistence/1.
 */
#include <inttypes.h>
#include <time.h>
#include "firmware/cycle.h"
#include "document/json.h"
#include "verify.h"

#define SCHEMA "vmspec-persistence/1"

static int check(const struct vms_cycle *c, struct vms_cycle_report *ret)
{
	return vms_cycle_check(c, false, ret);
}

static const struct step {
	const char *name;
	int (*run)(const struct vms_cycle *c, struct vms_cycle_report *ret);
} steps[] = {
	{ "arm", vms_cycle_arm },
	{ "check", check },
	{ "status", vms_cycle_status },
	{ "disarm", vms_cycle_disarm },
};

static const struct step *find_step(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (streq(steps[i].name, name))
			return &steps[i];
	return NULL;
}

int persistence_is_step(const char *name)
{
	return find_step(name) != NULL;
}

static int exit_status(const struct step *step, const struct vms_cycle_report *report)
{
	if (step->run != check)
		return report->done ? EXIT_COMPLIANT : EXIT_TOOL;
	switch (report->result.status) {
	case VMS_PASS:
		return EXIT_COMPLIANT;
	case VMS_FAIL:
		return EXIT_NONCOMPLIANT;
	default:
		return EXIT_INCONCLUSIVE;
	}
}

static void put_time(struct vms_json *j, const char *key, int64_t seconds)
{
	time_t t = (time_t)seconds;
	char buf[64] = "";
	struct tm tm;

	if (!seconds || !gmtime_r(&t, &tm) || !strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm))
		vms_json_string(j, key, NULL);
	else
		vms_json_string(j, key, buf);
}

static int render_json(FILE *out, const struct step *step, const struct vms_cycle_report *report, bool pretty)
{
	const struct vms_result *r = &report->result;
	struct vms_json j;

	vms_json_open(&j, out, pretty);
	vms_json_string(&j, "schema", SCHEMA);
	vms_json_string(&j, "action", step->name);
	vms_json_bool(&j, "done", report->done);
	vms_json_string(&j, "state", vms_persist_phase_name(report->phase));
	put_time(&j, "armed", report->armed_at);
	put_time(&j, "time", (int64_t)time(NULL));
	vms_json_string(&j, "check", "VMSPEC-EFIVARIABLE-PERSIST");
	vms_json_string(&j, "status", vms_status_name(r->status));
	vms_json_string(&j, "reason", r->reason);
	vms_json_evidence(&j, r);
	if (r->advice && r->status != VMS_PASS && r->status != VMS_SKIP)
		vms_json_remedy(&j, r);
	return vms_json_close(&j);
}

static void render_text(FILE *out, const struct step *step, const struct vms_cycle_report *report)
{
	const struct vms_result *r = &report->result;

	if (step->run == check || step->run == vms_cycle_status)
		fprintf(out, "%s: ", vms_status_name(r->status));
	else if (!report->done)
		fprintf(out, "not %sed: ", step->name);
	fprintf(out, "%s\n", r->reason);
	for (size_t i = 0; i < r->n_evidence; i++)
		fprintf(out, "  %s: %s\n", r->evidence[i].source, r->evidence[i].value);
	if (r->advice && r->status != VMS_PASS && r->status != VMS_SKIP)
		fprintf(out, "  %s: %s\n", vms_owner_name(r->owner), r->advice);
}

static int print_report(const struct verify_options *o, const struct step *step,
			const struct vms_cycle_report *report)
{
	struct output out;
	int err = 0;

	if (output_open(&out, o->asked.output))
		return EXIT_TOOL;
	if (streq(o->asked.format->name, "text"))
		render_text(out.file, step, report);
	else
		err = render_json(out.file, step, report, streq(o->asked.format->name, "json"));
	if (err && !ferror(out.file)) {
		complain("cannot render: %s", vms_error_text(err));
		output_discard(&out);
		return EXIT_TOOL;
	}
	return output_commit(&out);
}

int action_persistence(struct verify_options *o)
{
	const struct step *step = find_step(o->argument);
	struct vms_cycle c = { .store = &vms_varstore_efivarfs,
			       .state_dir = o->state_dir ? o->state_dir : VMS_STATE_DIR };
	struct vms_cycle_report report = { 0 };
	int err, status;

	if (!streq(o->asked.format->name, "text") && !streq(o->asked.format->name, "json") &&
	    !streq(o->asked.format->name, "jsonl"))
		return wrong_usage("--persistence is told as text, json or jsonl");
	err = vms_machine_open_live(&c.m);
	if (!err)
		err = step->run(&c, &report);
	vms_machine_free(c.m);
	if (err < 0) {
		complain("cannot %s: %s", step->name, vms_error_text(err));
		vms_cycle_report_clear(&report);
		return EXIT_TOOL;
	}
	status = exit_status(step, &report);
	if (!o->quiet && print_report(o, step, &report))
		status = EXIT_TOOL;
	vms_cycle_report_clear(&report);
	return status;
}
