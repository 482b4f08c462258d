/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Can the guest enumerate what it has? Chapter The VM Platform: processors,
 * devices and memory by FDT, ACPI or a bus such as PCI. Memory comes from the
 * UEFI map or the FDT by construction; CPUs, disks, network cards and consoles
 * are looked at one by one.
 */
#include <ctype.h>
#include <errno.h>

#include "bus.h"
#include "core/devices.h"
#include "chapter.h"
#include "hwdesc/acpi.h"
#include "hwdesc/fdt.h"
#include "kernel/options.h"
#include "cpus.h"
#include "facts.h"
#include "irq.h"

#define MADT	  "/sys/firmware/acpi/tables/APIC"
#define BASE_CPUS "/sys/firmware/devicetree/base/cpus"

/* What has been found on the way; the first of each is told. */
struct survey {
	unsigned n_anchored;
	char *anchored; /* the folder by which the last of them hangs off something */
	char *astray;	/* a device that hangs off nothing */
	char *unseen;	/* something that could not be looked at */
	int unseen_err;
};

static void note_unseen(struct survey *s, const char *what, int err)
{
	if (s->unseen)
		return;
	s->unseen = vms_strdup(what);
	s->unseen_err = err;
}

/* Partitions, and the cards of one controller: below the same folder. */
static bool below_anchored(const struct survey *s, const char *syspath)
{
	const char *rest = s->anchored ? startswith(syspath, s->anchored) : NULL;

	return rest && *rest == '/';
}

static int survey_device(struct vms_machine *m, struct survey *s, const char *what, const char *syspath)
{
	_cleanup_free_ char *at = NULL;
	enum bus_anchor anchor;
	int err;

	if (below_anchored(s, syspath) && vms_root_probe(m->root, syspath) == 0) {
		s->n_anchored++;
		return 0;
	}
	err = bus_anchor(m, syspath, &anchor, &at);
	if (err == -ENOMEM)
		return err;
	if (err < 0)
		note_unseen(s, syspath, err);
	else if (anchor == BUS_NOWHERE && !s->astray)
		s->astray = vms_asprintf("%s (%s)", what, at);
	else if (anchor == BUS_UNKNOWN)
		note_unseen(s, syspath, -ENODATA);
	else if (anchor != BUS_SOFTWARE && anchor != BUS_NOWHERE) {
		s->n_anchored++;
		free(s->anchored);
		s->anchored = at;
		at = NULL;
	}
	return 0;
}

static int survey_class(struct vms_machine *m, struct survey *s, const char *subsystem)
{
	struct vms_device *devices = NULL;
	size_t n = 0;
	int err = m->live->devices(m, subsystem, &devices, &n);

	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		_cleanup_free_ char *dir = vms_asprintf("/sys/class/%s", subsystem);

		if (!dir)
			return -ENOMEM;
		/* a kernel without block or network devices has no such class */
		if (err != -ENOENT)
			note_unseen(s, dir, err);
		return 0;
	}
	err = 0;
	for (size_t i = 0; !err && i < n; i++)
		err = survey_device(m, s, devices[i].sysname, devices[i].syspath);
	vms_devices_free(devices, n);
	return err;
}

/* tty0, tty1 ... (virtual terminals), netcon0, pstore-1, drm_log, ttynull0, boot consoles: no
 * device of their own that could be described. One that is behind a tty shows its
 * number. */
static bool is_software_console(const char *name, const char *flags, const char *number)
{
	static const char *const words[] = { "netcon",	"netcon_ext", "pstore",	 "ramoops",
					     "ttynull", "ttyprintk",  "drm_log", "drmlog" };

	if (strchr(flags, 'B') || !strchr(number, ':'))
		return true;
	if (startswith(name, "tty") && (name[3] == '\0' || isdigit((unsigned char)name[3])))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (startswith(name, words[i]))
			return true;
	return false;
}

static int survey_console(struct vms_machine *m, struct survey *s, const char *name)
{
	_cleanup_free_ char *path = vms_asprintf("/sys/class/tty/%s", name), *real = NULL, *what = NULL;
	int err = path ? m->live->tty(m, name, &real) : -ENOMEM;

	if (err == -ENOMEM)
		return err;
	/* hvc: a virtual tty over a console that Xen or a virtio device provides; without
	 * these, by CONFIG_HVC_DCC, over the CPU's own debug channel: the CPUs are described */
	if (startswith(name, "hvc")) {
		const struct kernel_options *k = kernel_options(m);

		if (bus_is_xen(m) > 0 || bus_virtio_has_driver(m, "virtio_console") > 0)
			s->n_anchored++;
		else if (!k || kernel_option(k, OPTION_HVC_DCC) != KCONFIG_BUILT_IN)
			note_unseen(s, path, -ENODATA);
		return 0;
	}
	if (err < 0) {
		note_unseen(s, path, err);
		return 0;
	}
	what = vms_asprintf("console %s", name);
	if (!what)
		return -ENOMEM;
	return survey_device(m, s, what, real);
}

static int survey_consoles(struct vms_machine *m, struct survey *s)
{
	_cleanup_buf_ struct vms_buf text = { NULL, 0 };
	int err = vms_root_read(m->root, "/proc/consoles", 1 << 16, &text);
	const char *cursor = text.data, *line;
	size_t len;

	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		note_unseen(s, "/proc/consoles", err);
		return 0;
	}
	for (cursor = text.data; vms_next_line(&cursor, &line, &len);) {
		char name[32], flags[32] = "", number[32] = "";
		_cleanup_free_ char *copy = strndup(line, len);

		/* "ttyAMA0   -W- (EC p a)  204:64" */
		if (!copy)
			return -ENOMEM;
		if (sscanf(copy, "%31s %*s (%31[^)]) %31s", name, flags, number) < 1 ||
		    is_software_console(name, flags, number))
			continue;
		err = survey_console(m, s, name);
		if (err < 0)
			return err;
	}
	return 0;
}

/* How many CPUs the hardware descriptions list. */
struct described_cpus {
	size_t n;
	bool seen;    /* a description could be read */
	bool damaged; /* and it is not whole */
	int unseen;   /* why another could not */
	const char *unseen_where;
};

/* The nodes of /cpus as the kernel unflattened them: world-readable. -ENOENT: none. */
static int cpus_of_base(struct vms_machine *m, size_t *ret)
{
	char *const *names = NULL;
	int err = vms_root_names(m->root, BASE_CPUS, &names);

	if (err < 0)
		return err;
	*ret = 0;
	for (char *const *name = names; *name; name++)
		if (startswith(*name, "cpu@") || streq(*name, "cpu"))
			(*ret)++;
	/* a folder of some CPU it is started by is in every tree: one without is not shown whole */
	return *ret ? 0 : -ENODATA;
}

static void tell_cpus(struct vms_result *r, struct described_cpus *d, const char *where, size_t n)
{
	vms_evidence(r, where, "describes %zu CPUs", n);
	d->seen = true;
	d->n = MAX(d->n, n);
}

static int read_described(struct vms_machine *m, struct vms_result *r, struct described_cpus *d)
{
	const struct acpi_facts *acpi = acpi_read(m);
	const struct fdt_facts *fdt = fdt_read(m);
	const struct fdt_tree *tree = fdt_hardware(fdt);
	const struct acpi_table *madt;
	size_t n, i;

	if (!acpi || !fdt)
		return -ENOMEM;
	madt = acpi_find(acpi, "APIC");
	if (acpi->madt_err == 0) {
		/* one that is neither enabled nor may come by hot-plug is no CPU to Linux */
		for (n = 0, i = 0; i < acpi->madt.n_cpus; i++)
			n += acpi->madt.cpus[i].enabled || acpi->madt.cpus[i].online_capable;
		tell_cpus(r, d, MADT, n);
		d->damaged = madt && madt->defect.text[0];
	} else if (acpi->madt_err != -ENOENT) {
		d->unseen = acpi->madt_err;
		d->unseen_where = MADT;
	}
	if (tree)
		tell_cpus(r, d, fdt->source, tree->n_cpus);
	else if (cpus_of_base(m, &n) == 0)
		tell_cpus(r, d, BASE_CPUS, n);
	else if (fdt->err < 0 && !d->seen && !d->unseen) {
		d->unseen = fdt->err == -ENOENT ? -ENODATA : fdt->err;
		d->unseen_where = "/sys/firmware/fdt";
	}
	return 0;
}

/* Every CPU that runs is in FDT or MADT. 0: they are; 1: a result was stated. */
static int judge_cpus(struct vms_machine *m, struct vms_result *r)
{
	struct described_cpus d = { 0 };
	unsigned running = 0;
	int err = read_described(m, r, &d);

	if (err < 0)
		return err;
	err = cpus_online(m, &running);
	if (err == -ENOMEM)
		return err;
	if (err < 0) {
		vms_blocked(r, "/sys/devices/system/cpu/online", err);
		return 1;
	}
	vms_evidence(r, "/sys/devices/system/cpu/online", "%u CPUs run", running);
	if (d.seen && d.n >= running)
		return 0;
	if (d.damaged)
		vms_unknown(r, "the MADT is damaged, so its CPUs can't be counted");
	else if (d.unseen && d.unseen != -ENODATA)
		vms_blocked(r, d.unseen_where, d.unseen);
	else if (!d.seen) {
		vms_remedy_rights(r);
		vms_unknown(r, "no hardware description can be seen that would list the CPUs");
	} else {
		vms_remedy(r, VMS_HYPERVISOR, "describe every CPU in MADT and FDT");
		vms_fail(r, "%u CPUs run, %zu are described", running, d.n);
	}
	return 1;
}

int cpus_described(struct vms_machine *m, size_t *ret)
{
	_cleanup_(vms_result_clear) struct vms_result r = { .status = VMS_UNKNOWN };
	struct described_cpus d = { 0 };
	int err = read_described(m, &r, &d);

	if (err < 0 || !d.seen || d.damaged)
		return err < 0 ? err : -ENODATA;
	*ret = d.n;
	return 0;
}

static int judge_devices(struct vms_result *r, struct survey *s)
{
	if (s->astray) {
		vms_evidence(r, "/sys/devices", "%s", s->astray);
		vms_remedy(r, VMS_HYPERVISOR,
			   "describe the device in FDT or ACPI, or put it on a bus that enumerates");
		vms_fail(r, "%s hangs off no description and no bus that enumerates", s->astray);
		return 1;
	}
	vms_evidence(r, "/sys/devices",
		     "%u disks, network cards and consoles hang off FDT, ACPI, a bus or Xen", s->n_anchored);
	return 0;
}

static int check_enumeration(struct vms_machine *m, struct vms_result *r)
{
	struct survey s = { 0 };
	int err, stated = 0;

	err = survey_class(m, &s, "block");
	if (!err)
		err = survey_class(m, &s, "net");
	if (!err)
		err = survey_consoles(m, &s);
	/* a device that hangs off nothing is evidence, whatever the CPUs say */
	if (!err && s.astray)
		stated = judge_devices(r, &s);
	if (!err && !stated)
		stated = judge_cpus(m, r);
	if (!err && !stated && s.unseen) {
		vms_blocked(r, s.unseen, s.unseen_err);
		stated = 1;
	}
	if (!err && !stated && judge_devices(r, &s) == 0)
		vms_pass(r, "all CPUs are described, all devices hang off a description or a bus");
	free(s.anchored);
	free(s.astray);
	free(s.unseen);
	return err < 0 ? err : MIN(stated, 0);
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-ENUMERATION",
		.title = "CPUs and devices can be enumerated",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_enumeration,
		.reads = "CPUs that run and those in MADT or FDT; block, net and console devices and what "
			 "they hang off "
			 "(of_node, firmware_node, subsystem in /sys/devices)",
		.passes = "every CPU is described; every device hangs off FDT, ACPI, a bus that enumerates, "
			  "or Xen's node",
		.fails = "a CPU runs that is not described, or a device hangs off nothing",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_enumeration, "VM platform", checks);
