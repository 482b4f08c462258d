/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which PSCI does the VM offer? Chapter ARM Server Architecture of version 2.0:
 * 0.2 or later. Kernel log "psci: PSCIv1.1 detected in firmware.", FDT /psci,
 * FADT ARM_BOOT_ARCH. It is there to start secondary CPUs: cpus.h.
 */
#include <ctype.h>
#include <errno.h>

#include "chapter.h"
#include "cpus.h"
#include "facts.h"
#include "hwdesc/acpi.h"
#include "hwdesc/fdt.h"
#include "kernel/kmsg.h"
#include "kernel/remedy.h"

/* 65535.65535 is -1: PSCI_VERSION answered NOT_SUPPORTED, and every PSCI since 0.2 has it. */
#define NO_VERSION 0xffff

static int judge(struct vms_machine *m, struct vms_result *r, unsigned major, unsigned minor)
{
	if (major == NO_VERSION) {
		vms_remedy_for(m, r, REMEDY_PSCI);
		return vms_fail(r, "PSCI_VERSION answers NOT_SUPPORTED: no PSCI 0.2 or later");
	}
	if (major > 0 || minor >= 2)
		return vms_pass(r, "PSCI %u.%u", major, minor);
	vms_remedy_for(m, r, REMEDY_PSCI);
	return vms_fail(r, "PSCI %u.%u, older than 0.2", major, minor);
}

/* "psci: PSCIv1.1 detected in firmware." */
static bool parse_version(const char *line, unsigned *ret_major, unsigned *ret_minor)
{
	const char *at = strstr(line, "PSCIv");
	unsigned major, minor;

	if (!at || !isdigit((unsigned char)at[5]) || sscanf(at, "PSCIv%5u.%5u", &major, &minor) != 2)
		return false;
	*ret_major = major;
	*ret_minor = minor;
	return true;
}

/* What the kernel found out by asking. -ENOENT: nothing. */
static int from_log(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_free_ char *line = NULL, *old = NULL;
	unsigned major, minor;
	int err = vms_kmsg_find(m, "psci: PSCIv", &line);

	if (err == 0) {
		if (!parse_version(line, &major, &minor))
			return -ENOENT;
		vms_evidence(r, "kernel log", "%s", line);
		return judge(m, r, major, minor);
	}
	if (err == -ENOMEM)
		return err;
	/* version 0.1 can't be asked for its version */
	if (vms_kmsg_find(m, "psci: Using PSCI v0.1 Function IDs", &old) == 0) {
		vms_evidence(r, "kernel log", "%s", old);
		return judge(m, r, 0, 1);
	}
	return err;
}

int psci_version(struct vms_machine *m, unsigned *ret_major, unsigned *ret_minor)
{
	_cleanup_free_ char *line = NULL;
	const struct fdt_tree *tree = fdt_hardware(fdt_read(m));

	if (vms_kmsg_find(m, "psci: PSCIv", &line) == 0 && parse_version(line, ret_major, ret_minor))
		return *ret_major == NO_VERSION ? -ENODATA : 0;
	if (!tree || !tree->psci.node.there)
		return -ENODATA;
	*ret_major = tree->psci.version >> 16;
	*ret_minor = tree->psci.version & 0xffff;
	return 0;
}

/* Which version, by what the kernel was told or what is described. */
static int judge_version(struct vms_machine *m, struct vms_result *r)
{
	const struct acpi_facts *acpi = acpi_read(m);
	const struct fdt_facts *fdt = fdt_read(m);
	const struct fdt_tree *tree;
	int err;

	if (!acpi || !fdt)
		return -ENOMEM;
	err = from_log(m, r);
	if (err == 0 || err == -ENOMEM)
		return err;
	tree = fdt_hardware(fdt);
	if (acpi->fadt_err == 0 && acpi->fadt.psci) {
		vms_evidence(r, "/sys/firmware/acpi/tables/FACP", "ARM_BOOT_ARCH: PSCI compliant, by %s",
			     acpi->fadt.psci_hvc ? "HVC" : "SMC");
		return vms_pass(r, "PSCI 0.2 or later, by the FADT");
	}
	if (tree && tree->psci.node.there) {
		unsigned v = tree->psci.version;

		vms_evidence(r, fdt->source, "%s: compatible %s", tree->psci.node.path,
			     tree->psci.node.compatible);
		return judge(m, r, v >> 16, v & 0xffff);
	}
	if ((acpi->fadt_err == 0 && !acpi->fadt.psci) || tree) {
		vms_evidence(r, acpi->fadt_err == 0 ? "/sys/firmware/acpi/tables/FACP" : fdt->source,
			     "no PSCI");
		vms_remedy_for(m, r, REMEDY_PSCI);
		if (acpi->fadt_err != 0 && tree->n_cpus &&
		    streq(tree->cpus[tree->n_cpus - 1].enable, "spin-table"))
			return vms_fail(r, "CPUs are started by a spin-table, and no PSCI is described");
		return vms_fail(r, "no PSCI is described");
	}
	return vms_kmsg_blocked(r, err == -ENOENT ? -ENODATA : err);
}

/* It has the right version; did it start every CPU that the kernel asked it for? */
static int judge_started(struct vms_machine *m, struct vms_result *r)
{
	enum cpus_started state;
	unsigned cpu = 0;
	_cleanup_free_ char *version = strdup(r->reason);
	int why = 0, err = cpus_started(m, r, &state, &cpu, &why);

	if (err < 0)
		return err;
	switch (state) {
	case CPUS_ALL:
		return 0;
	case CPUS_GAVE_UP:
		return vms_pass(r, "%s; it started CPU %u too, which the kernel itself then gave up",
				version ? version : "PSCI", cpu);
	case CPUS_FAILED:
		vms_remedy_for(m, r, REMEDY_PSCI_CPU_ON);
		return vms_fail(r, "PSCI did not start CPU %u, which the kernel asked it for", cpu);
	case CPUS_UNTOLD:
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "start it and look again: write 1 to /sys/devices/system/cpu/cpu%u/online", cpu);
		return vms_unknown(r, "CPU %u is offline, and the kernel log does not say why", cpu);
	case CPUS_UNSEEN:
		break;
	}
	if (why == -ENODATA || why == -EACCES || why == -EPERM)
		vms_kmsg_blocked(r, why);
	return vms_unknown(r, "whether PSCI started every CPU can't be seen: %s", vms_blocker(why));
}

static int check_psci(struct vms_machine *m, struct vms_result *r)
{
	int err = judge_version(m, r);

	return err == 0 && r->status == VMS_PASS ? judge_started(m, r) : err;
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-PSCI",
		.title = "PSCI 0.2 or later, which starts the CPUs",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_psci,
		.reads = "the kernel log; FDT /psci; FADT ARM_BOOT_ARCH; CPUs enabled, present and online",
		.passes = "the firmware answers as, or is described as, PSCI 0.2 or later, and every CPU "
			  "that the kernel "
			  "asked it for came up",
		.fails = "it is PSCI 0.1, or none is described, or the kernel log says that a CPU did not "
			 "start",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_psci, "VM platform", checks);
