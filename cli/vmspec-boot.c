// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmspec-boot: boot an image under a matrix of virtual hardware, judge it from inside each
 * guest, and judge the pair. Here stand the options; what they do stands in boot/.
 */
#include "boot/join.h"
#include "boot/pair.h"

const char *const cli_tool = "vmspec-boot";

#define OPTIONS	   struct boot_options *o = options
#define IGNORE_ROW (void)row
#define IGNORE_ARG (void)arg

static const struct cli_table table;

static int set_help(void *options, const struct cli_option *row, const char *arg)
{
	(void)options;
	IGNORE_ROW;
	IGNORE_ARG;
	return cli_print_help(&table);
}

/* A text option: the member that it sets. */
static int set_text(const char **member, const struct cli_option *row, const char *arg)
{
	int status = cli_need(row, arg);

	if (status == GO_ON)
		*member = arg;
	return status;
}

#define TEXT(name, member)                                                                                   \
	static int set_##name(void *options, const struct cli_option *row, const char *arg)                  \
	{                                                                                                    \
		OPTIONS;                                                                                     \
		return set_text(&o->member, row, arg);                                                       \
	}
TEXT(image, image)
TEXT(firmware, firmware)
TEXT(vars, vars)
TEXT(qemu, qemu)
TEXT(guest_tools, guest_tools)
TEXT(keep, keep)
TEXT(kernel, kernel)
TEXT(initrd, initrd)
TEXT(append, append)
TEXT(cell, cell)

#define FLAG(name, member)                                                                                   \
	static int set_##name(void *options, const struct cli_option *row, const char *arg)                  \
	{                                                                                                    \
		OPTIONS;                                                                                     \
		IGNORE_ROW;                                                                                  \
		IGNORE_ARG;                                                                                  \
		o->member = true;                                                                            \
		return GO_ON;                                                                                \
	}
FLAG(silent, silent)
FLAG(persistent, persistent)
FLAG(device_tree, dt_only)
FLAG(no_3, no_gicv3)
FLAG(mmio, mmio)
FLAG(dry_run, dry_run)
FLAG(secure_boot, secure_boot)
FLAG(backing, backing)
FLAG(plan, plan)

static int set_number(unsigned *member, const struct cli_option *row, const char *arg, unsigned min,
		      unsigned max)
{
	char *end;
	unsigned long n = *arg >= '0' && *arg <= '9' ? strtoul(arg, &end, 10) : 0;

	if (*arg < '0' || *arg > '9' || *end || n < min || n > max)
		return wrong_usage("--%s is a number from %u to %u, not '%s'", row->name, min, max, arg);
	*member = (unsigned)n;
	return GO_ON;
}

#define NUMBER(name, min, max)                                                                               \
	static int set_##name(void *options, const struct cli_option *row, const char *arg)                  \
	{                                                                                                    \
		OPTIONS;                                                                                     \
		return set_number(&o->name, row, arg, min, max);                                             \
	}
NUMBER(jobs, 1, 64)
NUMBER(timeout, 1, 86400)
NUMBER(memory, 128, 1048576)
NUMBER(smp, 1, 512)

static int add_document(struct boot_options *o, const char *arg)
{
	return vms_strv_push(&o->documents, &o->n_documents, arg) < 0 ? no_memory() : GO_ON;
}

static int set_join(void *options, const struct cli_option *row, const char *arg)
{
	OPTIONS;
	int status = cli_need(row, arg);

	return status == GO_ON ? add_document(o, arg) : status;
}

/* Words of a matrix: several in one argument, or one argument each. */
static int add_matrix(struct boot_options *o, const char *arg)
{
	_cleanup_free_ char *copy = strdup(arg);
	char *save = NULL;

	if (!copy)
		return no_memory();
	for (char *w = strtok_r(copy, " \t\n", &save); w; w = strtok_r(NULL, " \t\n", &save))
		if (vms_strv_push(&o->matrix, &o->n_matrix, w) < 0)
			return no_memory();
	return GO_ON;
}

static int set_matrix(void *options, const struct cli_option *row, const char *arg)
{
	OPTIONS;
	int status = cli_need(row, arg);

	return status == GO_ON ? add_matrix(o, arg) : status;
}

static int set_vmm(void *options, const struct cli_option *row, const char *arg)
{
	OPTIONS;
	IGNORE_ROW;
	if (!streq(arg, "qemu") && !streq(arg, "xen"))
		return wrong_usage("--vmm is qemu or xen, not '%s'", arg);
	o->vmm = arg;
	return GO_ON;
}

static int set_accel(void *options, const struct cli_option *row, const char *arg)
{
	OPTIONS;
	IGNORE_ROW;
	if (streq(arg, "auto"))
		o->accel = ACCEL_AUTO;
	else if (streq(arg, "kvm"))
		o->accel = ACCEL_KVM;
	else if (streq(arg, "tcg"))
		o->accel = ACCEL_TCG;
	else
		return wrong_usage("--accel is auto, kvm or tcg, not '%s'", arg);
	return GO_ON;
}

static int set_login(struct boot_options *o, const char *who)
{
	free(o->user);
	o->user = strdup(*who == ':' ? who + 1 : "root");
	if (!o->user)
		return no_memory();
	o->password = strchr(o->user, ':');
	if (o->password)
		*o->password++ = '\0';
	o->exec = EXEC_SERIAL_LOGIN;
	return *o->user ? GO_ON : wrong_usage("--exec-via=serial-login:USER[:PASSWORD] needs a user");
}

static int set_exec_via(void *options, const struct cli_option *row, const char *arg)
{
	OPTIONS;
	const char *who = startswith(arg, "serial-login");

	IGNORE_ROW;
	if (who && (!*who || *who == ':'))
		return set_login(o, who);
	if (streq(arg, "auto") || streq(arg, "cloud-init"))
		o->exec = EXEC_CLOUD_INIT;
	else if (streq(arg, "none"))
		o->exec = EXEC_NONE;
	else
		return wrong_usage(
			"--exec-via is cloud-init, serial-login[:USER[:PASSWORD]] or none, not '%s'", arg);
	return GO_ON;
}

static const struct cli_option rows[] = {
	{ "image", 'i', "FILE", 1, "the disk image; it is read, never written", set_image },
	{ "matrix", 0, "SPEC", 1,
	  "quick (default), spec-2.0, spec-1.0, or axes:\n"
	  "gic=2,3 hw=acpi,dt bus=pci,mmio\narch=aarch64,aarch32 firmware=FILE[,FILE]",
	  set_matrix },
	{ "vmm", 0, "NAME", 1, "qemu (default) or xen (default in a Xen control\ndomain without QEMU)",
	  set_vmm },
	{ "firmware", 'f', "FILE", 1, "UEFI firmware (default: by QEMU's firmware\ndescriptors)",
	  set_firmware },
	{ "vars", 0, "FILE", 1, "template of its variable store; cells get copies", set_vars },
	{ "secure-boot", 0, NULL, 1, "firmware with enrolled Secure Boot keys", set_secure_boot },
	{ "persistent", 'p', NULL, 1, "a blank variable store where --firmware has none", set_persistent },
	{ "kernel", 0, "FILE", 1,
	  "Xen: boot it directly (default: what a boot loader\nentry on the ESP names)", set_kernel },
	{ "initrd", 0, "FILE", 1, "its initial ramdisk", set_initrd },
	{ "append", 0, "TEXT", 1, "its options (console=hvc0 is added)", set_append },
	{ "qemu", 'q', "PROGRAM", 1, "QEMU (default: qemu-system-aarch64 or -arm)", set_qemu },
	{ "accel", 0, "NAME", 1, "auto (KVM where it can, default), kvm or tcg", set_accel },
	{ "memory", 0, "MIB", 1, "of each guest (default 1024)", set_memory },
	{ "smp", 0, "N", 1, "CPUs of each guest (default 2)", set_smp },
	{ "jobs", 0, "N", 1, "cells at a time (default 1)", set_jobs },
	{ "timeout", 0, "SECONDS", 1, "for a cell (default 300 with KVM, 900 without)", set_timeout },
	{ "exec-via", 0, "HOW", 1, "cloud-init (default), serial-login[:USER[:PASSWORD]]\nor none",
	  set_exec_via },
	{ "guest-tools", 0, "DIR", 1, "vmspec-verify for guests, DIR/aarch64 and DIR/arm", set_guest_tools },
	{ "device-tree", 'd', NULL, 1, "device tree only (hw=dt)", set_device_tree },
	{ "no-3", 0, NULL, 1, "no cell with a GICv3", set_no_3 },
	{ "mmio", 0, NULL, 1, "devices on virtio-mmio (bus=mmio)", set_mmio },
	{ "backing", 0, NULL, 1, "read the files that the image names, too", set_backing },
	{ "keep", 0, "DIR", 1, "keep console, QMP, variable stores and verdicts", set_keep },
	{ "plan", 0, NULL, 1, "print the names of the cells, run nothing", set_plan },
	{ "cell", 0, "NAME", 1, "run only this one", set_cell },
	{ "join", 0, "FILE", 1,
	  "one verdict of cells that were run by themselves;\nmay be followed by more of them", set_join },
	{ "dry-run", 0, NULL, 1, "print the commands, run nothing", set_dry_run },
	{ "silent", 's', NULL, 1, "no progress on stderr", set_silent },
	{ "profile", 0, "NAME", 1, "the specification", cli_set_profile },
	{ "format", 0, "FORMAT", 1, "of the verdict", cli_set_format },
	{ "json", 0, NULL, 1, "the same as --format json", cli_set_json },
	{ "failed", 0, NULL, 1, "text and page: only what needs somebody", cli_set_failed },
	{ "verbose", 'v', NULL, 1, "text and page: nothing folded away", cli_set_verbose },
	{ "output", 'o', "FILE", 1, "write to FILE, whole or not at all", cli_set_output },
	{ "check", 0, "GLOB[,GLOB]", 1, "only these checks; may be repeated", cli_set_check },
	{ "waive", 0, "ID=REASON", 1, "let a failure of check ID be; may be repeated", cli_set_waive },
	{ "waivers", 0, "FILE", 1, "the same from FILE, one ID=REASON[;until=YYYY-MM-DD]\na line",
	  cli_set_waivers },
	{ "strict", 0, NULL, 1, "SHOULD counts as MUST", cli_set_strict },
	{ "owner", 0, "OWNER", 1,
	  "only what this party has to mend counts: image,\nhypervisor or guest-admin", cli_set_owner },
	{ "help", 'h', NULL, 1, "show this help", set_help },
	{ "version", 'V', NULL, 1, "show the version", cli_set_version },
};

/* `--matrix gic=2,3 hw=acpi,dt`: what follows belongs to the matrix; behind --join, to the documents. */
static int further(void *options, const char *arg)
{
	OPTIONS;

	if (o->n_documents)
		return add_document(o, arg);
	return o->n_matrix && strchr(arg, '=') ? add_matrix(o, arg) : cli_unexpected(arg);
}

static int together(const void *options, const bool *given)
{
	const struct boot_options *o = options;

	(void)given;
	if (o->n_documents)
		return o->image ? wrong_usage("--join runs nothing: --image does not go with it") : GO_ON;
	if (!o->image)
		return wrong_usage("--image is needed; see vmspec-boot --help");
	if (o->vars && !o->firmware)
		return wrong_usage("--vars needs --firmware");
	if (o->secure_boot && o->firmware)
		return wrong_usage("--secure-boot does not go with --firmware");
	if ((o->initrd || o->append) && !o->kernel && !o->vmm)
		return wrong_usage("--initrd and --append need --kernel");
	return GO_ON;
}

static const struct cli_table table = {
	.rows = rows,
	.n = ARRAY_SIZE(rows),
	.words = cli_words,
	.head = "Usage: vmspec-boot -i FILE [OPTION]...\n"
		"       vmspec-boot --join FILE... [OPTION]...\n"
		"Boot an image under a matrix of virtual hardware and judge the pair of image and\n"
		"hypervisor by the VM System Specification for ARM Processors.\n\n",
	.tail = "\nExit status: 0 compliant, 1 not compliant, 2 wrong usage, 3 inconclusive,\n"
		"4 the tool itself failed.\n",
	.further = further,
	.together = together,
};

static int judge(const struct boot_options *o)
{
	struct pair s = { 0 };
	int status = pair_open(&s, o);

	if (status == GO_ON)
		status = o->plan ? pair_print_plan(&s) : o->dry_run ? pair_print(&s) : pair_run(&s);
	pair_close(&s);
	return status;
}

int main(int argc, char **argv)
{
	struct boot_options o = { .jobs = 1, .memory = 1024, .smp = 2 };
	int status;

	output_guard();
	cli_asked_init(&o.asked);
	status = cli_parse(&table, &o, argc, argv);
	if (status == GO_ON)
		status = cli_select(&o.asked, VMS_KIND_BOOT_MATRIX);
	if (status == GO_ON)
		status = o.n_documents ? boot_join(&o.asked, o.documents, o.n_documents) : judge(&o);
	vms_strv_free(o.matrix);
	vms_strv_free(o.documents);
	free(o.user);
	cli_asked_clear(&o.asked);
	return status;
}
