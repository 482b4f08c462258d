/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMSPEC-OS-DRIVER-*: does the guest OS bring the drivers along that the chapter
 * VM Images asks for? Judged over the facts of driver_facts.h: a driver at work,
 * the kernel's configuration, depmod's indexes, the initial ramdisk.
 *
 * Two rules. Drivers that the root file system may need (buses, block devices)
 * must be built in or in the initial ramdisk; the others may also be a module on
 * disk. Nothing but a readable and whole source can make a check fail.
 */
#include <errno.h>

#include "kernel/kmsg.h"
#include "kernel/symbols.h"
#include "chapter.h"
#include "driver_facts.h"

struct driver {
	const char *what; /* "the virtio block driver" */
	enum kernel_option option;
	enum driver_module module; /* MODULE_NONE: the option is a bool */
	const char *seen;	   /* key of running_find() */
	enum kernel_symbol symbol; /* in the kernel when it is built in */
	const char *registered;	   /* its folder of /sys/bus/BUS/drivers; NULL: none */
};

static bool is_early(const struct driver *d)
{
	return driver_module_is_early(d->module);
}

/* Evidence: the option as it stands in the configuration. */
static void tell_option(const struct driver_facts *f, enum kernel_option o, struct vms_result *r)
{
	const char *name = kernel_option_name(o);

	if (f->kernel->config.err < 0)
		return;
	switch (f->kernel->option[o].value) {
	case KCONFIG_BUILT_IN:
		vms_evidence(r, f->kernel->config.path, "CONFIG_%s=y", name);
		break;
	case KCONFIG_MODULE:
		vms_evidence(r, f->kernel->config.path, "CONFIG_%s=m", name);
		break;
	case KCONFIG_NOT_SET:
		vms_evidence(r, f->kernel->config.path, "CONFIG_%s is not set", name);
		break;
	case KCONFIG_NOT_MENTIONED:
		vms_evidence(r, f->kernel->config.path, "does not mention CONFIG_%s", name);
		break;
	}
}

/* Why the configuration says nothing. */
static int no_config(const struct driver_facts *f, const struct driver *d, struct vms_result *r)
{
	if (f->kernel->config.err < 0 && f->kernel->config.path)
		return vms_blocked(r, f->kernel->config.path, f->kernel->config.err);
	if (f->kernel->config.err < 0 && f->module[N_MODULES].path)
		vms_remedy(r, VMS_GUEST_ADMIN, "modprobe configs, which makes /proc/config.gz");
	else if (f->kernel->config.err < 0)
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "put the kernel's configuration where it can be read, as /boot/config-%s",
			   f->kernel->release ? f->kernel->release : "RELEASE");
	if (f->kernel->config.err < 0)
		return vms_unknown(r,
				   "no configuration of the kernel is to be seen (/proc/config.gz, "
				   "/boot/config-%s)",
				   f->kernel->release ? f->kernel->release : "RELEASE");
	return vms_unknown(r,
			   "%s does not mention CONFIG_%s, and is not a whole configuration of an Arm kernel",
			   f->kernel->config.path, kernel_option_name(d->option));
}

static int fail(const struct driver_facts *f, const struct driver *d, struct vms_result *r, const char *why)
{
	const char *option = kernel_option_name(d->option), *module;

	if (d->module == MODULE_NONE) {
		vms_remedy(r, VMS_IMAGE, "build the kernel with CONFIG_%s=y", option);
		return vms_fail(r, "%s", why);
	}
	module = f->module[d->module].name;
	if (d->module == MODULE_PL011) /* a console needs its driver built in */
		vms_remedy(r, VMS_IMAGE, "build the kernel with CONFIG_%s=y and CONFIG_%s=y", option,
			   kernel_option_name(OPTION_PL011_CONSOLE));
	else if (f->module[d->module].path && is_early(d))
		vms_remedy(r, VMS_IMAGE,
			   "make the initial ramdisk anew, with the module %s and what it depends on",
			   module);
	else if (is_early(d))
		vms_remedy(r, VMS_IMAGE,
			   "build the kernel with CONFIG_%s=y, or with =m and put the module %s into the "
			   "initial "
			   "ramdisk",
			   option, module);
	else
		vms_remedy(r, VMS_IMAGE,
			   "build the kernel with CONFIG_%s=y, or with =m and install its modules", option);
	return vms_fail(r, "%s", why);
}

/* The name by which /proc/modules has it; NULL: it cannot be a module. */
static const char *module_name(const struct driver_facts *f, const struct driver *d)
{
	return d->module == MODULE_NONE ? NULL : f->module[d->module].name;
}

/* Evidence: what is there is no module. */
static void tell_not_loaded(const struct driver_facts *f, const struct driver *d, struct vms_result *r)
{
	const char *module = module_name(f, d);

	if (f->running.monolithic)
		vms_evidence(r, "/proc/modules", "not there: this kernel takes no modules");
	else
		vms_evidence(r, "/proc/modules", "%s is not loaded", module ? module : d->what);
}

/*
 * Seen at work? Only what is built in, or was loaded while the initial ramdisk
 * still was the root, proves anything for drivers that are needed early: the
 * others may have come from the disk.
 */
static bool at_work(const struct driver_facts *f, const struct driver *d, struct vms_result *r)
{
	const struct running_proof *proof = running_find(&f->running, d->seen);
	const char *module = module_name(f, d);
	bool loaded = module && running_loaded(&f->running, module);
	bool is_module = loaded || f->running.modules_err < 0 ||
			 (f->running.monolithic && kernel_option(f->kernel, d->option) == KCONFIG_MODULE);

	if (is_early(d) && is_module && !(loaded && f->running.root_is_ramdisk))
		proof = NULL, loaded = loaded && f->running.root_is_ramdisk;
	if (!proof && !loaded)
		return false;
	if (proof)
		vms_evidence(r, proof->source, "%s", proof->value);
	if (loaded)
		vms_evidence(r, "/proc/modules", "%s is loaded", module);
	else if (f->running.monolithic)
		tell_not_loaded(f, d, r);
	if (loaded && is_early(d))
		vms_pass(r, "%s is loaded, and the root file system still is the initial ramdisk", d->what);
	else if (proof && is_early(d))
		vms_pass(r, "%s is at work, and no module: built in", d->what);
	else
		vms_pass(r, "%s is %s", d->what, proof ? "at work" : "loaded");
	return true;
}

/* Built in by configuration or index? They contradict each other only when they
 * are of different builds: then neither is believed. */
static bool built_in(const struct driver_facts *f, const struct driver *d, struct vms_result *r)
{
	const struct module *mod = d->module == MODULE_NONE ? NULL : &f->module[d->module];
	enum kconfig_value v = kernel_option(f->kernel, d->option);

	if (mod && mod->builtin) {
		_cleanup_free_ char *index = vms_asprintf("%s/modules.builtin", f->modules.dir);

		vms_evidence(r, index ? index : "modules.builtin", "lists %s", mod->name);
		if (v == KCONFIG_NOT_SET) {
			vms_unknown(r, "%s and modules.builtin contradict each other",
				    f->kernel->config.path);
			return true;
		}
	} else if (v != KCONFIG_BUILT_IN) {
		return false;
	}
	vms_pass(r, "%s is built into the kernel", d->what);
	return true;
}

/* What only an index or the configuration tells when there is one. */
static bool nobody_tells(const struct driver_facts *f, const struct driver *d)
{
	if (kernel_option(f->kernel, d->option) != KCONFIG_NOT_MENTIONED)
		return false;
	return d->module == MODULE_NONE || f->modules.builtin_err < 0;
}

/* The arm64 kernel has had both since 3.17: its Kconfig selects them. */
static bool always_there(struct vms_machine *m, const struct driver_facts *f, const struct driver *d)
{
	int major = 0;

	return (d->option == OPTION_GICV2 || d->option == OPTION_GICV3) && streq(m->arch, "aarch64") &&
	       f->kernel->release && sscanf(f->kernel->release, "%d.", &major) == 1 && major >= 4;
}

/* Nobody tells, and it is seen in the kernel all the same. 1: passed; 0; -ENOMEM. */
static int seen_inside(struct vms_machine *m, const struct driver_facts *f, const struct driver *d,
		       struct vms_result *r)
{
	const char *symbol, *module = module_name(f, d);
	int err = 0;

	if (!nobody_tells(f, d))
		return 0;
	if (always_there(m, f, d)) {
		vms_evidence(r, "kernel release", "%s, arm64", f->kernel->release);
		vms_pass(r, "%s is in every kernel for arm64 (ARM64 selects CONFIG_%s)", d->what,
			 kernel_option_name(d->option));
		return 1;
	}
	symbol = kernel_symbol(m, d->symbol, &err);
	if (symbol) {
		vms_evidence(r, KALLSYMS, "%s", symbol);
		vms_pass(r, "%s is built into the kernel", d->what);
		return 1;
	}
	/* registered without a device, and no module */
	if (err == 0 && d->registered && f->running.modules_err == 0 &&
	    !(module && running_loaded(&f->running, module)) && vms_root_probe(m->root, d->registered) == 0) {
		vms_evidence(r, d->registered, "there");
		tell_not_loaded(f, d, r);
		vms_pass(r, "%s is registered, and no module: built in", d->what);
		return 1;
	}
	return err;
}

/* Kept from being loaded, by the kernel (module_blacklist) or by who would load it? Then
 * it is failed. */
static bool is_blacklisted(const struct driver_facts *f, const struct driver *d, struct vms_result *r)
{
	static const char *const keys[] = { "module_blacklist", "modprobe.blacklist", "rd.driver.blacklist" };
	const char *module = f->module[d->module].name;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		/* of the kernel's own the last one counts; those of programs add up */
		const struct cmdline_word *w =
			i == 0 ? cmdline_last(f->cmdline, keys[i]) : cmdline_next(f->cmdline, keys[i], NULL);

		while (w && !cmdline_lists(w, module))
			w = cmdline_next(f->cmdline, keys[i], w);
		if (!w)
			continue;
		vms_evidence(r, "/proc/cmdline", "%s", w->text);
		vms_remedy(r, VMS_GUEST_ADMIN, "boot without %s=%s", keys[i], module);
		vms_fail(r, "%s is a module that the kernel's command line keeps from being loaded", d->what);
		return true;
	}
	return false;
}

/* A module that is installed. */
static bool on_disk(const struct driver_facts *f, const struct driver *d, struct vms_result *r)
{
	const struct module *mod = &f->module[d->module];

	if (!mod->path)
		return false;
	vms_evidence(r, f->modules.dir, "%s%s", mod->path, mod->file_err == -ENOENT ? ": gone" : "");
	if (is_early(d) || !driver_facts_on_disk(f, d->module))
		return false;
	vms_pass(r, "%s is a module on disk", d->what);
	return true;
}

/* Known not to be built in. */
static bool not_built_in(const struct driver_facts *f, const struct driver *d)
{
	enum kconfig_value v = kernel_option(f->kernel, d->option);

	if (v != KCONFIG_NOT_MENTIONED)
		return v != KCONFIG_BUILT_IN;
	return f->modules.builtin_err == 0;
}

/* Is it known that no file of the module is on disk? Else why not, as a result. */
static bool not_on_disk(const struct driver_facts *f, const struct driver *d)
{
	const struct module *mod = &f->module[d->module];

	if (f->modules.dep_err == 0)
		return !mod->path || mod->file_err == -ENOENT;
	return f->modules.dep_err == -ENOENT;
}

static int no_index(const struct driver_facts *f, struct vms_result *r)
{
	_cleanup_free_ char *path =
		f->modules.dir ? vms_asprintf("%s/modules.dep", f->modules.dir)
			       : vms_asprintf("/lib/modules/%s/modules.dep",
					      f->kernel->release ? f->kernel->release : "RELEASE");

	return path ? vms_blocked(r, path, f->modules.dep_err) : -ENOMEM;
}

/* After an upgrade, until the next boot. */
static bool is_superseded(const struct driver_facts *f)
{
	return f->modules.dep_err == -ENOENT && f->modules.other;
}

static int superseded(const struct driver_facts *f, struct vms_result *r)
{
	vms_remedy(r, VMS_GUEST_ADMIN,
		   "reboot into the kernel whose modules are installed, or install those of %s",
		   f->kernel->release);
	return vms_unknown(
		r, "not built in, and only modules of %s are installed, none of the running kernel %s",
		f->modules.other, f->kernel->release);
}

/* What would let somebody look. */
static void advise_looking(const struct vms_machine *m, const struct driver_facts *f, struct vms_result *r)
{
	if (f->ramdisk_err == -EXDEV)
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "look into it by hand, as `lsinitrd` does, or build it without a file "
			   "system inside");
	else if (f->ramdisk_err == -ENOEXEC)
		vms_remedy(r, VMS_IMAGE,
			   "make the initial ramdisk anew, compressed as this kernel can unpack it");
	else if (f->ramdisk_err == -ENOPKG)
		vms_remedy(r, VMS_GUEST_ADMIN, "install the library that is missing");
	else if (m->kind == VMS_KIND_RECORD)
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "record the machine anew where its initial ramdisk can be read: /boot or the ESP "
			   "mounted, and "
			   "the right to read it");
	else
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "make the initial ramdisk readable: mount the ESP or /boot, run as root");
}

static int no_ramdisk(struct vms_machine *m, const struct driver_facts *f, struct vms_result *r)
{
	advise_looking(m, f, r);
	return vms_unknown(r, "not built in, and the initial ramdisk could not be looked into: %s",
			   f->ramdisk_why);
}

static int add_name(char **names, const char *name)
{
	char *joined = vms_asprintf("%s%s%s", *names ? *names : "", *names ? ", " : "", name);

	if (!joined)
		return -ENOMEM;
	free(*names);
	*names = joined;
	return 0;
}

/* Which other modules it needs, only an index of its own build tells. */
static int no_dependencies(const struct driver_facts *f, const char *module, struct vms_result *r)
{
	if (is_superseded(f))
		return superseded(f, r);
	if (f->modules.dep_err < 0)
		return no_index(f, r);
	return vms_unknown(
		r,
		"%s is in the initial ramdisk; what it depends on is not known: modules.dep does not list it",
		module);
}

/*
 * The ramdisk that was found lacks what a module of it needs; but whether that is all of the
 * ramdisk nobody tells, and the kernel has all of them, and had them before its root file
 * system, which lies behind this driver. Then it was booted with them. 1: so it is, passed.
 */
static int booted_by_it(struct vms_machine *m, const struct driver_facts *f, const struct driver *d,
			const char *missing, struct vms_result *r)
{
	const char *module = f->module[d->module].name;
	_cleanup_free_ char *at = NULL;
	int found;

	if (!f->loose || !running_loaded(&f->running, module))
		return 0;
	for (size_t i = 0; i < f->n_dependencies; i++)
		if ((f->dependency[i].of >> d->module & 1) &&
		    !running_loaded(&f->running, f->dependency[i].name))
			return 0;
	found = running_root_lies_on(m, d->seen, &at);
	if (found != 1)
		return found;
	vms_evidence(r, f->modules.dir,
		     "modules.dep: %s depends on %s, which this file lacks; no entry of "
		     "the boot loader is to be seen that says what is loaded beside it",
		     module, missing);
	vms_evidence(r, "/proc/modules", "%s is loaded, and all that it depends on", module);
	vms_evidence(r, at, "driver %s; the root file system lies on a disk below", d->seen);
	vms_pass(r, "%s is in the initial ramdisk, and the root file system was found by it", d->what);
	return 1;
}

/* A module that is in the ramdisk without what it depends on cannot be loaded there. */
static int judge_dependencies(struct vms_machine *m, const struct driver_facts *f, const struct driver *d,
			      struct vms_result *r)
{
	const char *module = f->module[d->module].name;
	_cleanup_free_ char *missing = NULL;
	bool unknown = f->dependencies_cut >> d->module & 1;
	int booted;

	for (size_t i = 0; i < f->n_dependencies; i++) {
		const struct in_ramdisk *in = &f->in_ramdisk[N_MODULES + i];

		if (!(f->dependency[i].of >> d->module & 1))
			continue;
		unknown |= in->state == RAMDISK_UNKNOWN;
		if (in->state == RAMDISK_NO && add_name(&missing, f->dependency[i].name) < 0)
			return -ENOMEM;
	}
	booted = missing ? booted_by_it(m, f, d, missing, r) : 0;
	if (booted)
		return MIN(booted, 0);
	if (missing && f->loose) {
		vms_evidence(r, f->modules.dir, "modules.dep: %s depends on %s", module, missing);
		vms_remedy(r, VMS_IMAGE, "see that the initial ramdisk has %s", missing);
		return vms_unknown(
			r,
			"%s is in the initial ramdisk without %s, and no entry of the boot loader is "
			"to be seen that says whether that is all of the ramdisk",
			module, missing);
	}
	if (missing) {
		vms_evidence(r, f->modules.dir, "modules.dep: %s depends on %s", module, missing);
		vms_remedy(r, VMS_IMAGE, "make the initial ramdisk anew, with %s", missing);
		return vms_fail(r, "%s is in the initial ramdisk without %s, and cannot be loaded", module,
				missing);
	}
	if (f->dependencies_cut >> d->module & 1)
		return no_dependencies(f, module, r);
	if (unknown)
		return vms_unknown(
			r,
			"%s is in the initial ramdisk; whether all that it depends on is, too, could not "
			"be seen: %s",
			module, f->ramdisk_why);
	return vms_pass(r, "%s is in the initial ramdisk", d->what);
}

/* A module, or perhaps one: the initial ramdisk decides. */
static int judge_by_ramdisk(struct vms_machine *m, struct driver_facts *f, const struct driver *d,
			    struct vms_result *r)
{
	const struct in_ramdisk *in = &f->in_ramdisk[d->module];
	int err = driver_facts_ramdisk(m, f);

	if (err < 0)
		return err;
	if (in->state != RAMDISK_UNKNOWN && in->source)
		vms_evidence(r, in->source, "%s", in->value);
	if (in->state == RAMDISK_YES)
		return judge_dependencies(m, f, d, r);
	if (!not_built_in(f, d))
		return no_config(f, d, r);
	if (is_superseded(f) && (!is_early(d) || in->state == RAMDISK_UNKNOWN))
		return superseded(f, r);
	if (!is_early(d) && !not_on_disk(f, d))
		return no_index(f, r);
	if (in->state == RAMDISK_UNKNOWN)
		return no_ramdisk(m, f, r);
	if (is_early(d))
		return fail(f, d, r, "neither built into the kernel nor in the initial ramdisk");
	return fail(f, d, r, "neither built into the kernel, nor a module on disk or in the initial ramdisk");
}

static int judge(struct vms_machine *m, struct driver_facts *f, const struct driver *d, struct vms_result *r)
{
	int inside;

	if (at_work(f, d, r))
		return 0;
	tell_option(f, d->option, r);
	if (built_in(f, d, r))
		return 0;
	inside = seen_inside(m, f, d, r);
	if (inside)
		return inside < 0 ? inside : 0;
	if (d->module != MODULE_NONE && (is_blacklisted(f, d, r) || on_disk(f, d, r)))
		return 0;
	/* not built; a module of that name may come from elsewhere all the same */
	if (kernel_option(f->kernel, d->option) == KCONFIG_NOT_SET &&
	    (d->module == MODULE_NONE || !f->module[d->module].path))
		return fail(f, d, r, "the kernel was built without it");
	if (d->module == MODULE_NONE)
		return no_config(f, d, r);
	return judge_by_ramdisk(m, f, d, r);
}

static int check(struct vms_machine *m, struct vms_result *r, const struct driver *d)
{
	struct driver_facts *f = driver_facts(m);

	return f ? judge(m, f, d, r) : -ENOMEM;
}

/* ---- the UARTs --------------------------------------------------------- */

static const struct driver pl011 = { "the PL011 driver", OPTION_PL011, MODULE_PL011,
				     RUNNING_PL011,	 SYMBOL_PL011, "/sys/bus/amba/drivers/uart-pl011" };

/* Where nothing else tells: the driver's first words. */
static bool pl011_in_log(struct vms_machine *m, const struct driver_facts *f, struct vms_result *r)
{
	_cleanup_free_ char *line = NULL;

	if (f->kernel->config.err == 0 || f->modules.builtin_err == 0 ||
	    vms_kmsg_find(m, "Serial: AMBA PL011 UART driver", &line) < 0)
		return false;
	vms_evidence(r, "kernel log", "%s", line);
	return true;
}

static int judge_pl011(struct vms_machine *m, struct driver_facts *f, struct vms_result *r)
{
	if (pl011_in_log(m, f, r))
		return vms_pass(r, "the PL011 driver is in the kernel");
	return judge(m, f, &pl011, r);
}

/* Is its console the kernel's, whatever the configuration says? */
static bool console_at_work(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_buf_ struct vms_buf b = { NULL, 0 };
	_cleanup_free_ char *line = NULL;
	const char *symbol;
	int err = 0;

	if (vms_root_read(m->root, "/proc/consoles", 64u << 10, &b) == 0 &&
	    (startswith(b.data, "ttyAMA") || strstr(b.data, "\nttyAMA"))) {
		vms_evidence(r, "/proc/consoles", "ttyAMA");
		return true;
	}
	if (vms_kmsg_find(m, "console [ttyAMA", &line) == 0)
		vms_evidence(r, "kernel log", "%s", line);
	symbol = line ? NULL : kernel_symbol(m, SYMBOL_PL011_CONSOLE, &err);
	if (symbol)
		vms_evidence(r, KALLSYMS, "%s", symbol);
	return line || symbol;
}

/* A driver that the kernel cannot speak by is half of one: its console is an option of
 * its own, which a driver that is a module cannot have. */
static int judge_pl011_console(struct vms_machine *m, const struct driver_facts *f, struct vms_result *r)
{
	enum kconfig_value v = kernel_option(f->kernel, OPTION_PL011_CONSOLE);
	const char *name = kernel_option_name(OPTION_PL011_CONSOLE);

	tell_option(f, OPTION_PL011_CONSOLE, r);
	if (v == KCONFIG_BUILT_IN || (v == KCONFIG_NOT_MENTIONED && console_at_work(m, r)))
		return 0;
	if (v == KCONFIG_NOT_MENTIONED)
		return vms_unknown(
			r,
			"the PL011 driver is there; whether it was built with its console cannot be seen: no "
			"whole configuration of the kernel");
	vms_remedy(r, VMS_IMAGE, "build the kernel with CONFIG_%s=y and CONFIG_%s=y",
		   kernel_option_name(OPTION_PL011), name);
	return vms_fail(r, "the PL011 driver was built without its console (CONFIG_%s)", name);
}

static int judge_pl011_whole(struct vms_machine *m, struct driver_facts *f, struct vms_result *r)
{
	int err = judge_pl011(m, f, r);

	return err == 0 && r->status == VMS_PASS ? judge_pl011_console(m, f, r) : err;
}

static int check_pl011(struct vms_machine *m, struct vms_result *r)
{
	struct driver_facts *f = driver_facts(m);

	return f ? judge_pl011_whole(m, f, r) : -ENOMEM;
}

/* amba-pl011.c drives SBSA UARTs since Linux 4.2. */
static bool before_sbsa(const char *release)
{
	int major = 0, minor = 0;

	if (!release || sscanf(release, "%d.%d", &major, &minor) != 2)
		return true;
	return major < 4 || (major == 4 && minor < 2);
}

static int check_sbsa_uart(struct vms_machine *m, struct vms_result *r)
{
	struct driver_facts *f = driver_facts(m);
	const struct running_proof *proof;
	int err;

	if (!f)
		return -ENOMEM;
	proof = running_find(&f->running, RUNNING_SBSA);
	if (proof) {
		vms_evidence(r, proof->source, "%s", proof->value);
		vms_pass(r, "the SBSA UART driver is at work");
		return judge_pl011_console(m, f, r);
	}
	err = judge_pl011_whole(m, f, r);
	if (err < 0 || r->status != VMS_PASS)
		return err;
	if (before_sbsa(f->kernel->release))
		return vms_unknown(
			r,
			"the PL011 driver is there, but Linux %s may be older than its support for "
			"SBSA UARTs (4.2)",
			f->kernel->release ? f->kernel->release : "of a release not known");
	return vms_pass(r, "amba-pl011 is there, which drives SBSA UARTs too");
}

/* ---- one row each ------------------------------------------------------ */

#define DRIVER(fn, ...)                                                                                      \
	static int check_##fn(struct vms_machine *m, struct vms_result *r)                                   \
	{                                                                                                    \
		static const struct driver d = { __VA_ARGS__ };                                              \
                                                                                                             \
		return check(m, r, &d);                                                                      \
	}

#define VIRTIO_BUS "/sys/bus/virtio/drivers/"
#define XEN_BUS	   "/sys/bus/xen/drivers/"

DRIVER(gicv2, "the GICv2 driver", OPTION_GICV2, MODULE_NONE, RUNNING_GICV2, SYMBOL_GICV2, NULL)
DRIVER(gicv3, "the GICv3 driver", OPTION_GICV3, MODULE_NONE, RUNNING_GICV3, SYMBOL_NONE, NULL)
DRIVER(virtio_console, "the virtio console driver", OPTION_VIRTIO_CONSOLE, MODULE_VIRTIO_CONSOLE,
       "virtio_console", SYMBOL_VIRTIO_CONSOLE, VIRTIO_BUS "virtio_console")
DRIVER(xen_console, "the Xen console driver", OPTION_XEN_CONSOLE, MODULE_NONE, RUNNING_XEN_CONSOLE,
       SYMBOL_XEN_CONSOLE, XEN_BUS "xenconsole")
DRIVER(virtio_pci, "the virtio-pci driver", OPTION_VIRTIO_PCI, MODULE_VIRTIO_PCI, "virtio-pci",
       SYMBOL_VIRTIO_PCI, "/sys/bus/pci/drivers/virtio-pci")
DRIVER(virtio_mmio, "the virtio-mmio driver", OPTION_VIRTIO_MMIO, MODULE_VIRTIO_MMIO, "virtio-mmio",
       SYMBOL_VIRTIO_MMIO, "/sys/bus/platform/drivers/virtio-mmio")
DRIVER(virtio_blk, "the virtio block driver", OPTION_VIRTIO_BLK, MODULE_VIRTIO_BLK, "virtio_blk",
       SYMBOL_VIRTIO_BLK, VIRTIO_BUS "virtio_blk")
DRIVER(virtio_scsi, "the virtio SCSI driver", OPTION_VIRTIO_SCSI, MODULE_VIRTIO_SCSI, "virtio_scsi",
       SYMBOL_VIRTIO_SCSI, VIRTIO_BUS "virtio_scsi")
DRIVER(virtio_net, "the virtio network driver", OPTION_VIRTIO_NET, MODULE_VIRTIO_NET, "virtio_net",
       SYMBOL_VIRTIO_NET, VIRTIO_BUS "virtio_net")
DRIVER(virtio_balloon, "the virtio balloon driver", OPTION_VIRTIO_BALLOON, MODULE_VIRTIO_BALLOON,
       "virtio_balloon", SYMBOL_VIRTIO_BALLOON, VIRTIO_BUS "virtio_balloon")
DRIVER(xen_blk, "the Xen block driver", OPTION_XEN_BLK, MODULE_XEN_BLK, "vbd", SYMBOL_XEN_BLK, XEN_BUS "vbd")
DRIVER(xen_net, "the Xen network driver", OPTION_XEN_NET, MODULE_XEN_NET, "vif", SYMBOL_XEN_NET,
       XEN_BUS "vif")
DRIVER(xen_balloon, "the Xen balloon driver", OPTION_XEN_BALLOON, MODULE_NONE, RUNNING_XEN_BALLOON,
       SYMBOL_XEN_BALLOON, NULL)

#define READS                                                                                                \
	"the kernel's release and configuration (/proc/config.gz, /boot/config-RELEASE, one beside its "     \
	"modules), else /proc/kallsyms and /sys/bus/*/drivers; modules.builtin and modules.dep; "            \
	"/proc/modules; /proc/cmdline for modules that are kept from being loaded; "
#define BOOL(opt)                                                                                            \
	.passes = "the driver is seen at work, or CONFIG_" opt " is built in",                               \
	.fails = "the kernel was built without CONFIG_" opt,                                                 \
	.mends = "the image: a kernel with CONFIG_" opt "=y"
#define ANY(opt)                                                                                             \
	.passes = "the driver is seen at work, CONFIG_" opt " is built in, or the module is on disk or in "  \
		  "the initial ramdisk",                                                                     \
	.fails = "the kernel was built without CONFIG_" opt ", or its module is nowhere to be found",        \
	.mends = "the image: a kernel with CONFIG_" opt
#define CONSOLE_TOO                                                                                          \
	.passes =                                                                                            \
		"CONFIG_SERIAL_AMBA_PL011 is there, and its console (CONFIG_SERIAL_AMBA_PL011_CONSOLE, or "  \
		"ttyAMA in /proc/consoles)",                                                                 \
	.fails = "the kernel was built without the driver, or the driver without its console",               \
	.mends =                                                                                             \
		"the image: a kernel with CONFIG_SERIAL_AMBA_PL011=y and CONFIG_SERIAL_AMBA_PL011_CONSOLE=y"
#define EARLY(opt)                                                                                           \
	.passes = "CONFIG_" opt " is built in, or the module is in the initial ramdisk with every module "   \
		  "that it depends on",                                                                      \
	.fails = "the kernel was built without CONFIG_" opt ", or the initial ramdisk of the "               \
		 "running kernel was read to its end and lacks the module, or one that it depends on",       \
	.mends = "the image: a kernel with CONFIG_" opt "=y, or an initial ramdisk with the module"
#define ROW(id_, title_, fn_, reads_, rule)                                                                  \
	{                                                                                                    \
		.id = "VMSPEC-OS-DRIVER-" id_, .title = title_, .kinds = VMS_KIND_MACHINE,                   \
		.machine_fn = fn_, .reads = READS reads_, rule                                               \
	}
#define RAMDISK                                                                                              \
	"the initial ramdisk, and for which one it is /proc/cmdline, boot loaders' entries, systemd-stub's " \
	"variables and image, /boot, the ESP, the kernel log and the device tree's /chosen; what the root "  \
	"file system lies on"
#define VIRTIO "/sys/bus/virtio/devices/*/driver; " RAMDISK
#define XEN    "/sys/bus/xen/devices/*/driver; " RAMDISK
#define UART   "/proc/tty/driver/ttyAMA; /proc/consoles; the kernel log; " RAMDISK

static const struct vms_check checks[] = {
	ROW("PL011", "driver for the PL011 UART", check_pl011, UART, CONSOLE_TOO),
	ROW("GICV2", "driver for the GICv2", check_gicv2, "/proc/interrupts", BOOL("ARM_GIC")),
	ROW("GICV3", "driver for the GICv3", check_gicv3, "/proc/interrupts", BOOL("ARM_GIC_V3")),
	ROW("SBSA-UART", "driver for the SBSA generic UART", check_sbsa_uart, UART, CONSOLE_TOO),
	ROW("VIRTIO-CONSOLE", "driver for virtio consoles", check_virtio_console, VIRTIO,
	    ANY("VIRTIO_CONSOLE")),
	ROW("XEN-CONSOLE", "driver for the Xen PV console", check_xen_console, "/proc/interrupts",
	    BOOL("HVC_XEN")),
	ROW("VIRTIO-PCI", "driver for virtio over PCI", check_virtio_pci, VIRTIO, EARLY("VIRTIO_PCI")),
	ROW("VIRTIO-MMIO", "driver for virtio over MMIO", check_virtio_mmio, VIRTIO, EARLY("VIRTIO_MMIO")),
	ROW("VIRTIO-BLK", "driver for virtio disks", check_virtio_blk, VIRTIO, EARLY("VIRTIO_BLK")),
	ROW("VIRTIO-SCSI", "driver for virtio SCSI disks", check_virtio_scsi, VIRTIO, EARLY("SCSI_VIRTIO")),
	ROW("VIRTIO-NET", "driver for virtio network cards", check_virtio_net, VIRTIO, ANY("VIRTIO_NET")),
	ROW("VIRTIO-BALLOON", "driver for the virtio balloon", check_virtio_balloon, VIRTIO,
	    ANY("VIRTIO_BALLOON")),
	ROW("XEN-BLK", "driver for Xen PV disks", check_xen_blk, XEN, EARLY("XEN_BLKDEV_FRONTEND")),
	ROW("XEN-NET", "driver for Xen PV network cards", check_xen_net, XEN, ANY("XEN_NETDEV_FRONTEND")),
	ROW("XEN-BALLOON", "driver for the Xen balloon", check_xen_balloon, "/sys/devices/system/xen_memory",
	    BOOL("XEN_BALLOON")),
};
VMS_CHECKS_OWED(vms_checks_drivers, "Guest OS in the image", checks, VMS_OWED_BY(VMS_IMAGE));
