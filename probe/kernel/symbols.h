/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is built into a kernel without a configuration to be seen: functions of its
 * drivers in /proc/kallsyms, which names them for everybody (the addresses are root's).
 * A name that is there proves the driver; one that is not proves nothing, because
 * functions are renamed and inlined.
 */
#ifndef VMS_KERNEL_SYMBOLS_H
#define VMS_KERNEL_SYMBOLS_H

#include "core/machine.h"

#define KALLSYMS "/proc/kallsyms"

enum kernel_symbol {
	SYMBOL_NONE,
	SYMBOL_PL011,
	SYMBOL_PL011_CONSOLE,
	SYMBOL_GICV2,
	SYMBOL_VIRTIO_CONSOLE,
	SYMBOL_VIRTIO_PCI,
	SYMBOL_VIRTIO_MMIO,
	SYMBOL_VIRTIO_BLK,
	SYMBOL_VIRTIO_SCSI,
	SYMBOL_VIRTIO_NET,
	SYMBOL_VIRTIO_BALLOON,
	SYMBOL_XEN_CONSOLE,
	SYMBOL_XEN_BLK,
	SYMBOL_XEN_NET,
	SYMBOL_XEN_BALLOON,
	N_SYMBOLS,
};

/* The function that proves it to be in the kernel itself, in no module. NULL: not seen.
 * -ENOMEM through *ret_err. */
const char *kernel_symbol(struct vms_machine *m, enum kernel_symbol s, int *ret_err);

/* The lines of `text` that kernel_symbol() asks for, in place; the new length. What a
 * record keeps of ten megabytes. */
size_t kernel_symbols_filter(char *text, size_t len);

#endif
