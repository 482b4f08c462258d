/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is there a bus that disks and network cards can be plugged into while the
 * guest runs? Chapter The VM Platform. PCIe ports (PCI Express Base, Slot
 * Capabilities bit 6), ACPI PCI hot-plug (/sys/bus/pci/slots), Xen PV bus.
 */
#include <errno.h>

#include "bus.h"
#include "chapter.h"
#include "core/span.h"
#include "kernel/options.h"
#include "kernel/remedy.h"

#define PCI_DEVICES "/sys/bus/pci/devices"
#define PCI_SLOTS "/sys/bus/pci/slots"
#define SEEN "/run/vmspec/hotplug" /* at most 16 lines, by vmspecd */
#define SEEN_MAX 8192
#define PORT_SERVICES "/sys/bus/pci_express/devices"

enum answer { NO, YES, UNSEEN };

/* "0000:00:01.0:pcie004": a port service, the low byte says which; 4 is hot-plug
 * (include/linux/pcieport_if.h). */
static enum answer by_port_service(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_strv_ char **names = NULL;

	if (vms_root_list(m->root, PORT_SERVICES, &names) < 0)
		return UNSEEN;
	for (char **name = names; *name; name++) {
		const char *service = strstr(*name, ":pcie");

		if (service && (strtoul(service + 5, NULL, 16) & 0xff) == 4) {
			vms_evidence(r, PORT_SERVICES, "%s: PCIe hot-plug service", *name);
			return YES;
		}
	}
	return NO;
}

/* Walk the capability list of a type 1 header to the PCIe one. */
static enum answer port_can(struct vms_span config)
{
	uint8_t at = 0, id = 0, next = 0;
	uint16_t flags, status;
	uint32_t slot;

	if (!span_le16(config, 0x06, &status))
		return UNSEEN;
	if (!(status & 0x10))
		return NO;
	if (!span_u8(config, 0x34, &at))
		return UNSEEN;
	for (int i = 0; i < 48 && at >= 0x40; i++) {
		at &= 0xfc;
		if (!span_u8(config, at, &id) || !span_u8(config, (uint64_t)at + 1, &next))
			return UNSEEN; /* without privilege only 64 bytes are shown */
		if (id == 0x10) {
			if (!span_le16(config, (uint64_t)at + 2, &flags) ||
			    !span_le32(config, (uint64_t)at + 0x14, &slot))
				return UNSEEN;
			/* root port or downstream port, slot implemented, hot-plug capable */
			return ((flags >> 4 & 0xf) == 4 || (flags >> 4 & 0xf) == 6) && (flags & 0x100) &&
			       (slot & 0x40);
		}
		/* all ones: a function that does not answer */
		if (id == 0xff)
			return UNSEEN;
		at = next;
	}
	return at >= 0x40 ? UNSEEN : NO; /* a list without an end */
}

static bool is_bridge(struct vms_machine *m, const char *dir, bool *ret_seen)
{
	_cleanup_free_ char *path = vms_asprintf("%s/class", dir);
	_cleanup_buf_ struct vms_buf class = { NULL, 0 };

	*ret_seen = path && vms_root_read_line(m->root, path, &class) == 0;
	return *ret_seen && startswith(class.data, "0x0604");
}

/* Every PCI-to-PCI bridge's own word. *ret_n: PCI functions there are. */
static enum answer by_config_space(struct vms_machine *m, struct vms_result *r, size_t *ret_n)
{
	_cleanup_strv_ char **names = NULL;
	enum answer all = NO;
	size_t n = 0;

	if (vms_root_list(m->root, PCI_DEVICES, &names) < 0)
		return UNSEEN;
	for (char **name = names; *name; name++, n++) {
		_cleanup_free_ char *dir = vms_asprintf(PCI_DEVICES "/%s", *name), *path = NULL;
		_cleanup_buf_ struct vms_buf config = { NULL, 0 };
		enum answer one;
		bool seen;

		if (!dir || !is_bridge(m, dir, &seen)) {
			if (!dir || !seen)
				all = UNSEEN;
			continue;
		}
		path = vms_asprintf("%s/config", dir);
		one = path && vms_root_read(m->root, path, 4096, &config) == 0
			      ? port_can(vms_buf_span(&config))
			      : UNSEEN;
		if (one == YES) {
			vms_evidence(r, path, "hot-plug-capable slot");
			return YES;
		}
		if (one == UNSEEN)
			all = UNSEEN;
	}
	*ret_n = n;
	return all;
}

/* Slots that a hot-plug driver registered (acpiphp, shpchp, pciehp). */
static enum answer by_slots(struct vms_machine *m, struct vms_result *r)
{
	_cleanup_strv_ char **names = NULL;
	enum answer all = NO;
	int err;

	if (vms_root_list(m->root, PCI_SLOTS, &names) < 0)
		return UNSEEN;
	for (char **name = names; *name; name++) {
		_cleanup_free_ char *path = vms_asprintf(PCI_SLOTS "/%s/power", *name);

		/* slots that are only named by firmware have no "power" to be turned off */
		err = path ? vms_root_probe(m->root, path) : -ENOMEM;
		if (err == 0) {
			vms_evidence(r, PCI_SLOTS, "slot %s is hot-pluggable", *name);
			return YES;
		}
		if (err != -ENOENT)
			all = UNSEEN;
	}
	return all;
}

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

/* Hyper-V: VMBus offers and takes back disks and network cards. */
static bool has_vmbus(struct vms_machine *m)
{
	_cleanup_strv_ char **names = NULL;

	return vms_root_list(m->root, "/sys/bus/vmbus/devices", &names) == 0 && names[0];
}

/*
 * Could ACPI hot-plug (Device Check, _EJ0: Amazon's) go unseen? Slots show only
 * where the kernel has the driver for it. NO: it has, or it does not run by ACPI.
 */
static enum answer acpi_hotplug_unseen(struct vms_machine *m)
{
	const struct kernel_options *k;

	if (vms_root_probe(m->root, "/sys/firmware/acpi") == -ENOENT)
		return NO;
	/* the configuration is read once, with what the drivers are judged by */
	k = kernel_options(m);
	return k && k->config.err == 0 && k->option[OPTION_HOTPLUG_PCI_ACPI].value == KCONFIG_BUILT_IN ? NO : YES;
}

static int check_hotplug(struct vms_machine *m, struct vms_result *r)
{
	enum answer service, port, slots;
	size_t n_pci = 0;
	int xen = bus_is_xen(m);

	add_seen(m, r);
	if (xen > 0) {
		vms_evidence(r, "/sys/hypervisor/type", "xen");
		return vms_pass(r, "the Xen PV bus takes devices while the guest runs");
	}
	if (has_vmbus(m)) {
		vms_evidence(r, "/sys/bus/vmbus/devices", "not empty");
		return vms_pass(r, "Hyper-V's VMBus takes devices while the guest runs");
	}
	service = by_port_service(m, r);
	if (service == YES)
		return vms_pass(r, "a hot-plug-capable PCIe port");
	port = by_config_space(m, r, &n_pci);
	if (port == YES)
		return vms_pass(r, "a hot-plug-capable PCIe port");
	slots = by_slots(m, r);
	if (slots == YES)
		return vms_pass(r, "PCI slots that can be hot-plugged");
	if (slots == UNSEEN || (port == UNSEEN && service == UNSEEN)) {
		vms_evidence(r, "/sys/bus", "no PCIe port services or no PCI slots to be seen");
		return vms_unknown(r, "PCI hot-plug could not be looked at: %s",
				   slots == UNSEEN ? PCI_SLOTS " is not there"
						   : PORT_SERVICES " is not there");
	}
	if (port == UNSEEN)
		return vms_unknown(r, "the PCI bridges' configuration could not be read (run as root)");
	if (xen < 0)
		return vms_blocked(r, "/sys/hypervisor/type", xen);
	if (acpi_hotplug_unseen(m) == YES)
		return vms_unknown(r, "no hot-plug-capable port, and it can't be seen whether ACPI hot-plug is offered "
				      "(CONFIG_HOTPLUG_PCI_ACPI)");
	vms_evidence(r, PCI_DEVICES, "%zu functions, no hot-plug-capable port", n_pci);
	vms_evidence(r, PCI_SLOTS, "no hot-pluggable slot");
	vms_remedy_for(m, r, REMEDY_HOTPLUG);
	return vms_fail(r, "no bus takes block and network devices while the guest runs");
}

static const struct vms_check checks[] = {
	{
		.id = "VMSPEC-HOTPLUG",
		.title = "a bus for hot-plug",
		.kinds = VMS_KIND_MACHINE,
		.machine_fn = check_hotplug,
		.reads = "/sys/hypervisor/type; /sys/bus/vmbus; PCIe port services and bridges' slot capabilities; "
			 "/sys/bus/pci/slots",
		.passes = "a hot-plug-capable PCIe port, a hot-pluggable PCI slot, Xen's PV bus or Hyper-V's VMBus",
		.fails = "all of these could be looked at, and there is none",
		.mends = "the hypervisor",
	},
};

VMS_CHECKS(vms_checks_hotplug, "VM platform", checks);
