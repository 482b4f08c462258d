/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which UEFI firmware a cell boots: the one that QEMU's firmware descriptors offer for the
 * machine, or what the user names. Complaints are made here.
 */
#ifndef VMS_BOOT_FIRMWARE_H
#define VMS_BOOT_FIRMWARE_H

#include <stdbool.h>

/* Owned strings; boot_firmware_clear(). */
struct boot_firmware {
	char *code;			 /* the executable */
	char *vars_template;		 /* each cell gets a copy as its variable store; NULL: no template */
	char *code_format, *vars_format; /* "raw" or "qcow2"; of vars NULL without a template */
	char *label;			 /* "AAVMF_CODE.fd" */
	bool flash;			 /* in flash; else -bios, without a store */
	bool blank_store; /* in flash without a template: a store of zero bytes is to be made */
	bool pad; /* in flash, raw and smaller than a bank (64 MiB): QEMU takes only a copy that fills it */
};

#define BOOT_FLASH_BANK (64u << 20) /* of QEMU's virt machine, two of them */

/*
 * The firmware that QEMU's descriptors name for `machine` ("virt", "virt-7.2") of `qemu_arch`
 * ("aarch64", "arm"). With `enrolled_keys` only those that come with them, else only those
 * without. Descriptors are read from /usr/share/qemu/firmware, /etc/qemu/firmware and the
 * user's configuration (docs/interop/firmware.json of QEMU); VMSPEC_FIRMWARE_PATH=DIR:DIR
 * takes their place. 0; -ENOENT: none; -ENOMEM.
 */
int boot_firmware_find(const char *qemu_arch, const char *machine, bool enrolled_keys,
		       struct boot_firmware *ret);

/*
 * The firmware in `file`, a descriptor (*.json) or the executable itself. An executable that a
 * descriptor knows is given that descriptor's template; `vars` (NULL: none) goes before it.
 * Without either it is loaded with -bios, or with `persistent` into flash beside a blank store.
 * 0 or -errno after the complaint; -ENOMEM without.
 */
int boot_firmware_named(const char *file, const char *vars, bool persistent, const char *qemu_arch,
			struct boot_firmware *ret);

void boot_firmware_clear(struct boot_firmware *f);

#endif
