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

static void put_time(struct json_object *o, const char *key, int64_t seconds, int *err)
{
	time_t t = (time_t)seconds;
	char buf[64] = "";
	struct tm tm;

	if (!seconds || !gmtime_r(&t, &tm) || !strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm))
		vms_json_put_string(o, key, NULL, err);
	else
		vms_json_put_string(o, key, buf, err);
}

static int render_json(FILE *out, const struct step *step, const struct vms_cycle_report *report, bool pretty)
{
	const struct vms_result *r = &report->result;
	_cleanup_json_ struct json_object *o = NULL;
	int err = 0;

	o = vms_json_object(&err);
	vms_json_put_string(o, "schema", SCHEMA, &err);
	vms_json_put_string(o, "action", step->name, &err);
	vms_json_put_bool(o, "done", report->done, &err);
	vms_json_put_string(o, "state", vms_persist_phase_name(report->phase), &err);
	put_time(o, "armed", report->armed_at, &err);
	put_time(o, "time", (int64_t)time(NULL), &err);
	vms_json_put_string(o, "check", "VMSPEC-EFIVARIABLE-PERSIST", &err);
	vms_json_put_string(o, "status", vms_status_name(r->status), &err);
	vms_json_put_string(o, "reason", r->reason, &err);
	vms_json_put(o, "evidence", vms_json_evidence(r, &err), &err);
	if (r->advice && r->status != VMS_PASS && r->status != VMS_SKIP) {
		struct json_object *remedy = vms_json_object(&err);

		vms_json_put_string(remedy, "owner", vms_owner_name(r->owner), &err);
		vms_json_put_string(remedy, "advice", r->advice, &err);
		vms_json_put(o, "remedy", remedy, &err);
	}
	return err ? err : vms_json_print(out, o, pretty);
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
