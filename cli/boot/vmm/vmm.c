// SPDX-License-Identifier: GPL-2.0-or-later
/* What all hypervisors' machines have: a folder, its files made by commands, and an end. */
#include <errno.h>
#include <sys/stat.h>
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

/* A short path: a socket's name has 108 bytes. */
static enum vmm_fault make_folder(struct vmm *vm)
{
	const char *tmp = getenv("TMPDIR");
	char *dir;
	int err;

	if (!tmp || *tmp != '/' || strlen(tmp) > 60)
		tmp = "/tmp";
	dir = vms_asprintf("%s/vmspec-boot-XXXXXX", tmp);
	if (!dir)
		return VMM_NO_MEMORY;
	if (!mkdtemp(dir)) {
		err = errno;
		free(dir);
		return vmm_fault(vm, VMM_NO_FILES, "no folder in %s: %s", tmp, vms_error_text(-err));
	}
	vm->dir = dir;
	return VMM_NO_FAULT;
}

static enum vmm_fault make_keep(struct vmm *vm)
{
	const char *keep = vm->cell->setup->keep;

	if (!keep)
		return VMM_NO_FAULT;
	vm->keep = vms_asprintf("%s/%s", keep, vm->cell->facts->name);
	if (!vm->keep)
		return VMM_NO_MEMORY;
	if (mkdir(vm->keep, 0777) < 0 && errno != EEXIST)
		return vmm_fault(vm, VMM_NO_FILES, "%s: %s", vm->keep, vms_error_text(-errno));
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
	_cleanup_free_ char *path = vm->keep ? vms_asprintf("%s/command", vm->keep) : NULL;
	_cleanup_fclose_ FILE *f = path ? fopen(path, "we") : NULL;

	for (; f && *argv; argv++)
		fprintf(f, "%s\n", *argv);
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
	char *dir;

	if (!vm)
		return;
	dir = vm->dir;
	vm->ops->kill(vm);
	free(vm->seed);
	vm->ops->close(vm); /* keeps what is to be kept, and frees the rest */
	vms_remove_tree(dir);
	free(dir);
}
