/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --record: keep a machine as a folder that --root judges alike. What is copied
 * is what the readers in probe/ ask for, and little else; what is no file goes to
 * .vmspec/. Identities are replaced on the way (record_scrub.h).
 */
#include <errno.h>
#include <search.h>
#include <stdint.h>
#include <time.h>

#include "core/place.h"
#include "guest/driver_facts.h"
#include "guest/initrd_record.h"
#include "hwdesc/fdt_origin.h"
#include "kernel/esp.h"
#include "kernel/kmsg.h"
#include "kernel/symbols.h"
#include "record_copy.h"
#include "vbsa/pci.h"

#define FILE_MAX  (16u << 20)
#define KMSG_MAX  (16u << 20) /* what live_record.c reads */
#define MAX_DEPTH 32

static const struct {
	const char *path;
	scrub_fn fn;
} files[] = {
	{ "/proc/cmdline", scrub_as_parameters },
	{ "/proc/config.gz", scrub_nothing },
	{ "/proc/consoles", scrub_as_text },
	{ "/proc/cpuinfo", scrub_as_text },
	{ "/proc/devices", scrub_as_text },
	{ "/proc/filesystems", scrub_as_text },
	{ "/proc/interrupts", scrub_as_text },
	{ "/proc/iomem", scrub_as_text },
	{ "/proc/modules", scrub_as_text },
	{ "/proc/mounts", keep_mount_lines },
	{ "/proc/self/mountinfo", keep_mount_lines },
	{ "/proc/sys/kernel/hostname", scrub_as_host },
	{ "/proc/sys/kernel/osrelease", scrub_as_text },
	{ "/proc/sys/kernel/random/boot_id", scrub_as_text },
	{ "/proc/sys/kernel/tainted", scrub_as_text },
	{ "/proc/tty/drivers", scrub_as_text },
	{ "/proc/uptime", scrub_as_text },
	{ "/proc/version", scrub_as_text },
	{ "/proc/xen/capabilities", scrub_as_text },
	{ "/etc/hostname", scrub_as_host },
	{ "/etc/machine-id", scrub_as_text },
	{ "/etc/os-release", scrub_as_text },
	{ "/sys/firmware/fdt", scrub_fdt },
	{ "/sys/firmware/efi/systab", scrub_as_text },
	{ "/sys/firmware/efi/fw_platform_size", scrub_as_text },
	{ "/sys/firmware/efi/fw_vendor", scrub_as_text },
	{ "/sys/firmware/efi/runtime", scrub_as_text },
	{ "/sys/firmware/efi/config_table", scrub_as_text },
	{ "/sys/module/acpiphp/parameters/disable", scrub_nothing },
	{ "/sys/hypervisor/type", scrub_as_text },
	{ "/sys/hypervisor/uuid", scrub_as_text },
	{ "/sys/hypervisor/guest_type", scrub_as_text },
	{ "/sys/hypervisor/version/major", scrub_as_text },
	{ "/sys/hypervisor/version/minor", scrub_as_text },
	{ "/sys/hypervisor/version/extra", scrub_as_text },
	{ "/sys/hypervisor/properties/features", scrub_as_text },
	{ "/sys/hypervisor/properties/capabilities", scrub_as_text },
};

/* All files of a folder, by one way to scrub them; of folders in it the names. */
static const struct {
	const char *path, *ending;
	scrub_fn fn;
} folders[] = {
	{ "/proc/tty/driver", "", scrub_as_text },
	{ "/sys/firmware/efi/efivars", "", scrub_efi_variable },
	{ "/sys/firmware/acpi/tables", "", scrub_acpi_table },
};

static int copy_files(struct recording *r)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !err; i++)
		err = copy_file(r, files[i].path, FILE_MAX, files[i].fn);
	return err;
}

static int copy_folder(struct recording *r, const char *dir, const char *ending, scrub_fn fn)
{
	_cleanup_strv_ char **names = NULL;
	int err = copy_dir(r, dir, &names);

	for (char **name = names; name && *name && !err; name++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, *name);

		if (!ends_with(*name, ending))
			continue;
		err = path ? copy_file(r, path, FILE_MAX, fn) : -ENOMEM;
	}
	return err;
}

/* /sys/firmware/devicetree/base: a folder a node, a file a property. */
static int copy_nodes(struct recording *r, const char *dir, unsigned depth)
{
	_cleanup_strv_ char **names = NULL;
	int err = copy_dir(r, dir, &names);

	for (char **name = names; name && *name && !err; name++) {
		_cleanup_free_ char *path = vms_asprintf("%s/%s", dir, *name);
		_cleanup_strv_ char **inside = NULL;

		if (!path)
			return -ENOMEM;
		if (depth < MAX_DEPTH && vms_root_list(r->m->root, path, &inside) == 0)
			err = copy_nodes(r, path, depth + 1);
		else
			err = copy_file(r, path, FILE_MAX, scrub_fdt_property);
	}
	return err;
}

static int copy_release(struct recording *r, const char *release)
{
	static const struct kconfig_place indexes[] = {
		{ "/lib/modules/", "/modules.builtin" },
		{ "/lib/modules/", "/modules.dep" },
		{ "/usr/lib/modules/", "/modules.builtin" },
		{ "/usr/lib/modules/", "/modules.dep" },
		{ "/run/booted-system/kernel-modules/lib/modules/", "/modules.builtin" },
		{ "/run/booted-system/kernel-modules/lib/modules/", "/modules.dep" },
	};
	int err = 0;

	for (size_t i = 0; i < N_KCONFIG_PLACES + ARRAY_SIZE(indexes) && !err; i++) {
		const struct kconfig_place *at =
			i < N_KCONFIG_PLACES ? &kconfig_places[i] : &indexes[i - N_KCONFIG_PLACES];
		_cleanup_free_ char *path = vms_asprintf("%s%s%s", at->before, release, at->after);

		err = path ? copy_file(r, path, FILE_MAX, scrub_nothing) : -ENOMEM;
	}
	return err;
}

/* Module files that the checks look for: that they are there is enough. */
static int copy_modules(struct recording *r)
{
	const struct driver_facts *f = driver_facts(r->m);
	int err = f ? 0 : -ENOMEM;

	if (!err && f->kernel->release)
		err = copy_release(r, f->kernel->release);
	for (size_t i = 0; !err && i < N_MODULES; i++) {
		_cleanup_free_ char *path = NULL;

		if (!f->module[i].path || !f->modules.dir)
			continue;
		path = f->module[i].path[0] == '/' ? strdup(f->module[i].path)
						   : vms_asprintf("%s/%s", f->modules.dir, f->module[i].path);
		err = path ? copy_presence(r, path) : -ENOMEM;
	}
	return err;
}

/* Where nothing else tells what is built in. */
static int copy_symbols(struct recording *r)
{
	const struct kernel_options *k = kernel_options(r->m);
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	int err;

	if (!k)
		return -ENOMEM;
	if (k->config.err == 0 && k->config.whole)
		return 0;
	err = vms_root_read(r->m->root, KALLSYMS, (size_t)FILE_MAX * 4, &text);
	if (err == -ENOMEM)
		return err;
	if (vms_is_absent(err))
		return copy_presence(r, KALLSYMS);
	if (err < 0)
		return write_error(r, KALLSYMS, err);
	return record_tree_file(&r->tree, KALLSYMS, text.data, kernel_symbols_filter(text.data, text.len));
}

static int record_log(struct recording *r)
{
	_cleanup_buf_ struct vms_buf log = { NULL, 0 };
	bool whole;
	int err = r->m->live->kernel_log(r->m, &log, &whole);

	if (err < 0)
		return err == -ENOENT ? 0 : write_error(r, "/.vmspec/kmsg", err);
	if (log.len > KMSG_MAX)
		log.len = KMSG_MAX;
	scrub_logged_parameters(log.data, log.len);
	if (!whole) {
		err = record_tree_file(&r->tree, VMS_RECORD_KMSG_PARTIAL, "", 0);
		if (err < 0)
			return err;
	}
	return write_text(r, "/.vmspec/kmsg", log.data, log.len);
}

/* A ramdisk is too big to keep: the names of the modules in it. */
static int record_ramdisk(struct recording *r)
{
	const struct driver_facts *f = driver_facts(r->m);
	_cleanup_buf_ struct vms_buf list = { NULL, 0 };
	int err = f ? initrd_record(r->m, f->kernel->release, &list) : -ENOMEM;

	return err ? err : write_text(r, "/.vmspec/initrd", list.data, list.len);
}

/* Whether root ports' secondary latency timers can be written (vbsa/pci.h). */
static int record_latency(struct recording *r)
{
	const struct pci_facts *p = pci_try_latency(r->m) < 0 ? NULL : pci_read(r->m);
	_cleanup_free_ char *text = strdup("");

	if (!p || !text)
		return -ENOMEM;
	for (size_t i = 0; i < p->n; i++) {
		const struct pci_function *f = &p->fn[i];
		char *longer;

		if (f->type != PCIE_ROOT_PORT || f->latency_writable < 0)
			continue;
		longer = vms_asprintf("%s%s 0x%x %d\n", text, f->name, PCI_SECONDARY_LATENCY,
				      f->latency_writable);
		if (!longer)
			return -ENOMEM;
		free(text);
		text = longer;
	}
	return *text ? write_text(r, "/.vmspec/pci_writable", text, strlen(text)) : 0;
}

/* What the CPUs were seen to do, which a record cannot show again. */
static int record_cpus(struct recording *r)
{
	struct vms_cpu_samples s;
	char text[160];
	unsigned size;
	int err = 0;

	if (r->m->live->cpu_samples && r->m->live->cpu_samples(r->m, &s) == 0) {
		snprintf(text, sizeof(text), "online %u sampled %u reads %u backwards %u slept %u woken %u\n",
			 s.online, s.sampled, s.reads, s.backwards, s.slept, s.woken);
		err = write_text(r, "/.vmspec/cpu_samples", text, strlen(text));
	}
	if (!err)
		err = record_latency(r);
	if (!err && r->m->live->page_size && r->m->live->page_size(r->m, &size) == 0) {
		snprintf(text, sizeof(text), "%u\n", size);
		err = write_text(r, "/.vmspec/page_size", text, strlen(text));
	}
	return err;
}

static int record_machine(struct recording *r)
{
	_cleanup_free_ char *text = r->m->arch[0] ? vms_asprintf("%s\n", r->m->arch) : NULL;

	return text ? write_text(r, "/.vmspec/machine", text, strlen(text)) : 0;
}

/* Serial numbers and the host's name, before they are met within text. */
static int learn(struct recording *r)
{
	static const char *const serials[] = { "product_serial", "board_serial", "chassis_serial",
					       "board_asset_tag", "chassis_asset_tag" };
	static const char *const names[] = { "/proc/sys/kernel/hostname", "/etc/hostname" };
	_cleanup_strv_ char **disks = NULL;
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names) && !err; i++) {
		_cleanup_buf_ struct vms_buf line = { NULL, 0 };

		if (vms_root_read_line(r->m->root, names[i], &line) == 0)
			err = scrub_learn_host(r->scrub, line.data);
	}
	for (size_t i = 0; i < ARRAY_SIZE(serials) && !err; i++) {
		_cleanup_free_ char *path = vms_asprintf("/sys/class/dmi/id/%s", serials[i]);
		_cleanup_buf_ struct vms_buf line = { NULL, 0 };

		if (!path)
			return -ENOMEM;
		if (vms_root_read_line(r->m->root, path, &line) == 0)
			err = scrub_learn_serial(r->scrub, line.data);
	}
	if (err || vms_root_list(r->m->root, "/sys/class/block", &disks) < 0)
		return err;
	for (char **disk = disks; *disk && !err; disk++) {
		_cleanup_free_ char *path = vms_asprintf("/sys/class/block/%s/serial", *disk);
		_cleanup_buf_ struct vms_buf line = { NULL, 0 };

		if (!path)
			return -ENOMEM;
		if (vms_root_read_line(r->m->root, path, &line) == 0)
			err = scrub_learn_serial(r->scrub, line.data);
	}
	return err;
}

/* ---- who may have given the device tree ---- */

static int record_list(void *ctx, const char *dir, char ***ret_names)
{
	return copy_dir(ctx, dir, ret_names);
}

static int record_menu(void *ctx, const char *path)
{
	return copy_file(ctx, path, FILE_MAX, keep_devicetree_lines);
}

/* Of an image the headers, which tell its sections. */
static int record_image(void *ctx, const char *path)
{
	struct recording *r = ctx;
	_cleanup_close_ int fd = -1;
	char head[FDT_IMAGE_MAX];
	uint64_t size;
	ssize_t n;
	int err = vms_root_open_file(r->m->root, path, &fd, &size);

	if (err < 0)
		return write_error(r, path, err);
	n = pread(fd, head, sizeof(head), 0);
	return n < 0 ? write_error(r, path, -errno) : record_tree_file(&r->tree, path, head, (size_t)n);
}

static int record_script(void *ctx, const char *path)
{
	return copy_file(ctx, path, FDT_MENU_MAX, keep_script_lines);
}

/* The first tells. */
static int record_tree(void *ctx, const char *path)
{
	int err = copy_presence(ctx, path);

	return err ? err : 1;
}

/* Of a FIT image what tells what is in it. */
static int record_fit(void *ctx, const char *path)
{
	struct recording *r = ctx;
	_cleanup_buf_ struct vms_buf fit = { NULL, 0 };
	_cleanup_close_ int fd = -1;
	uint64_t size = 0;
	int err = vms_root_open_file(r->m->root, path, &fd, &size);

	if (err == -EACCES || err == -EPERM || err == -ENOMEM)
		return write_error(r, path, err);
	if (!err)
		err = fdt_fit_reduce(fd, size, &fit);
	if (err)
		return err == -ENOMEM ? err : 0;
	return record_tree_file(&r->tree, path, fit.data, fit.len);
}

/* The list of names is there: a replay comes to the same end. */
static int record_too_many(_unused_ void *ctx, _unused_ const char *dir)
{
	return 0;
}

static int record_origin(struct recording *r)
{
	const struct fdt_visit v = {
		.ctx = r,
		.root = r->m->root,
		.list = record_list,
		.menu = record_menu,
		.image = record_image,
		.driver = record_tree,
		.unresolved = record_too_many,
		.too_many = record_too_many,
		.script = record_script,
		.tree = record_tree,
		.fit = record_fit,
	};
	_cleanup_strv_ char **overlays = NULL;
	int err = copy_dir(r, "/sys/kernel/config/device-tree/overlays", &overlays);

	for (char **name = overlays; name && *name && !err; name++) {
		_cleanup_free_ char *path =
			vms_asprintf("/sys/kernel/config/device-tree/overlays/%s/status", *name);

		err = path ? copy_file(r, path, FILE_MAX, scrub_nothing) : -ENOMEM;
	}
	if (!err)
		err = fdt_visit_menus(&v);
	if (!err)
		err = fdt_visit_images(&v);
	if (!err)
		err = fdt_visit_kernel(&v);
	if (!err)
		err = fdt_visit_drivers(&v);
	if (err >= 0)
		err = fdt_visit_uboot(&v);
	return err < 0 ? err : 0;
}

/* The ESP: that it is one, and the stores of firmware on it, by their names alone. */
static int record_esp(struct recording *r)
{
	static const char *const kept[] = { "ubootefi.var", "NvVars" };
	int err = 0;

	for (unsigned i = 0; i < ESP_PLACES && !err; i++) {
		_cleanup_free_ char *efi = vms_asprintf("%s/EFI", esp_place(i));
		_cleanup_strv_ char **names = NULL, **ignored = NULL;

		err = copy_dir(r, esp_place(i), &names);
		if (err || !names || !esp_find_name(names, "EFI"))
			continue;
		err = efi ? copy_dir(r, efi, &ignored) : -ENOMEM;
		for (size_t k = 0; k < ARRAY_SIZE(kept) && !err; k++) {
			const char *name = esp_find_name(names, kept[k]);
			_cleanup_free_ char *path = name ? vms_asprintf("%s/%s", esp_place(i), name) : NULL;

			if (name)
				err = path ? copy_presence(r, path) : -ENOMEM;
		}
	}
	return err;
}

/* The DMI tables are full of serial numbers, and nothing asks for them. */
static int leave_out(struct recording *r, const char *path)
{
	int looked = vms_root_probe(r->m->root, path);

	if (vms_is_absent(looked))
		return copy_presence(r, path);
	return write_error(r, path, looked ? looked : -EPERM);
}

/* When and of what it was made, and what stands in for what in it. Written last. */
static int record_about(struct recording *r)
{
	_cleanup_free_ char *text = NULL;
	unsigned n[3];
	time_t now = time(NULL);
	char when[40] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	scrub_counts(r->scrub, n);
	text = vms_asprintf(
		"made: %s\nby: vmspec " VMS_VERSION "\nof: %s\n"
		"replaced: %u UUIDs and machine-ids, %u MAC addresses, %u serial numbers, the host's name; "
		"addresses and secrets of the command line\n",
		when, r->m->arch[0] ? r->m->arch : "an unknown machine", n[0], n[1], n[2]);
	return text ? record_tree_file(&r->tree, "/.vmspec/about", text, strlen(text)) : -ENOMEM;
}

static int record_all(struct recording *r)
{
	int err = learn(r);

	if (!err)
		err = record_machine(r);
	if (!err)
		err = record_cpus(r);
	if (!err)
		err = record_devices(r);
	if (!err)
		err = record_log(r);
	if (!err)
		err = copy_files(r);
	for (size_t i = 0; i < ARRAY_SIZE(folders) && !err; i++)
		err = copy_folder(r, folders[i].path, folders[i].ending, folders[i].fn);
	if (!err)
		err = copy_nodes(r, "/sys/firmware/devicetree/base", 0);
	if (!err)
		err = record_origin(r);
	if (!err)
		err = record_esp(r);
	if (!err)
		err = leave_out(r, "/sys/firmware/dmi");
	if (!err)
		err = copy_modules(r);
	if (!err)
		err = copy_symbols(r);
	if (!err)
		err = record_ramdisk(r);
	return err ? err : record_about(r);
}

int vms_machine_record_at(struct vms_machine *m, int folder_fd, const char *name)
{
	struct recording r = { .m = m };
	int err = record_tree_open(&r.tree, folder_fd, name);

	if (!err)
		err = scrub_new(&r.scrub);
	if (!err)
		err = record_all(&r);
	if (!err)
		err = record_tree_commit(&r.tree);
	record_tree_close(&r.tree);
	scrub_free(r.scrub);
	tdestroy(r.plain, free);
	tdestroy(r.done, free);
	return err;
}

int vms_machine_record(struct vms_machine *m, const char *dir)
{
	struct vms_place p = VMS_PLACE_NONE;
	int err = vms_place_open_folder(dir, &p);

	if (!err)
		err = vms_machine_record_at(m, p.fd, p.name);
	vms_place_close(&p);
	return err;
}
