/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * At which exception level did the CPUs start? Chapter ARM Server Architecture
 * of version 2.0. Kernel log: "CPU: All CPU(s) started at EL1" (arm64), "... in
 * SVC mode." (arm, which is EL1).
 */
#include <errno.h>

#include "kernel/kmsg.h"
#include "kernel/remedy.h"
#include "chapter.h"

static int check_el1(struct vms_machine *m, struct vms_result *r)
{
	static const struct {
		const char *text;
		bool el1;
	} signs[] = {
		{ "CPU(s) started at EL1", true },
		{ "CPU(s) started in SVC mode", true },
		{ "CPU(s) started at EL2", false },
		/* they came at EL2, and the kernel was told to use EL1 (5.14 and later) */
		{ "CPUs downgraded to EL1", false },
		{ "CPU(s) started in HYP mode", false },
		{ "CPUs started in inconsistent modes", false },
		{ "CPU(s) started in wrong/inconsistent modes", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		_cleanup_free_ char *line = NULL;
		int err = vms_kmsg_find(m, signs[i].text, &line);

		if (err == -ENOENT)
			continue;
		if (err < 0 && err != -ENODATA)
			return vms_kmsg_blocked(r, err);
		if (err < 0)
			continue;
		vms_evidence(r, "kernel log", "%s", line);
		if (signs[i].el1)
			return vms_pass(r, "all CPUs started at EL1");
		vms_remedy_for(m, r, REMEDY_EL1);
		return vms_fail(r, "not all CPUs started at EL1");
	}
	return vms_kmsg_blocked(r, -ENODATA);
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-EL1",
		.title = "every CPU started at EL1",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_el1,
		.reads = "the kernel log's line \"CPU: All CPU(s) started at EL1\"",
		.passes = "it says EL1 (AArch32: SVC mode)",
		.fails = "it says EL2, HYP mode, that the CPUs were downgraded to EL1, or started in "
			 "different modes",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_el1, "Virtual firmware", checks);
