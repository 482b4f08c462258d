/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does the virtual counter run, and at its rate? CNTVCT and CNTFRQ, on the live machine. */
#ifndef VMS_COUNTER_H
#define VMS_COUNTER_H

#include "core/machine.h"

enum counter_state { COUNTER_UNSEEN, COUNTER_RUNS, COUNTER_STANDS, COUNTER_OFF_RATE };

/* *c: the readings that the state rests on. */
enum counter_state counter_read(struct vms_machine *m, struct vms_counter *c);

#endif
