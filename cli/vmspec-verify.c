// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmspec-verify: judge this machine, a recorded one, or disk images. Here stand the options
 * and the table of actions; what an action does stands in its file in verify/.
 */
#include <errno.h>
#include <getopt.h>
#include "verify/verify.h"

#define ON(action) (1u << (action))
#define ANYWHERE   (~0u)
#define MACHINE	   ON(ACTION_JUDGE)
#define JUDGING	   (MACHINE | ON(ACTION_IMAGE))
#define SAVED	   (ON(ACTION_FROM) | ON(ACTION_JOIN) | ON(ACTION_DIFF))
#define WORDED	   (JUDGING | SAVED | ON(ACTION_LIST) | ON(ACTION_PERSISTENCE))
#define PRINTING   (WORDED | ON(ACTION_EXPLAIN))

const char *const cli_tool = "vmspec-verify";

static const struct cli_table table;

static int set_help(_unused_ void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	return cli_print_help(&table);
}

static int set_action(struct verify_options *o, const struct cli_option *row, const char *arg,
		      enum verify_action action)
{
	if (o->action_name)
		return wrong_usage("--%s does not go with --%s", row->name, o->action_name);
	if (arg && !*arg)
		return wrong_usage("--%s needs a %s", row->name, row->arg);
	o->action = action;
	o->action_name = row->name;
	o->argument = arg;
	return GO_ON;
}

static int set_record(void *options, const struct cli_option *row, const char *arg)
{
	return set_action(options, row, arg, ACTION_RECORD);
}

static int set_persistence(void *options, const struct cli_option *row, const char *arg)
{
	if (!persistence_is_step(arg))
		return wrong_usage("--%s is one of %s, not '%s'", row->name, row->arg, arg);
	return set_action(options, row, arg, ACTION_PERSISTENCE);
}

static int set_write(void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	struct verify_options *o = options;

	o->write = true;
	return GO_ON;
}

static int set_state_dir(void *options, const struct cli_option *row, const char *arg)
{
	struct verify_options *o = options;

	o->state_dir = arg;
	return cli_need(row, arg);
}

static int set_list(void *options, const struct cli_option *row, const char *arg)
{
	return set_action(options, row, arg, ACTION_LIST);
}

static int set_explain(void *options, const struct cli_option *row, const char *arg)
{
	return set_action(options, row, arg, ACTION_EXPLAIN);
}

static int set_root(void *options, const struct cli_option *row, const char *arg)
{
	struct verify_options *o = options;

	if (vms_strv_push(&o->roots, &o->n_roots, arg) < 0)
		return no_memory();
	return cli_need(row, arg);
}

static int set_quiet(void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	struct verify_options *o = options;

	o->quiet = true;
	return GO_ON;
}

static int set_images(struct verify_options *o, const struct cli_option *row)
{
	if (o->action_name && o->action != ACTION_IMAGE)
		return wrong_usage("--%s does not go with --%s", row->name, o->action_name);
	o->action = ACTION_IMAGE;
	o->action_name = "image";
	return GO_ON;
}

static int set_image(void *options, const struct cli_option *row, const char *arg)
{
	struct verify_options *o = options;

	if (!*arg)
		return wrong_usage("--%s needs a %s", row->name, row->arg);
	if (streq(arg, "--")) { /* -i -- -x.img: getopt has taken the dashes for the file */
		optind--;
		return set_images(o, row);
	}
	if (vms_strv_push(&o->images, &o->n_images, arg) < 0)
		return no_memory();
	return set_images(o, row);
}

static int set_files_from(void *options, const struct cli_option *row, const char *arg)
{
	struct verify_options *o = options;

	if (!*arg || o->files_from)
		return wrong_usage("--%s needs one %s", row->name, row->arg);
	o->files_from = arg;
	return set_images(o, row);
}

static int add_document(struct verify_options *o, const char *file)
{
	return vms_strv_push(&o->documents, &o->n_documents, file) < 0 ? no_memory() : GO_ON;
}

static int set_saved(struct verify_options *o, const struct cli_option *row, const char *arg,
		     enum verify_action action)
{
	int status = o->action_name && o->action == action ? GO_ON : set_action(o, row, arg, action);

	return status == GO_ON ? add_document(o, arg) : status;
}

static int set_from(void *options, const struct cli_option *row, const char *arg)
{
	return set_saved(options, row, arg, ACTION_FROM);
}

static int set_join(void *options, const struct cli_option *row, const char *arg)
{
	return set_saved(options, row, arg, ACTION_JOIN);
}

static int set_diff(void *options, const struct cli_option *row, const char *arg)
{
	return set_saved(options, row, arg, ACTION_DIFF);
}

static int set_arch(void *options, _unused_ const struct cli_option *row, const char *arg)
{
	static const char *const names[] = {
		[VMS_IMAGE_AUTO] = "auto", [VMS_IMAGE_AARCH64] = "aarch64", [VMS_IMAGE_AARCH32] = "aarch32"
	};
	struct verify_options *o = options;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(arg, names[i])) {
			o->image_arch = (enum vms_image_arch)i;
			return GO_ON;
		}
	return wrong_usage("--arch is aarch64, aarch32 or auto, not '%s'", arg);
}

static int set_backing(void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	struct verify_options *o = options;

	o->backing = true;
	return GO_ON;
}

static int set_recursive(void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	struct verify_options *o = options;

	o->recursive = true;
	return GO_ON;
}

static int set_whole(void *options, _unused_ const struct cli_option *row, _unused_ const char *arg)
{
	struct verify_options *o = options;

	o->whole = true;
	return GO_ON;
}

static const struct cli_option rows[] = {
	{ "image", 'i', "FILE", ON(ACTION_IMAGE),
	  "judge disk images: files, block devices, folders;\nmay be followed by more of them", set_image },
	{ "files-from", 0, "FILE", ON(ACTION_IMAGE),
	  "images: one a line (or ended by NUL) from FILE, - is\nstandard input", set_files_from },
	{ "arch", 0, "ARCH", ON(ACTION_IMAGE), "images: aarch64, aarch32 or auto (default)", set_arch },
	{ "backing", 0, NULL, ON(ACTION_IMAGE), "images: read the files that an image names, too",
	  set_backing },
	{ "recursive", 'r', NULL, ON(ACTION_IMAGE), "images: folders with all folders in them",
	  set_recursive },
	{ "whole", 0, NULL, ON(ACTION_IMAGE),
	  "images: decompress compressed ones to their end, so\nthat their backup GPT is judged too",
	  set_whole },
	{ "root", 0, "DIR", MACHINE, "judge the recorded machine in DIR; may be repeated", set_root },
	{ "record", 0, "DIR", ON(ACTION_RECORD),
	  "record this machine into DIR or DIR.tar.gz, which\nmust not exist; serial numbers and the like are\nreplaced",
	  set_record },
	{ "persistence", 0, "arm|check|status|disarm", ON(ACTION_PERSISTENCE),
	  "does a UEFI variable survive a reboot: write one,\nreboot, check that it is there; or take it "
	  "back",
	  set_persistence },
	{ "list", 0, NULL, ON(ACTION_LIST), "list the checks, their level and clause", set_list },
	{ "explain", 0, "ID", ON(ACTION_EXPLAIN),
	  "what a check reads, when it passes and fails,\nand who can mend it", set_explain },
	{ "from", 0, "FILE", ON(ACTION_FROM),
	  "show saved verdict documents in any format;\nmay be followed by more; - is standard input",
	  set_from },
	{ "join", 0, "FILE", ON(ACTION_JOIN),
	  "one document about all subjects of saved ones;\nmay be followed by more of them", set_join },
	{ "diff", 0, "OLD NEW", ON(ACTION_DIFF),
	  "what got worse or better, by subject and check:\n0 nothing worse, 1 something worse, 3 "
	  "something\nno "
	  "longer decided",
	  set_diff },
	{ "profile", 'p', "NAME", JUDGING | ON(ACTION_LIST), "the specification", cli_set_profile },
	{ "format", 0, "FORMAT", WORDED, "of the verdict; several: an --output each", cli_set_format },
	{ "json", 0, NULL, WORDED, "the same as --format json", cli_set_json },
	{ "failed", 0, NULL, JUDGING | ON(ACTION_FROM) | ON(ACTION_JOIN),
	  "text and page: only what needs somebody", cli_set_failed },
	{ "verbose", 'v', NULL, JUDGING | ON(ACTION_FROM) | ON(ACTION_JOIN),
	  "text and page: nothing folded away", cli_set_verbose },
	{ "output", 'o', "FILE", PRINTING, "write to FILE, whole or not at all", cli_set_output },
	{ "quiet", 'q', NULL, JUDGING | SAVED | ON(ACTION_RECORD) | ON(ACTION_PERSISTENCE),
	  "print nothing, only the exit status tells", set_quiet },
	{ "check", 0, "GLOB[,GLOB]", JUDGING, "only these checks; may be repeated", cli_set_check },
	{ "waive", 0, "ID=REASON", JUDGING, "let a failure of check ID be; may be repeated", cli_set_waive },
	{ "waivers", 0, "FILE", JUDGING, "the same from FILE, one ID=REASON[;until=YYYY-MM-DD]\na line",
	  cli_set_waivers },
	{ "strict", 0, NULL, JUDGING, "SHOULD counts as MUST", cli_set_strict },
	{ "owner", 0, "OWNER", JUDGING,
	  "only what this party has to mend counts: image,\nhypervisor or guest-admin", cli_set_owner },
	{ "write", 0, NULL, MACHINE, "create and delete one UEFI variable to judge\nVMSPEC-EFIVARIABLE-WRITE",
	  set_write },
	{ "state-dir", 0, "DIR", MACHINE | ON(ACTION_PERSISTENCE),
	  "where the state of --persistence is kept\n(default " VMS_STATE_DIR ")", set_state_dir },
	{ "help", 'h', NULL, ANYWHERE, "show this help", set_help },
	{ "version", 'V', NULL, ANYWHERE, "show the version", cli_set_version },
};

/* -i A B C: all of them are images; --from A B C: documents. */
static int further_file(void *options, const char *arg)
{
	struct verify_options *o = options;

	if (ON(o->action) & SAVED)
		return add_document(o, arg);
	if (o->action != ACTION_IMAGE)
		return cli_unexpected(arg);
	return vms_strv_push(&o->images, &o->n_images, arg) < 0 ? no_memory() : GO_ON;
}

/* Does every option that was given mean something to the action? */
static int check_together(const void *options, const bool *given)
{
	const struct verify_options *o = options;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (given[i] && !(rows[i].actions & ON(o->action)))
			return o->action_name
				       ? wrong_usage("--%s does not go with --%s", rows[i].name,
						     o->action_name)
				       : wrong_usage("--%s goes only with another action; see %s --help",
						     rows[i].name, cli_tool);
	if (o->quiet && o->asked.n_outputs)
		return wrong_usage("--quiet does not go with --output");
	return GO_ON;
}

static const struct cli_table table = {
	.rows = rows,
	.n = ARRAY_SIZE(rows),
	.words = cli_words,
	.head = "Usage: vmspec-verify [OPTION]...\n"
		"       vmspec-verify -i FILE...\n"
		"       vmspec-verify --from FILE... | --join FILE... | --diff OLD NEW\n"
		"Judge this virtual machine by the VM System Specification for ARM Processors.\n"
		"\n",
	.tail = "\n"
		"Exit status: 0 compliant, 1 not compliant, 2 wrong usage, 3 inconclusive,\n"
		"4 the tool itself failed.\n",
	.further = further_file,
	.together = check_together,
};
_Static_assert(ARRAY_SIZE(rows) <= CLI_MAX_OPTIONS, "more options than can be read");

static int (*const actions[N_ACTIONS])(struct verify_options *o) = {
	[ACTION_JUDGE] = action_judge,	 [ACTION_IMAGE] = action_image,
	[ACTION_RECORD] = action_record, [ACTION_PERSISTENCE] = action_persistence,
	[ACTION_LIST] = action_list,	 [ACTION_EXPLAIN] = action_explain,
	[ACTION_FROM] = action_from,	 [ACTION_JOIN] = action_join,
	[ACTION_DIFF] = action_diff,
};

int main(int argc, char **argv)
{
	struct verify_options o = { 0 };
	int status;

	cli_asked_init(&o.asked);
	output_guard();
	status = cli_parse(&table, &o, argc, argv);
	if (status == GO_ON)
		status = actions[o.action](&o);
	vms_strv_free(o.images);
	vms_strv_free(o.documents);
	vms_strv_free(o.roots);
	cli_asked_clear(&o.asked);
	return status;
}
