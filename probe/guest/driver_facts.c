/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of the VMSPEC-OS-DRIVER-* checks; see driver_facts.h. */
#include <errno.h>

#include "core/result.h"
#include "core/thread.h"
#include "driver_facts.h"
#include "initrd_record.h"

static const struct {
	const char *name;
	enum kernel_option option;
	bool early; /* the root file system may need it: on disk is too late */
} module_rows[N_MODULES] = {
	[MODULE_PL011] = { "amba_pl011", OPTION_PL011, false },
	[MODULE_VIRTIO_CONSOLE] = { "virtio_console", OPTION_VIRTIO_CONSOLE, false },
	[MODULE_VIRTIO_PCI] = { "virtio_pci", OPTION_VIRTIO_PCI, true },
	[MODULE_VIRTIO_MMIO] = { "virtio_mmio", OPTION_VIRTIO_MMIO, true },
	[MODULE_VIRTIO_BLK] = { "virtio_blk", OPTION_VIRTIO_BLK, true },
	[MODULE_VIRTIO_NET] = { "virtio_net", OPTION_VIRTIO_NET, false },
	[MODULE_VIRTIO_BALLOON] = { "virtio_balloon", OPTION_VIRTIO_BALLOON, false },
	[MODULE_XEN_BLK] = { "xen_blkfront", OPTION_XEN_BLK, true },
	[MODULE_XEN_NET] = { "xen_netfront", OPTION_XEN_NET, false },
};

bool driver_module_is_early(enum driver_module i)
{
	return i < N_MODULES && module_rows[i].early;
}

bool driver_facts_on_disk(const struct driver_facts *f, enum driver_module i)
{
	return f->module[i].path && f->module[i].file_err != -ENOENT;
}

static int read_facts(struct vms_machine *m, void *data)
{
	struct driver_facts *f = data;

	f->kernel = kernel_options(m);
	if (!f->kernel)
		return -ENOMEM;
	for (size_t i = 0; i < N_MODULES; i++)
		f->module[i].name = module_rows[i].name;
	return modules_read(m, f->kernel->release, &f->modules, f->module, N_MODULES);
}

/* A look into the first ramdisk; `thread` has all of it until it is joined. */
struct look_ahead {
	pthread_t thread;
	struct ramdisks all;
	const char *release; /* of the facts, which outlive it */
	struct initrd_module want[N_MODULES];
	struct initrd_look look;
	int err;
};

static void clear_ahead(struct look_ahead *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < N_MODULES; i++)
		free(a->want[i].path);
	ramdisks_clear(&a->all);
	free(a);
}

static void clear_facts(void *data)
{
	struct driver_facts *f = data;

	if (f->ahead)
		pthread_join(f->ahead->thread, NULL);
	clear_ahead(f->ahead);
	modules_clear(&f->modules, f->module, N_MODULES);
	running_clear(&f->running);
	for (size_t i = 0; i < N_MODULES; i++) {
		free(f->in_ramdisk[i].source);
		free(f->in_ramdisk[i].value);
	}
	free(f->ramdisk_why);
}

static struct driver_facts *installed_facts(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_DRIVERS, sizeof(struct driver_facts), read_facts, clear_facts);
}

struct driver_facts *driver_facts(struct vms_machine *m)
{
	struct driver_facts *f = installed_facts(m);

	if (f && !f->running_done && running_read(m, &f->running) < 0)
		return NULL;
	if (f)
		f->running_done = true;
	return f;
}

/* What one ramdisk says, joined with what the ones before it said. */
static int join(struct driver_facts *f, size_t i, const struct ramdisk *at, bool named, bool first,
		const struct initrd_module *module, const struct initrd_look *look)
{
	struct in_ramdisk *in = &f->in_ramdisk[i];
	int now = module->found ? RAMDISK_YES : look->err == 0 ? RAMDISK_NO : RAMDISK_UNKNOWN;

	if (!first && now != (int)in->state) {
		/* parts of one ramdisk: in any is in it; not in this part says
		 * nothing against the others */
		if (named && (in->state == RAMDISK_YES || now == RAMDISK_NO))
			return 0;
		if (!named || now != RAMDISK_YES)
			now = RAMDISK_UNKNOWN;
	} else if (!first) {
		return 0;
	}
	in->state = now;
	if (now == RAMDISK_UNKNOWN)
		return 0;
	free(in->source);
	free(in->value);
	in->source = vms_asprintf("%s%s", at->path, at->section ? " (.initrd)" : "");
	in->value = module->found ? strdup(module->path)
				  : vms_asprintf("%llu entries, none is %s.ko",
						 (unsigned long long)look->entries, module->name);
	return in->source && in->value ? 0 : -ENOMEM;
}

/* The first thing that stood in the way is the one to name. */
static int note_why(struct driver_facts *f, char *why)
{
	if (!why)
		return -ENOMEM;
	if (f->ramdisk_why)
		free(why);
	else
		f->ramdisk_why = why;
	return 0;
}

static void want_modules(const struct driver_facts *f, bool named, struct initrd_module *want)
{
	for (size_t i = 0; i < N_MODULES; i++) {
		enum kconfig_value v = kernel_option(f->kernel, module_rows[i].option);

		want[i].name = module_rows[i].name;
		/* nothing to be found, or no need to: what is at the end of the ramdisk
		 * need not be unpacked */
		want[i].found = v == KCONFIG_BUILT_IN || f->module[i].builtin ||
				(!module_rows[i].early && driver_facts_on_disk(f, i)) ||
				(v == KCONFIG_NOT_SET && !f->module[i].path) ||
				(named && f->in_ramdisk[i].state == RAMDISK_YES);
	}
}

/* What a look into `at` has found; the paths in `want` are taken. */
static int take_look(struct driver_facts *f, const struct ramdisks *all, size_t k, struct initrd_module *want,
		     const struct initrd_look *look, int err)
{
	const struct ramdisk *at = &all->at[k];

	for (size_t i = 0; i < N_MODULES; i++) {
		if (err == 0 && (want[i].path || !want[i].found))
			err = join(f, i, at, all->named, k == 0, &want[i], look);
		free(want[i].path);
		want[i].path = NULL;
	}
	if (err == 0 && look->err < 0)
		err = note_why(f, vms_asprintf("%s: %s", at->path,
					       look->why[0] ? look->why : vms_blocker(look->err)));
	return err;
}

static int look_into(struct driver_facts *f, const struct ramdisks *all, size_t k)
{
	const struct ramdisk *at = &all->at[k];
	struct initrd_module want[N_MODULES] = { 0 };
	struct initrd_look look = { 0 };
	int err;

	want_modules(f, all->named, want);
	err = at->recorded ? initrd_search_recorded(at->recorded, want, N_MODULES, &look) :
			     initrd_search(at->fd, at->off, at->size, f->kernel->release, want, N_MODULES, &look);
	return take_look(f, all, k, want, &look, err);
}

static void *look_thread(void *arg)
{
	struct look_ahead *a = arg;
	const struct ramdisk *at = &a->all.at[0];

	a->err = initrd_search(at->fd, at->off, at->size, a->release, a->want, N_MODULES, &a->look);
	return NULL;
}

/* Is one of them to be found that can be nowhere else? */
static bool is_worth_it(const struct initrd_module *want)
{
	for (size_t i = 0; i < N_MODULES; i++)
		if (module_rows[i].early && !want[i].found)
			return true;
	return false;
}

int driver_facts_ahead(struct vms_machine *m)
{
	struct driver_facts *f = installed_facts(m);
	struct look_ahead *a;
	int err;

	if (!f)
		return -ENOMEM;
	if (f->ahead || f->ramdisk_done || !f->kernel->release)
		return 0;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->release = f->kernel->release;
	want_modules(f, false, a->want);
	err = is_worth_it(a->want) ? ramdisks_find(m, f->kernel->release, &a->all) : 0;
	if (err == 0 && a->all.n > 0 && !a->all.at[0].recorded && vms_thread_start(&a->thread, look_thread, a) == 0)
		f->ahead = a;
	else
		clear_ahead(a);
	return err;
}

/* The look that was begun, if any, is the one into the first. */
static int look_into_all(struct driver_facts *f, const struct ramdisks *all, struct look_ahead *a)
{
	int err = 0;

	if (a)
		err = take_look(f, all, 0, a->want, &a->look, a->err);
	for (size_t k = a ? 1 : 0; k < all->n && err == 0 && f->kernel->release; k++)
		err = look_into(f, all, k);
	return err;
}

static int find_all(struct vms_machine *m, struct driver_facts *f, struct ramdisks *ret)
{
	struct look_ahead *a = f->ahead;

	if (!a)
		return ramdisks_find(m, f->kernel->release, ret);
	pthread_join(a->thread, NULL);
	f->ahead = NULL;
	*ret = a->all;
	a->all = (struct ramdisks){ .n = 0 };
	return 0;
}

int driver_facts_ramdisk(struct vms_machine *m, struct driver_facts *f)
{
	struct look_ahead *ahead = f->ahead;
	struct ramdisks all;
	int err;

	if (f->ramdisk_done)
		return 0;
	err = find_all(m, f, &all);
	if (err < 0)
		return err;
	if (all.why) {
		/* the one that was booted may be the one that is not to be seen */
		f->ramdisk_why = all.why;
		all.why = NULL;
	}
	err = look_into_all(f, &all, ahead);
	clear_ahead(ahead);
	for (size_t i = 0; i < N_MODULES && f->ramdisk_why; i++)
		if (f->in_ramdisk[i].state == RAMDISK_NO)
			f->in_ramdisk[i].state = RAMDISK_UNKNOWN;
	if (err == 0 && !f->ramdisk_why)
		err = note_why(
			f, all.n > 1 && !all.named
				   ? vms_asprintf("%s and %s differ, and which one was booted is not known",
						  all.at[0].path, all.at[1].path)
				   : strdup("the initial ramdisk could not be looked into"));
	ramdisks_clear(&all);
	f->ramdisk_done = err == 0;
	return err;
}
