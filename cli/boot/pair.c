// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the command line to the verdict of the pair: open the image, plan the cells, find
 * firmware for each, run them, judge the facts, render.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include "image/image.h"
#include "core/util.h"
#include "pair.h"
#include "script/script.h"
#include "vmm/firmware.h"
#include "vmm/qemu_driver.h"

static int open_image(struct pair *s)
{
	const struct boot_options *o = s->o;
	struct vms_image_options opt = { .arch = VMS_IMAGE_AUTO, .backing = o->backing };
	struct stat st;
	int err;

	err = stat(o->image, &st) < 0 ? errno : S_ISDIR(st.st_mode) ? EISDIR : 0;
	if (err) {
		complain("%s: %s", o->image, strerror(err));
		return EXIT_USAGE;
	}
	s->path = realpath(o->image, NULL);
	if (!s->path)
		return no_memory();
	err = vms_image_open(o->image, &opt, &s->image);
	if (!err)
		err = image_esps(s->image);
	if (err)
		return no_memory();
	for (size_t i = 0; i < s->image->n_esps; i++) {
		s->has_arm = s->has_arm || s->image->esps[i].loaders[IMAGE_ARM].there;
		s->has_aarch64 = s->has_aarch64 || s->image->esps[i].loaders[IMAGE_AA64].there;
	}
	s->aarch32 = s->has_arm && !s->has_aarch64;
	return -1;
}

static bool is_aarch32(const struct pair *s, const struct plan_cell *c)
{
	return c->arch == PLAN_AARCH32 || (c->arch == PLAN_IMAGE && s->aarch32);
}

/* Cells that cannot say anything about this image are left out of a preset. */
static void fit_plan(struct pair *s)
{
	bool preset = s->o->n_matrix == 0 || !strchr(s->o->matrix[0], '=');
	size_t n = s->plan.n;

	s->plan.n = 0;
	for (size_t i = 0; i < n; i++) {
		struct plan_cell c = s->plan.cells[i];

		if (preset && c.arch == PLAN_AARCH32 && (s->aarch32 || !s->has_arm))
			continue;
		if (preset && s->aarch32 && c.hw == VMS_HW_ACPI)
			c.hw = VMS_HW_DT; /* 32-bit kernels have no ACPI */
		plan_add(&s->plan, c);
	}
}

static int make_plan(struct pair *s)
{
	const struct boot_options *o = s->o;
	struct plan_wish wish = { .words = o->matrix,
				  .firmware = o->firmware,
				  .dt_only = o->dt_only,
				  .no_gicv3 = o->no_gicv3,
				  .mmio = o->mmio };
	char why[200];
	int err = plan_make(&wish, &s->plan, why, sizeof(why));

	if (err == -EINVAL)
		return wrong_usage("%s", why);
	if (err)
		return no_memory();
	fit_plan(s);
	return -1;
}

/* Several cells with firmware of different names carry it in theirs. */
static bool several_firmwares(const struct pair *s)
{
	for (size_t i = 1; i < s->plan.n; i++)
		if (s->plan.cells[i].firmware != s->plan.cells[0].firmware)
			return true;
	return false;
}

static int find_firmware(struct pair *s, size_t i)
{
	const struct boot_options *o = s->o;
	const char *arch = s->cells[i].facts->aarch32 ? "arm" : "aarch64", *file = s->plan.cells[i].firmware;
	int err;

	if (file)
		err = boot_firmware_named(file, o->vars, o->persistent, arch, &s->firmware[i]);
	else
		err = boot_firmware_find(arch, "virt", o->secure_boot, &s->firmware[i]);
	if (err == -ENOMEM)
		return no_memory();
	if (file && err)
		return EXIT_USAGE; /* it was complained about */
	if (!err) {
		s->cells[i].firmware = &s->firmware[i];
		s->cells[i].facts->firmware = strdup(s->firmware[i].label);
		return s->cells[i].facts->firmware ? -1 : no_memory();
	}
	s->cells[i].facts->cause = VMS_CAUSE_NO_FIRMWARE;
	s->cells[i].facts->reason =
		vms_asprintf("no UEFI firmware for qemu-system-%s is described in QEMU's firmware "
			     "folders (--firmware names one)",
			     arch);
	return s->cells[i].facts->reason ? -1 : no_memory();
}

static int make_cell(struct pair *s, size_t i, bool several)
{
	const struct plan_cell *c = &s->plan.cells[i];
	struct vms_cell *facts = &s->matrix.cells[i];
	const char *slash = c->firmware ? strrchr(c->firmware, '/') : NULL;
	bool aarch32 = is_aarch32(s, c);

	s->cells[i] = (struct boot_cell){ .facts = facts, .setup = &s->setup, .once = c->once };
	facts->gic = c->gic;
	facts->hw = c->hw;
	facts->bus = c->bus;
	facts->aarch32 = aarch32;
	facts->standard =
		!c->gic && c->hw == VMS_HW_DEFAULT && c->bus == VMS_BUS_PCI && c->arch == PLAN_IMAGE;
	s->cells[i].kvm = s->o->accel == ACCEL_KVM || (s->o->accel == ACCEL_AUTO && qemu_can_kvm(aarch32));
	facts->name = plan_cell_name(c, aarch32, several ? (slash ? slash + 1 : c->firmware) : NULL);
	if (!facts->name)
		return no_memory();
	return find_firmware(s, i);
}

/* Two cells may not share a name, nor therefore a folder of logs. */
static int make_names_unique(struct pair *s)
{
	for (size_t i = 0; i < s->plan.n; i++)
		for (size_t j = 0, copy = 1; j < i; j++) {
			struct vms_cell *c = &s->matrix.cells[i];
			char *name;

			if (!streq(c->name, s->matrix.cells[j].name))
				continue;
			name = vms_asprintf("%s-%zu", c->name, ++copy);
			if (!name)
				return no_memory();
			free(c->name);
			c->name = name;
			j = (size_t)-1;
		}
	return -1;
}

static int make_cells(struct pair *s)
{
	bool several = several_firmwares(s);
	int status = -1;

	s->cells = calloc(s->plan.n, sizeof(*s->cells));
	s->firmware = calloc(s->plan.n, sizeof(*s->firmware));
	s->matrix.cells = calloc(s->plan.n, sizeof(*s->matrix.cells));
	if (!s->cells || !s->firmware || !s->matrix.cells)
		return no_memory();
	s->matrix.n_cells = s->plan.n;
	for (size_t i = 0; i < s->plan.n && status < 0; i++)
		status = make_cell(s, i, several);
	return status < 0 ? make_names_unique(s) : status;
}

/* What runs in the guest: beside this program, as installed or as built. */
static char *find_tools(const struct boot_options *o)
{
	static const char *const places[] = { "../lib/vmspec/guest", "guest" };
	_cleanup_free_ char *self = NULL;
	char *slash;

	if (o->guest_tools)
		return realpath(o->guest_tools, NULL);
	self = realpath("/proc/self/exe", NULL);
	slash = self ? strrchr(self, '/') : NULL;
	if (!slash)
		return NULL;
	*slash = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_free_ char *dir = vms_asprintf("%s/%s", self, places[i]);
		char *real = dir ? realpath(dir, NULL) : NULL;

		if (real)
			return real;
	}
	return NULL;
}

static int make_setup(struct pair *s)
{
	const struct boot_options *o = s->o;

	s->tools = find_tools(o);
	if (o->guest_tools && !s->tools) {
		complain("%s: %s", o->guest_tools, strerror(errno));
		return EXIT_USAGE;
	}
	s->setup = (struct boot_setup){
		.image = s->path,
		.image_format = format_name(s->image->format),
		.profile = o->asked.profile->name,
		.qemu = o->qemu,
		.guest_tools = s->tools,
		.accel = o->accel,
		.exec = o->exec,
		.user = o->user,
		.password = o->password,
		.timeout = o->timeout,
		.memory = o->memory,
		.smp = o->smp,
	};
	return -1;
}

static bool is_empty(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	bool empty = d != NULL;

	while (d && empty && (e = readdir(d)))
		empty = streq(e->d_name, ".") || streq(e->d_name, "..");
	if (d)
		closedir(d);
	return empty;
}

/* A folder of ours alone: logs of two runs in one would tell of neither. */
static int make_keep(struct pair *s)
{
	const char *keep = s->o->keep;

	if (!keep || s->o->dry_run)
		return -1;
	if (mkdir(keep, 0777) < 0 && errno != EEXIST) {
		complain("%s: %s", keep, strerror(errno));
		return EXIT_TOOL;
	}
	s->keep = realpath(keep, NULL);
	if (!s->keep || access(s->keep, W_OK | X_OK) < 0) {
		complain("%s: %s", keep, strerror(errno));
		return EXIT_TOOL;
	}
	if (!is_empty(s->keep))
		return wrong_usage("--keep: %s is not empty", keep);
	s->setup.keep = s->keep;
	return -1;
}

int pair_open(struct pair *s, const struct boot_options *o)
{
	int status;

	s->o = o;
	status = open_image(s);
	if (status < 0)
		status = make_plan(s);
	if (status < 0)
		status = make_setup(s);
	if (status < 0)
		status = make_cells(s);
	if (status < 0)
		status = make_keep(s);
	return status;
}

/* Nothing can be booted: said once, and each cell's reason. */
static int block_cells(struct pair *s, enum vms_cell_cause cause, const char *why)
{
	complain("%s", why);
	for (size_t i = 0; i < s->plan.n; i++) {
		struct vms_cell *c = &s->matrix.cells[i];

		free(c->reason);
		c->cause = cause;
		c->reason = vms_printable(why, strlen(why));
		if (!c->reason)
			return no_memory();
	}
	return -1;
}

static int check_image(struct pair *s)
{
	const char *blocked = vms_image_blocked(s->image);
	_cleanup_free_ char *why = NULL;

	if (blocked)
		why = vms_asprintf("%s: the image cannot be read: %s", s->o->image, blocked);
	else if (format_is_compressed(s->image->format))
		why = vms_asprintf("%s: the image is compressed (%s): unpack it to boot it", s->o->image,
				   format_name(s->image->format));
	else
		return -1;
	return why ? block_cells(s, VMS_CAUSE_IMAGE, why) : no_memory();
}

/* A QEMU that cannot be started starts no cell. *ret_version: "7.2.22"; NULL: none. */
static int check_qemu(struct pair *s, char **ret_version)
{
	const char *program = qemu_program(&s->cells[0]);
	char said[200] = "";
	_cleanup_free_ char *why = NULL;
	int err = qemu_version(program, ret_version, said, sizeof(said));

	if (!err)
		return -1;
	if (err == -ENOMEM)
		return no_memory();
	if (err == -ENOENT && !s->o->qemu)
		why = vms_asprintf(
			"QEMU cannot be started: there is no %s; it is in the package "
			"qemu-system-arm (Debian, Ubuntu), qemu-system-aarch64 (Fedora, Alpine) or "
			"qemu-arm (SUSE)",
			program);
	else if (err == -ENOEXEC)
		why = vms_asprintf("QEMU cannot be started: %s --version tells no version%s%s", program,
				   *said ? ", but: " : "", said);
	else
		why = vms_asprintf("QEMU cannot be started: %s: %s", program, strerror(-err));
	return why ? block_cells(s, VMS_CAUSE_NO_HYPERVISOR, why) : no_memory();
}

/* "QEMU emulator version 7.2.22 (Debian ...)": who runs the guests. */
static int describe(struct pair *s)
{
	struct vms_matrix *m = &s->matrix;
	const char *accel = s->plan.n && s->cells[0].kvm ? "kvm" : "tcg";
	_cleanup_free_ char *version = NULL;
	bool mixed = false;
	int status = check_qemu(s, &version);

	if (status >= 0)
		return status;
	for (size_t i = 1; i < s->plan.n; i++)
		mixed = mixed || m->cells[i].aarch32 != m->cells[0].aarch32;
	m->image = s->image;
	m->name = vms_printable(s->o->image, strlen(s->o->image));
	m->arch = mixed ? NULL : strdup(m->cells[0].aarch32 ? "aarch32" : "aarch64");
	m->hypervisor = vms_asprintf("qemu%s%s (%s)", version ? " " : "", version ? version : "", accel);
	m->firmware = m->cells[0].firmware && !several_firmwares(s) ? strdup(m->cells[0].firmware) : NULL;
	return m->name && m->hypervisor ? -1 : no_memory();
}

static int judge(struct pair *s, struct delivery *out)
{
	struct vms_run_options opt;
	struct vms_verdict *v = NULL;
	int status, failed, err;

	cli_run_options(&s->o->asked, &opt);
	err = vms_run_matrix(&s->matrix, &opt, &v);
	if (err) {
		complain("cannot judge: %s", strerror(-err));
		deliver_discard(out);
		return EXIT_TOOL;
	}
	status = vms_verdict_exit_status(v);
	deliver_row(out, v);
	cli_say_unused_waivers(&s->o->asked, v);
	failed = deliver_close(out);
	vms_verdict_free(v);
	return failed ? failed : status;
}

int pair_run(struct pair *s)
{
	struct delivery out;
	int signal = 0, err, status = describe(s);

	if (status < 0)
		status = check_image(s);
	if (status >= 0)
		return status;
	if (!s->tools && s->o->exec != EXEC_NONE && !s->o->silent)
		complain("no vmspec-verify for guests beside this program (see --guest-tools): the image "
			 "must bring its own");
	status = deliver_open(&out, &s->o->asked, false);
	if (status >= 0)
		return status;
	err = script_run_all(s->cells, s->plan.n, s->o->jobs, s->o->silent, &signal);
	if (err) {
		complain("cells cannot be run: %s", strerror(-err));
		deliver_discard(&out);
		return EXIT_TOOL;
	}
	if (signal)
		complain("ended by %s; the verdict is about what was seen until then", strsignal(signal));
	return judge(s, &out);
}

int pair_print(struct pair *s)
{
	struct output out;

	if (output_open(&out, s->o->asked.output))
		return EXIT_TOOL;
	for (size_t i = 0; i < s->plan.n && !out.err; i++)
		out.err = script_print(&s->cells[i], out.file);
	return output_commit(&out);
}

void pair_close(struct pair *s)
{
	for (size_t i = 0; i < s->matrix.n_cells; i++) {
		vms_cell_clear(&s->matrix.cells[i]);
		boot_firmware_clear(&s->firmware[i]);
	}
	free(s->matrix.cells);
	free(s->matrix.name);
	free(s->matrix.arch);
	free(s->matrix.hypervisor);
	free(s->matrix.firmware);
	free(s->cells);
	free(s->firmware);
	free(s->path);
	free(s->tools);
	free(s->keep);
	vms_image_free(s->image);
}
