/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is there a bus that disks and network cards can be plugged into while the
 * guest runs? Chapter The VM Platform. PCI (hotplug_pci.h), the interrupt of the PCIe
 * hot-plug driver, Hyper-V's VMBus, Xen's PV bus.
 *
 * What this kernel was not built for it cannot show: then the host is not to blame.
 */
#include <errno.h>
#include <strings.h>

#include "bus.h"
#include "chapter.h"
#include "hotplug_pci.h"
#include "hwdesc/acpi.h"
#include "hwdesc/fdt.h"
#include "irq.h"
#include "kernel/cmdline.h"
#include "kernel/options.h"
#include "kernel/remedy.h"

#define SEEN	 "/run/vmspec/hotplug" /* at most 16 lines, by vmspecd */
#define SEEN_MAX 8192
#define BUSES	 "/sys/bus"

/* Devices that vmspecd saw come and go in this boot. What a bus can take is decided by
 * the bus; this is what it has been seen to take. */
static void add_seen(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_buf_ struct vms_buf b = { NULL, 0 };
	const char *at, *line;
	size_t len;

	if (vms_root_read(m->root, SEEN, SEEN_MAX, &b) < 0)
		return;
	at = b.data;
	while (vms_next_line(&at, &line, &len))
		vms_evidence(r, SEEN, "%.*s", (int)len, line);
}

/* The first device of a bus to evidence; false: it is empty, or cannot be seen. */
static bool has_device(struct vms_machine *m, struct vms_result *r, const char *dir)
{
	char *const *names = NULL;

	if (vms_root_names(m->root, dir, &names) < 0 || !names[0])
		return false;
	vms_evidence(r, dir, "%s", names[0]);
	return true;
}

static bool pciehp_has_interrupt(struct vms_machine *m, struct vms_result *r)
{
	const struct irq_facts *irq = irq_read(m);

	if (!irq || !irq->pciehp[0])
		return false;
	vms_evidence(r, "/proc/interrupts", "%s", irq->pciehp);
	return true;
}

/* 1: one of the buses is there, and a pass stated. */
static int find_bus(struct vms_machine *m, struct vms_result *r)
{
	if (bus_is_xen(m) > 0 && has_device(m, r, "/sys/bus/xen/devices"))
		vms_pass(r, "the Xen PV bus takes devices while the guest runs");
	else if (has_device(m, r, "/sys/bus/vmbus/devices"))
		vms_pass(r, "Hyper-V's VMBus takes devices while the guest runs");
	else if (pciehp_has_interrupt(m, r))
		vms_pass(r, "a hot-plug-capable PCIe port, whose driver has an interrupt");
	else
		return 0;
	return 1;
}

/* The port can, and the kernel cannot: no fault of the bus, worth to know. */
static void tell_pciehp(struct vms_machine *m, struct vms_result *r)
{
	const struct kernel_options *k = kernel_options(m);

	if (k && kernel_option(k, OPTION_HOTPLUG_PCI_PCIE) == KCONFIG_NOT_SET)
		vms_evidence(r, k->config.path,
			     "CONFIG_%s is not set: this kernel has no pciehp, and sees nothing come",
			     kernel_option_name(OPTION_HOTPLUG_PCI_PCIE));
}

/* Is a PCI host bridge described? 1, 0, or -errno: could not look. */
static int pci_described(struct vms_machine *m, struct vms_result *r)
{
	const struct acpi_facts *acpi = acpi_read(m);
	const struct fdt_facts *fdt = fdt_read(m);
	const struct fdt_tree *tree = fdt_hardware(fdt);
	char *const *names = NULL;

	if (!acpi || !fdt)
		return -ENOMEM;
	if (vms_root_names(m->root, "/sys/bus/acpi/devices", &names) == 0) {
		for (char *const *name = names; *name; name++)
			if (startswith(*name, "PNP0A08:") || startswith(*name, "PNP0A03:")) {
				vms_evidence(r, "/sys/bus/acpi/devices", "%s", *name);
				return 1;
			}
		return 0;
	}
	if (!tree)
		return fdt->err < 0 && fdt->err != -ENOENT ? fdt->err : -ENODATA;
	vms_evidence(r, fdt->source, "%s", tree->pci.there ? tree->pci.path : "no PCI host bridge");
	return tree->pci.there;
}

/* /sys/bus can be listed, and this kernel has no PCI there. */
static int judge_without_pci(struct vms_machine *m, struct vms_result *r)
{
	int described;

	vms_evidence(r, BUSES, "no pci; no device on xen or vmbus");
	described = pci_described(m, r);
	if (described == -ENOMEM)
		return described;
	if (described == 0) {
		vms_remedy_for(m, r, REMEDY_HOTPLUG);
		return vms_fail(
			r, "no bus takes block and network devices while the guest runs: there is no PCI");
	}
	if (described > 0) {
		vms_remedy(r, VMS_IMAGE, "build the kernel with CONFIG_PCI=y");
		return vms_unknown(r, "PCI is described, and this kernel has no PCI to look at it with");
	}
	vms_remedy_rights(r);
	return vms_unknown(r, "this kernel has no PCI, and whether the VM has can't be seen: %s",
			   vms_blocker(described));
}

/* acpiphp.disable=1: the kernel shows no slot of ACPI hot-plug, whatever the host offers. Its own word for
 * what it took, else the command line. 0, 1, -errno. */
static int acpiphp_is_off(struct vms_machine *m, struct vms_result *r)
{
	static const char key[] = "acpiphp.disable", parameter[] = "/sys/module/acpiphp/parameters/disable";
	_cleanup_buf_ struct vms_buf now = { NULL, 0 };
	const struct cmdline *c = cmdline_read(m);
	bool off = false;

	if (vms_root_read_line(m->root, parameter, &now) == 0 &&
	    (streq(now.data, "Y") || streq(now.data, "N"))) {
		if (*now.data == 'Y')
			vms_evidence(r, parameter, "%s", now.data);
		return *now.data == 'Y';
	}
	if (!c)
		return -ENOMEM;
	if (c->err < 0)
		return c->err;
	/* one that is no bool changes nothing */
	for (const struct cmdline_word *w = NULL; (w = cmdline_next(c, key, w));)
		cmdline_bool(w, &off);
	if (off)
		vms_evidence(r, "/proc/cmdline", "%s", key);
	return off;
}

/* The driver is there: was it told not to show them? 0; 1: unknown was stated; -ENOMEM. */
static int acpiphp_unseen(struct vms_machine *m, struct vms_result *r)
{
	int off = acpiphp_is_off(m, r);

	if (off == 0 || off == -ENOMEM)
		return off;
	if (off < 0) {
		vms_unknown(r,
			    "no hot-plug-capable port, and whether the kernel's command line turns ACPI "
			    "hot-plug off cannot be seen: %s",
			    vms_blocker(off));
		return 1;
	}
	vms_remedy(r, VMS_GUEST_ADMIN, "boot without acpiphp.disable=, and look again");
	vms_unknown(r, "no hot-plug-capable port, and the kernel's command line turns ACPI hot-plug off "
		       "(acpiphp.disable=)");
	return 1;
}

/* A kernel that runs by the device tree sees nothing of what the firmware's ACPI tables offer. 0: there are
 * none; 1: unknown was stated; -ENOMEM. */
static int acpi_not_used(struct vms_machine *m, struct vms_result *r)
{
	const struct acpi_facts *acpi = acpi_read(m);

	if (!acpi)
		return -ENOMEM;
	if (acpi->published != 0)
		return 0;
	vms_evidence(r, acpi->published_by, "%s", acpi->published_how);
	vms_remedy(r, VMS_GUEST_ADMIN, "boot once with acpi=force on the kernel's command line");
	vms_unknown(
		r,
		"no hot-plug-capable port; the firmware published ACPI tables, and what they offer by ACPI "
		"hot-plug a kernel that runs by the device tree can't see");
	return 1;
}

/*
 * ACPI hot-plug (Device Check, _EJ0: Amazon's) shows as slots only where the kernel has
 * the driver for it. 0: it has, or does not run by ACPI; 1: unknown was stated; -ENOMEM.
 */
static int acpi_hotplug_unseen(struct vms_machine *m, struct vms_result *r)
{
	const struct kernel_options *k;
	enum kconfig_value value;

	if (vms_root_probe(m->root, "/sys/firmware/acpi") == -ENOENT)
		return acpi_not_used(m, r);
	k = kernel_options(m);
	value = k ? kernel_option(k, OPTION_HOTPLUG_PCI_ACPI) : KCONFIG_NOT_MENTIONED;
	if (value == KCONFIG_BUILT_IN)
		return acpiphp_unseen(m, r);
	if (value == KCONFIG_NOT_SET) {
		vms_evidence(r, k->config.path, "CONFIG_HOTPLUG_PCI_ACPI is not set");
		vms_remedy(r, VMS_IMAGE, "build the kernel with CONFIG_HOTPLUG_PCI_ACPI=y");
		vms_unknown(r, "no hot-plug-capable port; what the host offers by ACPI hot-plug this kernel "
			       "can't see "
			       "(CONFIG_HOTPLUG_PCI_ACPI)");
	} else {
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "make the kernel's configuration readable (/boot/config-*, /proc/config.gz)");
		vms_unknown(
			r,
			"no hot-plug-capable port, and it can't be seen whether this kernel would show ACPI "
			"hot-plug (CONFIG_HOTPLUG_PCI_ACPI)");
	}
	return 1;
}

/* Xen, and nothing on its bus. 1: a result was stated. */
static int judge_empty_xen(struct vms_machine *m, struct vms_result *r)
{
	const struct platform_facts *p = platform_read(m);
	int xen = bus_is_xen(m);

	if (!p)
		return -ENOMEM;
	if (xen < 0) {
		vms_blocked(r, "/sys/hypervisor/type", xen);
		return 1;
	}
	if (xen == 0)
		return 0;
	vms_evidence(r, p->sign ? p->source : "/sys/hypervisor", "%s", p->sign ? p->sign : "Xen");
	vms_evidence(r, "/sys/bus/xen/devices", "no device");
	if (p->platform == PLATFORM_XEN_CONTROL) {
		vms_skip(r, "Xen's control domain attaches devices to its guests, and is given none itself");
	} else {
		vms_remedy(r, VMS_HYPERVISOR,
			   "attach a disk or network card by Xen's PV bus, and look again");
		vms_unknown(r, "Xen's PV bus has no device on it: whether it takes one while the guest runs "
			       "does not show");
	}
	return 1;
}

static int judge_pci(struct vms_machine *m, struct vms_result *r)
{
	size_t n_pci = 0;
	enum answer service = hotplug_by_port_service(m, r), port = ANSWER_NO, slots = ANSWER_NO;
	int stated;

	if (service != ANSWER_YES)
		port = hotplug_by_config_space(m, r, &n_pci);
	if (service == ANSWER_YES || port == ANSWER_YES) {
		tell_pciehp(m, r);
		return vms_pass(r, "a hot-plug-capable PCIe port");
	}
	slots = hotplug_by_slots(m, r);
	if (slots == ANSWER_YES)
		return vms_pass(r, "PCI slots that can be hot-plugged");
	stated = judge_empty_xen(m, r);
	if (stated)
		return MIN(stated, 0);
	if (m->kind == VMS_KIND_RECORD)
		vms_remedy(r, VMS_GUEST_ADMIN,
			   "record the machine again: this record lacks a part of /sys/bus");
	else if (port == ANSWER_UNSEEN || slots == ANSWER_UNSEEN)
		vms_remedy_rights(r);
	if (slots == ANSWER_UNSEEN || (port == ANSWER_UNSEEN && service == ANSWER_UNSEEN)) {
		vms_evidence(r, BUSES, "no PCIe port services or no PCI slots to be seen");
		return vms_unknown(r, "PCI hot-plug could not be looked at: %s is not there",
				   slots == ANSWER_UNSEEN ? PCI_SLOTS : PORT_SERVICES);
	}
	if (port == ANSWER_UNSEEN)
		return vms_unknown(r, "the PCI bridges' configuration could not be read");
	stated = acpi_hotplug_unseen(m, r);
	if (stated)
		return MIN(stated, 0);
	vms_evidence(r, PCI_DEVICES, "%zu functions, no hot-plug-capable port", n_pci);
	vms_evidence(r, PCI_SLOTS, "no hot-pluggable slot");
	vms_remedy_for(m, r, REMEDY_HOTPLUG);
	return vms_fail(r, "no bus takes block and network devices while the guest runs");
}

static int check_hotplug(struct vms_machine *m, struct vms_result *r)
{
	int stated;

	add_seen(m, r);
	if (find_bus(m, r))
		return 0;
	if (vms_root_probe(m->root, BUSES "/pci") != -ENOENT)
		return judge_pci(m, r);
	stated = judge_empty_xen(m, r);
	return stated ? MIN(stated, 0) : judge_without_pci(m, r);
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-HOTPLUG",
		.title = "a bus for hot-plug",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_hotplug,
		.reads =
			"devices of /sys/bus/xen and /sys/bus/vmbus; /proc/interrupts (pciehp); PCIe port "
			"services and bridges' slot capabilities; /sys/bus/pci/slots; where there are none of "
			"these: /sys/hypervisor and SMBIOS for an empty Xen bus, ACPI's devices or the device "
			"tree for a PCI host bridge, whether the firmware published ACPI tables, the kernel's configuration, "
			"/sys/module/acpiphp/parameters/disable and /proc/cmdline; what vmspecd saw come and go "
			"(/run/vmspec/hotplug) as evidence",
		.passes = "a hot-plug-capable PCIe port, a hot-pluggable PCI slot, a device on Xen's PV bus "
			  "or Hyper-V's "
			  "VMBus",
		.fails = "all of these could be looked at by a kernel that has them, and there is none",
		.mends = "the hypervisor; the image where its kernel lacks the driver to see it (then it is "
			 "unknown)",
	},
};

VMS_CHECKS(vms_checks_hotplug, "VM platform", checks);
