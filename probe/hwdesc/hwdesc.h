/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checks of the chapter Hardware Description, over the facts of fdt.h and acpi.h. */
#ifndef VMS_HWDESC_H
#define VMS_HWDESC_H

#include "core/check.h"

/* check_fdt.c */
int hwdesc_check_efi_dtb(struct vms_machine *m, struct vms_result *r);
int hwdesc_check_fdt_complete(struct vms_machine *m, const struct vms_run_options *opt, struct vms_result *r);
/* check_acpi.c */
int hwdesc_check_efi_acpi(struct vms_machine *m, struct vms_result *r);
int hwdesc_check_acpi_complete(struct vms_machine *m, struct vms_result *r);
/* check_agree.c */
int hwdesc_check_agree(struct vms_machine *m, struct vms_result *r);

/* Things that are wrong, gathered to one line: "no GTDT; no SPCR". */
struct hwdesc_list {
	char text[600];
	size_t len;
	unsigned n; /* all, also those that no longer fit */
};

void hwdesc_add(struct hwdesc_list *l, const char *fmt, ...) _printf_(2, 3);

#endif
