/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of a plan: their hardware as facts, their names, and firmware for each. */
#ifndef VMS_BOOT_CELLS_H
#define VMS_BOOT_CELLS_H

#include "request.h"

/* Facts, names and firmware of each cell of the plan. GO_ON; else the exit status. */
int cells_make(struct pair *s);
/* Forget all cells but one, which keeps their names. GO_ON; else the exit status. */
int cells_keep(struct pair *s, size_t i);

#endif
