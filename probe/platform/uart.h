/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A PL011 or SBSA generic UART that the kernel does not drive: is one described, and
 * has the kernel a driver for it? Then one broken thing gives one failure: the driver's.
 */
#ifndef VMS_UART_H
#define VMS_UART_H

#include "core/machine.h"

enum uart_described { UART_NOT_DESCRIBED, UART_DESCRIBED_PL011, UART_DESCRIBED_SBSA, UART_UNSEEN };

/* By SPCR, DBG2, ACPI devices or the device tree; what says so goes to evidence.
 * UNSEEN: *ret_where could not be looked at, *ret_err. 0 or -ENOMEM. */
int uart_described(struct vms_machine *m, struct vms_result *r, enum uart_described *ret,
		   const char **ret_where, int *ret_err);

/* One is described, and there is no ttyAMA: state whose that is. `check`: the ID of the
 * driver's check. */
int uart_judge_undriven(struct vms_machine *m, struct vms_result *r, const char *check);

#endif
