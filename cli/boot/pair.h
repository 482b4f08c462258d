/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line to the verdict of the pair of image and hypervisor. */
#ifndef VMS_BOOT_PAIR_H
#define VMS_BOOT_PAIR_H

#include "request.h"

/* The image, the plan, the cells with their firmware. GO_ON; else the exit status,
 * after a complaint. */
int pair_open(struct pair *s, const struct boot_options *o);
void pair_close(struct pair *s);

/* Run all cells, judge, render. The exit status of the contract. */
int pair_run(struct pair *s);

/* Print the cells' names, a line each. The exit status. */
int pair_print_plan(struct pair *s);

/* Print what would be run, for a shell. The exit status. */
int pair_print(struct pair *s);

#endif
