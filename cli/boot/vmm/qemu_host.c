// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this host's QEMU can. Which GIC its hardware gives to guests QEMU is asked as libvirt asks
 * it: a machine "none", and query-gic-capabilities (QEMU's qapi/misc-target.json).
 */
#include <errno.h>
#include <sys/utsname.h>
#include "boot/clock.h"
#include "qemu_driver.h"

bool qemu_can_kvm(bool aarch32)
{
	struct utsname u;

	if (uname(&u) < 0 || access("/dev/kvm", R_OK | W_OK) < 0)
		return false;
	return startswith(u.machine, "aarch64") || (aarch32 && startswith(u.machine, "armv"));
}

int qemu_version(const char *program, char **ret, char *said, size_t size)
{
	char *const argv[] = { strdupa(program), (char[]){ "--version" }, NULL };
	const char *v;
	int status = process_run(argv, said, size);

	if (status < 0)
		return status;
	said[strcspn(said, "\n")] = '\0'; /* copyright */
	v = status ? NULL : startswith(said, "QEMU emulator version ");
	if (!v)
		return -ENOEXEC;
	*ret = strndup(v, strcspn(v, " "));
	return *ret ? 0 : -ENOMEM;
}

enum answer { DOES_NOT_SAY, NO, YES };

/* [{"version": 2, "emulated": true, "kernel": false}, ...] */
static enum answer gic_of_kernel(struct json_object *list, unsigned version)
{
	for (size_t i = 0; i < vms_json_items(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		int64_t n;

		if (vms_json_get_int(o, "version", &n) && n == version &&
		    vms_json_get(o, "kernel", json_type_boolean))
			return vms_json_get_true(o, "kernel") ? YES : NO;
	}
	return DOES_NOT_SAY;
}

enum vmm_fault qemu_host_can(struct qemu *q)
{
	const struct boot_cell *cell = q->vm.cell;
	_cleanup_free_ char *socket = vms_asprintf("socket,id=qmp,path=%s/qmp", q->vm.dir);
	char *argv[] = { strdupa(qemu_program(cell)),
			 (char[]){ "-machine" },
			 (char[]){ "none,accel=kvm:tcg" },
			 (char[]){ "-nodefaults" },
			 (char[]){ "-no-user-config" },
			 (char[]){ "-display" },
			 (char[]){ "none" },
			 (char[]){ "-chardev" },
			 socket,
			 (char[]){ "-mon" },
			 (char[]){ "chardev=qmp,mode=control" },
			 NULL };
	enum answer can = DOES_NOT_SAY;

	if (!cell->kvm || !cell->facts->gic)
		return VMM_NO_FAULT;
	if (!socket)
		return VMM_NO_MEMORY;
	/* a QEMU that does not answer is met again when the cell starts */
	if (!qemu_connect(q, 1, argv, boot_now() + 10) &&
	    !qemu_ask(q, "query-gic-capabilities", NULL, boot_now() + 10))
		can = gic_of_kernel(q->qmp.reply.value, cell->facts->gic);
	q->vm.ops->kill(&q->vm);
	return can == NO ? vmm_fault(&q->vm, VMM_HOST_CANNOT,
				     "the host's hardware has no GICv%u for guests (query-gic-capabilities)",
				     cell->facts->gic)
			 : VMM_NO_FAULT;
}
