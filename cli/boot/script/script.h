/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of a cell, from its first process to its last: executed, or printed. */
#ifndef VMS_BOOT_SCRIPT_H
#define VMS_BOOT_SCRIPT_H

#include <stdio.h>
#include "boot/boot.h"

/* Run one cell to its end. `stop` becomes readable when all is to end. */
void script_run(struct boot_cell *cell, int stop);

/* For a shell: the commands that make the machine and start it; as comments what is done then. -errno */
int script_print(struct boot_cell *cell, FILE *f);

/* pool.c: all cells, `jobs` at a time, with a live display unless `silent`. Ends early, with what
 * there is, on SIGINT, SIGTERM and SIGHUP: *ret_signal then names it. 0 or -errno. */
int script_run_all(struct boot_cell *cells, size_t n, unsigned jobs, bool silent, int *ret_signal);

#endif
