/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes on, for people. */
#ifndef VMS_BOOT_PROGRESS_H
#define VMS_BOOT_PROGRESS_H

#include "boot/boot.h"

/* `stage` is a constant string. */
void progress_stage(struct boot_cell *cell, const char *stage);
void progress_last_line(struct boot_cell *cell, const char *line);
void progress_ended(struct boot_cell *cell, bool verdict);

struct display {
	struct boot_cell *cells;
	size_t n;
	unsigned painted; /* lines on the terminal now */
};
void display_paint(struct display *d);

#endif
