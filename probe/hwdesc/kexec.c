/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signs of a kexec; see kexec.h. In the device tree: what the kernel before put into /chosen
 * (drivers/of/kexec.c since 5.12; for a crash kernel also kexec-tools). In the log: redistributors whose LPIs
 * were on already, which no firmware of a VM does (drivers/irqchip/irq-gic-v3-its.c).
 */
#include <errno.h>

#include "kernel/kmsg.h"
#include "kexec.h"

int kexec_sign(struct vms_machine *m, const struct fdt_tree *tree, char **ret)
{
	static const char *const lines[] = { "GICv3: Using preallocated redistributor tables",
					     "Booted with LPIs enabled, memory probably corrupted" };
	char *sign = NULL;

	if (tree && tree->kexec) {
		sign = vms_asprintf("/chosen/%s in the device tree", tree->kexec);
		if (!sign)
			return -ENOMEM;
	}
	for (size_t i = 0; i < ARRAY_SIZE(lines) && !sign; i++) {
		_cleanup_free_ char *line = NULL;
		int err = vms_kmsg_find(m, lines[i], &line);

		if (err == 0)
			sign = vms_asprintf("\"%.120s\" in the kernel log", line);
		if (err == -ENOMEM || (err == 0 && !sign))
			return -ENOMEM;
	}
	*ret = sign;
	return 0;
}
