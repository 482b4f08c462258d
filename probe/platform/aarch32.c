/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AArch32 at EL1, recommended (1.0) or optional (2.0) where the CPUs have it.
 * An AArch32 guest shows it by running; an AArch64 one can only tell whether the
 * CPUs have it (kernel log "detected: 32-bit EL1 Support").
 */
#include <errno.h>

#include "kernel/kmsg.h"
#include "chapter.h"
#include "core/machine.h"

static int check_aarch32(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_free_ char *line = NULL;
	int err;

	vms_evidence(r, "uname -m", "%s", m->arch);
	if (vms_machine_is_aarch32(m))
		return vms_pass(r, "the guest runs in AArch32 at EL1");
	err = vms_kmsg_find(m, "detected: 32-bit EL1 Support", &line);
	if (err == -ENOMEM)
		return err;
	if (err == -ENOENT)
		return vms_skip(r, "the CPUs have no AArch32 at EL1");
	if (err == 0)
		vms_evidence(r, "kernel log", "%s", line);
	return vms_skip(r, "only a boot in AArch32 can show it (VMSPEC-BOOT-AARCH32)");
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-AARCH32-EL1",
		.title = "VM can start in AArch32",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_aarch32,
		.reads = "the architecture of the running kernel; the kernel log",
		.passes = "the guest itself runs in AArch32",
		.fails = "never: an AArch64 guest can't show it, and skips",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_aarch32, "VM platform", checks);
