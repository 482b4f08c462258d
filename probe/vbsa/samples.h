/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all CPUs were seen to do in a moment: taken once a run, live or from the record. */
#ifndef VMS_VBSA_SAMPLES_H
#define VMS_VBSA_SAMPLES_H

#include "core/machine.h"

struct vbsa_samples {
	int err; /* 0; -EOPNOTSUPP: not from here; could not look */
	struct vms_cpu_samples s;
};

/* The facts of `m`, taken once. NULL: -ENOMEM. */
const struct vbsa_samples *vbsa_samples_read(struct vms_machine *m);

#endif
