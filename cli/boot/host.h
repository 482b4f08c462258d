/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who runs the guests here, and whether anything can be booted at all. */
#ifndef VMS_BOOT_HOST_H
#define VMS_BOOT_HOST_H

#include "request.h"

/* The hypervisor and its version, or why it starts nothing. GO_ON; else the exit status. */
int host_describe(struct pair *s);
/* An image that cannot be booted as it is: each cell says so. GO_ON: it can; else the exit status. */
int host_check_image(struct pair *s);

#endif
