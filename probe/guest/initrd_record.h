/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The initial ramdisk of a record: what it holds instead of itself. A line with a
 * path begins a ramdisk, lines after it that begin with a tab tell of it:
 *
 *	/boot/initrd.img-6.1.0-50-arm64
 *		entries 1805
 *		packed zstd
 *		blocked EBADMSG cut short: the last cpio archive has no end
 *		module usr/lib/modules/6.1.0-50-arm64/kernel/drivers/virtio/virtio_mmio.ko
 *	parts
 *	why /boot: permission denied
 *
 * "\tsection": of a unified kernel image; "parts": all of them together are the
 * ramdisk; "guessed": they only look like one; "why": what stood in the way of finding it.
 */
#ifndef VMS_INITRD_RECORD_H
#define VMS_INITRD_RECORD_H

#include "initrd.h"
#include "ramdisk.h"

/* Look through the ramdisks of `m` and list them; *ret is to be freed. -ENOMEM. */
int initrd_record(struct vms_machine *m, const char *release, struct vms_buf *ret) _must_check_;

/* Such a list as ramdisks; takes `list`. -ENOMEM. */
int initrd_recorded(char *list, struct ramdisks *ret) _must_check_;

/* As initrd_search(), in a list. */
int initrd_search_recorded(const char *recorded, const char *release, struct initrd_module *want, size_t n,
			   struct initrd_look *ret) _must_check_;

#endif
