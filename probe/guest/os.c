/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMSPEC-OS-EFI and VMSPEC-OS-ACPI: does the guest's kernel use what the firmware
 * gave it? Reads /sys/firmware/efi, the device tree's /chosen, /sys/firmware/acpi/tables
 * and, where that is not there, the kernel's command line and configuration.
 */
#include <errno.h>

#include "kernel/cmdline.h"
#include "kernel/kmsg.h"
#include "kernel/options.h"
#include "chapter.h"
#include "hwdesc/fdt.h"

#define EFI  "/sys/firmware/efi"
#define ACPI "/sys/firmware/acpi/tables"

/* Why it shows no EFI: by what it says of itself. The EFI stub, which leads each kernel of UEFI's, is part
 * of CONFIG_EFI: a kernel that was built without is the rarest reason. */
static int explain_no_efi(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_free_ char *greeting = NULL;
	const struct cmdline *cmdline = cmdline_read(m);
	const struct cmdline_word *kept = NULL;
	const struct kernel_options *k = kernel_options(m);
	int err = vms_kmsg_find(m, "efi: EFI v", &greeting);
	enum kconfig_value value;

	if (err == -ENOMEM || !k || !cmdline)
		return -ENOMEM;
	value = kernel_option(k, OPTION_EFI);
	if (!greeting && value != KCONFIG_BUILT_IN) {
		if (value == KCONFIG_NOT_SET)
			vms_evidence(r, k->config.path, "CONFIG_EFI is not set");
		vms_remedy(r, VMS_IMAGE, "build the kernel with CONFIG_EFI=y");
		return vms_fail(r, "the firmware is UEFI, and the kernel runs without EFI support");
	}
	if (greeting)
		vms_evidence(r, "kernel log", "%s", greeting);
	else
		vms_evidence(r, k->config.path, "CONFIG_EFI=y");
	while ((kept = cmdline_next(cmdline, "initcall_blacklist", kept)))
		if (cmdline_lists(kept, "efisubsys_init"))
			break;
	if (kept) {
		vms_evidence(r, "/proc/cmdline", "%s", kept->text);
		vms_remedy(r, VMS_GUEST_ADMIN, "boot without initcall_blacklist=efisubsys_init");
	} else {
		vms_remedy(r, VMS_IMAGE,
			   "look in the kernel log for what its EFI code says after that (lines \"efi:\"): "
			   "it has EFI support, and ended before it made " EFI);
	}
	return vms_fail(r, "the kernel has EFI support%s, and shows no " EFI,
			greeting ? " and found UEFI" : "");
}

static int check_os_efi(struct vms_machine *m, struct vms_result *r)
{
	int err = vms_root_probe(m->root, EFI);
	const struct fdt_facts *fdt;

	if (err == 0) {
		vms_evidence(r, EFI, "there");
		return vms_pass(r, "the kernel runs with EFI");
	}
	if (err != -ENOENT)
		return vms_blocked(r, EFI, err);
	vms_evidence(r, EFI, "not there");
	fdt = fdt_read(m);
	if (!fdt)
		return -ENOMEM;
	/* booted by UEFI or not, the directory is made by the kernel's own EFI code */
	if (fdt->err == 0 && fdt->tree.uefi)
		vms_evidence(r, fdt->source, "/chosen/linux,uefi-system-table is there");
	return explain_no_efi(m, r);
}

/* Nobody told it not to: can it at all? */
static int explain_unused(struct vms_machine *m, struct vms_result *r)
{
	const struct kernel_options *k = kernel_options(m);
	enum kconfig_value value;

	if (!k)
		return -ENOMEM;
	value = kernel_option(k, OPTION_ACPI);
	if (value == KCONFIG_NOT_SET) {
		vms_evidence(r, k->config.path, "CONFIG_ACPI is not set");
		vms_remedy(r, VMS_IMAGE, "build the kernel with CONFIG_ACPI=y");
		return vms_fail(r, "the kernel was built without CONFIG_ACPI");
	}
	vms_remedy(r, VMS_GUEST_ADMIN, "acpi=force makes a kernel with ACPI support use it");
	if (value == KCONFIG_BUILT_IN)
		return vms_fail(r, "the firmware publishes ACPI, and the kernel took the device tree");
	return vms_fail(
		r, "the firmware publishes ACPI, and the kernel does not use it: it took the device tree, "
		   "or was built without CONFIG_ACPI");
}

/* Not there: what the log says about it. */
static int explain_no_acpi(struct vms_machine *m, struct vms_result *r)
{
	const struct cmdline *c = cmdline_read(m);

	if (!c)
		return -ENOMEM;
	vms_evidence(r, ACPI, "not there");
	/* acpi=on and acpi=force do not take it back (parse_acpi()) */
	for (const struct cmdline_word *w = NULL; (w = cmdline_next(c, "acpi", w));) {
		if (!streq_or_null(w->value, "off"))
			continue;
		vms_evidence(r, "/proc/cmdline", "%s", w->text);
		vms_remedy(r, VMS_GUEST_ADMIN, "boot without acpi=off");
		return vms_fail(r, "the kernel was told not to use ACPI");
	}
	return explain_unused(m, r);
}

static int check_os_acpi(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_free_ char *line = NULL;
	const char *where = ACPI;
	int err = vms_root_probe(m->root, ACPI);

	/* without tables to show, too: the directory above is made when the interpreter is enabled
	 * (acpi_init() of drivers/acpi/bus.c), not with acpi=off or a device tree */
	if (err == -ENOENT)
		err = vms_root_probe(m->root, where = "/sys/firmware/acpi");
	if (err == 0)
		vms_evidence(r, where, "there");
	if (err == 0 || vms_kmsg_find(m, "ACPI: Interpreter enabled", &line) == 0) {
		if (line)
			vms_evidence(r, "kernel log", "%s", line);
		return vms_pass(r, "the kernel runs with ACPI");
	}
	if (err == -VMS_ENOPARENT && vms_root_probe(m->root, "/sys/firmware/acpi") == -ENOENT)
		err = -ENOENT;
	if (err != -ENOENT)
		return vms_blocked(r, ACPI, err);
	return explain_no_acpi(m, r);
}

static const struct vms_check checks[] = {
	{ .id = "VMSPEC-OS-EFI",
	  .title = "the kernel runs with EFI",
	  .needs = { "VMSPEC-EFI" },
	  .kinds = VMS_KIND_MACHINE,
	  .machine_fn = check_os_efi,
	  .reads = EFI
	  "; the device tree's /chosen/linux,uefi-system-table; the kernel log, /proc/cmdline and the "
	  "kernel's configuration for why",
	  .passes = EFI " is there",
	  .fails = "the firmware is UEFI, and the kernel has no " EFI,
	  .mends = "the image: a kernel with CONFIG_EFI=y whose EFI code starts" },
	{ .id = "VMSPEC-OS-ACPI",
	  .title = "the kernel runs with ACPI",
	  .needs = { "VMSPEC-EFI-ACPI" },
	  .kinds = VMS_KIND_MACHINE,
	  .machine_fn = check_os_acpi,
	  .reads = ACPI "; the kernel log; /proc/cmdline",
	  .passes = "the kernel shows the ACPI tables that it uses",
	  .fails = "the firmware publishes ACPI, and the kernel does not use it",
	  .mends = "the guest's administrator: acpi=force; the image: a kernel with CONFIG_ACPI" },
};
VMS_CHECKS(vms_checks_os, "Guest OS in the image", checks);
