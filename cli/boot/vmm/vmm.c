// SPDX-License-Identifier: GPL-2.0-or-later
/* What all hypervisors' machines have: a folder, its files made by commands, and an end. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "kept.h"
#include "vmm.h"

const struct vmm_ops *vmm_ops_of(enum vms_vmm which)
{
	static const struct vmm_ops *const tables[] = {
		[VMS_VMM_QEMU] = &vmm_qemu, [VMS_VMM_XEN] = &vmm_xen
	};

	return tables[which];
}

enum vmm_fault vmm_fault(struct vmm *vm, enum vmm_fault fault, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(vm->said, sizeof(vm->said), fmt, ap);
	va_end(ap);
	return fault;
}

/* Where temporary files go: where others may not put theirs in the place of ours. A short path: a socket's
 * name has 108 bytes. */
static enum vmm_fault make_folder(struct vmm *vm)
{
	const char *const paths[] = { getenv("TMPDIR"), "/tmp" };
	const char *tmp = "";
	int err = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		err = vms_folder_tmp(paths[i], 60, "vmspec-boot-cell", &vm->dir_place, &vm->dir_fd);
		if (err == -ENAMETOOLONG)
			continue;
		tmp = paths[i];
		if (err != -EUCLEAN)
			break;
	}
	if (err == -ENOMEM)
		return VMM_NO_MEMORY;
	if (err)
		return vmm_fault(vm, VMM_NO_FILES, "no folder in %s: %s", tmp, vms_error_text(err));
	vm->dir = vms_asprintf("%s/%s", tmp, vm->dir_place.name);
	return vm->dir ? VMM_NO_FAULT : VMM_NO_MEMORY;
}

static enum vmm_fault make_keep(struct vmm *vm)
{
	const struct boot_setup *s = vm->cell->setup;
	const char *name = vm->cell->facts->name;
	int fd;

	if (!s->keep)
		return VMM_NO_FAULT;
	vm->keep = vms_asprintf("%s/%s", s->keep, name);
	if (!vm->keep)
		return VMM_NO_MEMORY;
	fd = mkdirat(s->keep_fd, name, 0777) < 0
		     ? -1
		     : openat(s->keep_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return vmm_fault(vm, VMM_NO_FILES, "%s: %s", vm->keep, vms_error_text(-errno));
	vm->keep_fd = fd;
	return VMM_NO_FAULT;
}

enum vmm_fault vmm_open(const struct boot_cell *cell, const struct vmm_listener *listener, int stop,
			struct vmm **ret)
{
	const struct vmm_ops *ops = vmm_ops_of(cell->setup->vmm);
	struct vmm *vm = ops->open(cell);
	enum vmm_fault fault;

	if (!vm)
		return VMM_NO_MEMORY;
	*ret = vm;
	vm->listener = *listener;
	vm->stop = stop;
	fault = make_folder(vm);
	return fault ? fault : make_keep(vm);
}

void vmm_keep_command(const struct vmm *vm, char *const *argv)
{
	struct kept kept = { 0 };

	if (vm->keep)
		(void)kept_open(&kept, vm->keep_fd, "command"); /* what cannot be kept is not */
	for (; kept.file && *argv; argv++)
		fprintf(kept.file, "%s\n", *argv);
	kept_close(&kept);
}

/* The command that fails says why; that of ours which cannot even begin is named. */
static enum vmm_fault run_commands(struct vmm *vm, struct commands *c)
{
	const struct command *failed = NULL;
	char said[sizeof(vm->said) - 40] = "";
	int status = commands_run(c, &failed, said, sizeof(said));

	if (status == -ENOMEM)
		return VMM_NO_MEMORY;
	if (status < 0 && !failed->builtin)
		return vmm_fault(vm, VMM_NO_PROGRAM, "%s: %s", failed->words[0], vms_error_text(status));
	if (status)
		return vmm_fault(vm, VMM_NO_FILES, "%s: %s", failed->words[0], said);
	return VMM_NO_FAULT;
}

enum vmm_fault vmm_prepare(struct vmm *vm)
{
	struct commands prepare = { 0 }, start = { 0 };
	int err = vm->ops->commands(vm, false, &prepare, &start);
	enum vmm_fault fault = err ? VMM_NO_MEMORY : run_commands(vm, &prepare);

	commands_clear(&prepare);
	commands_clear(&start);
	return fault ? fault : vm->ops->prepare(vm);
}

void vmm_close(struct vmm *vm)
{
	struct vms_place place;
	int dir_fd, keep_fd;
	char *dir;

	if (!vm)
		return;
	dir = vm->dir;
	dir_fd = vm->dir_fd;
	keep_fd = vm->keep_fd;
	place = vm->dir_place;
	vm->ops->kill(vm);
	free(vm->seed);
	vm->ops->close(vm); /* keeps what is to be kept, and frees the rest */
	if (dir_fd >= 0) {
		vms_folder_remove(place.fd, place.name, dir_fd);
		close(dir_fd);
	}
	if (keep_fd >= 0)
		close(keep_fd);
	vms_place_close(&place);
	free(dir);
}
