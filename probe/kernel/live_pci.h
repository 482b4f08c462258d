/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live table's part about PCI: vms_live.pci_writable (core/machine.h). */
#ifndef VMS_LIVE_PCI_H
#define VMS_LIVE_PCI_H

#include "core/machine.h"

int vms_live_pci_writable(struct vms_machine *m, const char *bdf, unsigned at, bool *ret);

#endif
