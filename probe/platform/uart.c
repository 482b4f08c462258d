/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UARTs that are described, and the driver for them; see uart.h. */
#include <errno.h>

#include "guest/driver_facts.h"
#include "hwdesc/acpi.h"
#include "hwdesc/fdt.h"
#include "kernel/kmsg.h"
#include "uart.h"

#define ACPI_DEVICES "/sys/bus/acpi/devices"
#define TABLES	     "/sys/firmware/acpi/tables/"

static enum uart_described of_type(unsigned type)
{
	return type == 0x03		 ? UART_DESCRIBED_PL011
	       : acpi_uart_is_sbsa(type) ? UART_DESCRIBED_SBSA
					 : UART_NOT_DESCRIBED;
}

/* The namespace's devices, as amba-pl011.c takes them: ARMH0011, ARMHB000. Everybody may list them. */
static enum uart_described by_acpi_devices(struct vms_machine *m, struct vms_result *r)
{
	char *const *names = NULL;

	if (vms_root_names(m->root, ACPI_DEVICES, &names) < 0)
		return UART_UNSEEN;
	for (char *const *name = names; *name; name++)
		if (startswith(*name, "ARMH0011:") || startswith(*name, "ARMHB000:")) {
			vms_evidence(r, ACPI_DEVICES, "%s", *name);
			return UART_DESCRIBED_SBSA;
		}
	return UART_NOT_DESCRIBED;
}

static enum uart_described by_tables(const struct acpi_facts *acpi, struct vms_result *r)
{
	enum uart_described d = UART_NOT_DESCRIBED;

	if (acpi->spcr_err == 0 && (d = of_type(acpi->spcr.type)) != UART_NOT_DESCRIBED) {
		vms_evidence(r, TABLES "SPCR", "%s", acpi_uart_name(acpi->spcr.type));
		return d;
	}
	for (unsigned i = 0; acpi->dbg2_err == 0 && i < MIN(acpi->dbg2.n_uarts, (unsigned)ACPI_MAX_DBG2);
	     i++) {
		d = of_type(acpi->dbg2.uart[i].type);
		if (d == UART_NOT_DESCRIBED)
			continue;
		vms_evidence(r, TABLES "DBG2", "%s", acpi_uart_name(acpi->dbg2.uart[i].type));
		return d;
	}
	return d;
}

/* 0: not among the tables, or read; else why it can't be read. */
static int table_blocked(int err)
{
	return err == -ENOENT ? 0 : err;
}

int uart_described(struct vms_machine *m, struct vms_result *r, enum uart_described *ret,
		   const char **ret_where, int *ret_err)
{
	const struct acpi_facts *acpi = acpi_read(m);
	const struct fdt_facts *fdt = fdt_read(m);
	const struct fdt_tree *tree = fdt_hardware(fdt);
	enum uart_described devices;

	if (!acpi || !fdt)
		return -ENOMEM;
	*ret = by_tables(acpi, r);
	if (*ret != UART_NOT_DESCRIBED)
		return 0;
	devices = by_acpi_devices(m, r);
	*ret = devices == UART_UNSEEN ? UART_NOT_DESCRIBED : devices;
	if (*ret == UART_NOT_DESCRIBED && tree && tree->pl011.there) {
		vms_evidence(r, fdt->source, "%s: %s", tree->pl011.path, tree->pl011.compatible);
		*ret = fdt_is_compatible(tree->pl011.compatible, "arm,pl011") ? UART_DESCRIBED_PL011
									      : UART_DESCRIBED_SBSA;
	}
	if (*ret != UART_NOT_DESCRIBED)
		return 0;
	/* none to be seen: could all be looked at? A kernel runs by one of the two. */
	if (acpi->err == 0) {
		*ret_err = table_blocked(acpi->spcr_err) ?: table_blocked(acpi->dbg2_err);
		*ret_where = table_blocked(acpi->spcr_err) ? TABLES "SPCR" : TABLES "DBG2";
	} else if (vms_root_probe(m->root, "/sys/firmware/acpi") == 0) {
		*ret_err = acpi->err;
		*ret_where = TABLES "SPCR";
	} else {
		*ret_err = tree ? 0 : fdt->err == 0 || fdt->err == -ENOENT ? -ENODATA : fdt->err;
		*ret_where = fdt->source;
	}
	if (*ret_err < 0)
		*ret = UART_UNSEEN;
	return 0;
}

enum pl011_driver { PL011_UNSEEN, PL011_NONE, PL011_BUILT_IN, PL011_MODULE };

/* Has the running kernel amba-pl011, and in what form? -ENOMEM. */
static int has_driver(struct vms_machine *m, struct vms_result *r, enum pl011_driver *ret)
{
	const struct driver_facts *f = driver_facts(m);
	_cleanup_free_ char *line = NULL;
	const struct module *module;
	enum kconfig_value value;

	if (!f)
		return -ENOMEM;
	value = kernel_option(f->kernel, OPTION_PL011);
	module = &f->module[MODULE_PL011];
	if (value == KCONFIG_NOT_SET) {
		vms_evidence(r, f->kernel->config.path, "CONFIG_%s is not set",
			     kernel_option_name(OPTION_PL011));
		*ret = PL011_NONE;
	} else if (value == KCONFIG_BUILT_IN || module->builtin) {
		*ret = PL011_BUILT_IN;
	} else if (value == KCONFIG_MODULE || module->path) {
		*ret = PL011_MODULE;
	} else if (f->modules.builtin_err == 0 && f->modules.dep_err == 0) {
		vms_evidence(r, f->modules.dir, "no amba-pl011 in modules.builtin and modules.dep");
		*ret = PL011_NONE;
	} else {
		/* the driver's first words */
		*ret = vms_kmsg_find(m, "Serial: AMBA PL011 UART driver", &line) == 0 ? PL011_BUILT_IN
										      : PL011_UNSEEN;
	}
	return 0;
}

/* Who keeps a driver that is there from its UART? The kernel's command line, where it does. */
static void advise_undriven(struct vms_machine *m, struct vms_result *r, enum pl011_driver driver)
{
	static const char *const options[] = { "initcall_blacklist", "module_blacklist",
					       "modprobe.blacklist" };
	const struct driver_facts *f = driver_facts(m);

	for (size_t i = 0; f && i < ARRAY_SIZE(options); i++)
		for (const struct cmdline_word *w = NULL; (w = cmdline_next(f->cmdline, options[i], w));) {
			if (!w->value || !strstr(w->value, "pl011"))
				continue;
			vms_evidence(r, "/proc/cmdline", "%s", w->text);
			vms_remedy(r, VMS_GUEST_ADMIN, "boot without %s", w->text);
			return;
		}
	if (driver == PL011_BUILT_IN)
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "see in the kernel log why amba-pl011, which is built in, did not take the UART");
	else if (f && running_loaded(&f->running, "amba_pl011"))
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "see in the kernel log why amba-pl011, which is loaded, did not take the UART");
	else
		vms_remedy(r, VMS_GUEST_ADMIN, "load the module amba-pl011, now and at each boot");
}

int uart_judge_undriven(struct vms_machine *m, struct vms_result *r, const char *check)
{
	enum pl011_driver driver;

	if (has_driver(m, r, &driver) < 0)
		return -ENOMEM;
	if (driver == PL011_NONE)
		return vms_skip_because(
			r, check, VMS_FAIL,
			"needs %s, which failed: the UART is described, and this kernel has no driver for it",
			check);
	if (driver != PL011_UNSEEN) {
		advise_undriven(m, r, driver);
		return vms_fail(r, "a UART of the right kind is described, the kernel has its driver and "
				   "does not drive it");
	}
	vms_remedy(r, VMS_GUEST_ADMIN,
		   "make the kernel's configuration readable (/boot/config-*, /proc/config.gz)");
	return vms_unknown(
		r, "a UART of the right kind is described and not driven, and whether this kernel has its "
		   "driver can't be seen");
}
