/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --join: cells that were judged elsewhere as one boot matrix. */
#ifndef VMS_BOOT_JOIN_H
#define VMS_BOOT_JOIN_H

#include "common/cli.h"

/* Read the documents, judge them as one, render. The exit status of the contract. */
int boot_join(const struct cli_asked *asked, char *const *files, size_t n);

#endif
