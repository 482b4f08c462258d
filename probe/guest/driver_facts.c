/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of the VMSPEC-OS-DRIVER-* checks; see driver_facts.h. */
#include <errno.h>

#include "driver_facts.h"

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
	[MODULE_VIRTIO_SCSI] = { "virtio_scsi", OPTION_VIRTIO_SCSI, true },
	[MODULE_VIRTIO_NET] = { "virtio_net", OPTION_VIRTIO_NET, false },
	[MODULE_VIRTIO_BALLOON] = { "virtio_balloon", OPTION_VIRTIO_BALLOON, false },
	[MODULE_XEN_BLK] = { "xen_blkfront", OPTION_XEN_BLK, true },
	[MODULE_XEN_NET] = { "xen_netfront", OPTION_XEN_NET, false },
};

enum kernel_option driver_module_option(enum driver_module i)
{
	return module_rows[i].option;
}

bool driver_module_is_early(enum driver_module i)
{
	return i < N_MODULES && module_rows[i].early;
}

bool driver_facts_on_disk(const struct driver_facts *f, enum driver_module i)
{
	return f->module[i].path && f->module[i].file_err != -ENOENT;
}

/* "virtio_ring", by the file's name. */
static char *module_name(const char *base, size_t len)
{
	char *name = vms_strndup(base, len);

	for (char *p = name; p && *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

static int add_dependency(struct driver_facts *f, size_t of, const char *base, size_t len)
{
	_cleanup_free_ char *name = module_name(base, len);

	if (!name)
		return -ENOMEM;
	for (size_t i = 0; i < f->n_dependencies; i++) {
		if (streq(f->dependency[i].name, name)) {
			f->dependency[i].of |= 1u << of;
			return 0;
		}
	}
	if (f->n_dependencies == DEPENDENCIES_MAX) {
		f->dependencies_cut |= 1u << of;
		return 0;
	}
	f->dependency[f->n_dependencies++] = (struct dependency){ name, 1u << of };
	name = NULL;
	return 0;
}

/* What each of them needs before it can be loaded; modules.dep lists all of it, and
 * nothing that is built in. */
static int read_dependencies(struct driver_facts *f)
{
	int err = 0;

	for (size_t i = 0; i < N_MODULES; i++) {
		const char *at = f->module[i].deps, *base;
		size_t len;

		if (!at)
			f->dependencies_cut |= 1u << i;
		while (at && !err && (at = modules_next_dep(at, &base, &len)))
			err = add_dependency(f, i, base, len);
	}
	return err;
}

static int read_facts(struct vms_machine *m, void *data)
{
	struct driver_facts *f = data;
	int err;

	f->kernel = kernel_options(m);
	if (!f->kernel)
		return -ENOMEM;
	for (size_t i = 0; i < N_MODULES; i++)
		f->module[i].name = module_rows[i].name;
	f->module[N_MODULES].name = "configs";
	err = modules_read(m, f->kernel->release, &f->modules, f->module, N_MODULES + 1);
	if (!err)
		err = read_dependencies(f);
	if (err < 0)
		return err;
	f->cmdline = cmdline_read(m);
	return f->cmdline ? running_read(m, &f->running) : -ENOMEM;
}

static void clear_facts(void *data)
{
	struct driver_facts *f = data;

	driver_facts_ramdisk_clear(f);
	modules_clear(&f->modules, f->module, N_MODULES + 1);
	running_clear(&f->running);
	for (size_t i = 0; i < f->n_dependencies; i++)
		free(f->dependency[i].name);
}

struct driver_facts *driver_facts(struct vms_machine *m)
{
	return vms_machine_fact(m, VMS_FACT_DRIVERS, sizeof(struct driver_facts), read_facts, clear_facts);
}
