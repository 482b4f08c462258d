/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc/interrupts tells about the interrupt controller and the timer.
 * A row of the arm kernels: "10: 3614 3609 GICv3 27 Level arch_timer": Linux'
 * number, a count a CPU, chip, hardware number (INTID), trigger, action.
 */
#ifndef VMS_IRQ_H
#define VMS_IRQ_H

#include "core/machine.h"

struct irq_facts {
	int err;	      /* reading /proc/interrupts: 0, -errno could not look */
	unsigned n_cpus;      /* columns: CPUs that are online */
	unsigned n_rows;      /* of interrupts that have a number; none: a container's stand-in */
	char chip[64];	      /* of the arch_timer row, else of the first GIC row; "" none */
	char timer_row[168];  /* the arch_timer row without its counts; "" none */
	unsigned timer_intid; /* 0: none seen */
	bool timer_counts;    /* it ticked */
	bool others_count;    /* a row that is not the timer's came */
	char pciehp[96];      /* the actions of a row of the PCIe hot-plug driver; "" none */
};

/* The facts of `m`, read once. NULL: -ENOMEM. */
const struct irq_facts *irq_read(struct vms_machine *m);

/* "GICv3", "GIC-0" ... to 2, 3, 5; 0: no GIC's name that we know. */
unsigned irq_gic_version(const char *chip);

/* Over the text of /proc/interrupts. False: no such table. */
bool irq_parse(const char *text, struct irq_facts *ret);

#endif
