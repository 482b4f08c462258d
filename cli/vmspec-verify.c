// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmspec-verify: judge this machine, a recorded one, or disk images. Here stand the options
 * and the table of actions; what an action does stands in its file in verify/.
 */
#include <errno.h>
#include <signal.h>
#include "verify/verify.h"

#define ON(action) (1u << (action))
#define ANYWHERE   (~0u)
#define MACHINE	   ON(ACTION_JUDGE)
#define JUDGING	   (MACHINE | ON(ACTION_IMAGE))
#define PRINTING   (JUDGING | ON(ACTION_LIST) | ON(ACTION_EXPLAIN))

static int no_memory(void)
{
	complain("out of memory");
	return EXIT_TOOL;
}

static int set_help(_unused_ struct verify_options *o, _unused_ const struct option_row *row,
		    _unused_ const char *arg)
{
	return print_help();
}

static int set_version(_unused_ struct verify_options *o, _unused_ const struct option_row *row,
		       _unused_ const char *arg)
{
	return print_version();
}

static int set_action(struct verify_options *o, const struct option_row *row, const char *arg,
		      enum verify_action action)
{
	if (o->action_name)
		return wrong_usage("--%s does not go with --%s", row->name, o->action_name);
	if (arg && !*arg)
		return wrong_usage("--%s needs a %s", row->name, row->arg);
	o->action = action;
	o->action_name = row->name;
	o->argument = arg;
	return -1;
}

static int set_record(struct verify_options *o, const struct option_row *row, const char *arg)
{
	return set_action(o, row, arg, ACTION_RECORD);
}

static int set_persistence(struct verify_options *o, const struct option_row *row, const char *arg)
{
	if (!persistence_is_step(arg))
		return wrong_usage("--%s is one of %s, not '%s'", row->name, row->arg, arg);
	return set_action(o, row, arg, ACTION_PERSISTENCE);
}

static int set_write(struct verify_options *o, _unused_ const struct option_row *row,
		     _unused_ const char *arg)
{
	o->write = true;
	return -1;
}

static int set_state_dir(struct verify_options *o, const struct option_row *row, const char *arg)
{
	if (!*arg)
		return wrong_usage("--%s needs a %s", row->name, row->arg);
	o->state_dir = arg;
	return -1;
}

static int set_list(struct verify_options *o, const struct option_row *row, const char *arg)
{
	return set_action(o, row, arg, ACTION_LIST);
}

static int set_explain(struct verify_options *o, const struct option_row *row, const char *arg)
{
	return set_action(o, row, arg, ACTION_EXPLAIN);
}

static int set_root(struct verify_options *o, const struct option_row *row, const char *arg)
{
	if (!*arg)
		return wrong_usage("--%s needs a %s", row->name, row->arg);
	o->root = arg;
	return -1;
}

static int set_profile(struct verify_options *o, _unused_ const struct option_row *row, const char *arg)
{
	o->profile = vms_profile_find(arg);
	if (o->profile)
		return -1;
	return wrong_usage("there is no profile '%s' (%s, %s)", arg, vms_profile_2_0.name,
			   vms_profile_1_0.name);
}

static int set_format(struct verify_options *o, _unused_ const struct option_row *row, const char *arg)
{
	o->format = vms_format_find(arg);
	return o->format ? -1 : wrong_usage("there is no format '%s'; see " TOOL " --help", arg);
}

static int set_json(struct verify_options *o, const struct option_row *row, _unused_ const char *arg)
{
	return set_format(o, row, "json");
}

static int set_quiet(struct verify_options *o, _unused_ const struct option_row *row,
		     _unused_ const char *arg)
{
	o->quiet = true;
	return -1;
}

static int set_strict(struct verify_options *o, _unused_ const struct option_row *row,
		      _unused_ const char *arg)
{
	o->strict = true;
	return -1;
}

static int set_output(struct verify_options *o, const struct option_row *row, const char *arg)
{
	if (!*arg)
		return wrong_usage("--%s needs a %s", row->name, row->arg);
	o->output = streq(arg, "-") ? NULL : arg;
	return -1;
}

static int set_check(struct verify_options *o, _unused_ const struct option_row *row, const char *arg)
{
	for (;;) {
		size_t len = strcspn(arg, ",");
		_cleanup_free_ char *glob = strndup(arg, len);

		if (!glob || vms_strv_push(&o->globs, &o->n_globs, glob) < 0)
			return no_memory();
		if (!arg[len])
			return -1;
		arg += len + 1;
	}
}

static int set_waive(struct verify_options *o, _unused_ const struct option_row *row, const char *arg)
{
	return waivers_add(&o->waivers, arg);
}

static int set_waivers(struct verify_options *o, _unused_ const struct option_row *row, const char *arg)
{
	return waivers_read(&o->waivers, arg);
}

static int set_images(struct verify_options *o, const struct option_row *row)
{
	if (o->action_name && o->action != ACTION_IMAGE)
		return wrong_usage("--%s does not go with --%s", row->name, o->action_name);
	o->action = ACTION_IMAGE;
	o->action_name = "image";
	return -1;
}

static int set_image(struct verify_options *o, const struct option_row *row, const char *arg)
{
	if (!*arg)
		return wrong_usage("--%s needs a %s", row->name, row->arg);
	if (vms_strv_push(&o->images, &o->n_images, arg) < 0)
		return no_memory();
	return set_images(o, row);
}

static int set_files_from(struct verify_options *o, const struct option_row *row, const char *arg)
{
	if (!*arg || o->files_from)
		return wrong_usage("--%s needs one %s", row->name, row->arg);
	o->files_from = arg;
	return set_images(o, row);
}

static int set_arch(struct verify_options *o, _unused_ const struct option_row *row, const char *arg)
{
	static const char *const names[] = { [VMS_IMAGE_AUTO] = "auto", [VMS_IMAGE_AARCH64] = "aarch64",
					     [VMS_IMAGE_AARCH32] = "aarch32" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(arg, names[i])) {
			o->image_arch = (enum vms_image_arch)i;
			return -1;
		}
	return wrong_usage("--arch is aarch64, aarch32 or auto, not '%s'", arg);
}

static int set_backing(struct verify_options *o, _unused_ const struct option_row *row,
		       _unused_ const char *arg)
{
	o->backing = true;
	return -1;
}

const struct option_row verify_options[] = {
	{ "image", 'i', "FILE", ON(ACTION_IMAGE),
	  "judge disk images: files, block devices, folders;\nmay be followed by more of them", set_image },
	{ "files-from", 0, "FILE", ON(ACTION_IMAGE), "images: one a line (or ended by NUL) from FILE, - is\nstandard input",
	  set_files_from },
	{ "arch", 0, "ARCH", ON(ACTION_IMAGE), "images: aarch64, aarch32 or auto (default)", set_arch },
	{ "backing", 0, NULL, ON(ACTION_IMAGE), "images: read the files that an image names, too", set_backing },
	{ "root", 0, "DIR", MACHINE, "judge the recorded machine in DIR", set_root },
	{ "record", 0, "DIR", ON(ACTION_RECORD),
	  "record this machine into DIR, which must not exist;\nserial numbers and names are replaced",
	  set_record },
	{ "persistence", 0, "arm|check|status|disarm", ON(ACTION_PERSISTENCE),
	  "does a UEFI variable survive a reboot: write one,\nreboot, check that it is there; or take it back",
	  set_persistence },
	{ "list", 0, NULL, ON(ACTION_LIST), "list the checks, their level and clause", set_list },
	{ "explain", 0, "ID", ON(ACTION_EXPLAIN),
	  "what a check reads, when it passes and fails,\nand who can mend it", set_explain },
	{ "profile", 'p', "NAME", JUDGING | ON(ACTION_LIST), "vmspec-2.0 (default) or vmspec-1.0",
	  set_profile },
	{ "format", 0, "FORMAT", JUDGING | ON(ACTION_LIST) | ON(ACTION_PERSISTENCE), "text (default), lines, json, jsonl or junit",
	  set_format },
	{ "json", 0, NULL, JUDGING | ON(ACTION_LIST) | ON(ACTION_PERSISTENCE), "the same as --format json", set_json },
	{ "output", 'o', "FILE", PRINTING | ON(ACTION_PERSISTENCE), "write to FILE, whole or not at all", set_output },
	{ "quiet", 'q', NULL, JUDGING | ON(ACTION_RECORD) | ON(ACTION_PERSISTENCE), "print nothing, only the exit status tells",
	  set_quiet },
	{ "check", 0, "GLOB[,GLOB]", JUDGING, "only these checks; may be repeated", set_check },
	{ "waive", 0, "ID=REASON", JUDGING, "let a failure of check ID be; may be repeated", set_waive },
	{ "waivers", 0, "FILE", JUDGING, "the same from FILE, one ID=REASON[;until=YYYY-MM-DD]\na line",
	  set_waivers },
	{ "strict", 0, NULL, JUDGING, "SHOULD counts as MUST", set_strict },
	{ "write", 0, NULL, MACHINE, "create and delete one UEFI variable to judge\nVMSPEC-EFIVARIABLE-WRITE",
	  set_write },
	{ "state-dir", 0, "DIR", MACHINE | ON(ACTION_PERSISTENCE),
	  "where the state of --persistence is kept\n(default " VMS_STATE_DIR ")", set_state_dir },
	{ "help", 0, NULL, ANYWHERE, "show this help", set_help },
	{ "version", 0, NULL, ANYWHERE, "show the version", set_version },
};
const size_t n_verify_options = ARRAY_SIZE(verify_options);

static int (*const actions[N_ACTIONS])(struct verify_options *o) = {
	[ACTION_JUDGE] = action_judge,
	[ACTION_IMAGE] = action_image,
	[ACTION_RECORD] = action_record,
	[ACTION_PERSISTENCE] = action_persistence,
	[ACTION_LIST] = action_list,
	[ACTION_EXPLAIN] = action_explain,
};

int main(int argc, char **argv)
{
	struct verify_options o = { .profile = vms_profile_default(), .format = vms_format_at(0) };
	int status;

	output_guard_descriptors();
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an output that cannot be written: 4 */
	status = options_parse(&o, argc, argv);
	if (status < 0)
		status = actions[o.action](&o);
	vms_strv_free(o.globs);
	vms_strv_free(o.images);
	waivers_clear(&o.waivers);
	return status;
}
