/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI buses that take devices while the guest runs; see hotplug_pci.h. PCIe ports (PCI
 * Express Base, Slot Capabilities bit 6), ACPI PCI hot-plug (/sys/bus/pci/slots).
 */
#include <errno.h>

#include "core/result.h"
#include "core/span.h"
#include "hotplug_pci.h"

/* "0000:00:01.0:pcie004": a port service, the low byte says which; 4 is hot-plug
 * (include/linux/pcieport_if.h). */
enum answer hotplug_by_port_service(struct vms_machine *m, struct vms_result *r)
{
	char *const *names = NULL;

	if (vms_root_names(m->root, PORT_SERVICES, &names) < 0)
		return ANSWER_UNSEEN;
	for (char *const *name = names; *name; name++) {
		const char *service = strstr(*name, ":pcie");

		if (service && (strtoul(service + 5, NULL, 16) & 0xff) == 4) {
			vms_evidence(r, PORT_SERVICES, "%s: PCIe hot-plug service", *name);
			return ANSWER_YES;
		}
	}
	return ANSWER_NO;
}

/* Walk the capability list of a type 1 header to the PCIe one. */
static enum answer port_can(struct vms_span config)
{
	uint8_t at = 0, id = 0, next = 0;
	uint16_t flags, status;
	uint32_t slot;

	if (!span_le16(config, 0x06, &status))
		return ANSWER_UNSEEN;
	if (!(status & 0x10))
		return ANSWER_NO;
	if (!span_u8(config, 0x34, &at))
		return ANSWER_UNSEEN;
	for (int i = 0; i < 48 && at >= 0x40; i++) {
		at &= 0xfc;
		if (!span_u8(config, at, &id) || !span_u8(config, (uint64_t)at + 1, &next))
			return ANSWER_UNSEEN; /* without privilege only 64 bytes are shown */
		if (id == 0x10) {
			if (!span_le16(config, (uint64_t)at + 2, &flags) ||
			    !span_le32(config, (uint64_t)at + 0x14, &slot))
				return ANSWER_UNSEEN;
			/* root port or downstream port, slot implemented, hot-plug capable */
			return ((flags >> 4 & 0xf) == 4 || (flags >> 4 & 0xf) == 6) && (flags & 0x100) &&
					       (slot & 0x40)
				       ? ANSWER_YES
				       : ANSWER_NO;
		}
		/* all ones: a function that does not answer */
		if (id == 0xff)
			return ANSWER_UNSEEN;
		at = next;
	}
	return at >= 0x40 ? ANSWER_UNSEEN : ANSWER_NO; /* a list without an end */
}

static bool is_bridge(struct vms_machine *m, const char *dir, bool *ret_seen)
{
	_cleanup_free_ char *path = vms_asprintf("%s/class", dir);
	_cleanup_buf_ struct vms_buf class = { NULL, 0 };

	*ret_seen = path && vms_root_read_line(m->root, path, &class) == 0;
	return *ret_seen && startswith(class.data, "0x0604");
}

/* Every PCI-to-PCI bridge's own word. *ret_n: PCI functions there are. */
enum answer hotplug_by_config_space(struct vms_machine *m, struct vms_result *r, size_t *ret_n)
{
	char *const *names = NULL;
	enum answer all = ANSWER_NO;
	size_t n = 0;

	if (vms_root_names(m->root, PCI_DEVICES, &names) < 0)
		return ANSWER_UNSEEN;
	for (char *const *name = names; *name; name++, n++) {
		_cleanup_free_ char *dir = vms_asprintf(PCI_DEVICES "/%s", *name), *path = NULL;
		_cleanup_buf_ struct vms_buf config = { NULL, 0 };
		enum answer one;
		bool seen;

		if (!dir || !is_bridge(m, dir, &seen)) {
			if (!dir || !seen)
				all = ANSWER_UNSEEN;
			continue;
		}
		path = vms_asprintf("%s/config", dir);
		one = path && vms_root_read(m->root, path, 4096, &config) == 0
			      ? port_can(vms_buf_span(&config))
			      : ANSWER_UNSEEN;
		if (one == ANSWER_YES) {
			vms_evidence(r, path, "hot-plug-capable slot");
			return ANSWER_YES;
		}
		if (one == ANSWER_UNSEEN)
			all = ANSWER_UNSEEN;
	}
	*ret_n = n;
	return all;
}

/* Slots that a hot-plug driver registered (acpiphp, shpchp, pciehp). */
enum answer hotplug_by_slots(struct vms_machine *m, struct vms_result *r)
{
	char *const *names = NULL;
	enum answer all = ANSWER_NO;
	int err;

	if (vms_root_names(m->root, PCI_SLOTS, &names) < 0)
		return ANSWER_UNSEEN;
	for (char *const *name = names; *name; name++) {
		_cleanup_free_ char *path = vms_asprintf(PCI_SLOTS "/%s/power", *name);

		/* slots that are only named by firmware have no "power" to be turned off */
		err = path ? vms_root_probe(m->root, path) : -ENOMEM;
		if (err == 0) {
			vms_evidence(r, PCI_SLOTS, "slot %s is hot-pluggable", *name);
			return ANSWER_YES;
		}
		if (err != -ENOENT)
			all = ANSWER_UNSEEN;
	}
	return all;
}
