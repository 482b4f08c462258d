// SPDX-License-Identifier: GPL-2.0-or-later
/* Gathers the facts of a machine's document from the readers; none is read anew, none is judged. */
#include <errno.h>

#include "core/verdict.h"
#include "facts.h"
#include "firmware/efi.h"
#include "hwdesc/acpi.h"
#include "hwdesc/fdt.h"
#include "kernel/kmsg.h"
#include "kernel/options.h"
#include "platform/console.h"
#include "platform/cpus.h"
#include "platform/facts.h"
#include "platform/gic.h"
#include "platform/irq.h"

static int copy(const char *from, char **ret)
{
	if (!from)
		return 0;
	*ret = vms_printable(from, strlen(from));
	return *ret ? 0 : -ENOMEM;
}

static int platform_facts(struct vms_machine *m, struct vms_facts *f)
{
	const struct irq_facts *irq = irq_read(m);
	const struct console_facts *console = console_read(m);
	unsigned online = 0;

	if (!irq || !console || gic_version(m, &f->gic_version) == -ENOMEM)
		return -ENOMEM;
	f->timer_interrupt = irq->timer_intid;
	f->psci = psci_version(m, &f->psci_major, &f->psci_minor) == 0;
	if (cpus_described(m, &f->cpus_described) == -ENOMEM)
		return -ENOMEM;
	if (cpus_online(m, &online) == 0)
		f->cpus_online = online;
	return console->consoles && *console->consoles ? copy(console->consoles, &f->consoles) : 0;
}

/* A table's revision counts tenths: UEFI 2.7 is 2 and 70. */
static int firmware_facts(struct vms_machine *m, struct vms_facts *f)
{
	static const struct {
		const char *text;
		unsigned level;
	} levels[] = { { "CPU(s) started at EL1", 1 }, { "CPU(s) started at EL2", 2 } };
	const struct efi_facts *efi = efi_read(m);

	if (!efi)
		return -ENOMEM;
	f->uefi_major = efi->major;
	f->uefi_minor = efi->minor * 10;
	for (size_t i = 0; i < ARRAY_SIZE(levels) && !f->exception_level; i++) {
		_cleanup_free_ char *line = NULL;

		if (vms_kmsg_find(m, levels[i].text, &line) == 0)
			f->exception_level = levels[i].level;
	}
	return copy(efi->vendor, &f->uefi_vendor);
}

static int description_facts(struct vms_machine *m, struct vms_facts *f)
{
	static const char *const origins[] = { [FDT_ORIGIN_UNKNOWN] = "unknown",
					       [FDT_ORIGIN_FIRMWARE] = "firmware",
					       [FDT_ORIGIN_STUB] = "stub" };
	const struct acpi_facts *acpi = acpi_read(m);
	const struct fdt_facts *fdt = fdt_read(m);
	const struct kernel_options *options = kernel_options(m);

	const struct efi_facts *efi = efi_read(m);

	if (!acpi || !fdt || !options || !efi)
		return -ENOMEM;
	/* without UEFI there was no firmware to publish it: whatever loaded the kernel gave it */
	if (fdt->err == 0 && (fdt->origin != FDT_ORIGIN_FIRMWARE || efi->sysfs_err == 0 ||
			      efi->fdt_err == 0 || efi->version_err == 0))
		f->fdt = origins[fdt->origin];
	else if (fdt->err == -ENOENT)
		f->fdt = "none";
	if (streq(m->arch, "aarch64"))
		f->no_acpi_support = kernel_option(options, OPTION_ACPI) == KCONFIG_NOT_SET;
	if (acpi->err == 0 && acpi->n_tables)
		f->described_by = "acpi";
	else if (fdt_hardware(fdt))
		f->described_by = "fdt";
	return 0;
}

/* PRETTY_NAME="Debian GNU/Linux 12 (bookworm)" */
static int os_name(struct vms_machine *m, char **ret)
{
	static const char *const files[] = { "/etc/os-release", "/usr/lib/os-release" };
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	const char *cursor, *line;
	int err = -ENOENT;
	size_t len;

	for (size_t i = 0; i < ARRAY_SIZE(files) && err < 0; i++)
		err = vms_root_read(m->root, files[i], 65536, &text);
	if (err < 0)
		return err == -ENOMEM ? err : 0;
	cursor = text.data;
	while (vms_next_line(&cursor, &line, &len)) {
		const char *value = len > 12 ? startswith(line, "PRETTY_NAME=") : NULL;

		if (!value)
			continue;
		len -= 12;
		if (len >= 2 && (*value == '"' || *value == '\'') && value[len - 1] == *value)
			value++, len -= 2;
		*ret = vms_printable(value, MIN(len, (size_t)128));
		return *ret ? 0 : -ENOMEM;
	}
	return 0;
}

int machine_facts(struct vms_machine *m, struct vms_facts **ret)
{
	struct vms_facts *f = calloc(1, sizeof(*f));
	const struct kernel_options *kernel = kernel_options(m);
	int err = f && kernel ? 0 : -ENOMEM;

	if (!err)
		err = platform_facts(m, f);
	if (!err)
		err = firmware_facts(m, f);
	if (!err)
		err = description_facts(m, f);
	if (!err)
		err = copy(kernel->release, &f->kernel);
	if (!err)
		err = os_name(m, &f->os);
	if (err < 0) {
		vms_facts_free(f);
		return err;
	}
	*ret = f;
	return 0;
}
