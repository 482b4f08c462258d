/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AArch32 at EL1, recommended (1.0) or optional (2.0) where the CPUs have it.
 * An AArch32 guest shows it by running; an AArch64 one can only tell whether the
 * CPUs have it (kernel log "detected: 32-bit EL1 Support", which kernels with KVM print).
 */
#include <errno.h>

#include "kernel/kmsg.h"
#include "kernel/options.h"
#include "chapter.h"
#include "core/machine.h"

static bool log_has(struct vms_machine *m, struct vms_result *r, const char *needle)
{
	_cleanup_free_ char *line = NULL;

	if (vms_kmsg_find(m, needle, &line) < 0)
		return false;
	vms_evidence(r, "kernel log", "%s", line);
	return true;
}

/* Would this kernel say it? Only one with KVM asks the CPUs for AArch32 at EL1. */
static bool asks_for_el1(struct vms_machine *m)
{
	_cleanup_free_ char *line = NULL;
	const struct kernel_options *k = kernel_options(m);

	if (k && kernel_option(k, OPTION_KVM) != KCONFIG_NOT_MENTIONED)
		return kernel_option(k, OPTION_KVM) == KCONFIG_BUILT_IN;
	return vms_kmsg_find(m, "kvm [", &line) == 0;
}

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
	if (err == 0)
		vms_evidence(r, "kernel log", "%s", line);
	else if (err == -ENOENT && asks_for_el1(m))
		return vms_skip(r, "the CPUs have no AArch32 at EL1");
	else if (err == -ENOENT && !log_has(m, r, "detected: 32-bit EL0 Support") &&
		 log_has(m, r, "CPU features: detected: "))
		/* every kernel since 4.7 says that of CPUs that have it, and EL1 needs EL0 */
		return vms_skip(r, "the CPUs have no AArch32, by all that this kernel detected");
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
