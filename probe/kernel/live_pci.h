/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live table's part about PCI: vms_live.pci_writable (core/machine.h). */
#ifndef VMS_LIVE_PCI_H
#define VMS_LIVE_PCI_H

#include "core/machine.h"

/* As that, over an open file of configuration space. -ENODEV: no bridge, or it does not answer; -EINVAL: the
 * register is not 0, or not in the header. */
int vms_pci_try_writable(int fd, unsigned at, bool *ret);

int vms_live_pci_writable(struct vms_machine *m, const char *bdf, unsigned at, bool *ret);

#endif
