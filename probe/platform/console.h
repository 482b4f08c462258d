/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Serial consoles: which UART the kernel drives as ttyAMA, and what stands
 * behind hvc0. /sys/class/tty, /proc/tty/driver/, /proc/consoles.
 */
#ifndef VMS_CONSOLE_H
#define VMS_CONSOLE_H

#include "core/machine.h"

#define TTY_CLASS "/sys/class/tty"

enum uart_kind { UART_NONE, UART_UNNAMED, UART_PL011, UART_SBSA };

struct console_facts {
	/* ttyAMA ports of the class tty: 0 listed, else could not look */
	int tty_err;
	char *ttyama;	     /* the first: "ttyAMA0"; NULL: none */
	enum uart_kind uart; /* by driver or /proc/tty/driver/ttyAMA; UNNAMED: not told */
	char *uart_source, *uart_sign;
	/* /proc/consoles: 0 read, else could not look */
	int consoles_err;
	char *consoles;	      /* its names, a space between */
	bool hvc;	      /* an hvc console among them */
	unsigned hvc_numbers; /* a bit for each of hvc0 to hvc31 */
	bool xen;	      /* /sys/hypervisor/type is xen */
	bool virtio_console;  /* hvc, and a virtio device driven by virtio_console */
	/* without an hvc console: such a device, or Xen, may offer one all the same; or
	 * could not look */
	int may_offer;
};

/* The facts of `m`, read once. NULL: -ENOMEM. */
const struct console_facts *console_read(struct vms_machine *m);

#endif
