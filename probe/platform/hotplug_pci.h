/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Can a PCI bus of this machine take devices while the guest runs? Three places tell. */
#ifndef VMS_HOTPLUG_PCI_H
#define VMS_HOTPLUG_PCI_H

#include "core/machine.h"

#define PCI_DEVICES   "/sys/bus/pci/devices"
#define PCI_SLOTS     "/sys/bus/pci/slots"
#define PORT_SERVICES "/sys/bus/pci_express/devices"

enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNSEEN };

/* A PCIe port's hot-plug service. What says yes goes to evidence; likewise below. */
enum answer hotplug_by_port_service(struct vms_machine *m, struct vms_result *r);

/* Every PCI-to-PCI bridge's own word, all of them. *ret_n: PCI functions there are. */
enum answer hotplug_by_config_space(struct vms_machine *m, struct vms_result *r, size_t *ret_n);

/* Slots that a hot-plug driver registered (acpiphp, shpchp, pciehp). */
enum answer hotplug_by_slots(struct vms_machine *m, struct vms_result *r);

#endif
