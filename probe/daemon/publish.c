// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Judge this machine and publish it: RUN_DIR/verdict.json (0644, replaced whole)
 * and a message in the journal. Runs in a child of the daemon.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <sys/stat.h>

#include "core/check.h"
#include "core/json_get.h"
#include "core/machine.h"
#include "core/place.h"
#include "core/published.h"
#include "core/replace.h"
#include "daemon.h"
#include "document/json.h"
#include "spec/spec.h"

#define LIST_MAX 400 /* characters of a list of checks in a message */

/* What calls the firmware's run-time services, directly or through the kernel. */
static const char *const asks_firmware[] = { "VMSPEC-EFIVARIABLE*", "VMSPEC-EFI-RTC", "VMSPEC-OS-EFI-RTC" };

static char *temporary_name(const char *name, pid_t pid)
{
	return vms_asprintf(".%s.%d", name, (int)pid);
}

int open_run_dir(const char *run_dir, int *ret_fd)
{
	int err = vms_folder_open(run_dir, 0755, ret_fd);

	return err == -EUCLEAN ? -EACCES : err;
}

void publish_clear(const char *run_dir, pid_t pid)
{
	_cleanup_free_ char *tmp = temporary_name(VERDICT_FILE, pid);
	_cleanup_close_ int folder = -1;

	if (tmp && open_run_dir(run_dir, &folder) == 0)
		(void)unlinkat(folder, tmp, 0);
}

int publish_file(const char *run_dir, const char *name, const char *text, size_t len)
{
	_cleanup_free_ char *tmp = temporary_name(name, getpid());
	_cleanup_close_ int folder = -1;
	sigset_t end, before;
	int err;

	if (!tmp)
		return -ENOMEM;
	err = open_run_dir(run_dir, &folder);
	if (err)
		return err;
	/* who is asked to end does that a moment later, and leaves no half of a file */
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, &before);
	err = vms_replace_file(folder, name, tmp, 0644, text, len);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err;
}

static bool early(const struct vms_check *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(asks_firmware); i++)
		if (fnmatch(asks_firmware[i], c->id, 0) == 0)
			return false;
	for (size_t i = 0; i < VMS_MAX_NEEDS && c->needs[i]; i++) {
		const struct vms_check *needed = vms_check_find(c->needs[i]);

		if (needed && !early(needed))
			return false;
	}
	return true;
}

/* The IDs that can be judged without the firmware's answer. */
static int early_globs(const struct daemon_options *o, char ***ret)
{
	const struct vms_check *c;
	size_t n = 0;

	for (size_t i = 0; (c = vms_profile_check_at(o->profile, i)); i++)
		if (vms_profile_lists(o->profile, c, VMS_KIND_GUEST) && early(c) &&
		    vms_strv_push(ret, &n, c->id) < 0)
			return -ENOMEM;
	return 0;
}

/*
 * How the trial write of this boot ended, by the document that was published then:
 * one trial a boot is enough. NULL: there was none; a cycle's own write is judged anew.
 */
static char *trial_of_this_boot(const struct daemon_options *o, enum vms_status *ret)
{
	_cleanup_json_ struct json_object *doc = vms_published_document(o->run_dir, geteuid());
	struct json_object *checks = vms_json_get(doc, "checks", json_type_array);

	for (size_t i = 0; i < vms_json_items(checks); i++) {
		struct json_object *row = json_object_array_get_idx(checks, i);
		const char *id = vms_json_get_string(row, "id"), *status = vms_json_get_string(row, "status"),
			   *reason = vms_json_get_string(row, "reason");

		if (!id || !streq(id, "VMSPEC-EFIVARIABLE-WRITE"))
			continue;
		for (*ret = VMS_PASS; status && *ret <= VMS_UNKNOWN; (*ret)++)
			if (streq(status, vms_status_name(*ret)))
				break;
		return status && reason && *ret <= VMS_UNKNOWN ? strdup(reason) : NULL;
	}
	return NULL;
}

static int judge(const struct daemon_options *o, enum publish_stage stage, struct vms_verdict **ret)
{
	_cleanup_free_ char *trial = NULL;
	_cleanup_strv_ char **globs = NULL;
	struct vms_run_options run = { .profile = o->profile };
	struct vms_machine *m = NULL;
	int err = stage == PUBLISH_EARLY ? early_globs(o, &globs) : 0;

	if (err < 0)
		return err;
	run.globs = (const char *const *)globs;
	err = vms_machine_open_live(&m);
	if (err < 0)
		return err;
	run.state_dir = o->state_dir;
	run.write = stage == PUBLISH_BOOT && !o->no_write ? VMS_WRITE_UNLESS_KNOWN : VMS_WRITE_NEVER;
	if (stage == PUBLISH_AGAIN)
		trial = trial_of_this_boot(o, &run.written);
	run.written_reason = trial;
	err = vms_run(m, &run, ret);
	vms_machine_free(m);
	return err;
}

static void put_daemon(struct vms_json *j, enum publish_stage stage)
{
	static const char *const why[] = {
		[PUBLISH_EARLY] = "early, before the firmware was asked",
		[PUBLISH_BOOT] = "this boot",
		[PUBLISH_AGAIN] = "a device came or went, or a reload",
	};

	vms_json_object(j, "daemon");
	vms_json_string(j, "published", why[stage]);
	vms_json_string(
		j, "since",
		"made at \"time\"; judged again when a block or network device comes or goes on its bus and "
		"on `systemctl reload vmspecd`. What else has changed since, such as mounts, modules, "
		"kernel settings or variables, is not in here.");
	vms_json_object_end(j);
}

static int publish_document(const struct daemon_options *o, const struct vms_verdict *v,
			    enum publish_stage stage)
{
	_cleanup_free_ char *text = NULL;
	struct vms_json j;
	size_t len = 0;
	FILE *f = vms_memstream(&text, &len);
	int err;

	if (!f)
		return -ENOMEM;
	vms_json_open(&j, f, true);
	vms_json_verdict(&j, v, TOOL);
	put_daemon(&j, stage);
	err = vms_json_close(&j);
	if (fclose(f) == EOF && !err)
		err = -ENOMEM;
	return err < 0 ? err : publish_file(o->run_dir, VERDICT_FILE, text, len);
}

/* The IDs of the MUSTs with `status`, "A, B". NULL: none, or out of memory. */
static char *list_musts(const struct vms_verdict *v, enum vms_status status)
{
	char *list = NULL;

	for (size_t i = 0; i < v->n_rows; i++) {
		const struct vms_verdict_row *row = &v->rows[i];
		char *more;

		if (row->level != VMS_MUST || row->result.status != status)
			continue;
		if (list && strlen(list) > LIST_MAX) {
			more = vms_asprintf("%s, ...", list);
			free(list);
			return more;
		}
		more = vms_asprintf("%s%s%s", list ? list : "", list ? ", " : "", row->check->id);
		free(list);
		list = more;
	}
	return list;
}

static void tell_journal(const struct daemon_options *o, const struct vms_verdict *v)
{
	_cleanup_free_ char *failed = list_musts(v, VMS_FAIL), *unknown = list_musts(v, VMS_UNKNOWN);
	_cleanup_free_ char *doc = vms_asprintf("%s/" VERDICT_FILE, o->run_dir);
	_cleanup_free_ char *text = vms_asprintf(
		"%s: %s%s%s%s%s", v->profile->name, vms_outcome_name(v->outcome), failed ? "; failed: " : "",
		failed ? failed : "", unknown ? "; unknown: " : "", unknown ? unknown : "");
	const struct journal_field fields[] = {
		{ "MESSAGE", text },
		{ "MESSAGE_ID", MSG_VERDICT },
		{ "PRIORITY", v->outcome == VMS_NONCOMPLIANT ? "4" : "5" },
		{ "VMSPEC_VERDICT", vms_outcome_name(v->outcome) },
		{ "VMSPEC_PROFILE", v->profile->name },
		{ "VMSPEC_FAILED", failed },
		{ "VMSPEC_UNKNOWN", unknown },
		{ "VMSPEC_DOCUMENT", doc },
	};

	if (text && !journal_send(fields, ARRAY_SIZE(fields)))
		printf("%s\n", text);
}

int publish_verdict(const struct daemon_options *o, enum publish_stage stage)
{
	struct vms_verdict *v = NULL;
	int err = judge(o, stage, &v);

	if (!err)
		err = publish_document(o, v, stage);
	if (!err && stage != PUBLISH_EARLY)
		tell_journal(o, v);
	vms_verdict_free(v);
	if (err < 0)
		fprintf(stderr, TOOL ": no verdict in %s: %s\n", o->run_dir, vms_error_text(err));
	return err < 0 ? 4 : 0;
}
