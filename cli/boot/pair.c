// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the command line to the verdict of the pair: open the image, plan the cells, find
 * firmware for each, run them, judge the facts, render.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include "image/image.h"
#include "core/child.h"
#include "core/place.h"
#include "core/util.h"
#include "cells.h"
#include "host.h"
#include "pair.h"
#include "script/script.h"
#include "media/firmware.h"
#include "vmm/process.h"
#include "vmm/xen_driver.h"

static int open_image(struct pair *s)
{
	const struct boot_options *o = s->o;
	struct vms_image_options opt = { .arch = VMS_IMAGE_AUTO, .backing = o->backing };
	struct stat st;
	int err;

	err = stat(o->image, &st) < 0 ? errno : S_ISDIR(st.st_mode) ? EISDIR : 0;
	if (err) {
		complain("%s: %s", o->image, vms_error_text(-err));
		return exit_opening(-err);
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
	return GO_ON;
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
	char why[240];
	int err;

	wish.has_kernel = s->setup.kernel != NULL;
	err = s->setup.vmm == VMS_VMM_XEN ? plan_make_xen(&wish, &s->plan, why, sizeof(why))
					  : plan_make(&wish, &s->plan, why, sizeof(why));

	if (err == -EINVAL)
		return wrong_usage("%s", why);
	if (err)
		return no_memory();
	fit_plan(s);
	return GO_ON;
}

/* By name; else Xen in its control domain, where no QEMU for Arm machines is. */
static int choose_vmm(struct pair *s)
{
	const char *name = s->o->vmm;

	if (name)
		s->setup.vmm = streq(name, "xen") ? VMS_VMM_XEN : VMS_VMM_QEMU;
	else if (!s->o->qemu && xen_is_control_domain() && !vms_program_is_there("qemu-system-aarch64"))
		s->setup.vmm = VMS_VMM_XEN;
	s->matrix.vmm = s->setup.vmm;
	return GO_ON;
}

/* What a hypervisor that starts a kernel itself is given: what the user names, else the image's own. */
static int find_kernel(struct pair *s)
{
	const struct boot_options *o = s->o;
	int err;

	if (s->setup.vmm != VMS_VMM_XEN)
		return GO_ON;
	s->setup.append = o->append;
	s->setup.kernel = o->kernel;
	s->setup.initrd = o->initrd;
	if (o->kernel)
		return GO_ON;
	err = esp_kernel_find(s->image, &s->kernel);
	if (err == -ENOMEM)
		return no_memory();
	if (err)
		return GO_ON;
	s->setup.from_esp = true;
	s->setup.kernel = s->kernel.kernel;
	s->setup.initrd = s->kernel.initrd;
	s->setup.esp = s->kernel.esp;
	if (!o->append)
		s->setup.append = s->kernel.options;
	return GO_ON;
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
		complain("%s: %s", o->guest_tools, vms_error_text(-errno));
		return EXIT_USAGE;
	}
	s->setup.image = s->path;
	s->setup.image_format = format_name(s->image->format);
	s->setup.image_bytes = s->image->disk.size;
	s->setup.profile = o->asked.profile->name;
	s->setup.qemu = o->qemu;
	s->setup.guest_tools = s->tools;
	s->setup.accel = o->accel;
	s->setup.exec = o->exec;
	s->setup.user = o->user;
	s->setup.password = o->password;
	s->setup.timeout = o->timeout;
	s->setup.memory = o->memory;
	s->setup.smp = o->smp;
	return GO_ON;
}

static bool is_empty(int fd)
{
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	struct dirent *e;
	bool empty = d != NULL;

	while (d && empty && (e = readdir(d)))
		empty = streq(e->d_name, ".") || streq(e->d_name, "..");
	if (d)
		closedir(d);
	else if (again >= 0)
		close(again);
	return empty;
}

/* A new folder, or the one that is there; over a link only where nobody else put it. */
static int enter_keep(const char *keep, int *ret_fd)
{
	_cleanup_(vms_place_close) struct vms_place p = VMS_PLACE_NONE;
	int fd, err = vms_place_open_folder(keep, &p);

	if (err == -EISDIR) /* "." */
		return vms_folder_enter(keep, ret_fd);
	if (err)
		return err;
	if (mkdirat(p.fd, p.name, 0777) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(p.fd, p.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return vms_folder_enter(keep, ret_fd);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

/* Nobody but us, and who is in its group, may put anything there or take it away. */
static bool is_for_us(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_uid == 0 || st.st_uid == geteuid()) &&
	       (!(st.st_mode & S_IWOTH) || (st.st_mode & S_ISVTX));
}

/* A folder of ours alone: logs of two runs in one would tell of neither. */
static int make_keep(struct pair *s)
{
	const char *keep = s->o->keep;
	int err;

	if (!keep || s->o->dry_run)
		return GO_ON;
	err = enter_keep(keep, &s->setup.keep_fd);
	if (err) {
		complain("%s: %s", keep, vms_error_text(err));
		return EXIT_TOOL;
	}
	s->setup.keep = keep;
	if (!is_for_us(s->setup.keep_fd)) {
		complain("%s: it belongs to somebody else, or everybody may write there", keep);
		return EXIT_TOOL;
	}
	if (faccessat(s->setup.keep_fd, ".", W_OK | X_OK, AT_EACCESS) < 0) {
		complain("%s: %s", keep, vms_error_text(-errno));
		return EXIT_TOOL;
	}
	return is_empty(s->setup.keep_fd) ? GO_ON : wrong_usage("--keep: %s is not empty", keep);
}

/* --cell: the one of that name, whatever else the plan has. */
static int choose_cell(struct pair *s)
{
	const char *name = s->o->cell;
	size_t i = 0;

	if (!name)
		return GO_ON;
	while (i < s->plan.n && !streq(s->matrix.cells[i].name, name))
		i++;
	if (i == s->plan.n)
		return wrong_usage("--cell: the matrix has no cell '%s' (see --plan)", name);
	return cells_keep(s, i);
}

int pair_open(struct pair *s, const struct boot_options *o)
{
	int status;

	s->o = o;
	status = choose_vmm(s);
	if (status == GO_ON)
		status = open_image(s);
	if (status == GO_ON)
		status = find_kernel(s);
	if (status == GO_ON)
		status = make_plan(s);
	if (status == GO_ON)
		status = make_setup(s);
	if (status == GO_ON)
		status = cells_make(s);
	if (status == GO_ON)
		status = choose_cell(s);
	if (status == GO_ON)
		status = make_keep(s);
	return status;
}

static int judge(struct pair *s, struct delivery *out)
{
	struct vms_run_options opt;
	struct vms_verdict *v = NULL;
	int status, failed, err;

	cli_run_options(&s->o->asked, &opt);
	err = vms_run_matrix(&s->matrix, &opt, &v);
	if (err) {
		complain("cannot judge: %s", vms_error_text(err));
		deliver_discard(out);
		return EXIT_TOOL;
	}
	status = vms_verdict_exit_status(v);
	deliver_row(out, v);
	cli_say_unused_waivers(&s->o->asked, v, &s->matrix);
	failed = deliver_close(out);
	vms_verdict_free(v);
	return failed ? failed : status;
}

int pair_run(struct pair *s)
{
	struct delivery out;
	int signal = 0, err, status = host_describe(s);

	if (status == GO_ON)
		status = host_check_image(s);
	if (status != GO_ON)
		return status;
	if (!s->tools && s->o->exec != EXEC_NONE && !s->o->silent)
		complain("no vmspec-verify for guests beside this program (see --guest-tools): the image "
			 "must bring its own");
	status = deliver_open(&out, &s->o->asked, false);
	if (status != GO_ON)
		return status;
	err = script_run_all(s->cells, s->plan.n, s->o->jobs, s->o->silent, &signal);
	if (err) {
		complain("cells cannot be run: %s", vms_error_text(err));
		deliver_discard(&out);
		return EXIT_TOOL;
	}
	for (size_t i = 0; i < s->plan.n; i++)
		if (s->cells[i].no_memory) {
			deliver_discard(&out);
			return no_memory();
		}
	if (signal)
		complain("ended by %s; the verdict is about what was seen until then", strsignal(signal));
	return judge(s, &out);
}

int pair_print_plan(struct pair *s)
{
	struct output out;

	if (output_open(&out, s->o->asked.output))
		return EXIT_TOOL;
	for (size_t i = 0; i < s->plan.n; i++)
		fprintf(out.file, "%s\n", s->matrix.cells[i].name);
	return output_commit(&out);
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
	free(s->matrix.hypervisor);
	free(s->cells);
	free(s->firmware);
	esp_kernel_clear(&s->kernel);
	free(s->path);
	free(s->tools);
	if (s->setup.keep)
		close(s->setup.keep_fd);
	vms_image_free(s->image);
}
